"""A refusal in the shape in which the service that was asked refuses, for the protocol that the request speaks."""

import json
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from localcloud.iam.policies import Need
from localcloud.iam.requests import Call

REQUEST_ID = "00000000-0000-0000-0000-000000000000"

# where it is neither the protocol's usual code
CODES = {"sns": "AuthorizationError", "ec2": "UnauthorizedOperation"}


def special_code(call: Call, need: Need) -> str:
    """The code where it is not the one that the service usually refuses with; "" where it is."""
    # https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
    return "KMSAccessDenied" if call[0] == "sns" and need.action.startswith("kms:") else ""


def refuse(environ: dict[str, Any], start_response: Any, service: str, message: str, code: str = "") -> Iterable[bytes]:
    """`code` instead of the service's own for a refused call."""
    target, form = environ.get("HTTP_X_AMZ_TARGET"), environ.get("CONTENT_TYPE", "")
    headers: list[tuple[str, str]] = []
    if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
        status, form = "400 Bad Request", "application/cbor"
        headers = [("smithy-protocol", "rpc-v2-cbor")]
        body = _cbor({"__type": code or "AccessDeniedException", "message": message})
    elif target:
        status = "400 Bad Request"
        body = json.dumps({"__type": code or "AccessDeniedException", "Message": message}).encode()
    elif service == "ec2":
        status, form = "403 Forbidden", "text/xml"
        inner = f"<Errors><Error>{_xml(code or CODES['ec2'], message)}</Error></Errors>"
        body = f"<Response>{inner}<RequestID>{REQUEST_ID}</RequestID></Response>".encode()
    elif form.startswith("application/x-www-form-urlencoded"):
        status, form = "403 Forbidden", "text/xml"
        inner = f"<Error><Type>Sender</Type>{_xml(code or CODES.get(service, 'AccessDenied'), message)}</Error>"
        body = f"<ErrorResponse>{inner}<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>".encode()
    elif service == "s3":
        status, form = "403 Forbidden", "application/xml"
        body = f"<Error>{_xml(code or 'AccessDenied', message)}<RequestId>{REQUEST_ID}</RequestId></Error>".encode()
    else:
        status, form = "403 Forbidden", "application/json"
        headers = [("x-amzn-ErrorType", code or "AccessDeniedException")]
        body = json.dumps({"Message": message}).encode()
    if environ["REQUEST_METHOD"] == "HEAD":
        body = b""  # so botocore shows 403, "Forbidden", as with AWS
    start_response(status, [("Content-Type", form), ("Content-Length", str(len(body))), *headers])
    return [body]


def _xml(code: str, message: str) -> str:
    return f"<Code>{code}</Code><Message>{escape(message)}</Message>"


def _cbor(said: dict[str, str]) -> bytes:
    """A short map of texts. https://www.rfc-editor.org/rfc/rfc8949#section-3"""
    return bytes([0xA0 | len(said)]) + b"".join(_cbor_text(each) for pair in said.items() for each in pair)


def _cbor_text(text: str) -> bytes:
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded
