"""`make sam-local`: a cloud that the SAM CLI's containers reach, proved by a call of a function in one."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from localcloud.checkout import CHECKOUT
from localcloud.cloud import Sam
from localcloud.examples.example_data import create_database
from localcloud.people import background, sam_events, sam_lines
from localcloud.people.executions import Executions
from localcloud.people.running import Running

DATABASE, PROFILE = "payments-orders", "payments"
FUNCTION = "DescribeDatabase"
PATIENCE = 300  # seconds of real time


class NotProved(RuntimeError):
    """The SAM CLI's answer is not what the cloud says, or there is none."""


def begin(speed: float) -> None:
    """Starts the cloud, onboards a database in it, calls a function in a container, and prints what to try next.

    In a cloud that runs already everything but its start is done again. Raises DidNotStart and NotProved.
    """
    background.up(speed, _prepare, Sam.REACHES)


def _prepare(running: Running) -> None:
    if "TEMPLATE" not in running.environment:
        raise NotProved("The SAM CLI cannot reach the local cloud that is running. Stop it first with `make down`")
    execution = _onboarded(running)
    sam_events.write(running, execution, Path(running.environment["EVENTS"]))
    began = time.monotonic()
    answer = invoked(FUNCTION)
    described = running.client("rds").describe_db_instances(DBInstanceIdentifier=DATABASE)["DBInstances"][0]
    if answer.get("database", {}).get("resource_id") != described["DbiResourceId"]:
        raise NotProved(f"`sam local invoke {FUNCTION}` answered {json.dumps(answer)}")
    sam_lines.say(running, answer, time.monotonic() - began)


def _onboarded(running: Running) -> str:
    """The execution that has onboarded the database, which is made where it is not there."""
    executions, deadline = Executions(running.client, running.outputs), time.monotonic() + PATIENCE
    if not executions.about(DATABASE):
        create_database(running, DATABASE, PROFILE)
    while time.monotonic() < deadline:
        for execution in executions.about(DATABASE):
            if not executions.is_running(execution) and executions.end(execution) == "Onboarded":
                return execution
        time.sleep(0.2)
    raise NotProved(
        f"{DATABASE} was not onboarded within {PATIENCE} seconds. See why with `make watch NAME={DATABASE}`"
    )


def invoked(function: str, *options: str) -> Any:
    """What `sam local invoke` prints of the function's answer to its event. Raises NotProved.

    It exits with 0 where the function raised: look into the answer.
    """
    line = f"sam local invoke {function} -t $TEMPLATE -e $EVENTS/{sam_events.folder_of(function)}.json"
    words = [sys.executable, "-m", "localcloud", "shell", "--", "bash", "-c", " ".join([line, *options])]
    done = subprocess.run(words, cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    answers = [said for said in done.stdout.splitlines() if said.startswith(("{", "[", "null"))]
    if done.returncode or not answers:
        raise NotProved(f"`{line}` did not answer:\n{done.stdout}{done.stderr}"[-3000:])
    return json.loads(answers[-1])
