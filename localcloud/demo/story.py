"""From RDS's event to a proved sign-in, and to the refusals that belong to it; with faults, to where they lead.

Returns only if all of it happened; anything else is an error.
"""

import json
import tempfile
import textwrap
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from localcloud import background_errors
from localcloud.cloud import Cloud, Sam
from localcloud.demo.fault_target import FaultTarget
from localcloud.demo.faults import ONBOARDED, PARKED, Fault, chosen, expected, listed
from localcloud.demo.scenario import DemoFailed, NotHere, Proved, Scenario, prove
from localcloud.demo.scenarios import IAM, KERBEROS, SCENARIOS
from localcloud.demo.terminal import Terminal
from localcloud.examples.example_data import API, PEOPLE, REPORTS, prepare, switch_sweep
from localcloud.people.executions import IN_PROGRESS, Executions
from localcloud.people.mailbox import Mailbox
from localcloud.people.narration import HEADING, Narration, OutsideEvent, Told, folded
from localcloud.people.printable import printable, printable_lines
from localcloud.people.progress import progress

PATIENCE = 240  # seconds of real time until an execution begins: RDS takes minutes, simulated ones
MOST_LOOKS = 16  # for a join of 30 simulated minutes
REMEMBERED = ("end", "error", "plan", "profile", "next_look")
LIST = "list"  # in place of a fault's name
KILLED = "functions-killed"
ALL = "all"  # in place of an engine's


def run(engine: str, method: str, faults: str, speed: float, sam: Sam = Sam.NOT_USED) -> None:
    """Runs the demo; `method` is "" for the engine's first, `faults` are the names of what goes wrong, with commas
    between them, `speed` is simulated seconds per real second. Raises DemoFailed and NoContainers.
    """
    if faults == LIST:
        print(f"What can go wrong, and how it ends:\n{listed()}")
        return
    scenarios, going_wrong, began = _scenarios(engine, method), chosen(faults), time.monotonic()
    if len(scenarios) > 1 and going_wrong:
        raise DemoFailed("FAULTS works with one database only: name one engine with ENGINE")
    if sam is Sam.RUNS_FUNCTIONS and any(fault.name == KILLED for fault in going_wrong):
        raise DemoFailed(f"A container of the SAM CLI cannot be killed while it works: run {KILLED} without LAMBDA=sam")
    print(f"RDS Sign-on: {_title(scenarios)}, from the RDS event to a proved sign-in\n", flush=True)
    with background_errors.collected() as errors, ExitStack() as stack:
        with progress("  Starting the servers, the directory and the local cloud"):
            cloud = stack.enter_context(Cloud(speed=speed, sam=sam))
            with cloud.clock.working():
                prepare(cloud)
        people = Mailbox(cloud, cloud.outputs["OutcomesTopic"], "people")
        _introduce(cloud, scenarios[0] if len(scenarios) == 1 else None, going_wrong, time.monotonic() - began)
        proved = [each for scenario in scenarios if (each := _show(cloud, scenario, going_wrong, people, began))]
        if len(scenarios) > 1:
            _table(proved, time.monotonic() - began)
    if errors:
        raise DemoFailed(f"Something failed in the background; the output above shows it: {errors[0]!r}")


def _scenarios(engine: str, method: str) -> Sequence[Scenario]:
    methods = list(dict.fromkeys(of for _, of in SCENARIOS))
    if engine not in (*_engines(), ALL):
        raise DemoFailed(f"Unknown engine {engine!r}: choose one of {', '.join(_engines())} or {ALL}")
    if method not in ("", *methods):
        raise DemoFailed(f"Unknown method {method!r}: choose {' or '.join(methods)}")
    if engine == ALL:
        return [scenario for (_, of), scenario in SCENARIOS.items() if method in ("", of)]
    offered = [of for name, of in SCENARIOS if name == engine]
    if method not in ("", *offered):
        raise DemoFailed(f"AWS does not offer {method} for {engine}; it offers {' and '.join(offered)}")
    return [SCENARIOS[engine, method or offered[0]]]


def _engines() -> Sequence[str]:
    return list(dict.fromkeys(name for name, _ in SCENARIOS))


def _title(scenarios: Sequence[Scenario]) -> str:
    if len(scenarios) > 1:
        return f"{len(scenarios)} new databases, every engine with every method"
    (scenario,) = scenarios
    return f"a new {scenario.title} {'cluster' if scenario.clustered else 'database'}"


