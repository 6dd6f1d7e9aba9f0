"""An IAM database authentication token is valid for one place, one user and 15 minutes, if its signer may connect."""

import dataclasses
import subprocess
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.iam.policies import statements
from localcloud.iam.principals import Principal
from localcloud.people.shell import MACHINE
from localcloud.rds.tokens import Destination, verify
from localcloud.servers.tokens import TokenRefused

HOST, CLUSTER = "orders-1.cabc.us-east-1.rds.amazonaws.com", "orders.cluster-cabc.us-east-1.rds.amazonaws.com"
USERS = "arn:aws:rds-db:us-east-1:123456789012:dbuser:cluster-ABC/"
DESTINATION = Destination((f"{HOST}:5432", f"{CLUSTER}:5432"), "us-east-1", USERS)
KEY, SECRET, SESSION = "ASIAEXAMPLE", "a-secret", "a session's/token=+" + 900 * "x"
MAY = statements(f'{{"Statement": {{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "{USERS}app*"}}}}')
WHO = Principal("arn:aws:iam::123456789012:role/payments-api", SECRET, SESSION, (MAY,))


def token(
    host: str = HOST,
    port: int = 5432,
    user: str = "app",
    secret: str = SECRET,
    session: str | None = SESSION,
    region: str = "us-east-1",
) -> str:
    client = boto3.client("rds", region, aws_access_key_id=KEY, aws_secret_access_key=secret, aws_session_token=session)
    return client.generate_db_auth_token(host, port, user)


def refusal(token: str, user: str = "app", who: Principal | None = WHO, late: float = 0) -> str:
    """Why it is refused, `late` seconds from now; "" where it is not."""
    try:
        now = datetime.now(UTC) + timedelta(seconds=late)
        verify(token, user, DESTINATION, lambda key: who if key == KEY else None, now)
    except TokenRefused as refused:
        return str(refused)
    return ""


@pytest.mark.parametrize("host", [HOST, CLUSTER])
@pytest.mark.parametrize("user", ["app", "app@CORP.EXAMPLE.COM", "app one+two/ü&DBUser=x"])
def test_a_token_of_botocore_is_good(host: str, user: str) -> None:
    assert refusal(token(host, user=user), user) == ""


def test_a_token_of_the_aws_cli_is_good() -> None:
    command = [str(MACHINE / "aws" / "bin" / "aws"), "rds", "generate-db-auth-token", "--region", "us-east-1"]
    what = ["--hostname", HOST, "--port", "5432", "--username", "app"]
    made_by = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SESSION}
    done = subprocess.run([*command, *what], env=made_by, capture_output=True, text=True, check=True)
    assert refusal(done.stdout.strip()) == ""


@pytest.mark.parametrize(("late", "why"), [(-240, ""), (-360, "the token is of"), (890, ""), (901, "expired")])
def test_it_is_good_for_15_minutes(late: float, why: str) -> None:
    said = refusal(token(), late=late)
    assert (why in said) if why else said == ""


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ({"user": "bob"}, "the token is for connect by bob"),
        ({"user": "App"}, "the token is for connect by App"),
        ({"port": 3306}, f"the token is for {HOST}:3306"),
        ({"host": HOST.replace("-1", "-2")}, "the token is for orders-2"),
        ({"host": "10.0.0.7"}, "the token is for 10.0.0.7"),
        ({"region": "eu-west-1"}, "the token's scope is"),
        ({"secret": SESSION}, "the signature is wrong"),
        ({"session": None}, "the session token is another one"),
        ({"session": "another"}, "the session token is another one"),
    ],
)
def test_a_token_made_differently_is_refused(made: dict[str, Any], why: str) -> None:
    assert refusal(token(**made)).startswith(why)


def test_a_token_changed_afterwards_is_refused() -> None:
    good = token(user="bob")
    assert refusal(good.replace("DBUser=bob", "DBUser=app")) == "the signature is wrong"
    assert refusal(good.replace("DBUser=bob", "DBUser=app&DBUser=bob")) == "it is no token"
    assert refusal(good.replace("&DBUser=bob", "") + "&DBUser=app") == "it is no token"
    assert refusal(token().replace("X-Amz-Expires=900", "X-Amz-Expires=90000")).startswith("the token would be good")
    assert refusal(token().replace("X-Amz-Expires=900", "X-Amz-Expires=soon")) == "it is no token"
    assert refusal("App.Passw0rd") == "it is no token"
    assert refusal("") == "it is no token"


def test_what_was_signed_for_another_service_or_a_longer_time_is_refused() -> None:
    def signed(expires: int, service: str) -> str:
        request = AWSRequest("GET", f"https://{HOST}:5432/?Action=connect&DBUser=app")
        SigV4QueryAuth(Credentials(KEY, SECRET, SESSION), service, "us-east-1", expires).add_auth(request)
        return str(request.url).removeprefix("https://")

    assert refusal(signed(900, "rds-db")) == ""
    assert refusal(signed(901, "rds-db")).startswith("the token would be good for")
    assert refusal(signed(900, "rds")).startswith("the token's scope is")


def test_a_caller_without_permission_is_refused() -> None:
    nobody = dataclasses.replace(WHO, allowing=((),))
    limited = dataclasses.replace(WHO, allowing=(MAY, ()))
    denied = dataclasses.replace(WHO, allowing=((*MAY, dataclasses.replace(MAY[0], allows=False)),))
    for who in (nobody, limited, denied):
        assert refusal(token(), who=who) == f"{WHO.arn} may not rds-db:connect on {USERS}app"
    assert refusal(token(user="bob"), "bob") == f"{WHO.arn} may not rds-db:connect on {USERS}bob"
    assert refusal(token(), who=None) == f"nobody has the access key {KEY}"
