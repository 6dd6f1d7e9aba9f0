"""Functions in containers, by `sam local start-lambda`: one warm container for each function."""

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.core.exceptions import JsonRESTError

from localcloud.door import CallCounter
from localcloud.functions.runtime_api import Reply
from localcloud.sam.containers import SAM, Containers
from localcloud.sam.project import Project

PATIENCE = 60.0  # seconds until it answers
CONTAINER_STARTS_WITHIN = 240.0  # seconds: the first one waits for the image with the layers
LOG_COMES_WITHIN = 2.0  # seconds after the answer
Log = Callable[[str, str], None]  # the name of a function, and a line of its log


class StartLambda:
    """A runner: see `localcloud/services/lambdas.py`."""

    def __init__(
        self,
        containers: Containers,
        project: Project,
        hosts: Callable[[], Mapping[str, str]],
        counter: CallCounter,
        names: Mapping[str, str],
        log: Log,
    ) -> None:
        """`hosts` are what names resolve to now, `names` the functions' names by logical id."""
        self.cold_starts = 0
        self._containers, self._project, self._hosts = containers, project, hosts
        self._counter, self._names, self._log = counter, names, log
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._at_work = 0
        self._reported = threading.Event()  # a call has ended, and its lines have been read
        self._changed = threading.Condition()
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._resolving: Mapping[str, str] = {}
        self._forker = ThreadPoolExecutor(1, "sam")  # the kernel ends a child with the *thread* that forked it

    def run(self, function: LambdaFunction, payload: bytes, trace_id: str, kill: bool = False) -> Reply:
        """One call of a function at a time: it has one container."""
        if kill:
            raise RuntimeError(
                "A container of the SAM CLI cannot be killed while it works: run this without LAMBDA=sam"
            )
        with self._turns[function.function_name]:
            self._begin()
            try:
                self._counter.serves(function.function_name, trace_id)
                self._reported.clear()
                reply = self._invoke(function, payload)
                self._reported.wait(LOG_COMES_WITHIN)
                return reply
            finally:
                with self._changed:
                    self._at_work -= 1
                    self._changed.notify_all()

    def start_early(self, functions: list[LambdaFunction]) -> threading.Thread | None:
        """Nothing: a container is given the names that are known when it is made."""
        return None

    def close(self) -> None:
        """Ends it, and with it its containers."""
        self._stop()
        self._forker.shutdown()

    def _begin(self) -> None:
        """Containers that do not know the names of today's databases are made anew, once nobody uses them."""
        with self._changed:
            while self._process is None or self._resolving != self._hosts():
                if self._at_work:
                    self._changed.wait()
                    continue
                self._stop()
                self._start()
            self._at_work += 1

    def _invoke(self, function: LambdaFunction, payload: bytes) -> Reply:
        patience = float(function.timeout) + CONTAINER_STARTS_WITHIN
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=patience)
        try:
            connection.request("POST", f"/2015-03-31/functions/{function.function_name}/invocations", payload)
            answer = connection.getresponse()
            body = answer.read()
        except OSError as error:
            raise JsonRESTError("ServiceException", f"sam local start-lambda did not answer: {error}") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise JsonRESTError("ServiceException", f"sam local start-lambda answered {answer.status}: {body!r}")
        return as_lambda_answers(body, float(function.timeout))

    def _start(self) -> None:
        self._resolving = dict(self._hosts())
        self._project.let_resolve(self._resolving)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process = self._forker.submit(self._spawned).result()
        threading.Thread(target=self._read_log, args=(self._process,), daemon=True).start()
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self._port), 1):
                return
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("`sam local start-lambda` did not start; its output above says why")
            time.sleep(0.05)

    def _spawned(self) -> "subprocess.Popen[str]":
        words = ["local", "start-lambda", "--template", self._project.template, "--port", str(self._port)]
        return subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", "--", SAM, *map(str, words), "--warm-containers", "LAZY"],
            cwd=self._project.folder,
            env={**_kept(os.environ), **self._containers.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )

    def _stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()
            self._process = None

    def _read_log(self, process: "subprocess.Popen[str]") -> None:
        """Lines of the functions' loggers name their function; whatever else is said is in start-lambda.log."""
        assert process.stdout
        with process.stdout as lines, (self._containers.folder / "start-lambda.log").open("a") as log:
            for line in lines:
                log.write(line)
                log.flush()
                if "Mounting " in line:
                    self.cold_starts += 1
                if line.startswith("REPORT RequestId"):
                    self._reported.set()
                with suppress(ValueError, TypeError, KeyError):
                    self._tell(json.loads(line))

    def _tell(self, said: dict[str, Any]) -> None:
        """Raises KeyError for what no function's logger has written. Its name is the logical id there, and the trace is
        missing that Lambda would have added.
        """
        name = self._names[said["function_name"]]
        self._log(name, json.dumps({**said, "function_name": name, "xray_trace_id": self._counter.trace_of(name)}))


def as_lambda_answers(body: bytes, timeout: float) -> Reply:
    """What Lambda would have answered. The SAM CLI answers 200 for a function that raised; nothing for one that
    took too long; and text that is no JSON, which its emulator says, where the function did not come to an answer.
    """
    if not body:
        said = {"errorType": "Sandbox.Timedout", "errorMessage": f"Task timed out after {timeout:.2f} seconds"}
        return Reply(True, json.dumps(said).encode())
    try:
        answer = json.loads(body)
    except ValueError:
        text = body.decode(errors="replace").strip()
        kind = "Sandbox.Timedout" if "timed out" in text else "Runtime.ExitError"
        return Reply(True, json.dumps({"errorType": kind, "errorMessage": text}).encode())
    return Reply(isinstance(answer, dict) and {"errorType", "errorMessage"} <= answer.keys(), body)


def _kept(environment: Mapping[str, str]) -> dict[str, str]:
    """The SAM CLI asks AWS whose the user's keys are: it must not see them."""
    kept = {name: value for name, value in environment.items() if not name.startswith("AWS_")}
    return {**kept, "AWS_EC2_METADATA_DISABLED": "true", "AWS_DEFAULT_REGION": "us-east-1"}
