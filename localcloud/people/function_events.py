"""The samples in events/functions: what each function is handed, recorded from runs in a local cloud.

What differs from run to run is replaced: all times are one, all executions are called `sample`, and hold the first
claim on their database.
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from localcloud.checkout import CHECKOUT
from localcloud.cloud import Cloud
from localcloud.examples import samples
from localcloud.examples.example_data import create_database, switch_sweep
from localcloud.people.running import Running

FOLDER = CHECKOUT / "events/functions"
ORDERS, TERMINALS = "payments-orders", "payments-terminals"
DATABASES = {
    ORDERS: ("payments", "mysql"),
    TERMINALS: ("payments-api", "mariadb"),
}  # as in the lines that `make up` prints
ABOUT_TERMINALS = ("switch-iam-authentication", "ensure-connect-policy")  # people sign in to payments-orders
MOMENT = "2026-11-20T13:00:00"  # UTC
FIXED = {
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d": MOMENT,
    rf"(?<={MOMENT})\.\d+": ".000",
    r"(?<=-onboard-database:)[\w-]+": "sample",
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b": "844e2571-85d4-695f-b930-0153b71dcb42",
}
FIXED_FIELDS: Mapping[str, Any] = {"startDate": 1795179600000, "stopDate": 1795179600000, "name": "sample", "fence": 1}
PATIENCE = 240  # seconds of real time for one execution


class OfAnotherAccount(RuntimeError):
    """The running cloud is not of the account that the samples name."""


Handed = list[tuple[str, Any]]  # the function's name without the stack's, and its event


def record(cloud: Cloud) -> Mapping[str, Any]:
    """An event for each function, by the name of its folder. The cloud is as `make up` prepares it, without databases.

    Both databases get their tag late and are onboarded by hand: an event of RDS's has a time, and is refused of a
    database that was created later. payments-orders is started again: the second outcome does not say how long it took.
    Then one run is aborted, and one is to switch it to the other method, which fails before anything is changed.
    Nobody has left: *Lock leavers*, which is handed the same as *Create logins*, finds nobody to lock.
    """
    switch_sweep(cloud, "DISABLED")
    for name, (_, engine) in DATABASES.items():
        create_database(cloud, name, None, engine)
    _until(lambda: all(_ended_about(cloud, name) for name in DATABASES))
    with _recorded(cloud) as handed:
        for name, (profile, _) in DATABASES.items():
            _tag(cloud, name, profile)
            _run(cloud, {"database": {"instance": name}})
        first = len(handed)
        _run(cloud, {"database": {"instance": ORDERS}})
        again = handed[first:]
        _abort(cloud)
        _until(lambda: any(function == "report-ending" for function, _ in handed))
        _fail_to_leave(cloud)
    chosen = dict(reversed([each for each in handed if _is_wanted(*each)]))
    chosen["lock-leavers"] = chosen["create-logins"]
    chosen["report-outcome"] = dict(again)["report-outcome"]
    chosen["sweep-databases"] = _scheduled(cloud)
    kits = cloud.outputs["KitsBucket"]
    return {
        function.replace("-", "_"): _fixed(json.loads(json.dumps(event).replace(kits, f"{cloud.stack_name}-kits")))
        for function, event in sorted(chosen.items())
    }


def write(events: Mapping[str, Any], folder: Path) -> None:
    """A file for each; others are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.json"):
        stale.unlink()
    for function, event in events.items():
        (folder / f"{function}.json").write_text(json.dumps(event, indent=2) + "\n")


def claims() -> list[Mapping[str, Any]]:
    """The claims that the samples hold, as items of the table of records: one for each database."""
    items = {}
    for file in sorted(FOLDER.glob("*.json")):
        event = json.loads(file.read_text())
        if claim := event.get("claim"):
            profile = event["plan"]["profile"]
            items[claim["database"]] = {
                "database": {"S": claim["database"]},
                "kind": {"S": "claim"},
                "holder": {"S": claim["execution"]},
                "claimed_at": {"S": f"{MOMENT}+00:00"},
                "purpose": {"S": f"{profile['name']} {profile['sha256']}"},
                "fence": {"N": str(claim["fence"])},
            }
    return list(items.values())


def hold_claims() -> None:
    """From now on the samples hold the claims of their databases in the running cloud. Raises NotRunning and
    OfAnotherAccount.
    """
    running = Running.get()
    if running.account != samples.ACCOUNT:
        raise OfAnotherAccount(
            f"The samples in {FOLDER.relative_to(CHECKOUT)} belong to account {samples.ACCOUNT}, and this cloud's "
            f"account is {running.account}. Its own events are in {running.environment['EVENTS']}; `make sam-local` "
            "lets them hold the claim."
        )
    for item in claims():
        running.client("dynamodb").put_item(TableName=running.outputs["RecordsTable"], Item=item)
        print(f"The samples in {FOLDER.relative_to(CHECKOUT)} now hold the claim on {item['database']['S']}.")


