"""The functions' calls to AWS: by boto3 as they are, answered by the local AWS of this process, without a socket."""

from __future__ import annotations

import functools
import io
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.moto_server.werkzeug_app import create_backend_app

from localcloud.iam.refusals import refuse
from tests.simulation.answers import MAY_BE_STALE, REFUSALS, refusal
from tests.simulation.calls import Call, Calls, Fault
from tests.simulation.shown import Shown, Version

Application = Callable[[dict[str, Any], Any], Any]
Answerer = Callable[[str, Mapping[str, Any]], Any]


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: dict[str, str]
    body: bytes


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class Transport:
    """``answerers`` answer, in moto's place, whole services that speak JSON; ``versions`` are of services that are
    asked by forms.
    """

    def __init__(
        self,
        calls: Calls,
        endpoint: str,
        region: str,
        answerers: Mapping[str, Answerer],
        versions: Mapping[str, Version],
    ) -> None:
        self._calls, self._answerers = calls, answerers
        self._endpoint = endpoint
        self._session = boto3.Session("simulated", "simulated", region_name=region)
        self._moto: Callable[[Any], Application] = functools.cache(create_backend_app)
        self._current = threading.local()  # the call that this thread is in, and what it meets
        self._shown = Shown[_Answer](versions)
        self._seen: dict[tuple[str, str, bytes], list[_Answer]] = {}
        self._plain_clients: dict[str, Any] = {}
        self._functions_clients: dict[tuple[str, Any], Any] = {}

    def client(self, service: str, config: Any = None) -> Any:
        """For a function: its calls are recorded, and meet faults. Made once: that takes a tenth of a second."""
        if known := self._functions_clients.get((service, config)):
            return known
        made = self._made(service, config, lambda request, **_: self._send(service, request))
        self._functions_clients[service, config] = made
        made.meta.events.register("before-call", lambda model, params, **_: self._begin(service, model, params))
        made.meta.events.register("after-call", lambda **_: self._end())
        made.meta.events.register("after-call-error", lambda **_: self._end())
        return made

    def plain_client(self, service: str) -> Any:
        """For everybody else."""
        if service not in self._plain_clients:
            self._plain_clients[service] = self._made(
                service, None, lambda request, **_: _response(request, _called(self._moto(service), _environ(request)))
            )
        return self._plain_clients[service]

    def _made(self, service: str, config: Any, send: Callable[..., AWSResponse]) -> Any:
        made: Any = self._session.client(service, endpoint_url=self._endpoint, config=config)  # type: ignore[call-overload]
        made.meta.events.register("before-send", send)
        return made

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Nobody waits before he tries again."""
        with mock.patch("botocore.endpoint.time", SimpleNamespace(sleep=lambda seconds: None)):
            yield

    def reset(self) -> None:
        self._seen.clear()
        self._shown.reset()

    def _begin(self, service: str, model: Any, parameters: Mapping[str, Any]) -> None:
        self._current.call = None
        self._current.call = self._calls.begin(service, model.name, parameters.get("body"))

    def _end(self) -> None:
        call, fault = self._current.call
        self._calls.end(call, fault)

    def _send(self, service: str, request: AWSPreparedRequest) -> AWSResponse:
        call, fault = self._current.call
        environ = _environ(request)
        if fault in REFUSALS:
            return _response(request, _refusal(environ, call, fault))
        answer = self._stale_or(fault, service, call, environ, request)
        if fault is Fault.TIMEOUT:
            raise ReadTimeoutError(endpoint_url=request.url)
        return _response(request, answer)

    def _stale_or(
        self, fault: Fault | None, service: str, call: Call, environ: dict[str, Any], request: AWSPreparedRequest
    ) -> _Answer:
        """What the same question was answered before it was last answered otherwise; else what is answered now."""
        if call.operation not in MAY_BE_STALE:
            return self._answer(service, call, environ)
        seen = self._seen.setdefault((service, call.operation, environ["wsgi.input"].getvalue()), [])
        if fault is Fault.STALE and seen:
            return seen[-1] if seen[-1].body != self._answer(service, call, environ).body else seen[0]
        answer = self._answer(service, call, environ)
        if not seen or seen[-1].body != answer.body:
            seen.append(answer)
            del seen[:-2]
        return answer

    def _answer(self, service: str, call: Call, environ: dict[str, Any]) -> _Answer:
        environ["wsgi.input"].seek(0)
        if answerer := self._answerers.get(service):
            said = answerer(call.operation, json.loads(environ["wsgi.input"].read() or b"{}"))
            status = 400 if "__type" in said else 200
            return _Answer(
                status,
                {"Content-Type": "application/json"},
                json.dumps(said, default=lambda moment: moment.timestamp()).encode(),
            )
        asked = dict(parse_qsl(environ["wsgi.input"].getvalue().decode("latin-1")))
        return self._shown.see(service, call.operation, asked, lambda: _called(self._moto(service), environ))


def _refusal(environ: dict[str, Any], call: Call, fault: Fault) -> _Answer:
    """In the shape in which the service refuses."""
    code, status = refusal(call, fault)

    def application(environ: dict[str, Any], start: Any) -> Any:
        return refuse(environ, start, call.service, "scripted", code)

    said = _called(application, environ)
    return _Answer(status, said.headers, said.body)


def _called(application: Application, environ: dict[str, Any]) -> _Answer:
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        said.update(status=int(status[:3]), headers=dict(headers))

    body = b"".join(application(environ, start))
    return _Answer(said["status"], said["headers"], body)


def _response(request: AWSPreparedRequest, answer: _Answer) -> AWSResponse:
    return AWSResponse(request.url, answer.status, answer.headers, _Raw(answer.body))  # type: ignore[arg-type]


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """As a WSGI server would make it of the request's bytes."""
    url = urlsplit(request.url)
    body: Any = request.body or b""
    if isinstance(body, str):
        body = body.encode()
    elif hasattr(body, "read"):
        body = body.read()
    given: Any = request.headers
    headers = {
        name.upper().replace("-", "_"): value.decode() if isinstance(value, bytes) else str(value)
        for name, value in given.items()
    }
    plain = {name: headers.pop(name) for name in ("CONTENT_TYPE",) if name in headers}
    headers.pop("CONTENT_LENGTH", None)
    return {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": url.path or "/",
        "QUERY_STRING": url.query,
        "SERVER_NAME": url.hostname,
        "SERVER_PORT": str(url.port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        **plain,
        **{f"HTTP_{name}": value for name, value in headers.items()},
    }
