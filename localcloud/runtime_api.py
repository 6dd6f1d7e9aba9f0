"""The Lambda Runtime API for one execution environment: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html"""

import http.server
import queue
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True)
class Invocation:
    request_id: str
    payload: bytes
    deadline: float  # Unix time, seconds
    trace_id: str


@dataclass(frozen=True)
class Reply:
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
        # seventy of them that looked up every few milliseconds would keep a processor busy
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 3600}, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def close(self) -> None:
        """Safe to call twice, and by two at once."""
        ending = threading.Thread(target=self.shutdown)
        ending.start()
        while ending.is_alive():
            with suppress(ConnectionRefusedError):  # it has ended
                socket.create_connection(("127.0.0.1", self.server_port)).close()  # it looks up when somebody comes
            ending.join(0.01)
        self.server_close()


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
        body = (
            self.rfile.read(int(self.headers["Content-Length"])) if "Content-Length" in self.headers else self._chunks()
        )
        self.server.replies.put(Reply(self.path.endswith("/error"), body))
        self.server.asked.set()
        self._answer(202, b"{}", {})

    def _chunks(self) -> bytes:
        """awslambdaric sends large replies chunked."""
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        return body

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No access log."""