@contextmanager
def _recorded(cloud: Cloud) -> Iterator[Handed]:
    """All that functions are handed meanwhile, in that order."""
    handed: Handed = []
    functions, invoke = cloud.aws.functions, cloud.aws.functions.invoke

    def recording(function: Any, payload: bytes, *rest: Any) -> Any:
        handed.append((function.function_name.removeprefix(f"{cloud.stack_name}-"), json.loads(payload)))
        return invoke(function, payload, *rest)

    functions.invoke = recording  # type: ignore[assignment, method-assign]  # meanwhile
    try:
        yield handed
    finally:
        functions.invoke = invoke  # type: ignore[method-assign]  # as it was


def _is_wanted(function: str, event: Any) -> bool:
    return (TERMINALS if function in ABOUT_TERMINALS else ORDERS) in json.dumps(event)


def _tag(cloud: Cloud, name: str, profile: str) -> None:
    rds = cloud.client("rds")
    (shown,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    rds.add_tags_to_resource(ResourceName=shown["DBInstanceArn"], Tags=[{"Key": samples.TAG, "Value": profile}])


def _fail_to_leave(cloud: Cloud) -> None:
    """A person approves that payments-orders leaves its directory, and the function is called and does not run."""
    switch = {"database": {"instance": ORDERS}, "profile": "payments-api"}
    asking = _run(cloud, switch)
    cloud.faults.script(f"invoke:{cloud.stack_name}-leave-directory", "TooManyRequestsException")
    _run(cloud, {**switch, "approve": {"plan": asking["plan"]["checksum"]}})


def _abort(cloud: Cloud) -> None:
    """Somebody stops an execution that has just begun."""
    states = cloud.client("stepfunctions")
    begun: list[str] = []

    def stop() -> None:
        _until(lambda: begun)
        states.stop_execution(executionArn=begun[0])

    cloud.faults.at(f"invoke:{cloud.stack_name}-make-plan", stop)
    begun.append(_start(cloud, {"database": {"instance": ORDERS}}))
    _until(lambda: states.describe_execution(executionArn=begun[0])["status"] == "ABORTED")


def _scheduled(cloud: Cloud) -> Any:
    """What the schedule hands to its function."""
    schedule = cloud.client("scheduler").get_schedule(Name=cloud.physical["SweepDatabasesHourly"])
    return json.loads(schedule["Target"]["Input"].replace("<aws.scheduler.scheduled-time>", f"{MOMENT}Z"))


def _start(cloud: Cloud, document: Mapping[str, Any]) -> str:
    states, machine = cloud.client("stepfunctions"), cloud.outputs["StateMachineArn"]
    return str(states.start_execution(stateMachineArn=machine, input=json.dumps(document))["executionArn"])


def _run(cloud: Cloud, document: Mapping[str, Any]) -> Any:
    """The output of an execution with this input."""
    execution, states = _start(cloud, document), cloud.client("stepfunctions")
    _until(lambda: states.describe_execution(executionArn=execution)["status"] != "RUNNING")
    return json.loads(states.describe_execution(executionArn=execution).get("output") or "null")


def _ended_about(cloud: Cloud, name: str) -> bool:
    """Whether an execution has worked on the database, and none does so now."""
    states = cloud.client("stepfunctions")
    listed = states.list_executions(stateMachineArn=cloud.outputs["StateMachineArn"])["executions"]
    told = [states.describe_execution(executionArn=each["executionArn"]) for each in listed]
    about = [each["status"] for each in told if f'"{name}"' in each["input"]]
    return bool(about) and "RUNNING" not in about


def _until(condition: Callable[[], Any]) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"An execution did not end within {PATIENCE} seconds. See the logs of its functions")
        time.sleep(0.1)


def _fixed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _fixed_field(value, name) for name in value}
    if isinstance(value, list):
        return [_fixed(each) for each in value]
    if isinstance(value, str):
        for pattern, replacement in FIXED.items():
            value = re.sub(pattern, replacement, value)
    return value


def _fixed_field(document: Mapping[str, Any], name: str) -> Any:
    """The name is fixed of an execution, and stays that of a database, a profile or a request."""
    if name in FIXED_FIELDS and (name != "name" or "executionArn" in document):
        return FIXED_FIELDS[name]
    return _fixed(document[name])
