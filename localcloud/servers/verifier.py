"""python -m programs.verifier SOCKET PAM-SERVICES REALM: checks the credentials that the database servers' plugins pass
on: passwords here, tickets in tickets.py.

A program of its own, for the system's Python: PAM modules are the system's. native/rdsauth.c describes what is asked
and answered. The services are a folder of our own in place of /etc/pam.d.
"""

import ctypes
import os
import socketserver
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from .tickets import CredentialRefused, ticket

PAM_SILENT = 0x8000
PAM_PROMPT_ECHO_OFF = 1
PAM_CONV_ERR = 19

libc = ctypes.CDLL("libc.so.6")
libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
libpam = ctypes.CDLL("libpam.so.0")
libpam.pam_strerror.restype = ctypes.c_char_p


class Message(ctypes.Structure):
    """struct pam_message."""

    _fields_ = [("style", ctypes.c_int), ("text", ctypes.c_char_p)]


class Response(ctypes.Structure):
    """struct pam_response."""

    _fields_ = [("text", ctypes.c_void_p), ("unused", ctypes.c_int)]


Converse = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(Message)),
    ctypes.POINTER(ctypes.POINTER(Response)),
    ctypes.c_void_p,
)


class Conversation(ctypes.Structure):
    """struct pam_conv."""

    _fields_ = [("converse", Converse), ("data", ctypes.c_void_p)]


def directory_password(services: Path, realm: str, user: str, password: bytes) -> str:
    """Checks a directory password through PAM; answers the user's principal. Raises CredentialRefused."""
    if not user or set(user) & set("@/\\\0") or b"\0" in password:
        raise CredentialRefused(
            "not a user name and a password"
        )  # "@" would ask another realm, PAM would stop reading at a zero

    def converse(count: int, messages: Any, responses: Any, _data: Any) -> int:
        if count != 1 or messages[0].contents.style != PAM_PROMPT_ECHO_OFF:
            return PAM_CONV_ERR  # pam_krb5 wants a new password: the old one has expired
        answer = ctypes.cast(libc.calloc(1, ctypes.sizeof(Response)), ctypes.POINTER(Response))
        answer.contents.text = libc.strdup(password)  # PAM frees both
        responses[0] = answer
        return 0

    conversation = Conversation(Converse(converse), None)
    handle = ctypes.c_void_p()
    outcome = libpam.pam_start_confdir(
        b"mysqld", user.encode(), ctypes.byref(conversation), os.fsencode(services), ctypes.byref(handle)
    )
    if outcome != 0:
        raise CredentialRefused(f"PAM does not start ({outcome})")
    outcome = libpam.pam_authenticate(handle, PAM_SILENT) or libpam.pam_acct_mgmt(handle, PAM_SILENT)
    reason = libpam.pam_strerror(handle, outcome).decode()
    libpam.pam_end(handle, outcome)
    if outcome != 0:
        raise CredentialRefused(reason)
    return f"{user}@{realm}"


class CredentialHandler(socketserver.StreamRequestHandler):
    """One credential of one user."""

    def handle(self) -> None:
        """Answers the plugin, and writes a line of log without the credential."""
        *asked, user_length, credential_length = self.rfile.readline().decode().split()
        method, *more = asked
        user = self.rfile.read(int(user_length)).decode(errors="replace")
        credential = self.rfile.read(int(credential_length))
        try:
            answer = f"OK {methods[method](*more, user, credential)}"
        except CredentialRefused as refusal:
            answer = f"NO {refusal}"
        print(method, repr(user), *answer.split(maxsplit=2)[:2] if answer[:2] == "OK" else [answer], flush=True)
        self.wfile.write(answer.encode() + b"\n")


class Verifier(socketserver.ThreadingUnixStreamServer):
    """A thread for each request: PAM waits for the domain controller."""

    daemon_threads = True
    request_queue_size = 64


if __name__ == "__main__":
    path, services, realm = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    methods: dict[str, Callable[..., str]] = {"pam": partial(directory_password, services, realm), "ticket": ticket}
    os.umask(0o077)
    Verifier(path, CredentialHandler).serve_forever()
