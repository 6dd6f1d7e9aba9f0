"""A server that answers at a database's address without being it learns nothing: not even who wanted to sign in."""

from __future__ import annotations

import os
import re
from pathlib import Path

import psycopg2
import pytest

from localcloud.servers import World
from signon.db import mysql
from signon.db.session import sign_in
from signon.domain.rds.credentials import Credentials
from signon.errors import SignonError
from tests.builders import a_database, a_database_id

from .conftest import HOST, MASTER, Names
from .mysql_rogues import MYSQL
from .postgresql_rogues import POSTGRESQL
from .rogue import Rogue, is_a_handshake_and_no_more
from .rogue_kinds import PORT, Family, Kind

FAMILIES = (MYSQL, POSTGRESQL)


def rogues(which: str) -> pytest.MarkDecorator:
    """Each family with each of its ``which``."""
    cases = [(family, kind) for family in FAMILIES for kind in getattr(family, which)]
    return pytest.mark.parametrize(("family", "kind"), cases, ids=[f"{of.engine}: {kind.name}" for of, kind in cases])


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOSTADDR", "")  # to be what it was, after the test


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a minute for a rogue that hangs."""
    monkeypatch.setattr(mysql, "_ANSWER_WITHIN", 1)
    really = psycopg2.connect
    monkeypatch.setattr(psycopg2, "connect", lambda **asked: really(**{**asked, "connect_timeout": 2}))


def met(family: Family, rogue: Rogue, names: Names, bundle: str) -> SignonError:
    """What the product says when it wants to sign in to the database and meets this rogue."""
    names.addresses[HOST] = rogue.address
    os.environ["PGHOSTADDR"] = rogue.address  # libpq resolves names by itself
    database = a_database(id=a_database_id(engine=family.engine), host=HOST, port=rogue.port, master_user=MASTER[0])
    with pytest.raises(SignonError) as refused:
        sign_in(database, lambda: Credentials(*MASTER), bundle).__enter__()
    return refused.value


def says_the_password(family: Family, rogue: Rogue) -> list[bytes]:
    """The forms of the master's password among all that the rogue was told."""
    return [form for form in family.forms(MASTER[1]) if form in rogue.heard or form in rogue.wire]


@rogues("kinds")
def test_a_rogue_learns_nothing(
    family: Family, kind: Kind, world: World, names: Names, bundle: str, tmp_path: Path, impatient: None
) -> None:
    with Rogue(kind.talk(kind.certificate(world, tmp_path))) as rogue:
        said = met(family, rogue, names, bundle)
    assert (type(said), str(said)) == (type(kind.said), str(kind.said).replace(PORT, str(rogue.port)))
    assert len(rogue.lines) == kind.visits, "and not once more in another way"
    for line in rogue.lines:
        assert is_a_handshake_and_no_more(re.sub(rb"\A" + family.asks_for_tls, b"", line.heard, flags=re.DOTALL))
    assert says_the_password(family, rogue) == []
    assert MASTER[0].encode() not in rogue.heard + rogue.wire


@rogues("trusted")
def test_even_the_database_is_told_no_password_in_a_way_that_others_could_read(
    family: Family, kind: Kind, world: World, names: Names, bundle: str, tmp_path: Path
) -> None:
    with Rogue(kind.talk(kind.certificate(world, tmp_path))) as rogue:
        said = met(family, rogue, names, bundle)
    assert (type(said), str(said)) == (type(kind.said), str(kind.said))
    assert says_the_password(family, rogue) == []
    assert MASTER[0].encode() in rogue.heard, "it came as far as this"


@rogues("ears")
def test_with_the_databases_own_certificate_the_same_rogue_is_told_the_password(
    family: Family, kind: Kind, world: World, names: Names, bundle: str, tmp_path: Path
) -> None:
    """These rogues have ears: the tests above would find the password."""
    with Rogue(kind.talk(kind.certificate(world, tmp_path))) as rogue:
        said = met(family, rogue, names, bundle)
    assert (type(said), str(said)) == (type(kind.said), str(kind.said))
    assert says_the_password(family, rogue)
    assert MASTER[0].encode() in rogue.heard
    assert MASTER[1].encode() not in rogue.wire, "and nobody else is"
