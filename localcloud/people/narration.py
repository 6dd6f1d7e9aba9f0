"""Tells an execution to a person while it goes on: from its history, its functions' logs and the clock, over HTTP.

States that wait or choose share a line with the task they belong to; a terminal sees the running line move.
"""

import itertools
import json
import shutil
import sys
import textwrap
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from localcloud.people.printable import printable
from localcloud.tracing import trace_id

WIDTH, INDENT = min(118, shutil.get_terminal_size((118, 24)).columns), " " * 24
NARROWEST = 40  # where a terminal is narrower, it folds by itself
HEADING = "  simulated    real     state"


@dataclass(frozen=True)
class OutsideEvent:
    """Something that happens outside the execution, so that no history shows it."""

    when: datetime
    what: str


@dataclass
class _Line:
    """States that were entered one after another and are shown together."""

    entered: datetime
    began: float
    states: list[str]
    details: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """What was told: how it ended, and the figures that a history holds."""

    execution: str
    status: str
    end: str
    dossier: dict[str, Any]
    error: str
    looks: int
    transitions: int
    history_events: int
    sql_round_trips: int

    @property
    def closing(self) -> str:
        """Why it ended so, in one sentence; a person who stops an execution writes what they like."""
        error = self.dossier.get("error", self.dossier).get("Cause")
        said = json.loads(error).get("errorMessage", "") if error else ""
        return printable(str(self.error or self.dossier.get("outcome", {}).get("headline") or said))