def _show(cloud: Cloud, scenario: Scenario, faults: Sequence[Fault], people: Mailbox, began: float) -> Proved | None:
    """One database, from its creation to the figures."""
    told = _onboard(cloud, scenario, faults, people, began)
    proved = None
    if told.end == ONBOARDED:
        _show_what_people_get(cloud, told)
        kit = _download_kit(cloud, told)
        with cloud.clock.working():
            proved = _prove(scenario, Terminal(cloud, kit))
    else:
        print("\nNobody signs in.")
    _figures(cloud, told, faults, time.monotonic() - began)
    return proved


def _prove(scenario: Scenario, terminal: Terminal) -> Proved:
    try:
        return prove(scenario, terminal)
    except NotHere as why:
        print(f"Not tried: {why}")
        return Proved(scenario, f"not tried: {why}", not_here=True)


def _table(proved: Sequence[Proved], seconds: float) -> None:
    print(f"\n\n  {'engine':<20} {'method':<10} proved\n")
    for each in proved:
        print(f"  {each.scenario.title:<20} {each.scenario.method:<10} {each.answer.replace(chr(9), ' ')}")
        for who in each.refused:
            print(folded(f"refused: {who}", 110, first=" " * 34, hanging=" " * 36))
    refusals = sum(len(each.refused) for each in proved)
    signed_in = sum(not each.not_here for each in proved)
    print(f"\n{signed_in} sign-ins proved, {refusals} refused, {seconds:.1f} s")


def _introduce(cloud: Cloud, scenario: Scenario | None, faults: Sequence[Fault], seconds: float) -> None:
    """`scenario` is None where there are several."""
    directory = f"{cloud.directory.realm}: {', '.join(PEOPLE)}"
    people = (
        "profile",
        f"{SCENARIOS['mysql', KERBEROS].profile}: admits payments-*; logins for alice and bob, none for mallory",
    )
    roles = ("roles", f"{API}, which may use the profile's logins; {REPORTS}, which may not")
    of_method = {KERBEROS: [("directory", directory), people], IAM: [roles]}
    for what, is_so in (
        ("local cloud", f"template.yaml deployed with {len(cloud.physical)} resources; ready in {seconds:.1f} s"),
        *([("real", f"{scenario.real(cloud)}, each function in its own {_place(cloud)}")] if scenario else []),
        *([("stand-ins for", scenario.stood_in_for)] if scenario else []),
        *(of_method[scenario.method] if scenario else [pair for pairs in of_method.values() for pair in pairs]),
        *([("containers", cloud.containers.title)] if cloud.containers else []),
        *(("fault", fault.says) for fault in faults),
    ):
        print(f"  {what:<14} {is_so}")


def _place(cloud: Cloud) -> str:
    return "container" if cloud.containers else "process"


def _onboard(cloud: Cloud, scenario: Scenario, faults: Sequence[Fault], people: Mailbox, began: float) -> Told:
    """Follows the executions about the database, one after the other, as many as there must be; the last one's end."""
    outside: list[OutsideEvent] = []
    target = FaultTarget(
        cloud,
        scenario.name,
        scenario.clustered,
        create=lambda: scenario.create(cloud),
        tell=lambda what: outside.append(OutsideEvent(cloud.clock.now(), what)),
    )
    if faults:
        switch_sweep(cloud, "DISABLED")  # its hour comes when there is something to resume, however slow the machine is
    for fault in faults:
        fault.prepare(target)
    for each in outside:
        print(f"\n* {each.what}")
    print(f"\n$ {scenario.create(cloud)}")
    followed: list[Told] = []
    for end in expected(faults):
        execution = _execution(cloud, scenario.name, followed)
        by = "The next execution:" if followed else f"{scenario.event} started execution"
        print(f"{by} {execution.rpartition(':')[2]}\n\n{HEADING}")
        told = Narration(cloud.client, cloud.endpoint, execution, began, outside).follow()
        if told.end != end:
            raise DemoFailed(f"The execution ended in {told.end!r}, not in {end!r}: {json.dumps(told.dossier)[:2000]}")
        if end != ONBOARDED:
            messages = people.about(scenario.name)
            _show_what_people_are_told(cloud, told, messages)
            _require_words(faults, messages)
        if end == PARKED:
            switch_sweep(cloud, "ENABLED")
            print("The hourly sweep will look at the database again.")
        followed.append(told)
    return followed[-1]


