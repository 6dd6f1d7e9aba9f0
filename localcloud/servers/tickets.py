"""Accepts a ticket with a server's own key, as a server that speaks GSSAPI does. Part of the verifier's program."""

import ctypes
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from pathlib import Path

ACCEPT = 2  # GSS_C_ACCEPT
COMPLETE = 0  # GSS_S_COMPLETE
MECHANISM = 2  # GSS_C_MECH_CODE: what the library of Kerberos has to say

gssapi = ctypes.CDLL("libgssapi_krb5.so.2")


class CredentialRefused(Exception):
    """The credential is not the user's; the message says why, for the server's log only."""


class Buffer(ctypes.Structure):
    """gss_buffer_desc."""

    _fields_ = [("length", c_size_t), ("value", c_void_p)]

    def taken(self) -> bytes:
        """What is in it; it is given back to the library."""
        content = ctypes.string_at(self.value, self.length) if self.value else b""
        gssapi.gss_release_buffer(byref(c_uint32()), byref(self))
        return content


class Setting(ctypes.Structure):
    """gss_key_value_element_desc."""

    _fields_ = [("key", c_char_p), ("value", c_char_p)]


class Settings(ctypes.Structure):
    """gss_key_value_set_desc."""

    _fields_ = [("count", c_uint32), ("elements", POINTER(Setting))]


def ticket(server: str, user: str, request: bytes) -> str:
    """Accepts `request` for the server whose folder has the key in its keytab; answers the principal and, in
    hexadecimal, the proof for the client. Raises CredentialRefused, also when the ticket is another's than `user`'s.
    """
    keytab = Path(server) / "keytab"
    if not keytab.exists():
        raise CredentialRefused("this server has no key of the directory")  # it was not restarted since the join
    minor, credential, context, name = c_uint32(), c_void_p(), c_void_p(), c_void_p()
    store = Settings(1, (Setting * 1)(Setting(b"keytab", str(keytab).encode())))
    _check(gssapi.gss_acquire_cred_from(
        byref(minor), None, c_uint32(), None, c_int(ACCEPT), byref(store), byref(credential), None, None
    ), minor)  # fmt: skip
    try:
        offered = ctypes.create_string_buffer(request, len(request))
        asked, proof = Buffer(len(request), ctypes.cast(offered, c_void_p)), Buffer()
        _check(gssapi.gss_accept_sec_context(
            byref(minor), byref(context), credential, byref(asked), None, byref(name), None, byref(proof), None, None,
            None,
        ), minor)  # fmt: skip
        whose = Buffer()
        _check(gssapi.gss_display_name(byref(minor), name, byref(whose), None), minor)
        principal = whose.taken().decode()
        if principal != user:
            raise CredentialRefused(f"the ticket is of {principal}")
        return f"{principal} {proof.taken().hex()}"
    finally:
        gssapi.gss_release_cred(byref(minor), byref(credential))
        gssapi.gss_release_name(byref(minor), byref(name))
        gssapi.gss_delete_sec_context(byref(minor), byref(context), None)


def _check(major: int, minor: c_uint32) -> None:
    if major != COMPLETE:
        said, more = Buffer(), c_uint32()
        gssapi.gss_display_status(byref(c_uint32()), minor, c_int(MECHANISM), None, byref(more), byref(said))
        raise CredentialRefused(f"{said.taken().decode()} ({major & 0xFFFFFFFF:#x})")
