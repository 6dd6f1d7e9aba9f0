"""What a runtime that ends in the middle of its reply has said: nothing."""

import socket
from collections.abc import Iterator

import pytest

from localcloud.functions.runtime_api import Reply, RuntimeApi

PATH = "/2018-06-01/runtime/invocation/1/response"


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    api = RuntimeApi("arn:aws:lambda:us-east-1:123456789012:function:x")
    yield api
    api.close()


def send(api: RuntimeApi, rest: str) -> bytes:
    """Of a request, to its end or the runtime's; answers what it was told."""
    with socket.create_connection(("127.0.0.1", api.server_port)) as runtime:
        runtime.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\n{rest}".encode())
        runtime.shutdown(socket.SHUT_WR)
        return runtime.recv(1024)


@pytest.mark.parametrize(
    "rest",
    [
        'Content-Length: 12\r\n\r\n{"a',
        "Content-Length: 12\r\n\r\n",
        'Transfer-Encoding: chunked\r\n\r\nc\r\n{"a',
        'Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n',
    ],
)
def test_half_a_reply_is_none(api: RuntimeApi, rest: str) -> None:
    assert send(api, rest) == b""
    assert api.replies.empty()


@pytest.mark.parametrize(
    "rest",
    [
        'Content-Length: 7\r\n\r\n{"a":1}',
        'Transfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
    ],
)
def test_a_whole_one_is_one(api: RuntimeApi, rest: str) -> None:
    assert b" 202 " in send(api, rest)
    assert api.replies.get(timeout=60) == Reply(False, b'{"a":1}')
