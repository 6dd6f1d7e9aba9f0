"""Connections to databases: made in one place for each family, and never without verified TLS."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lint.source import Source, called, of_file

ROOT = Path(__file__).parents[1]
LOOKED_AT = ("layers/signon/python", "functions")
DRIVERS = ("pymysql", "psycopg2", "psycopg", "MySQLdb", "mysql", "mariadb", "pg8000", "asyncpg", "sqlalchemy")
_DB = "layers/signon/python/signon/db"


def _is(value: str) -> Callable[[ast.expr | None], bool]:
    return lambda given: isinstance(given, ast.Constant) and given.value == value


def _is_given(given: ast.expr | None) -> bool:
    return given is not None and not (isinstance(given, ast.Constant) and not given.value)


# The file that alone may connect with a driver, and what it must say
PLACES: Mapping[str, tuple[str, Mapping[str, Callable[[ast.expr | None], bool]]]] = {
    f"{_DB}/mysql.py": ("pymysql", {"ssl": _is_given}),
    f"{_DB}/postgresql.py": (
        "psycopg2",
        {
            "sslmode": _is("verify-full"),
            "sslrootcert": _is_given,
            "ssl_min_protocol_version": _is("TLSv1.2"),
            "gssencmode": _is("disable"),
        },
    ),
}


def findings() -> list[str]:
    """Every breach, as file:line."""
    files = sorted(path for folder in LOOKED_AT for path in (ROOT / folder).rglob("*.py"))
    return [
        f"{name}:{breach}"
        for path in files
        if (name := str(path.relative_to(ROOT)))
        for breach in breaches(of_file(path), name)
    ]


def breaches(source: Source, name: str) -> Iterator[str]:
    """Line and reason of each breach in a file of this name."""
    driver, wanted = PLACES.get(name, ("", {}))
    for call in source.calls():
        if called(call).lower() in ("connect", "connection", "create_engine") and (used := _driver(source, call)):
            if used != driver:
                places = " and ".join(path.removeprefix(f"{_DB}/") for path in PLACES)
                yield f"{call.lineno}: {used} connects here: only signon.db's {places} may, each with its own driver"
                continue
            given = {one.arg: one.value for one in call.keywords}
            for option, right in wanted.items():
                if not right(given.get(option)):
                    yield f"{call.lineno}: {used} connects without the right {option}: TLS must be verified"
    yield from _unverified(source)


def _driver(source: Source, call: ast.Call) -> str:
    """The driver whose function is called, however it was imported; "" for anything else."""
    first = ast.unparse(call.func).split(".")[0]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                module = (str(node.module) if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
                if module in DRIVERS and (alias.asname or alias.name.split(".")[0]) == first:
                    return module
    return ""


def _unverified(source: Source) -> Iterator[str]:
    """What takes verification away, or lets old TLS in."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Attribute(attr="CERT_NONE" | "CERT_OPTIONAL" | "_create_unverified_context" | "TLSv1" | "TLSv1_1"):
                yield f"{node.lineno}: {ast.unparse(node)}: TLS 1.2 or newer, verified, or none at all"
            case ast.Assign(targets=[ast.Attribute(attr="check_hostname")], value=ast.Constant(value=False)):
                yield f"{node.lineno}: check_hostname: anyone with any certificate could answer"
            case ast.Call() if called(node) in ("SSLContext", "wrap_socket"):
                yield f"{node.lineno}: {called(node)}: ssl.create_default_context verifies, this does not"
            case ast.keyword(
                arg="verify" | "verify_ssl" | "ssl_verify_cert" | "ssl_verify_identity", value=ast.Constant(value=False)
            ):
                yield f"{node.value.lineno}: {node.arg}=False: TLS must be verified"
            case ast.keyword(arg="ssl_disabled", value=ast.Constant(value=True)):
                yield f"{node.value.lineno}: ssl_disabled: no connection without TLS"
