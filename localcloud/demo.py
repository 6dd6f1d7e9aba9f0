"""The main job, shown to a person: from RDS's event to a proved sign-in, and to the refusals that belong to it.

Returns only if all of it happened; anything else is an error.
"""

import json
import re
import shlex
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.narration import HEADING, Narration, Told
from localcloud.scenery import PEOPLE, create_database, prepare

NAME, PROFILE = "payments-orders", "payments"
MOST_LOOKS = 16  # for a join of 30 simulated minutes
QUESTION = "SELECT CURRENT_USER(), @@external_user"


class DemoFailed(RuntimeError):
    """Something that should have been seen was not."""


def main(speed: float) -> None:
    """Runs the demo; `speed` is simulated seconds per real second. Raises DemoFailed."""
    began = time.monotonic()
    print("RDS Sign-on: a new RDS for MySQL database, from RDS's event to a proved sign-in\n")
    with Cloud(speed=speed) as cloud:
        with cloud.clock.working():
            prepare(cloud)
        _introduce(cloud, time.monotonic() - began)
        told = _onboard(cloud, began)
        _show_what_people_get(cloud, told)
        kit = _download_kit(cloud, told)
        with cloud.clock.working():
            _sign_in_and_be_refused(cloud, kit)
        _figures(cloud, told, time.monotonic() - began)


def _introduce(cloud: Cloud, seconds: float) -> None:
    mysql = f"MySQL {cloud.world.machine.mysql_version}"
    for what, is_so in (
        ("local cloud", f"template.yaml deployed, {len(cloud.physical)} resources; {seconds:.1f} s"),
        ("real", f"{mysql}, Samba Active Directory, PAM, TLS, each function in a process of its own"),
        ("stood in for", "RDS's control plane, and the library behind the name auth_pam, which asks PAM"),
        ("directory", f"{cloud.directory.realm}: {', '.join(PEOPLE)}"),
        ("profile", f"{PROFILE}: admits payments-*; logins for alice and bob, none for mallory"),
    ):
        print(f"  {what:<14} {is_so}")


def _onboard(cloud: Cloud, began: float) -> Told:
    tag = f"Key=signon:profile,Value={PROFILE}"
    print(f"\n$ aws rds create-db-instance --db-instance-identifier {NAME} --engine mysql ... --tags {tag}")
    create_database(cloud, NAME, PROFILE)
    execution = _execution(cloud)
    print(f"RDS-EVENT-0005 started execution {execution.rpartition(':')[2]}\n\n{HEADING}")
    told = Narration(cloud.client, cloud.endpoint, execution, began).follow()
    if told.end != "Onboarded":
        raise DemoFailed(f"The execution ended in {told.end!r}: {json.dumps(told.dossier)[:2000]}")
    return told


def _execution(cloud: Cloud) -> str:
    """The execution that the event starts, once RDS has sent it: a new database takes minutes, simulated ones."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = cloud.client("stepfunctions").list_executions(stateMachineArn=cloud.outputs["StateMachineArn"])[
            "executions"
        ]
        if found:
            return str(found[0]["executionArn"])
        time.sleep(0.02)
    raise DemoFailed("RDS's event started no execution within a minute")


def _show_what_people_get(cloud: Cloud, told: Told) -> None:
    outcome = told.dossier["outcome"]
    key = {"database": {"S": told.dossier["database"]["resource_id"]}, "kind": {"S": "record"}}
    record = cloud.client("dynamodb").get_item(TableName=cloud.physical["Records"], Key=key)["Item"]
    print(f"\n  {told.end}: {outcome['headline']}")
    print(
        "  record         "
        + ", ".join(f"{fact} {record[fact]['S']}" for fact in ("end", "plan", "profile", "rebooted_at"))
    )


def _download_kit(cloud: Cloud, told: Told) -> Path:
    bucket, folder = urllib.parse.urlsplit(told.dossier["kit"]["location"])[1:3]
    kit, s3 = Path(tempfile.mkdtemp(prefix="kit-", dir=cloud.world.home)), cloud.client("s3")
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix=folder.lstrip("/"))["Contents"]:
        s3.download_file(bucket, entry["Key"], str(kit / Path(entry["Key"]).name))
    print(f"  kit            {', '.join(sorted(file.name for file in kit.iterdir()))}\n")
    return kit


def _sign_in_and_be_refused(cloud: Cloud, kit: Path) -> None:
    """The line of the kit, run as it stands but for the name; the password is typed."""
    line = json.loads((kit / "connect.json").read_text())["clients"]["mysql"]
    print(f"$ {line.replace('YOUR-NAME', 'alice')}")
    answer = _mysql(cloud, kit, line, "alice", PEOPLE["alice"])
    expected = f"alice@%\talice@{cloud.directory.realm}"
    if answer.stdout.strip() != expected:
        raise DemoFailed(f"alice was not signed in as {expected!r}: {answer.stdout}{answer.stderr}")
    print(f"  {QUESTION}\n  -> {answer.stdout.strip()}\n\nRefused, as they must be:")
    without_tls = line.replace("--ssl-mode=VERIFY_IDENTITY", "--ssl-mode=DISABLED")
    _refused(
        "mallory, who is in the directory and has no login", _mysql(cloud, kit, line, "mallory", PEOPLE["mallory"])
    )
    _refused("alice with a wrong password", _mysql(cloud, kit, line, "alice", "Wrong-Horse-7"))
    _refused("alice without TLS", _mysql(cloud, kit, without_tls, "alice", PEOPLE["alice"]))


def _mysql(cloud: Cloud, kit: Path, line: str, user: str, password: str) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(line.replace("YOUR-NAME", user))[1:]
    command = [*cloud.world.machine.mysql, *arguments, "--batch", "--skip-column-names", "--execute", QUESTION]
    return subprocess.run(
        command,
        cwd=kit,
        input=f"{password}\n",
        env={"PATH": "/usr/bin:/bin", **cloud.world.resolving},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        start_new_session=True,  # without a terminal of its own the client reads the password from here
    )


def _refused(who: str, answer: subprocess.CompletedProcess[str]) -> None:
    error = re.search(r"ERROR 1045.*", answer.stderr)  # the server's "access denied", and no other failure
    if answer.returncode == 0 or error is None:
        raise DemoFailed(f"{who} was not refused by the server: {answer.stdout}{answer.stderr}")
    print(f"  {who}\n  -> {error[0]}")


def _figures(cloud: Cloud, told: Told, seconds: float) -> None:
    query = urllib.parse.urlencode({"execution": told.dossier["claim"]["execution"]})
    with urllib.request.urlopen(f"{cloud.endpoint}/localcloud/figures?{query}") as answer:  # noqa: S310  (our own endpoint)
        calls: dict[str, Any] = json.load(answer)
    figures = {
        "looks at the membership": told.looks,
        "state transitions": told.transitions,
        "history events": told.history_events,
        "AWS calls": calls["total"],
        "SQL round trips": told.sql_round_trips,
    }
    print("\n" + ", ".join(f"{value} {name}" for name, value in figures.items()) + f", {seconds:.1f} s")
    if told.looks > MOST_LOOKS:
        raise DemoFailed(f"{told.looks} looks at the membership; at most {MOST_LOOKS} are enough")
