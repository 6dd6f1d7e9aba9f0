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


@pytest.mark.parametrize("name", ["payments", "certificates"])
@pytest.mark.parametrize(
    "said",
    [
        "FATAL:  Passwort-Authentifizierung für Benutzer »{}« fehlgeschlagen",
        "FATAL:  authentification par mot de passe échouée pour l'utilisateur « {} »",
        'ВАЖНО:  пользователь "{}" не прошёл проверку подлинности (по паролю)',
        '致命错误:  用户 "{}" Password 认证失败',
    ],
)
def test_a_server_that_speaks_another_language_is_postgresql_all_the_same(said: str, name: str) -> None:
    """Its parameter lc_messages is in effect before anybody is signed in."""
    words = f'connection to server at "ledger" (10.0.1.7), port 5432 failed: {said.replace("{}", name)}'
    assert refusal(words) is Refusal.NOT_LET_IN


def test_what_libpq_says_by_itself_is_no_word_of_a_servers() -> None:
    words = (
        'connection to server at "ledger" (10.0.1.7), port 5432 failed: received invalid response to SSL negotiation: H'
    )
    assert refusal(words) is Refusal.STRANGE
