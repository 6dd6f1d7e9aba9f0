"""`up` and `down`: a local cloud that keeps running after the command has ended."""

import fcntl
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from localcloud.checkout import CHECKOUT
from localcloud.cloud import Cloud, Sam
from localcloud.people.progress import progress
from localcloud.people.running import Running, forget, log_file, runtime_folder, started_at, ticket_file
from localcloud.sam import containers
from localcloud.servers import site

PATIENCE = 300  # seconds: the first time on a machine, layers and data directories are made


class DidNotStart(RuntimeError):
    """The background process ended, or took too long; the message ends with what it wrote."""


def up(speed: float, say: Callable[[Running], None], sam: Sam = Sam.NOT_USED) -> None:
    """Start a cloud in the background, unless one is running, and have `say` print what to do with it. Raises
    DidNotStart.
    """
    with (runtime_folder() / "lock").open("w") as lock:  # two at once would be two clouds, one of them lost
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _up(speed, say, sam)


def _up(speed: float, say: Callable[[Running], None], sam: Sam) -> None:
    if running := Running.find():
        print("The local cloud is already running.")
        return say(running)
    ticket_file().unlink(missing_ok=True)
    log = log_file()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "localcloud", "serve", "--speed", f"{speed:g}", "--sam", sam.name],
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # it outlives this command and does not hear its Ctrl-C
        )
    try:
        with progress("Starting the servers, the directory and the local cloud"):
            running = _wait_for(process, log)
    except BaseException:
        _end(process)  # also when we are interrupted: a half-started cloud is of no use to anybody
        raise
    return say(running)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """A second interrupt kills it, and its servers with it."""
    if process.poll() is None:
        print("Stopping the local cloud, which has not finished starting.", file=sys.stderr)
    process.terminate()
    try:
        process.wait()
    except BaseException:
        process.kill()
        process.wait()
        raise


def down() -> None:
    """End the cloud that `up` left running."""
    running = Running.find()
    if running is None:
        site.sweep()  # what a cloud has left that was killed
        containers.sweep()
        print("No local cloud of this checkout is running.")
        return
    began = time.monotonic()
    with progress("Stopping the local cloud"):
        running.stop()
    print(f"The local cloud has stopped ({time.monotonic() - began:.1f} s). Its log is kept in {log_file()}")


def serve(speed: float, prepare: Callable[[Cloud], None], sam: Sam = Sam.NOT_USED) -> None:
    """Run a cloud until SIGTERM or SIGINT comes; this is the background process."""
    logging.basicConfig(format="%(asctime)s %(name)s %(message)s")
    enough, running = threading.Event(), False

    def end(*_: object) -> None:
        enough.set()
        if not running:
            sys.exit(143)  # nobody waits until it has started to be ended

    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, end)
    with Cloud(speed=speed, sam=sam) as cloud:
        # they need moto, which takes a second; the cloud has imported it while others started
        from localcloud.people import event_log
        from localcloud.rds import endpoints

        event_log.install(cloud.clock, event_log.write_out)
        prepare(cloud)
        running = True
        Running(
            pid=os.getpid(),
            started=started_at(os.getpid()) or 0,
            endpoint=cloud.endpoint,
            region=cloud.region,
            speed=speed,
            stack=cloud.stack_name,
            hosts=endpoints.hosts(cloud.account, cloud.region),
            outputs=cloud.outputs,
            environment=cloud.environment(),
            clients=cloud.clients,
        ).publish()
        enough.wait()
        forget(os.getpid())
    # all that must be ended is; taking a million objects apart would be another second of waiting for `down`
    logging.shutdown()
    os._exit(0)


def _wait_for(process: "subprocess.Popen[bytes]", log: Path) -> Running:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if (running := Running.find()) and running.pid == process.pid:
            return running
        if process.poll() is not None:
            break
        time.sleep(0.05)
    raise DidNotStart(
        f"The local cloud did not start. The last lines of {log}:\n{log.read_text(errors='replace')[-3000:]}"
    )