class Narration:
    """Follows one execution; `began` is the real time (monotonic seconds) that its real times count from."""

    def __init__(
        self,
        client: Callable[[str], Any],
        endpoint: str,
        execution: str,
        began: float,
        outside: Sequence[OutsideEvent] = (),
    ) -> None:
        """`outside` grows meanwhile."""
        self._states, self._logs, self._endpoint = client("stepfunctions"), client("logs"), endpoint
        self._execution, self._began = execution, began
        self._history: list[dict[str, Any]] = []
        self._started = self._clock()
        self._line: _Line | None = None
        self._outside, self._shown = outside, len(outside)
        self._read: dict[str, int] = {}
        self._live = sys.stdout.isatty()

    def follow(self) -> Told:
        """Prints states as they are entered, until the execution has ended."""
        while True:
            ended = self._states.describe_execution(executionArn=self._execution)["status"] != "RUNNING"
            for event in self._news():
                self._tell(event)
            if ended:
                break
            self._show_live()
            time.sleep(0.1)
        self._finish_line()
        return self._summary()

    def _news(self) -> Iterator[dict[str, Any]]:
        """The events that have come since the last time; the local cloud's tokens are positions in the history."""
        while True:
            asked: dict[str, Any] = {"nextToken": str(len(self._history))} if self._history else {}
            page = self._states.get_execution_history(executionArn=self._execution, maxResults=1000, **asked)["events"]
            if not page:
                return
            self._history += page
            yield from page

    def _tell(self, event: dict[str, Any]) -> None:
        self._tell_outside_events(event["timestamp"])
        if event["type"] == "ExecutionStarted":
            self._started = event["timestamp"]
        elif "stateEnteredEventDetails" in event:
            self._enter(event["stateEnteredEventDetails"]["name"], event["type"], event["timestamp"])
        elif "stateExitedEventDetails" in event and self._line:
            said = event["stateExitedEventDetails"]
            tell = DETAILS.get(said["name"])
            self._line.details += tell(json.loads(said.get("output") or "{}")) if tell else []
            if said["name"] in SQL_STATES:
                self._line.details += self._statements(said["name"]) or ["nothing was missing, so no statement was run"]
        elif event["type"].endswith("Failed") and self._line:
            if self._line.states[-1] in SQL_STATES:
                self._line.details += self._statements(self._line.states[-1])
            error: dict[str, Any] = next(
                (value for name, value in event.items() if name.endswith("FailedEventDetails")), {}
            )
            kind = error.get("error", event["type"])
            self._line.details.append(printable(f"! {kind}{_message(error.get('cause', ''))}"))

    def _tell_outside_events(self, until: datetime) -> None:
        for each in self._outside[self._shown :]:
            if self._line and each.when <= until:
                self._line.details.append(f"* {each.what}")
                self._shown += 1

    def _enter(self, state: str, kind: str, when: datetime) -> None:
        if state in BETWEEN_STEPS:
            return
        continues = self._line and (kind.startswith("Choice") or self._line.states[-1].startswith(("Wait", "Retry")))
        if self._line and continues:
            self._line.states.append(state)
        else:
            self._finish_line()
            self._line = _Line(when, time.monotonic() - self._began, [state])
        self._show_live()

    def _finish_line(self) -> None:
        if self._line is None:
            return
        line, self._line = self._line, None
        told = lines_under(_counted(line.details))
        short = len(told) == 1 and len(self._text(line)) + len(told[0]) < WIDTH - 3
        self._clear_live()
        print(self._text(line) + (f"   {told[0]}" if short else ""))
        for text in [] if short else told:
            hanging = " " * (len(text) - len(text.lstrip()) + 2)
            print(textwrap.indent(folded(text, WIDTH - len(INDENT), hanging=hanging), INDENT))

    def _text(self, line: _Line) -> str:
        return f"  {_hours(line.entered - self._started)}  {line.began:6.2f} s   {' > '.join(line.states)}"

    def _show_live(self) -> None:
        if self._live and self._line:
            now = _hours(self._clock() - self._started)
            text = f"{self._text(self._line)} ... {now}"
            print(f"\r\033[K{text[: WIDTH - 1]}", end="", flush=True)

    def _clear_live(self) -> None:
        if self._live:
            print("\r\033[K", end="")

    def _clock(self) -> datetime:
        with urllib.request.urlopen(f"{self._endpoint}/localcloud/clock") as answer:  # noqa: S310  (our own endpoint)
            return datetime.fromisoformat(json.load(answer)["now"])

    def _statements(self, state: str) -> list[str]:
        """The statements that a function's log tells of; queries are left out."""
        written = self._log(state)
        told = [entry for entry in written[self._read.get(state, 0) :] if entry.get("changes")]
        self._read[state] = len(written)  # a state that is entered again does not tell everything once more
        return [f"{printable(entry['does'])}\n  {printable(entry['sql'])};" for entry in told]

    def _log(self, state: str) -> list[dict[str, Any]]:
        """Of the function: /aws/lambda/STACK-STEP, or what is under it."""
        group = next(
            group["logGroupName"]
            for group in self._logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/")["logGroups"]
            if group["logGroupName"].split("/")[3].endswith(state.lower().replace(" ", "-"))
        )
        lines = self._logs.filter_log_events(logGroupName=group)["events"]
        entries = [json.loads(line["message"]) for line in lines if line["message"].startswith("{")]
        return [entry for entry in entries if entry.get("xray_trace_id") == trace_id(self._execution)]

    def _summary(self) -> Told:
        entered = [
            event["stateEnteredEventDetails"]["name"] for event in self._history if "stateEnteredEventDetails" in event
        ]
        described = self._states.describe_execution(executionArn=self._execution)
        signed_in = [entry for state in SIGNING_IN for entry in self._log(state)]
        return Told(
            execution=self._execution,
            status=described["status"],
            end=entered[-1],
            dossier=json.loads(described.get("output") or "{}"),
            error=described.get("cause", ""),
            looks=entered.count("Read membership"),
            transitions=len(entered),
            history_events=len(self._history),
            sql_round_trips=sum(e["round_trips"] for e in signed_in if e.get("message") == "SQL round trips"),
        )


