"""The Lambda Runtime API for one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

import http.server
import queue
import socket
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from localcloud import background_errors


@dataclass(frozen=True)
class Invocation:
    """What the runtime is handed: `deadline` is when the function's timeout ends."""

    request_id: str
    payload: bytes
    deadline: float  # Unix time, seconds
    trace_id: str


@dataclass(frozen=True)
class Reply:
    """What the function answered, or the error that it `failed` with, as JSON."""

    failed: bool
    payload: bytes


class RuntimeApi(http.server.ThreadingHTTPServer):
    """Hands `invocations` to the runtime that asks for them and collects its `replies`."""

    daemon_threads = True

    def __init__(self, function_arn: str) -> None:
        self.function_arn = function_arn
        self.invocations: queue.Queue[Invocation] = queue.Queue()
        self.replies: queue.Queue[Reply] = queue.Queue()
        self.asked = threading.Event()  # set once the runtime has loaded the function and asks for work
        super().__init__(("127.0.0.1", 0), _Request)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        """Until it is closed. `serve_forever` often looks whether it shall end: seventy of them cost a processor."""
        with suppress(OSError):
            while True:
                self.process_request(*self.socket.accept())

    @property
    def address(self) -> str:
        """HOST:PORT, as AWS_LAMBDA_RUNTIME_API has it."""
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Safe to call twice."""
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller; `server_close` would not
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """A function that is killed leaves its connection behind; anything else is an error of ours."""
        error = sys.exception()
        if error and not isinstance(error, ConnectionError):
            background_errors.report(error)


class _Request(http.server.BaseHTTPRequestHandler):
    server: RuntimeApi
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # with Nagle's algorithm an invocation takes 40 ms instead of 1 ms
    wbufsize = -1

    def do_GET(self) -> None:
        """.../invocation/next: waits for work."""
        self.server.asked.set()
        invocation = self.server.invocations.get()
        self._answer(
            200,
            invocation.payload,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": self.server.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        """.../invocation/<id>/response, .../invocation/<id>/error or .../init/error."""
        body = self._read(int(self.headers["Content-Length"])) if "Content-Length" in self.headers else self._chunks()
        self.server.replies.put(Reply(self.path.endswith("/error"), body))
        self.server.asked.set()
        self._answer(202, b"{}", {})

    def _chunks(self) -> bytes:
        """awslambdaric sends large replies chunked."""
        body = b""
        while size := int(self.rfile.readline() or self._cut_off(), 16):
            body += self._read(size)
            self.rfile.readline()
        return body

    def _read(self, size: int) -> bytes:
        """A function killed in the middle of its reply has not replied."""
        body = self.rfile.read(size)
        return body if len(body) == size else self._cut_off()

    def _cut_off(self) -> NoReturn:
        raise ConnectionError("the runtime ended in the middle of its reply")

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No access log."""
