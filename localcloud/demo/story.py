"""From RDS's event to a proved sign-in, and to the refusals that belong to it.

Returns only if all of it happened; anything else is an error.
"""

import json
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.demo import aurora_postgresql, mysql
from localcloud.demo.play import DemoFailed, Play
from localcloud.narration import HEADING, Narration, Told
from localcloud.scenery import PEOPLE, prepare

PROFILE = "payments"
MOST_LOOKS = 16  # for a join of 30 simulated minutes
PLAYS = {"mysql": mysql.PLAY, "aurora-postgresql": aurora_postgresql.PLAY}


def tell(engine: str, speed: float) -> None:
    """Runs the demo; `speed` is simulated seconds per real second. Raises DemoFailed."""
    if engine not in PLAYS:
        raise DemoFailed(f"There is no demo of {engine!r}; there is one of {', '.join(PLAYS)}")
    play, began = PLAYS[engine], time.monotonic()
    print(f"RDS Sign-on: {play.title}\n")
    with Cloud(speed=speed) as cloud:
        with cloud.clock.working():
            prepare(cloud)
        _introduce(cloud, play, time.monotonic() - began)
        told = _onboard(cloud, play, began)
        _show_what_people_get(cloud, told)
        kit = _download_kit(cloud, told)
        with cloud.clock.working():
            play.sign_in(cloud, kit, json.loads((kit / "connect.json").read_text()))
        _figures(cloud, told, time.monotonic() - began)


def _introduce(cloud: Cloud, play: Play, seconds: float) -> None:
    for what, is_so in (
        ("local cloud", f"template.yaml deployed, {len(cloud.physical)} resources; {seconds:.1f} s"),
        ("real", f"{play.real(cloud)}, each function in a process of its own"),
        ("stood in for", play.stood_in_for),
        ("directory", f"{cloud.directory.realm}: {', '.join(PEOPLE)}"),
        ("profile", f"{PROFILE}: admits payments-*; logins for alice and bob, none for mallory"),
    ):
        print(f"  {what:<14} {is_so}")


def _onboard(cloud: Cloud, play: Play, began: float) -> Told:
    print(f"\n$ {play.create(cloud, PROFILE)}")
    execution = _execution(cloud)
    print(f"{play.event} started execution {execution.rpartition(':')[2]}\n\n{HEADING}")
    told = Narration(cloud.client, cloud.endpoint, execution, began).follow()
    if told.end != "Onboarded":
        raise DemoFailed(f"The execution ended in {told.end!r}: {json.dumps(told.dossier)[:2000]}")
    return told


def _execution(cloud: Cloud) -> str:
    """The execution that has claimed the database: a new one takes minutes, simulated ones, and a cluster sends an
    event for itself and one for each instance.
    """
    table, deadline = cloud.physical["Records"], time.monotonic() + 60
    while time.monotonic() < deadline:
        items = cloud.client("dynamodb").scan(TableName=table)["Items"]
        if holders := [item["holder"]["S"] for item in items if "holder" in item]:
            return str(holders[0])
        time.sleep(0.05)
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
