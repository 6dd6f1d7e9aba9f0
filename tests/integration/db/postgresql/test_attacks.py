"""What a role that may create roles, tables and comments can do to a run: the run goes on, and says it in one line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest
from psycopg2 import extensions

from signon.db import postgresql_logins, postgresql_reading
from signon.domain.logins import postgresql_marks
from signon.domain.logins.postgresql_roles import DEEPEST
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.message import message
from signon.domain.outcome.outcome import decide
from signon.errors import DatabaseUnusable, StatementRefused
from signon.foreign import REMEDY, shown
from tests.builders import REALM, a_database_id, a_profile, planned
from tests.hostile_texts import FORGED, NAMES, broken

from .conftest import SQL, Create, Operator, SignIn, Verify

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:signon-onboard-database:e1"
FORGED_MARK = json.dumps({"signon": {"profile": "ledger", "complete": True}})


def quoted(name: str) -> str:
    """As the attacker's driver does."""
    return '"' + name.replace('"', '""') + '"'


def a_message(verify: Verify) -> str:
    """What people are told of a run that ends here."""
    dossier = {
        "database": a_database_id().to_json(),
        "plan": planned().to_json(),
        "kit": {"location": "x", "changed": 0},
        "proof": verify(a_profile()).to_json(),
    }
    assert len(json.dumps(dossier)) < 100_000
    ended = decide(Dossier.from_json(dossier), {})
    assert FORGED not in ended.subject
    return message(ended, EXECUTION)


@pytest.mark.parametrize("title", NAMES)
def test_a_role_of_any_name_forges_no_line(payments: Operator, create: Create, verify: Verify, title: str) -> None:
    """A leaver of another profile, as its mark says; alice is a member of it, and a table is called so."""
    role = quoted(NAMES[title])
    create(a_profile())
    payments.run(
        f"CREATE ROLE {role} LOGIN",
        f"COMMENT ON ROLE {role} IS '{FORGED_MARK}'",
        f'GRANT {role} TO "alice@{REALM}"',
    )
    payments.run(f"CREATE TABLE core.{role} ()", database="payments")
    message = a_message(verify)
    assert shown(NAMES[title]) in message
    assert [fault for line in message.split("\n") for fault in broken(line)] == []
    assert not any(line.strip().removeprefix("What to do: ").startswith(FORGED) for line in message.split("\n"))


@pytest.mark.parametrize(
    ("mark", "reads"),
    [
        ("A" * 400_000, "made by somebody else"),
        ('{"signon": {"profile": "' + "A" * 400_000 + '"}}', "made by somebody else"),
        ('{"signon": {"profile": "' + "x" * 150 + '"}}', "made for profile " + "x" * 97 + "..."),
        ("[" * 100_000, "made by somebody else"),
        ('{"signon": {"a": ' + "[" * 100_000, "made by somebody else"),
        ('{"signon": {"profile": "x\\n- also\\u202e"}}', r'made for profile "x\n- also\u202e"'),
    ],
    ids=["400 KB", "400 KB of a mark", "a long mark", "brackets", "brackets in a mark", "lines"],
)
def test_a_comment_of_any_size_is_no_mark_and_ends_nothing(
    payments: Operator, create: Create, verify: Verify, mark: str, reads: str
) -> None:
    payments.run(f'CREATE ROLE "alice@{REALM}" LOGIN', f"COMMENT ON ROLE \"alice@{REALM}\" IS '{mark}'")
    create(a_profile())
    assert reads in a_message(verify)


def test_no_more_of_three_hundred_comments_is_sent_than_a_mark_has(payments: Operator, as_master: SignIn) -> None:
    payments.run(
        "DO $$ BEGIN FOR each IN 1..300 LOOP EXECUTE format('CREATE ROLE %I', 'odd-' || each);"
        " EXECUTE format('COMMENT ON ROLE %I IS %L', 'odd-' || each, '{\"signon\": {' || repeat('x', 1000000));"
        " END LOOP; END $$"
    )

    with as_master() as session:
        rows = session.query("Read the roles", postgresql_reading._ROLES)
    assert sum(len(row[6] or "") for row in rows) <= 300 * 500
    assert len([row for row in rows if row[6]]) == 300


def test_only_comments_that_begin_like_a_mark_are_sent(payments: Operator, as_master: SignIn) -> None:
    payments.run("CREATE ROLE odd", f'COMMENT ON ROLE odd IS \'{{"note": "{"x" * 400}"}}\'')
    payments.run("CREATE ROLE ours", f"COMMENT ON ROLE ours IS '{FORGED_MARK}'")
    with as_master() as session:
        comments = {row[0]: row[6] for row in session.query("Read the roles", postgresql_reading._ROLES)}
    assert (comments["odd"], comments["ours"]) == (None, FORGED_MARK)


