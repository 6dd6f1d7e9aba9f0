"""SQL is written in the source: no text of a statement comes from a variable that somebody outside could decide."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from lint.fixed import FROM_TWO_ARGUMENTS, ROWS, SQL_ARGUMENT, SQL_KEYWORD, loose
from lint.source import Source, called, of_file

ROOT = Path(__file__).parents[1]
LOOKED_AT = ("layers/signon/python", "functions", "localcloud")
NOT_THE_PRODUCT = "localcloud/"  # there `run` and `query` are other things

# Files where something is found that is right, each with the reason
APART: Mapping[str, str] = {
    "layers/signon/python/signon/aws/records.py": "expressions of DynamoDB, which begin with SET too",
    "layers/signon/python/signon/domain/logins/mysql_accounts.py": "statements for people to paste: nothing runs them",
}

_BEGINS = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|GRANT|REVOKE|RENAME|TRUNCATE|SET|COMMENT|CALL|DO|COPY)\s"
)
_REMEDY = (
    "give values as parameters (%s), names by psycopg2.sql.Identifier or the quoting function, and take the text from a"
    " constant or the engine's row"
)


def findings() -> list[str]:
    """Every such place, as file:line, and every row in APART that is not needed."""
    files = sorted(path for folder in LOOKED_AT for path in (ROOT / folder).rglob("*.py"))
    found = {name: [*unsafe(of_file(path), name)] for path in files if (name := str(path.relative_to(ROOT)))}
    unneeded = [f"{name}: nothing is found there; remove its row from lint/sql.py" for name in APART if not found[name]]
    return [f"{name}:{line}" for name, lines in found.items() if name not in APART for line in lines] + unneeded


def unsafe(source: Source, name: str = "") -> Iterator[str]:
    """Line and reason of each place of a file, in their order."""
    takers = {"execute", "executemany"} if name.startswith(NOT_THE_PRODUCT) else SQL_ARGUMENT.keys()
    places = {
        (place.lineno, ast.unparse(part))
        for place in (*_given_as_sql(source, takers), *_built(source))
        if (part := loose(source, place)) is not None
    }
    for line, said in sorted(places):
        yield f"{line}: `{said}` becomes part of SQL: {_REMEDY}"


def _given_as_sql(source: Source, takers: Collection[str]) -> Iterator[ast.expr]:
    """What is given as SQL to those who take SQL."""
    for call in source.calls():
        name = called(call)
        if name in ROWS:
            yield from (given.value for given in call.keywords)
            yield from call.args
        elif name in takers and not (name in FROM_TWO_ARGUMENTS and len(call.args) < 2):
            yield from (given.value for given in call.keywords if given.arg == SQL_KEYWORD)
            yield from call.args[SQL_ARGUMENT[name] :][:1]


def _built(source: Source) -> Iterator[ast.Call | ast.JoinedStr | ast.BinOp]:
    """What is put together and begins as SQL does, wherever it goes."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call | ast.JoinedStr | ast.BinOp) and _BEGINS.match(_beginning(node)):
            yield node


def _beginning(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=[first, *_]) | ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]):
            return _beginning(first) + " "
        case ast.BinOp(left=first):
            return _beginning(first)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _beginning(text)
        case ast.Call(func=ast.Attribute(attr="join"), args=[parts]):
            return _beginning(parts)
    return ""
