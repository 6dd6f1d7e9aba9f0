"""People's clients for Aurora MySQL: Oracle's, with a ticket, and one of somebody who shows a ticket to any login."""

from __future__ import annotations

import ctypes
import json
import subprocess
import sys
from ctypes import byref, c_uint32, c_void_p
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymysql
import pytest

if TYPE_CHECKING:
    from localcloud.servers import AuroraMySQL, World

WHO = "SELECT CURRENT_USER(), @@external_user"
MUTUAL = 2  # GSS_C_MUTUAL_FLAG
COMPLETE, CONTINUE_NEEDED = 0, 1


def environment(world: World, ticket: Path | None) -> dict[str, str]:
    """Where names and servers are known, and the ticket, if there is one; and nothing else."""
    assert world.directory
    return {
        "PATH": "/usr/bin:/bin",
        "KRB5_CONFIG": str(world.directory.krb5_conf),
        "KRB5CCNAME": f"FILE:{ticket or world.home / 'no-ticket'}",
        **world.resolving,
    }


def mysql(
    world: World, server: AuroraMySQL, user: str, ticket: Path | None, *more: str, host: str | None = None
) -> tuple[str, str]:
    """Oracle's client signs in over verified TLS, unless `more` says otherwise; who it is then, and the error."""
    if not world.machine.mysql_knows_tickets:
        pytest.skip("the distribution's client of MySQL has no plugin for tickets")
    done = subprocess.run(
        [
            *world.machine.mysql,
            *("--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={world.authority.bundle}", "--batch", "--skip-column-names"),
            *(f"--host={host or server.host}", f"--user={user}", f"--execute={WHO}", *more),
        ],
        env=environment(world, ticket),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip(), done.stderr.strip()


def anybody(
    world: World,
    server: AuroraMySQL,
    user: str,
    ticket: Path,
    *,
    of: AuroraMySQL | None = None,
    host: str | None = None,
) -> tuple[str, str]:
    """A client that shows its ticket for any user, as Oracle's does not; one for the server `of`, if that is
    given. Who it is, and the error.
    """
    request = {
        "host": host or server.host,
        "user": user,
        "principal": f"mysql/{(of or server).host}",
        "bundle": str(world.authority.bundle),
    }
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(request),
        env={**environment(world, ticket), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    who, error = json.loads(done.stdout)
    return who, error


class Buffer(ctypes.Structure):
    """gss_buffer_desc."""

    _fields_ = [("length", ctypes.c_size_t), ("value", c_void_p)]

    @classmethod
    def of(cls, content: bytes) -> Buffer:
        return cls(len(content), ctypes.cast(ctypes.create_string_buffer(content, len(content)), c_void_p))

    def content(self) -> bytes:
        return ctypes.string_at(self.value, self.length) if self.value else b""


class Ticket:
    """pymysql's place for the plugin authentication_kerberos_client; the server must prove itself too."""

    principal = ""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._gssapi, self._name, self._context = ctypes.CDLL("libgssapi_krb5.so.2"), c_void_p(), c_void_p()
        written = Buffer.of(self.principal.encode())
        self._gssapi.gss_import_name(byref(c_uint32()), byref(written), None, byref(self._name))

    def authenticate(self, _packet: Any) -> Any:
        """Sends the ticket, checks the server's proof; answers the server's last packet."""
        request = self._step(b"", CONTINUE_NEEDED)
        self._connection.write_packet(request)
        answer = self._connection._read_packet()
        answer.check_error()
        self._step(answer.get_all_data()[1:], COMPLETE)
        return self._connection._read_packet()

    def _step(self, received: bytes, then: int) -> bytes:
        minor, token, out = c_uint32(), Buffer.of(received), Buffer()
        context = (byref(minor), None, byref(self._context), self._name, None, c_uint32(MUTUAL), c_uint32(0), None)
        major = self._gssapi.gss_init_sec_context(*context, byref(token), None, byref(out), None, None)
        if major != then:
            raise pymysql.MySQLError(f"GSSAPI: {major & 0xFFFFFFFF:#x} {minor.value}")
        return out.content()


def main() -> None:
    """Reads a request, prints who it is and the error."""
    request = json.load(sys.stdin)
    Ticket.principal = request["principal"]
    who, error = "", ""
    try:
        with (
            pymysql.connect(
                host=request["host"],
                user=request["user"],
                ssl_ca=request["bundle"],
                ssl_verify_cert=True,
                ssl_verify_identity=True,
                auth_plugin_map={b"authentication_kerberos_client": Ticket},  # type: ignore[dict-item]
            ) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(WHO)
            who = "\t".join(map(str, cursor.fetchone() or ()))
    except pymysql.MySQLError as refusal:
        error = " ".join(map(str, refusal.args))
    print(json.dumps([who, error]))


if __name__ == "__main__":
    main()