def folded(text: str, width: int, first: str = "", hanging: str = "") -> str:
    """In lines of this width, the indents with them; what is copied as one word, a name or an option, is not broken."""
    return textwrap.fill(
        text,
        max(width, NARROWEST),
        initial_indent=first,
        subsequent_indent=hanging,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _counted(details: list[str]) -> Iterator[str]:
    """What comes several times in a row once, with its number."""
    for text, equal in itertools.groupby(details):
        times = len(list(equal))
        yield text if times == 1 else f"{text} ({times} times)"


def _message(cause: str) -> str:
    """What a function's error says for people, without the trace."""
    try:
        return f": {json.loads(cause)['errorMessage']}"
    except (ValueError, KeyError, TypeError):
        return ""


def lines_under(details: Iterable[str]) -> list[str]:
    """What is told under a state, line by line: where a detail breaks its line, we have broken it."""
    return [printable(line) for each in details for line in each.split("\n")]


def _hours(span: Any) -> str:
    seconds = max(0, int(span.total_seconds()))
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


# ---- what is worth telling of a state's answer -----------------------------------------------------------------------


def _database(dossier: dict[str, Any]) -> list[str]:
    if "database" not in dossier:
        return []
    database, request = dossier["database"], dossier["request"]
    who = f"{database['name']} is {database['resource_id']}, {database['engine']}"
    return [f"{who}; profile {request['profile']}, by {request['trigger']}"]


def _draft(dossier: dict[str, Any]) -> list[str]:
    """A plan that a look inside will finish is told then."""
    return [] if (dossier.get("plan") or {}).get("verdict") == "LOOK" else _plan(dossier)


def _inside(dossier: dict[str, Any]) -> list[str]:
    told = [] if "error" in dossier else _plan(dossier)
    return ["TLS verified, signed in as master", *told] if told else []


def _plan(dossier: dict[str, Any]) -> list[str]:
    plan = dossier.get("plan")
    if not plan:
        return []
    told = [step for step in plan["steps"] if "action" in step]  # the others change nothing
    steps = [line for number, step in enumerate(told, 1) for line in _step(number, step)] or [plan["says"]]
    findings = [f"! {finding['problem']}. {finding['remedy']}" for finding in plan["findings"]]
    advice = [f"* {each['problem']}. {each['remedy']}" for each in plan["advice"]]
    return [f"plan {plan['checksum']}: {plan['verdict']}", *steps, *findings, *advice]


def _step(number: int, step: dict[str, Any]) -> list[str]:
    said = f"{number}. {step['action']}: {step['reason']} (interruption: {step['interruption']})"
    more = [f"and {step['more']} more"] if "more" in step else []
    return [said, *(f"   - {line}" for line in (*step.get("details", ()), *more))]


def _sessions(dossier: dict[str, Any]) -> list[str]:
    counted = dossier.get("sessions")
    return [_count(counted["other_sessions"], "other session")] if counted else []


def _association(dossier: dict[str, Any]) -> list[str]:
    reading = dossier.get("membership") or {}
    return (
        [f"attempt {reading['attempts']}" if reading["attempts"] else "already a member, so RDS was not asked"]
        if reading
        else []
    )


def _membership(dossier: dict[str, Any]) -> list[str]:
    reading = dossier.get("membership") or {}
    return [f"look {reading['looks']}: {reading['status'] or 'no membership'}"] if reading.get("looks") else []


def _reboot(dossier: dict[str, Any]) -> list[str]:
    reboot = dossier.get("reboot") or {}
    return [f"{reboot['instances'][-1]}, reboot requested"] if reboot.get("requested") else []


def _proof(dossier: dict[str, Any]) -> list[str]:
    proof = dossier.get("proof")
    if not proof:
        return []
    return [
        f"{_count(proof['verified'], 'login')} read back",
        *(line for name in ("left_alone", "not_ours") for line in _remarks(proof, name)),
        *(f"* beyond the profile: {more}" for more in (*proof["excess"], *_more(proof, "excess"))),
    ]


def _remarks(proof: dict[str, Any], name: str) -> Iterator[str]:
    for problem, *remedy in proof[name]:
        yield f"! {problem}"
        yield from (f"  What to do: {each}" for each in remedy)
    yield from (f"! {more}" for more in _more(proof, name))


def _more(proof: dict[str, Any], name: str) -> list[str]:
    left_out = proof["left_out"].get(name)
    return [f"and {left_out} more"] if left_out else []


def _kit(dossier: dict[str, Any]) -> list[str]:
    kit = dossier.get("kit")
    return [f"{kit['location']}, {_count(kit['changed'], 'file')} changed"] if kit else []


def _outcome(dossier: dict[str, Any]) -> list[str]:
    return [dossier["outcome"]["headline"]] if "outcome" in dossier and "headline" in dossier["outcome"] else []


DETAILS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "Describe database": _database,
    "Make plan": _draft,
    "Look inside": _inside,
    "Count sessions": _sessions,
    "Associate directory": _association,
    "Read membership": _membership,
    "Reboot database": _reboot,
    "Verify logins": _proof,
    "Publish connection kit": _kit,
    "Report outcome": _outcome,
}
BETWEEN_STEPS = {"Next step", "Step?"}  # every step begins with them
SQL_STATES = {"Lock leavers", "Create logins"}
SIGNING_IN = ("Look inside", "Lock leavers", "Count sessions", "Create logins", "Verify logins")
