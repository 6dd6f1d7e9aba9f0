"""What a signed request asks for, whatever protocol its service speaks: service, operation, parameters."""

import functools
import io
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationModel
from botocore.session import get_session

Call = tuple[str, str]  # service, operation: ("rds", "DescribeDBInstances")


def access_key_id(environ: dict[str, Any]) -> str:
    """Whose signature it bears; "" without one."""
    found = re.search(r"Credential=([^/]+)/", environ.get("HTTP_AUTHORIZATION", ""))
    return found[1] if found else ""


def service_of(environ: dict[str, Any]) -> str:
    """Which service it is signed for; "unknown" without a signature."""
    scope = re.search(r"Credential=[^/]+/\d+/[\w-]+/([\w-]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
    return scope[1] if scope else "unknown"


def called(environ: dict[str, Any]) -> Call:
    """Which operation of which service."""
    service = service_of(environ)
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return service, target.rpartition(".")[2]
    if environ.get("HTTP_SMITHY_PROTOCOL"):
        return service, environ["PATH_INFO"].rpartition("/operation/")[2]
    if _is_form(environ):
        return service, parse_qs(_body(environ).decode()).get("Action", ["unknown"])[0]
    return service, _rest_operation(service, environ)


def parameters(environ: dict[str, Any], call: Call) -> dict[str, Any]:
    """The request's parameters under the API's names; of requests whose body is content, those in path and query."""
    if environ.get("HTTP_SMITHY_PROTOCOL"):
        return {}  # CBOR: nobody has asked for them yet
    if environ.get("HTTP_X_AMZ_TARGET"):
        said: dict[str, Any] = json.loads(_body(environ) or b"{}")
        return said
    if _is_form(environ):
        return dict(parse_qsl(_body(environ).decode()))
    path = environ["PATH_INFO"].encode("latin1").decode()  # WSGI passes bytes on in text
    for operation in _rest_operations(call[0]):
        if operation.name == call[1] and (found := operation.pattern.fullmatch(path.rstrip("/") or "/")):
            query = dict(parse_qsl(environ.get("QUERY_STRING", "")))
            return {**{_in_query(key): value for key, value in query.items()}, **found.groupdict()}
    return {}


def _in_query(name: str) -> str:
    """versionId is VersionId in the API."""
    return name[:1].upper() + name[1:]


def _is_form(environ: dict[str, Any]) -> bool:
    return str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")


def _body(environ: dict[str, Any]) -> bytes:
    """Read, and left to be read again."""
    body: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


@dataclass(frozen=True)
class _RestOperation:
    name: str
    method: str
    pattern: re.Pattern[str]  # of its path
    flags: set[str]  # what its query must have
    headers: set[str]  # and its headers, as WSGI names them: only one tells CopyObject from PutObject


def _rest_operation(service: str, environ: dict[str, Any]) -> str:
    """Of the operations with this method whose path fits, the one whose fixed query, headers and path say most."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    asked = {part.partition("=")[0] for part in environ.get("QUERY_STRING", "").split("&") if part}
    best, fit = f"{method} {path}", -1
    for each in _rest_operations(service):
        if each.method == method and each.flags <= asked and each.headers <= environ.keys():
            score = 10 * (len(each.flags) + len(each.headers)) + each.pattern.pattern.count("/")
            if score > fit and each.pattern.fullmatch(path.rstrip("/") or "/"):
                best, fit = each.name, score
    return best


@functools.cache
def _rest_operations(service: str) -> list[_RestOperation]:
    try:
        model = get_session().get_service_model(service)
    except UnknownServiceError:
        return []  # a signing name that is no service's name
    return [_described(model.operation_model(name)) for name in model.operation_names]


def _described(operation: OperationModel) -> _RestOperation:
    uri, _, query = operation.http["requestUri"].partition("?")
    pattern = re.sub(r"\\\{(.+?)\\\}", _group, re.escape(uri.rstrip("/") or "/"))
    flags = {part.partition("=")[0] for part in query.split("&") if part} - {"x-id"}
    shape: Any = operation.input_shape
    required = [shape.members[name].serialization for name in shape.required_members] if shape else []
    headers = {
        f"HTTP_{each['name'].upper().replace('-', '_')}" for each in required if each.get("location") == "header"
    }
    return _RestOperation(operation.name, operation.http["method"], re.compile(pattern), flags, headers)


def _group(label: re.Match[str]) -> str:
    """{Bucket} is one part of the path, {Key+} may be several."""
    name = re.sub(r"\W", "", label[1])
    return f"(?P<{name}>{'.+' if label[1].endswith('+') else '[^/]+'})"
