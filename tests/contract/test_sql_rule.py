"""The rule about SQL: the product keeps it, and it sees SQL that is put together, however that is done."""

from __future__ import annotations

import pytest

from lint import sql
from lint.source import Source

# What goes into a function (cursor, session, user and whatever is made of them), the part that must be found in it
UNSAFE = {
    "CREATE USER, f-string": ('cursor.execute(f"CREATE USER {user}")', "user"),
    "DROP USER, per cent": ('cursor.execute("DROP USER %s" % user)', "user"),
    "GRANT, plus": ('cursor.execute("GRANT SELECT ON x TO " + user)', "user"),
    "ALTER ROLE, format": ('cursor.execute("ALTER ROLE {} LOGIN".format(user))', "user"),
    "DROP ROLE, join": ('cursor.execute(" ".join(["DROP ROLE", user]))', "user"),
    "ALTER USER, through variables": (
        'text = f"ALTER USER {user}"\n    later = text\n    cursor.execute(later)',
        "user",
    ),
    "in small letters": ('cursor.execute("create user " + user)', "user"),
    "added to": ('text = "SELECT 1"\n    text += user\n    cursor.execute(text)', "user"),
    "one of two branches": ('cursor.execute("SELECT 1" if user else user.name)', "user.name"),
    "a loop over names": ("for text in user:\n        cursor.execute(text)", "user"),
    "a walrus": ('if text := "DROP USER " + user:\n        cursor.execute(text)', "user"),
    "from a row of another database": ("cursor.execute(cursor.fetchone()[0])", "cursor.fetchone()"),
    "from a function that nobody looks at": ("cursor.execute(user.sql())", "user.sql()"),
    "from an attribute": ("cursor.execute(user.name)", "user.name"),
    "a named argument": ('session.query("Look", sql=f"SELECT {user}")', "user"),
    "a query": ('session.query("Look", "SELECT " + user, ())', "user"),
    "a statement": ('Statement("Make", f"CREATE USER {user}", ())', "user"),
    "run": ('session.run("DROP USER " + user, ())', "user"),
    "an engine's row": ('LoginSql(create=f"CREATE USER {user}")', "user"),
    "psycopg2.sql.SQL of no constant": ("cursor.execute(sql.SQL(user))", "user"),
    "psycopg2.sql.SQL, plus": ('cursor.execute(sql.SQL("DROP ROLE " + user))', "user"),
    "psycopg2.sql.SQL, f-string, in format": ('cursor.execute(sql.SQL(f"DROP ROLE {user}").format())', "user"),
    "a template": ('Statement("Make", *filled(f"CREATE ROLE {user}", names=user))', "user"),
    "given to nobody here": ('return f"GRANT {user} TO x"', "user"),
    "many": ('cursor.executemany("DROP USER " + user, [])', "user"),
}
# The same, and nothing may be found
SAFE = {
    "a constant": 'cursor.execute("DROP USER %s", (user,))',
    "a constant of the module": "cursor.execute(TEXT, (user,))",
    "put together from constants": 'cursor.execute(f"{TEXT} LIMIT {2}" + ", 1" * len(user))',
    "places for parameters": 'cursor.execute("DROP USER {}".format(", ".join(["%s@%s"] * len(user))), user)',
    "one of a table": "cursor.execute(TEXTS[user])",
    "a loop over constants": "for text in (TEXT, 'SELECT 2'):\n        cursor.execute(text)",
    "chosen from constants": 'cursor.execute(", ".join(word for word in ("SELECT 1", "2") if word in user))',
    "the row's": "cursor.execute(row.create.format(accounts=', '.join(['%s'])), user)",
    "a statement's": "for one in statements:\n        cursor.execute(one.sql, one.values)",
    "psycopg2.sql": 'cursor.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(user)))',
    "psycopg2.sql, joined": 'cursor.execute(sql.SQL(", ").join(sql.Identifier(one) for one in user))',
    "psycopg2.sql, put together elsewhere": 'cursor.execute(composed + sql.SQL(" LOGIN"))',
    "what a function puts together by psycopg2.sql": "cursor.execute(grant(user))",
    "quoted": 'cursor.execute(f"GRANT SELECT ON {_quoted(user)} TO %s", (user,))',
    "a template's values": 'Statement("Make", *filled("CREATE ROLE {names}", names=user))',
    "words to people": 'raise ValueError(f"Grant {user} something, and select a role")',
    "statements": "session.run(statements)",
    "another module's constant": "cursor.execute(' '.join(MYSQL_PRESETS[user]))",
}
MODULE = """
from psycopg2 import sql
from signon.domain.profile.presets import MYSQL_PRESETS

TEXT = "SELECT 1"
TEXTS = {{"one": "SELECT 1", "two": TEXT}}

def grant(user) -> sql.Composed: ...

def handler(cursor, session, user, row: LoginSql, statements: Sequence[Statement], composed: sql.Composed):
    {body}
"""


def found(body: str) -> list[str]:
    return [place.split(" becomes part of SQL")[0] for place in sql.unsafe(Source(MODULE.format(body=body)))]


@pytest.mark.parametrize(("body", "part"), UNSAFE.values(), ids=UNSAFE)
def test_sql_that_is_put_together_is_found(body: str, part: str) -> None:
    assert found(body)
    assert all(place.endswith(f": `{part}`") for place in found(body))


@pytest.mark.parametrize("body", SAFE.values(), ids=SAFE)
def test_sql_written_in_the_source_is_accepted(body: str) -> None:
    assert found(body) == []


def test_a_finding_names_its_line_and_what_to_do() -> None:
    (place,) = sql.unsafe(Source('\ndef f(cursor, user):\n    cursor.execute("DROP " + user)'))
    assert place.startswith("3: `user` becomes part of SQL: give values as parameters (%s), names by ")


PRIVATE = """
def _run_text(cursor, text):
    cursor.execute(text)

def f(cursor, user):
    text = {text}
    _run_text(cursor, text)
"""


def test_a_private_functions_parameter_is_what_its_callers_give_it() -> None:
    assert [*sql.unsafe(Source(PRIVATE.format(text='"SELECT 1"')))] == []
    (place,) = sql.unsafe(Source(PRIVATE.format(text='"drop user " + user')))
    assert place.startswith("3: `user`")


def test_a_public_functions_parameter_may_be_anything() -> None:
    (place,) = sql.unsafe(Source("def show(cursor, text):\n    cursor.execute(text)"))
    assert place.startswith("2: `text`")


def test_a_function_that_passes_sql_on_is_checked_where_it_is_called() -> None:
    assert [*sql.unsafe(Source("def query(self, description, sql):\n    self.cursor.execute(sql)"))] == []
    (place,) = sql.unsafe(Source("def query(self, description, sql):\n    self.cursor.execute(description)"))
    assert place.startswith("2: `description`")


def test_the_project_keeps_the_rule() -> None:
    assert sql.findings() == []


def test_a_file_that_is_left_apart_must_need_it(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "layers/signon/python/signon/settings.py"
    monkeypatch.setattr(sql, "APART", {**sql.APART, name: "no reason"})
    assert sql.findings() == [f"{name}: nothing is found there; remove its row from lint/sql.py"]
