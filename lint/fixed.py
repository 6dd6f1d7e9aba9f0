"""Whether a piece of Python is text that nobody outside the source decides: constants, and what is made of them alone.

Followed are names (assignments, loops, parameters of private functions back to every call of the module, constants of
other modules of the layer), f-strings, +, %, *, format, join, and psycopg2.sql, which quotes what it is given.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from lint.source import Function, Source, called, parameters, position_of

# Which argument of a call is SQL. `run` with one argument takes statements, whose text is looked at where it is made.
SQL_ARGUMENT = {
    "execute": 0, "executemany": 0, "mogrify": 0, "callproc": 0, "copy_expert": 0, "SQL": 0,
    "text": 0, "run": 0, "query": 1, "Statement": 1, "for_accounts": 2, "for_roles": 3,
}  # fmt: skip
SQL_KEYWORD = "sql"
FROM_TWO_ARGUMENTS = {"text", "run"}

# Types whose text is looked at where they are made: the engines' rows, statements, and what psycopg2 has put together
ROWS = ("LoginSql", "MySqlLogins", "PostgreSqlLogins")
SAFE_TYPES = (*ROWS, "Statement", "Composable", "Composed", "sql.SQL")
# What makes a name harmless; the tests send hostile names through each
QUOTES = {"_quoted", "Identifier", "Literal", "Placeholder"}
TEMPLATE_FIRST = {"filled"}  # answers a text that is made of its first argument alone, and the values
_SAME_TEXT = {"SQL", "Composed", "tuple", "list", "sorted", "reversed", "dict", "frozenset", "MappingProxyType"}
_OF_TEXT = {"format", "join", "replace", "upper", "lower", "strip", "split", "items", "values", "keys"}

Asked = frozenset[tuple[Source, Function | None, str]]


def loose(source: Source, node: ast.AST | None, asked: Asked = frozenset()) -> ast.AST | None:
    """The part that somebody outside may decide; None where the text is fixed. ``asked``: the names on the way here."""
    match node:
        case None | ast.Constant():
            return None
        case ast.JoinedStr(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return _first(source, parts, asked)
        case ast.Dict(values=parts):
            return _first(source, parts, asked)
        case ast.FormattedValue(value=part) | ast.Starred(value=part) | ast.Subscript(value=part):
            return loose(source, part, asked)
        case ast.BinOp(left=part, op=ast.Mult()):
            return loose(source, part, asked)
        case ast.BinOp(left=left, right=right) | ast.IfExp(body=left, orelse=right):
            return _first(source, [left, right], asked)
        case ast.ListComp(elt=part) | ast.GeneratorExp(elt=part) | ast.SetComp(elt=part):
            return loose(source, part, asked)
        case ast.Call():
            return _loose_call(source, node, asked)
        case ast.Attribute(value=base):
            return None if _is_safe(source, base) else node
        case ast.Name():
            return _loose_name(source, node, asked)
    return node


def _first(source: Source, parts: Sequence[ast.AST], asked: Asked) -> ast.AST | None:
    return next((found for part in parts if (found := loose(source, part, asked))), None)


def _loose_call(source: Source, call: ast.Call, asked: Asked) -> ast.AST | None:
    name, arguments = called(call), [*call.args, *(given.value for given in call.keywords)]
    if name == "len" or name in QUOTES or _is_safe(source, call):
        return None
    if name in TEMPLATE_FIRST:
        return _first(source, arguments[:1], asked)
    if name in _SAME_TEXT:
        return _first(source, arguments, asked)
    if isinstance(call.func, ast.Attribute) and name in _OF_TEXT:
        base = call.func.value
        # psycopg2 refuses what is neither quoted nor put together by itself
        composed = _is_safe(source, base) or (isinstance(base, ast.Call) and called(base) == "SQL")
        return _first(source, [base] if composed else [base, *arguments], asked)
    return call


def _loose_name(source: Source, name: ast.Name, asked: Asked) -> ast.AST | None:
    """A name that is on the way already refers to itself: what it began with decides."""
    function = source.function_around(name)
    if (source, function, name.id) in asked or _is_safe(source, name):
        return None
    asked |= {(source, function, name.id)}
    given = source.given(function, name.id) if function else []
    if function and name.id in parameters(function):
        return _first(source, [*given, *_from_callers(source, function, name.id)], asked)
    outer = source.function_around(function) if function else None
    given = given or (source.given(outer, name.id) if outer else []) or source.given(source.tree, name.id)
    if given:
        return _first(source, given, asked)
    if (origin := source.origin(name.id)) and (there := origin.given(origin.tree, name.id)):
        return _first(origin, there, asked)
    return name


def _from_callers(source: Source, function: Function, name: str) -> Sequence[ast.AST]:
    """What a parameter is given; itself, where anybody may call the function.

    The SQL of a function that is itself one of those that take SQL is looked at wherever that is called.
    """
    if SQL_ARGUMENT.get(function.name) == position_of(function, name):
        return []
    callers = source.given_by_callers(function, name) if function.name.startswith("_") else []
    return callers or [parameters(function)[name]]


def _is_safe(source: Source, node: ast.AST) -> bool:
    said = source.type_of(node)
    return any(safe in said for safe in SAFE_TYPES)
