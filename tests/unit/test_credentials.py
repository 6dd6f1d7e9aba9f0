from __future__ import annotations

from signon.domain.credentials import Credentials


def test_a_password_is_not_printed() -> None:
    credentials = Credentials("dbadmin", "hunter2")
    assert "hunter2" not in f"{credentials} {credentials!r}"
