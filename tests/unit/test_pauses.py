"""An instance of Aurora Serverless v2 that has paused resumes because somebody connects, and is given the time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import psycopg2
import pymysql
import pytest

from signon.db import session
from signon.db.connection import CONNECT_TRIES, RESUMES_WITHIN
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import ConnectionRefused
from tests.builders import a_cluster, a_cluster_id, a_database

AURORA_MYSQL = replace(a_cluster_id(), engine="aurora-mysql")


@pytest.mark.parametrize(
    ("database", "seconds"),
    [
        (a_cluster(pauses=True), RESUMES_WITHIN),
        (a_cluster(pauses=True, id=AURORA_MYSQL), RESUMES_WITHIN),
        (a_cluster(), 5),
        (a_cluster(id=AURORA_MYSQL), 5),
        (a_database(), 5),
    ],
    ids=lambda value: f"{value.id.engine}, pauses: {value.pauses}" if isinstance(value, Database) else str(value),
)
def test_each_try_to_connect_waits_until_a_paused_one_has_resumed(
    monkeypatch: pytest.MonkeyPatch, database: Database, seconds: int
) -> None:
    waited: list[int] = []

    def nobody_answers(error: Exception) -> Any:
        def connect(**asked: Any) -> None:
            waited.append(asked["connect_timeout"])
            raise error

        return connect

    monkeypatch.setattr(psycopg2, "connect", nobody_answers(psycopg2.OperationalError("timeout expired")))
    monkeypatch.setattr(pymysql, "connect", nobody_answers(pymysql.err.OperationalError(2003, "timed out")))
    monkeypatch.setattr("signon.db.mysql.verifying", lambda ca_bundle: None)
    with (
        pytest.raises(ConnectionRefused, match="cannot be reached"),
        session.sign_in(database, lambda: Credentials("master", "secret"), "bundle.pem"),
    ):
        pass
    assert waited == [seconds] * CONNECT_TRIES


def test_a_paused_one_is_given_the_thirty_seconds_and_more_that_aws_speaks_of() -> None:
    assert RESUMES_WITHIN > 30