def _require_words(faults: Sequence[Fault], messages: Sequence[Mapping[str, str]]) -> None:
    """Raises DemoFailed: the message that the faults lead to lacks something, or nobody was to be told."""
    words = [word for fault in faults for word in fault.told]
    if bool(messages) != bool(words):
        raise DemoFailed(f"{len(messages)} messages were sent, and {'at least one' if words else 'none'} was expected")
    if missing := [word for word in words if not any(word in message["Message"] for message in messages)]:
        raise DemoFailed(f"The message lacks {missing}")


def _execution(cloud: Cloud, name: str, followed: Sequence[Told]) -> str:
    """The next execution about the database that decides something: it claims it, or ended otherwise than the last.

    A new database takes minutes, simulated ones, and a cluster sends an event for itself and one for each instance;
    what was parked waits for the next sweep.
    """
    executions, deadline = Executions(cloud.client, cloud.outputs), time.monotonic() + PATIENCE
    known, passed_over = {told.execution for told in followed}, {IN_PROGRESS, *(told.end for told in followed[-1:])}
    while time.monotonic() < deadline:
        at_work = executions.at_work()
        for execution in executions.about(name):
            if execution in known:
                continue
            ended = not executions.is_running(execution)
            if execution in at_work or (ended and executions.end(execution) not in passed_over):
                return execution
        time.sleep(0.05)
    raise DemoFailed(f"No execution started within {PATIENCE} seconds")


def _show_what_people_are_told(cloud: Cloud, told: Told, messages: Sequence[Mapping[str, str]]) -> None:
    record = _record(cloud, told)
    facts = [f"{fact} {record[fact]['S']}" for fact in REMEMBERED if record.get(fact, {"S": ""})["S"]]
    print(f"\n  {told.end}\n  record         {printable(', '.join(facts)) or 'none of ' + ', '.join(REMEMBERED)}")
    for message in messages[-1:]:
        text = f"message to people: {printable(message['Subject'])}\n\n{printable_lines(message['Message'])}"
        print(textwrap.indent(text, "  "))
    if not messages:
        print("  message        none: there is nothing for anyone to do")
    print()


def _show_what_people_get(cloud: Cloud, told: Told) -> None:
    outcome = told.dossier["outcome"]
    record = _record(cloud, told)
    print(f"\n  {told.end}: {printable(outcome['headline'])}")
    facts = (f"{fact} {record[fact]['S']}" for fact in ("end", "plan", "profile", "rebooted_at") if fact in record)
    print(f"  record         {printable(', '.join(facts))}")


def _record(cloud: Cloud, told: Told) -> Mapping[str, Any]:
    key = {"database": {"S": told.dossier["database"]["resource_id"]}, "kind": {"S": "record"}}
    record: Mapping[str, Any] = (
        cloud.client("dynamodb").get_item(TableName=cloud.physical["Records"], Key=key).get("Item", {})
    )
    return record


def _download_kit(cloud: Cloud, told: Told) -> Path:
    bucket, folder = urllib.parse.urlsplit(told.dossier["kit"]["location"])[1:3]
    kit, s3 = Path(tempfile.mkdtemp(prefix="kit-", dir=cloud.world.home)), cloud.client("s3")
    for entry in s3.list_objects_v2(Bucket=bucket, Prefix=folder.lstrip("/"))["Contents"]:
        s3.download_file(bucket, entry["Key"], str(kit / Path(entry["Key"]).name))
    print(f"  kit            {', '.join(sorted(file.name for file in kit.iterdir()))}\n")
    return kit


def _figures(cloud: Cloud, told: Told, faults: Sequence[Fault], seconds: float) -> None:
    query = urllib.parse.urlencode({"execution": told.execution})
    with urllib.request.urlopen(f"{cloud.endpoint}/localcloud/calls?{query}") as answer:  # noqa: S310  (our own endpoint)
        calls: dict[str, Any] = json.load(answer)
    figures = {
        "looks at the membership": told.looks,
        "state transitions": told.transitions,
        "history events": told.history_events,
        "AWS calls": calls["total"],
        "SQL round trips": told.sql_round_trips,
    }
    print("\n" + ", ".join(f"{value} {name}" for name, value in figures.items()) + f", {seconds:.1f} s")
    if told.looks > MOST_LOOKS and not faults:
        raise DemoFailed(f"{told.looks} looks at the membership, more than the expected {MOST_LOOKS}")
