"""A program: asks libkrb5 how it reads krb5.conf files. JSON in, JSON out."""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

LIBRARY = ctypes.CDLL("libkrb5.so.3")
Pointers = ctypes.POINTER(ctypes.c_void_p)


class Data(ctypes.Structure):
    _fields_ = (("magic", ctypes.c_int), ("length", ctypes.c_uint), ("data", ctypes.c_char_p))


def read(context: ctypes.c_void_p, hosts: list[str], realm: str) -> dict[str, Any]:
    default = ctypes.c_char_p()
    assert LIBRARY.krb5_get_default_realm(context, ctypes.byref(default)) == 0
    assert default.value
    return {
        "default": default.value.decode(),
        "hosts": [realm_of(context, host) for host in hosts],
        "way": way(context, default.value, realm.encode()),
    }


def realm_of(context: ctypes.c_void_p, host: str) -> str:
    found = ctypes.POINTER(ctypes.c_char_p)()
    assert LIBRARY.krb5_get_host_realm(context, host.encode(), ctypes.byref(found)) == 0
    return (found[0] or b"").decode()


def way(context: ctypes.c_void_p, start: bytes, end: bytes) -> list[str]:
    """The services that hand out tickets on the way from one realm to another."""
    tree, here, there = Pointers(), Data(0, len(start), start), Data(0, len(end), end)
    if LIBRARY.krb5_walk_realm_tree(context, ctypes.byref(here), ctypes.byref(there), ctypes.byref(tree), b"."):
        return []
    names, index = list[str](), 0
    while tree[index]:
        name = ctypes.c_char_p()
        assert LIBRARY.krb5_unparse_name(context, ctypes.c_void_p(tree[index]), ctypes.byref(name)) == 0
        names.append((name.value or b"").decode())
        index += 1
    return names


def main() -> None:
    asked = json.load(sys.stdin)
    answers = []
    for number, text in enumerate(asked["files"]):
        path = Path(asked["folder"], f"{number}.conf")
        path.write_text(text)
        os.environ["KRB5_CONFIG"] = str(path)
        context = ctypes.c_void_p()
        assert LIBRARY.krb5_init_context(ctypes.byref(context)) == 0
        answers.append(read(context, asked["hosts"], asked["to"]))
        LIBRARY.krb5_free_context(context)
    print(json.dumps(answers))


if __name__ == "__main__":
    main()