@pytest.mark.parametrize("links", [DEEPEST, 7_000])
def test_a_chain_of_roles_is_followed_to_any_depth_and_one_that_is_too_deep_is_reported(
    payments: Operator, create: Create, verify: Verify, links: int
) -> None:
    payments.run(
        f"DO $$ BEGIN FOR each IN 0..{links} LOOP EXECUTE format('CREATE ROLE %I', 'link-' || each);"
        " IF each > 0 THEN EXECUTE format('GRANT %I TO %I', 'link-' || each, 'link-' || each - 1); END IF;"
        " END LOOP; END $$"
    )
    create(a_profile())
    payments.run(f'GRANT "link-0" TO "alice@{REALM}"')
    proof = verify(a_profile())
    assert proof.verified == 2
    said = [each.problem for each in proof.not_ours if each.problem.startswith("A chain of ")]
    chain = f"A chain of {links + 1} memberships leads from alice@{REALM} to link-{links}"
    assert said == [f"{chain}; more than 200 are never needed"]


def test_a_chain_of_reasonable_length_is_not_reported(payments: Operator, create: Create, verify: Verify) -> None:
    payments.run(
        f"DO $$ BEGIN FOR each IN 0..{DEEPEST} LOOP EXECUTE format('CREATE ROLE %I', 'link-' || each);"
        " IF each > 0 THEN EXECUTE format('GRANT %I TO %I', 'link-' || each, 'link-' || each - 1); END IF;"
        " END LOOP; END $$"
    )
    create(a_profile())
    assert "(oid" not in str(verify(a_profile()).not_ours)


