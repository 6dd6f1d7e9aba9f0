"""Databases that cannot be signed in to as their master: found by the look inside, before anything is changed."""

from __future__ import annotations

import json
from typing import Any

from tests.simulation.refusals import ACCOUNT, ODD, Odd, Refusals, about_it, each
from tests.simulation.world import ORDERS, REGION, World

NO_OBJECT = "it is not a JSON object with username and password"
UNREADABLE = "Allow the functions to read it and use its key, or let RDS manage the master password"
MISWRITTEN = (
    'Write {"username": "...", "password": "..."} into it, as the database knows them, or let RDS manage the master'
    " password"
)


def secret(name: str, why: str, put: Any, remedy: str = MISWRITTEN) -> Odd:
    """The master's secret holds this, or is as this makes it."""
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:rds!db-{ODD}"
    said = (f"The master secret {arn} cannot be used: {why}", remedy)
    return Odd(f"the secret {name}", [said], about_it(), {}, secret=put if callable(put) else holding(put))


def holding(text: str) -> Any:
    return lambda manager, name: manager.put_secret_value(SecretId=name, SecretString=text)


def binary(manager: Any, name: str) -> None:
    manager.put_secret_value(SecretId=name, SecretBinary=b'{"username": "admin", "password": "Hunter2"}')


def deleted(manager: Any, name: str) -> None:
    manager.delete_secret(SecretId=name, RecoveryWindowInDays=7)


def of_another_database(world: World) -> str:
    return world.servers.addresses[world.rds.backend.databases[ORDERS].address]


REFUSED = (
    (
        f"{ODD}.co9cqpb5607f.{REGION}.rds.amazonaws.com:3306 refuses connections: the server is starting, stopping or"
        " failing over"
    ),
    "",
)
UNVERIFIED = (
    f"The TLS of {ODD}.co9cqpb5607f.{REGION}.rds.amazonaws.com cannot be verified",
    (
        "Give the database a certificate of a current RDS certificate authority, see that the file of the parameter"
        " CaBundle has the authorities of this Region, and check what answers at that address"
    ),
)

CONNECTIONS = [
    secret("is deleted", "InvalidRequestException", deleted, UNREADABLE),
    secret("is binary", NO_OBJECT, binary),
    secret("is a password", NO_OBJECT, "Hunter2"),
    secret("is a number", NO_OBJECT, "7"),
    secret("is null", NO_OBJECT, "null"),
    secret("is a list", NO_OBJECT, '["admin", "Hunter2"]'),
    secret("is cut off", NO_OBJECT, '{"username": "admin", "password": "Hunt'),
    secret("has no password", NO_OBJECT, json.dumps({"username": "admin"})),
    secret("has no username", NO_OBJECT, json.dumps({"password": "Hunter2"})),
    secret("has a number for a password", NO_OBJECT, json.dumps({"username": "admin", "password": 7})),
    secret("has a list of passwords", NO_OBJECT, json.dumps({"username": "admin", "password": ["Hunter2"]})),
    secret("has an empty password", "its password is empty", json.dumps({"username": "admin", "password": ""})),
    secret(
        "has a NUL",
        "its password contains the character NUL, where drivers cut it off",
        json.dumps({"username": "admin", "password": "Hunter2"}).replace("2", r"2\u0000"),
    ),
    secret(
        "has a lone surrogate",
        "its password contains half a character (a lone surrogate), which UTF-8 has no bytes for",
        json.dumps({"username": "admin", "password": "Hunter2"}).replace("2", r"2\ud800"),
    ),
    Odd("nobody listens there", [REFUSED], about_it(), {}, is_served=False, end="Parked"),
    Odd("another database answers there", [UNVERIFIED], about_it(), {}, answers_at=of_another_database),
]


@each(CONNECTIONS)
def test_a_database_that_nobody_can_sign_in_to_is_left_as_it_is(odd: Odd, refusals: Refusals) -> None:
    execution = refusals.check(odd)
    assert execution.run.states[-4:-2] == ["Look inside", "Report outcome"]
    assert "Hunter2" not in json.dumps(execution.run.data)
