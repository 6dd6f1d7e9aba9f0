"""Which reason is found in libpq's words."""

from __future__ import annotations

import pytest

from signon.db.postgresql_refusals import Refusal, refusal


@pytest.mark.parametrize("name", ["payments", "certificates", "ssl error", "timeout expired", "pg_hba.conf"])
@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('FATAL:  password authentication failed for user "{}"', Refusal.PASSWORD),
        ('FATAL:  database "{}" does not exist', Refusal.NO_DATABASE),
        ('FATAL:  cannot connect to invalid database "{}"', Refusal.NO_DATABASE),
        ('FATAL:  database "{}" is not currently accepting connections', Refusal.CLOSED),
        ('FATAL:  permission denied for database "{}"', Refusal.NOT_GRANTED),
        ('FATAL:  too many connections for database "{}"', Refusal.FULL_DATABASE),
        ('server certificate for "{}" does not match host name "{}"', Refusal.TLS),
        ('root certificate file "{}" does not exist', Refusal.TLS),
    ],
)
def test_what_things_are_called_is_no_reason(said: str, found: Refusal, name: str) -> None:
    words = f'connection to server at "{name}" (10.0.1.7), port 5432 failed: {said.replace("{}", name)}'
    assert refusal(words) is found