def test_a_server_of_more_roles_than_are_read_is_said_to_be_too_large(
    payments: Operator, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signon.db import postgresql_reading

    fewer = postgresql_reading._ROLES.replace("<= 200000", "<= 5")
    monkeypatch.setattr(postgresql_reading, "_ROLES", fewer)
    with pytest.raises(DatabaseUnusable, match="more than 200,000 roles, or more than 400,000 memberships"):
        create(a_profile())
    assert not payments.opened()


def test_schemas_of_more_tables_than_are_read_are_said_to_be_too_large(
    payments: Operator, create: Create, monkeypatch: pytest.MonkeyPatch
) -> None:
    from signon.db import postgresql_reading

    monkeypatch.setattr(postgresql_reading, "MOST_ROWS", 3)
    with pytest.raises(DatabaseUnusable, match="tables and sequences in the schemas that the profile names"):
        create(a_profile())
    assert payments.version


def test_creating_many_roles_at_once_does_not_scan_all_of_them_for_each(payments: Operator, as_master: SignIn) -> None:
    """The server's statistics know of the roles and not of the memberships; a merge of the two is quadratic."""
    payments.run("ANALYZE pg_auth_members")
    payments.run("DO $$ BEGIN FOR n IN 0..2999 LOOP EXECUTE format('CREATE ROLE %I', 'link-' || n); END LOOP; END $$")
    payments.run("ANALYZE pg_authid")
    payments.run(
        "DO $$ BEGIN FOR n IN 1..2999 LOOP"
        " EXECUTE format('GRANT %I TO %I', 'link-' || n, 'link-' || n - 1); END LOOP; END $$"
    )
    with as_master() as session:
        plan = "\n".join(line for (line,) in session.query("How", f"EXPLAIN {postgresql_reading._ROLES}"))
    assert "Index Cond: (member = " in plan
    assert "Merge Join" not in plan
    assert "Hash Join" not in plan


@pytest.mark.parametrize(
    ("odd", "others"),
    [
        ("ad\u200bmin", [r"ad\u200bmin", "adu200bmin", r"ad\+00200bmin"]),
        ("ad\x1b\\min", ["ad\x1b\\\\min", r"ad\x1b\min"]),
        ("a\"d\u200b'min", ['a""d\u200b\'min', "ad\u200b'min"]),
        ("x | Remedy: y", ["x / Remedy: y", r"x \+00007c Remedy: y"]),
    ],
    ids=["zero width", "a control character and a backslash", "quotation marks", "the sign before a remedy"],
)
def test_a_name_as_remedies_print_it_is_exactly_that_roles(operator: Operator, odd: str, others: list[str]) -> None:
    operator.run(*(f"CREATE ROLE {quoted(each)}" for each in (odd, *others)))
    printed = postgresql_marks.quoted(odd)
    assert printed.isprintable()
    assert REMEDY not in printed
    operator.run(f"DROP ROLE {printed}")
    left = {name for (name,) in operator.run("SELECT rolname FROM pg_roles")}
    assert odd not in left
    assert left.issuperset(others)
    operator.run(*(f"DROP ROLE {postgresql_marks.quoted(each)}" for each in others))


# ---- names and marks that are not UTF-8: roles are common to all databases of a server


ALICE, BOB = f"alice@{REALM}", f"bob@{REALM}"
CAFE = b'"caf\xe9"'


@pytest.fixture(params=["LATIN1", "SQL_ASCII"])
def other(request: pytest.FixtureRequest, payments: Operator) -> Iterator[Operator]:
    """A server with a database of another encoding than the one that we sign in to."""
    create_database(payments, "other", request.param)
    yield payments
    (names,) = zip(*in_bytes(payments, b"SELECT quote_ident(rolname) FROM pg_roles WHERE rolname ~ 'caf'"), strict=True)
    in_bytes(payments, *(b"DROP ROLE " + name for name in names))


def create_database(operator: Operator, name: str, encoding: str) -> None:
    operator.run(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'")


def in_bytes(operator: Operator, *statements: bytes, database: str = "other") -> list[tuple[bytes, ...]]:
    with closing(operator.connect(database=database)) as connection:
        connection.set_client_encoding("SQL_ASCII")
        extensions.register_type(extensions.BYTES, connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def test_a_role_whose_name_is_not_utf_8_stops_nobody(
    other: Operator, as_master: SignIn, create: Create, verify: Verify
) -> None:
    in_bytes(other, b"CREATE ROLE " + CAFE)
    create(a_profile())
    assert verify(a_profile()).verified == 2
    with as_master() as session:
        assert postgresql_logins.look_inside(session, SQL).other_sessions == 0


@pytest.mark.parametrize("end", [b'caf\xe9"}}', b"\xc3"], ids=["within", "at its end"])
def test_a_mark_that_is_not_utf_8_stops_nobody(other: Operator, create: Create, verify: Verify, end: bytes) -> None:
    role, mark = b'"' + ALICE.encode() + b'"', b'\'{"signon": {"profile": "' + end + b"'"
    in_bytes(other, b"CREATE ROLE " + CAFE, b"CREATE ROLE " + role, b"COMMENT ON ROLE " + role + b" IS " + mark)
    create(a_profile())
    proof = verify(a_profile())
    assert proof.verified == 1
    assert proof.left_alone[0].problem.startswith(f"{ALICE}: made ")


def test_a_member_whose_name_is_not_utf_8_is_told(other: Operator, create: Create, verify: Verify) -> None:
    create(a_profile())
    in_bytes(other, b"CREATE ROLE " + CAFE, b'GRANT "' + ALICE.encode() + b'" TO ' + CAFE)
    told, *_ = verify(a_profile()).not_ours
    assert told.problem == r"signon.payments.read: others may use it or give it away (caf\udce9)"
    assert r"FROM <the role caf\udce9, whose name is not UTF-8> CASCADE" in (told.remedy or "")


def test_a_login_of_ours_that_was_renamed_to_what_is_not_utf_8_is_told_with_what_locks_it(
    other: Operator, create: Create, verify: Verify
) -> None:
    create(a_profile())
    in_bytes(other, b'ALTER ROLE "' + BOB.encode() + b'" RENAME TO ' + CAFE)
    create(a_profile())
    *_, told = verify(a_profile()).not_ours  # its group roles come first
    assert told.problem.startswith(r"caf\udce9 (oid ")
    assert told.problem.endswith("its name is not UTF-8, so it was neither recognized nor locked")
    other.run((told.remedy or "").removeprefix("Run "))
    assert in_bytes(other, b"SELECT rolcanlogin::text FROM pg_roles WHERE rolname ~ 'caf'") == [(b"false",)]
    assert "(oid" not in str(verify(a_profile()).not_ours)


def test_no_two_names_become_one(other: Operator, as_master: SignIn) -> None:
    """What escapes of a name say may be another one's name."""
    in_bytes(other, b"CREATE ROLE " + CAFE, rb'CREATE ROLE "caf\xe9"', rb'CREATE ROLE "caf\udce9"')
    with as_master() as session:
        present = postgresql_reading.read_roles(session).present
    assert {name for name in present if name.startswith("caf")} == {"caf\udce9", r"caf\xe9", r"caf\udce9"}


def test_a_table_whose_name_is_not_utf_8_is_told_and_stops_nobody(
    operator: Operator, create: Create, verify: Verify
) -> None:
    create_database(operator, "payments", "SQL_ASCII")
    operator.run("ALTER DATABASE payments OWNER TO dbadmin")
    operator.run(
        "SET SESSION AUTHORIZATION dbadmin",
        "CREATE SCHEMA core",
        "CREATE TABLE core.invoices ()",
        database="payments",
    )
    in_bytes(operator, b"CREATE TABLE core." + CAFE + b" ()", database="payments")
    create(a_profile())
    proof = verify(a_profile())
    assert proof.verified == 2
    assert [told.problem for told in proof.not_ours] == [
        r"payments.core.caf\udce9 of rdsadmin: its name is not UTF-8, so nothing can be granted on it"
    ]
    assert operator.run(
        "SELECT has_table_privilege('signon.payments.read', 'core.invoices', 'SELECT')", database="payments"
    )


def test_what_a_trigger_says_in_another_encoding_is_an_error_of_ours(operator: Operator, create: Create) -> None:
    create_database(operator, "payments", "SQL_ASCII")
    operator.run("ALTER DATABASE payments OWNER TO dbadmin")
    operator.run("CREATE SCHEMA core AUTHORIZATION dbadmin", database="payments")
    says = b"RAISE NOTICE 'caf\xe9'; RAISE EXCEPTION 'caf\xe9'"
    in_bytes(
        operator,
        b"CREATE FUNCTION public.says() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN " + says + b"; END $$",
        b"CREATE EVENT TRIGGER says ON ddl_command_start EXECUTE FUNCTION public.says()",
        database="payments",
    )
    with pytest.raises(StatementRefused, match="A trigger of the database's own refused a statement"):
        create(a_profile())
