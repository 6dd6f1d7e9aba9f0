"""Counts the AWS calls that functions make, and answers /localcloud/* beside moto on the same port.

A function's SDK names its execution environment in the user agent and sends the trace of its invocation along, as
on AWS.
"""

import io
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from botocore.exceptions import UnknownServiceError
from botocore.session import get_session

from localcloud.clock import Clock
from localcloud.tracing import trace_id

Call = tuple[str, str]  # service, operation: ("rds", "DescribeDBInstances")
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Figures:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_trace: dict[str, Counter[Call]] = {}

    def count(self, trace: str, call: Call) -> None:
        with self._lock:
            self._by_trace.setdefault(trace, Counter())[call] += 1

    def calls(self, execution_arn: str | None = None) -> Counter[Call]:
        """AWS calls made by functions: of one execution, or of all and also those that no execution invoked."""
        with self._lock:
            if execution_arn is not None:
                return Counter(self._by_trace.get(trace_id(execution_arn), Counter()))
            return sum(self._by_trace.values(), Counter[Call]())

    def clear(self) -> None:
        with self._lock:
            self._by_trace.clear()


class Door:
    """A WSGI application in front of moto's."""

    def __init__(self, application: Application, clock: Clock, figures: Figures) -> None:
        self._application, self._clock, self._figures = application, clock, figures

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/localcloud/"):
            return self._answer(path, parse_qs(environ.get("QUERY_STRING", "")), start_response)
        if "exec-env/AWS_Lambda_" in environ.get("HTTP_USER_AGENT", ""):
            root = re.search(r"Root=([^;]+)", environ.get("HTTP_X_AMZN_TRACE_ID", ""))
            self._figures.count(root[1] if root else "", called(environ))
        return self._application(environ, start_response)

    def _answer(self, path: str, query: dict[str, list[str]], start_response: Any) -> Iterable[bytes]:
        status: str = "200 OK"
        said: dict[str, Any] = {}
        if path == "/localcloud/clock":
            said = {"now": self._clock.now().isoformat(), "speed": self._clock.speed}
        elif path == "/localcloud/figures":
            calls = self._figures.calls(next(iter(query.get("execution", [])), None))
            said = {"calls": {f"{service}:{operation}": count for (service, operation), count in sorted(calls.items())}}
            said["total"] = calls.total()
        else:
            status = "404 Not Found"
        body = json.dumps(said).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def called(environ: dict[str, Any]) -> Call:
    """Which operation of which service a signed request asks for, whatever protocol the service speaks."""
    scope = re.search(r"Credential=[^/]+/\d+/[\w-]+/([\w-]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    service = scope[1] if scope else "unknown"
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rpartition(".")[2]
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        return service, parse_qs(body.decode()).get("Action", ["unknown"])[0]
    return service, _rest_operation(
        service, environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    )


def _rest_operation(service: str, method: str, path: str, query: str) -> str:
    """Of the operations with this method whose path fits, the one whose fixed query and path say most."""
    asked = {part.partition("=")[0] for part in query.split("&") if part}
    best, fit = f"{method} {path}", -1
    for name, verb, pattern, flags in _rest_operations(service):
        if verb == method and flags <= asked and pattern.fullmatch(path.rstrip("/") or "/"):
            score = 10 * len(flags) + pattern.pattern.count("/")
            if score > fit:
                best, fit = name, score
    return best


_known: dict[str, list[tuple[str, str, re.Pattern[str], set[str]]]] = {}


def _rest_operations(service: str) -> list[tuple[str, str, re.Pattern[str], set[str]]]:
    if service not in _known:
        try:
            model = get_session().get_service_model(service)
        except UnknownServiceError:
            return []  # a signing name that is no service's name
        rows = []
        for name in model.operation_names:
            http = model.operation_model(name).http
            uri, _, query = http["requestUri"].partition("?")
            pattern = re.sub(
                r"\\\{[^}]*?\\\}", "[^/]+", re.sub(r"\\\{[^}]*?\\\+\\\}", ".+", re.escape(uri.rstrip("/") or "/"))
            )
            flags = {part.partition("=")[0] for part in query.split("&") if part} - {"x-id"}
            rows.append((name, http["method"], re.compile(pattern), flags))
        _known[service] = rows
    return _known[service]
