from __future__ import annotations

import pytest

from signon.domain.rds.credentials import Credentials


def test_a_password_is_not_printed() -> None:
    credentials = Credentials("dbadmin", "hunter2")
    assert "hunter2" not in f"{credentials} {credentials!r}"


@pytest.mark.parametrize(
    ("credentials", "problem"),
    [
        (Credentials("", "hunter2"), "its username is empty"),
        (Credentials("dbadmin", ""), "its password is empty"),
        (Credentials("dbadmin", "hun\0ter2"), "its password contains the character NUL"),
        (Credentials("db\0admin", "hunter2"), "its username contains the character NUL"),
        (Credentials("dbadmin", "hun\ud800ter2"), "its password contains half a character"),
        (Credentials("db\udfffadmin", "hunter2"), "its username contains half a character"),
    ],
)
def test_what_no_driver_can_send_is_said_without_a_character_of_it(credentials: Credentials, problem: str) -> None:
    said = credentials.problem()
    assert said is not None
    assert said.startswith(problem)
    assert not any(part in said for part in ("hun", "ter2", "admin", "\0", "\ud800", "\udfff"))


@pytest.mark.parametrize(
    "text", ["hunter2", "pässwörd-1", "Hunter2€x", "日本語", "\N{GRINNING FACE}", " x\n", "'\"\\%s"]
)
def test_any_other_text_is_a_password(text: str) -> None:
    assert Credentials("dbadmin", text).problem() is None
