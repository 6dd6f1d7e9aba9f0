"""Secrets Manager: the master user's password, read just before it is used and kept nowhere."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import TYPE_CHECKING

from signon.aws.clients import client, errors_as
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.domain.rds.master_secret import refusal
from signon.errors import MasterSecretUnusable
from signon.foreign import shown

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

_CONTENT_REMEDY = (
    'Write {"username": "...", "password": "..."} into it, as the database knows them, or let RDS manage the master'
    " password"
)


def master_credentials(database: Database, named: str | None, listed: Collection[str]) -> Credentials:
    """The master user's credentials, from the current version of the secret that the profile names, else of RDS's own.

    ``listed``: the ARNs, or patterns of them, of those that a profile may name.

    Raises MasterSecretUnusable: there is none, the profile may not name it, it cannot be read or decrypted, or is not a
    JSON object with username and password, or one of them is what no driver can send.
    """
    if refused := refusal(database, named, listed):
        raise MasterSecretUnusable(refused.problem, refused.remedy)
    manager: SecretsManagerClient = client("secretsmanager")
    secret = named or database.master_secret
    if secret is None:
        raise MasterSecretUnusable(
            f"RDS holds no master secret for {database.id.name}",
            "Let RDS manage the master password, or name a secret under access.master",
        )

    def unusable(
        why: str, remedy: str = "Allow the functions to read it and use its key, or let RDS manage the master password"
    ) -> MasterSecretUnusable:
        return MasterSecretUnusable(f"The master secret {shown(secret, 200)} cannot be used: {why}", remedy)

    codes = (
        "ResourceNotFoundException",
        "AccessDeniedException",
        "DecryptionFailure",
        "InvalidRequestException",
        "ValidationException",  # no ARN of a secret, as Secrets Manager reads it
    )
    # mypy: a default of a lambda has no type
    with errors_as({code: lambda _, code=code: unusable(code) for code in codes}):  # type: ignore[misc]
        text = manager.get_secret_value(SecretId=secret).get("SecretString", "")
    try:
        document = json.loads(text)
        user, password = document["username"], document["password"]
    except (ValueError, KeyError, TypeError, RecursionError):
        user = password = None
    if not isinstance(user, str) or not isinstance(password, str):
        raise unusable("it is not a JSON object with username and password", _CONTENT_REMEDY)
    credentials = Credentials(user, password)
    if problem := credentials.problem():
        raise unusable(problem, _CONTENT_REMEDY)
    return credentials
