"""Foreign text is data: every source of it x every sink."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localcloud.people.event_log import of_event, of_message
from localcloud.people.narration import Told
from localcloud.people.printable import printable_lines
from signon.aws.clients import permission_missing
from signon.aws.rds_changes import _refusals
from signon.domain.engines import MYSQL_PAM, POSTGRESQL_AD, Method
from signon.domain.finding import Advice, Finding, Verdict
from signon.domain.limits import MOST_OF_MANY, shortened, subject
from signon.domain.logins import login as logins
from signon.domain.logins.login import Name
from signon.domain.logins.mysql import prove as prove_mysql
from signon.domain.logins.mysql_accounts import Accounts, PresentLogin
from signon.domain.logins.postgresql import prove, unusable, wanted_groups
from signon.domain.logins.postgresql_grants import Object, on_database, within_database
from signon.domain.logins.postgresql_leavers import locks
from signon.domain.logins.postgresql_roles import PresentRole, Roles
from signon.domain.outcome import ending
from signon.domain.outcome.dossier import Dossier
from signon.domain.outcome.message import LONGEST_MESSAGE, cause, message
from signon.domain.outcome.outcome import Outcome, decide
from signon.domain.outcome.report import event_detail, facts
from signon.domain.plan.inside import Inside, require_writable
from signon.domain.plan.step import Step, StepKind
from signon.domain.profile.presets import GrantKind
from signon.domain.profile.profile import DirectoryLogin, Profile
from signon.domain.request.request import Request, read_request
from signon.errors import DatabaseBusy, DatabaseUnusable, End, InvalidRequest, LoginsIncomplete, SignonError
from signon.foreign import LONGEST, LONGEST_LINE, as_words, on_one_line, shown, visible
from tests.builders import a_cluster, a_database, a_profile, a_profile_for_clusters, planned
from tests.hostile_texts import FORGED, TEXTS, broken

EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:signon-onboard-database:e1"
NOW = "2026-11-20T12:00:00+00:00"
OF_CLUSTERS = a_profile_for_clusters()
ALICE = replace(OF_CLUSTERS, logins=OF_CLUSTERS.logins[:1])
NOBODY = replace(OF_CLUSTERS, logins=())
PROFILE = a_profile(logins=(DirectoryLogin("alice", ()), DirectoryLogin("bob", ())))
PG, MY = {Method.KERBEROS: POSTGRESQL_AD}, {Method.KERBEROS: MYSQL_PAM}
COMPLETE = {"profile": "payments", "complete": True}
STORED = MYSQL_PAM.stores(PROFILE.realm)
OURS = (
    PresentLogin("bob", "%", MYSQL_PAM.plugin, "ANY", False, {"profile": "payments", "complete": True}, {}, STORED),
)
DATABASE = a_database().id.to_json()
PLAN = planned().to_json()
PROOF = {"verified": 2, "left_alone": [], "not_ours": [], "waiting": [], "excess": []}


def of_roles(*roles: PresentRole, profile: Profile = OF_CLUSTERS, open_to_creators: bool = False) -> dict[str, Any]:
    usual = [PresentRole("dbadmin", powers=("CREATEROLE",)), PresentRole("rds_ad"), PresentRole("rds_iam")]
    present = {each.name: each for each in (*usual, *roles)}
    return of_proof(
        lambda: prove(PG, profile, Roles("dbadmin", present, believed=True, open_to_creators=open_to_creators))
    )


def of_accounts(*accounts: PresentLogin) -> dict[str, Any]:
    return of_proof(lambda: prove_mysql(MY, PROFILE, Accounts((*accounts, *OURS), literal_names=False)))


def of_proof(proving: Callable[[], logins.Proof]) -> dict[str, Any]:
    """What an execution hands over that has proved this, or has failed to."""
    try:
        return {
            "database": DATABASE,
            "plan": PLAN,
            "kit": {"location": "s3://kits/x/", "changed": 0},
            "proof": proving().to_json(),
        }
    except LoginsIncomplete as error:
        return of_error(error)


def of_error(error: Exception) -> dict[str, Any]:
    """What Step Functions makes of a function's error."""
    cause = json.dumps({"errorMessage": str(error), "errorType": type(error).__name__, "stackTrace": []})
    return {"database": DATABASE, "plan": PLAN, "error": {"Error": type(error).__name__, "Cause": cause}}


def of_raised(call: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises((SignonError, InvalidRequest)) as raised:
        call()
    return of_error(raised.value)


def of_grants(plan: Any) -> dict[str, Any]:
    proved = logins.Proof(2, (), plan.not_ours, plan.waiting, plan.excess)
    return of_proof(lambda: proved)


def an_account(text: str, **changes: Any) -> PresentLogin:
    usual = PresentLogin("alice", "%", "mysql_native_password", "", locked=False, mark=None)
    changes = {name: text if value is ... else value for name, value in changes.items()}
    return replace(usual, **changes)


def an_object(kind: GrantKind, text: str, *, owner: str = "tenant") -> Object:
    group = wanted_groups(OF_CLUSTERS)[0]
    return Object(kind, Name(text, "core"), owner, {group.name: frozenset({"DELETE"})})


def of_plan(finding: Finding, *advice: Advice, step: Step | None = None) -> dict[str, Any]:
    made = replace(planned(), verdict=Verdict.ASK, findings=(finding,), advice=advice, steps=(step,) if step else ())
    return {"database": DATABASE, "plan": made.to_json()}


def a_leaver(name: str) -> PresentRole:
    """A login of ours that is open, and not in the profile."""
    mark = {"profile": OF_CLUSTERS.name, "complete": True}
    return PresentRole(name, can_login=True, mark=mark, member_of=frozenset({"rds_ad"}))


MARKED: Mapping[str, Any] = {"profile": "payments", "role": "read", "complete": True}
# Every field that AWS or a database can give us, and what an execution hands over that has read it.
SOURCES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "PostgreSQL: a role that somebody is a member of": lambda text: of_roles(
        PresentRole("alice@CORP.EXAMPLE.COM", mark=None, member_of=frozenset({text})), PresentRole(text), profile=ALICE
    ),
    "PostgreSQL: a mark's profile": lambda text: of_roles(
        PresentRole("alice@CORP.EXAMPLE.COM", mark={"profile": text, "complete": True}, can_login=True), profile=ALICE
    ),
    "PostgreSQL: a role that is marked as ours": lambda text: of_roles(
        PresentRole(text, mark={"profile": "ledger"}, can_login=True), profile=NOBODY
    ),
    "PostgreSQL: a leaver that may not be locked": lambda text: of_roles(
        replace(a_leaver(text), administered=False), profile=NOBODY
    ),
    "PostgreSQL: who may give a group away": lambda text: of_roles(
        PresentRole(
            wanted_groups(OF_CLUSTERS)[0].name,
            mark={"profile": OF_CLUSTERS.name, "role": wanted_groups(OF_CLUSTERS)[0].role},
            administrators=frozenset({text}),
        ),
        PresentRole(text),
    ),
    "PostgreSQL: who could change what we make": lambda text: of_roles(
        PresentRole(text, powers=("CREATEROLE",)), profile=NOBODY, open_to_creators=True
    ),
    "PostgreSQL: a group's mark": lambda text: of_roles(
        PresentRole(wanted_groups(OF_CLUSTERS)[0].name, mark={"profile": text, "role": text})
    ),
    "PostgreSQL: a group that is a member": lambda text: of_roles(
        PresentRole(
            wanted_groups(OF_CLUSTERS)[0].name,
            mark={"profile": OF_CLUSTERS.name, "role": "read"},
            member_of=frozenset({text}),
        )
    ),
    "PostgreSQL: the master user's way to rds_ad": lambda text: of_raised(
        lambda: _raise(
            unusable(
                PG,
                Roles(
                    "dbadmin",
                    {
                        "dbadmin": PresentRole("dbadmin", member_of=frozenset({text})),
                        text: PresentRole(text, member_of=frozenset({"rds_ad"})),
                        "rds_ad": PresentRole("rds_ad"),
                    },
                ),
            )
        )
    ),
    "PostgreSQL: a table": lambda text: of_grants(
        within_database("payments", wanted_groups(OF_CLUSTERS), [an_object(GrantKind.TABLES, text)])
    ),
    "PostgreSQL: an owner": lambda text: of_grants(
        on_database("payments", wanted_groups(OF_CLUSTERS), Object(GrantKind.DATABASE, Name("payments"), text))
    ),
    "PostgreSQL: for whom a setting is": lambda text: of_raised(
        lambda: require_writable(
            Inside(plugin_loaded=True, read_only=True, other_sessions=0, set_by=f"it is on for database {shown(text)}"),
            a_cluster(),
        )
    ),
    "MySQL: a plugin": lambda text: of_accounts(an_account(text, plugin=...)),
    "MySQL: how it asks for TLS": lambda text: of_accounts(an_account(text, tls=..., mark=MARKED)),
    "MySQL: a mark's profile": lambda text: of_accounts(an_account(text, mark={"profile": text, "complete": True})),
    "MySQL: a host": lambda text: of_accounts(an_account(text, host=..., user="bob"), an_account(text)),
    "MySQL: an anonymous account's host": lambda text: of_accounts(
        an_account(text, host=..., user=""), an_account(text)
    ),
    "MySQL: a leaver's other host": lambda text: of_accounts(
        an_account(text), an_account(text, user="zoe", mark=COMPLETE), an_account(text, user="zoe", host=...)
    ),
    "MySQL: who may use a login": lambda text: of_accounts(
        an_account(
            text, plugin=MYSQL_PAM.plugin, stored=STORED, tls="ANY", mark=COMPLETE, members=frozenset({(text, text)})
        )
    ),
    "MySQL: who may act as a login": lambda text: of_accounts(
        an_account(
            text, plugin=MYSQL_PAM.plugin, stored=STORED, tls="ANY", mark=COMPLETE, proxies=frozenset({(text, text)})
        )
    ),
    "AWS: what RDS refuses": lambda text: of_raised(
        lambda: _raise(_refusals("payments-orders", "Look")["InvalidParameterValue"](text))
    ),
    "AWS: what RDS is busy with": lambda text: of_raised(
        lambda: _raise(_refusals("payments-orders", "Look")["InvalidDBInstanceState"](text))
    ),
    "AWS: a refused permission": lambda text: of_raised(lambda: _raise(permission_missing("GetObject", text))),
    "AWS: why a permission is refused": lambda text: of_raised(
        lambda: _raise(
            permission_missing(
                "GetObject",
                f"User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:GetObject because {text}",
            )
        )
    ),
    "AWS: a finding's field": lambda text: of_plan(Finding(f"It is {text}", f"Fix {text}")),
    "AWS: an advice's field": lambda text: of_plan(Finding("x", "y"), Advice(f"It is {text}", f"Fix {text}")),
    "AWS: a step's field": lambda text: of_plan(
        Finding("x", "y"), step=Step(StepKind.ASSOCIATE, f"Join {text}", f"it is {text}")
    ),
    "a tag": lambda text: of_raised(
        lambda: Request("RDS-EVENT-0005", a_database().id.scope, "x", by_tag=True).profile_name(
            a_database(tags={"signon:profile": text})
        )
    ),
    "an input's field": lambda text: of_raised(lambda: read_request({text: 1}, "123456789012", "us-east-1")),
    "an event's account": lambda text: of_raised(
        lambda: read_request(
            {
                "detail-type": "x",
                "source": "aws.rds",
                "account": text,
                "region": text,
                "detail": {"SourceArn": "arn:aws:rds:us-east-1:123456789012:db:x"},
            },
            "123456789012",
            "us-east-1",
        )
    ),
    "an error that is none of ours": lambda text: of_error(ValueError(text)),
    "a parked plan's reason": lambda text: {
        "database": DATABASE,
        "plan": {**PLAN, "verdict": "PARK", "reason": text, "next_look": NOW},
    },
    "a membership's reason": lambda text: {
        "database": DATABASE,
        "plan": PLAN,
        "directory_role": {"role": "r"},
        "membership": {
            "verdict": "BLOCKED",
            "reason": text,
            "remedy": "y",
            "attempts": 1,
            "looks": 1,
            "status": text,
            "failures": [text],
        },
    },
}


def _raise(error: Any) -> None:
    raise error if isinstance(error, Exception) else DatabaseUnusable(*error)


# Where it may come out: each line of it.
SINKS: Mapping[str, Callable[[Outcome, Dossier], list[str]]] = {
    "the message": lambda ended, _: message(ended, EXECUTION).split("\n"),
    "the subject": lambda ended, _: [ended.subject],
    "the cause": lambda ended, _: [cause(ended)],
    "the headline": lambda ended, _: [ended.told],
    "the record": lambda ended, dossier: list(map(str, facts(ended, dossier, None, EXECUTION, NOW).values())),
    "the event": lambda ended, dossier: [str(each) for each in event_detail(ended, dossier, EXECUTION).values()],
}
LARGEST = {"the message": 30_200, "the subject": 300, "the cause": 30_000, "the headline": 25_000}


# These stand for what a function has handed over before; what they quote was cut when it was made.
NOT_MADE_HERE = {"an error that is none of ours", "a parked plan's reason", "a membership's reason"}


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_is_told_of(source: str) -> None:
    """So that the tests below look at what comes out of it."""
    dossier = Dossier.from_json(SOURCES[source]("hostile!"))
    told = "".join(line for sink in SINKS.values() for line in sink(decide(dossier, {}), dossier))
    assert ("hostile" in told) == (source not in ("an error that is none of ours", "AWS: a step's field"))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("title", TEXTS)
def test_any_text_comes_out_as_data(source: str, title: str) -> None:
    dossier = Dossier.from_json(SOURCES[source](TEXTS[title]))
    ended = decide(dossier, {})
    for sink, lines_of in SINKS.items():
        lines = lines_of(ended, dossier)
        assert [(sink, fault) for line in lines for fault in broken(line)] == []
        forged = [line for line in lines if re.match(rf"\s*(- |What to do: |\| Remedy: )?{FORGED}", line)]
        assert (sink, forged) == (sink, [])
        assert sum(map(len, lines)) <= LARGEST.get(sink, 50_000), sink


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("title", ["a remedy of its own", "the sign between problem and remedy", "ANSI", "shell"])
def test_nothing_of_it_is_in_the_subject_of_a_mail_nor_a_remedy(source: str, title: str) -> None:
    ended = decide(Dossier.from_json(SOURCES[source](TEXTS[title])), {})
    for sign in (FORGED, "ALARM", "evil.example"):
        assert sign not in subject(ended.subject)
    remedies = [remedy for _, remedy in (*ended.problems, *ended.advice)]
    assert not any(remedy.startswith(FORGED) for remedy in remedies)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("title", [title for title in TEXTS if title.startswith("400")])
def test_a_state_can_bear_what_is_handed_over(source: str, title: str) -> None:
    """A payload may have 256 KB. Of what is raised, Step Functions cuts the cause itself."""
    dossier = SOURCES[source](TEXTS[title])
    if source not in NOT_MADE_HERE:
        assert len(json.dumps(dossier)) < 200_000


@pytest.mark.parametrize("title", TEXTS)
def test_of_many_such_lines_a_state_bears_what_is_left(title: str) -> None:
    lines = shortened([TEXTS[title]] * 5_000)
    assert len(json.dumps(lines)) < MOST_OF_MANY + 200
    assert re.fullmatch(r"and \d+ more", lines[-1])
    assert [fault for line in lines for fault in broken(line)] == []


@pytest.mark.parametrize("title", TEXTS)
def test_a_statement_is_told_to_a_terminal_on_its_lines(title: str) -> None:
    """What is logged of it is JSON; narration takes it from there."""
    roles = Roles("dbadmin", {"dbadmin": PresentRole("dbadmin"), "rds_ad": PresentRole("rds_ad")})
    name = TEXTS[title]
    present = {**roles.present, name: a_leaver(name)}
    (told,) = [each.description for each in locks(PG, replace(OF_CLUSTERS, logins=()), replace(roles, present=present))]
    assert broken(told) == []
    event = {"Source": "aws.rds", "Detail": json.dumps({"EventID": "x", "Message": name[:1_000]})}
    assert all(line.isprintable() for line in of_event(event))


@pytest.mark.parametrize("title", TEXTS)
def test_the_text_of_a_stop_is_not_repeated_in_our_name(title: str) -> None:
    stopped = ending.Execution(EXECUTION, ending.Status.FAILED, {}, TEXTS[title], "", None, None)  # type: ignore[arg-type]  # no time
    ended = ending.outcome(stopped, "payments-orders")
    assert [fault for line in message(ended, EXECUTION).split("\n") for fault in broken(line)] == []
    assert broken(str(ended.error)) == []
    assert ended.subject == "payments-orders: the execution ended without a report"


@pytest.mark.parametrize("title", TEXTS)
def test_the_text_of_a_stop_closes_the_narration_on_one_line(title: str) -> None:
    """``make watch`` and ``make start`` print it as it is."""
    stopped = Told(EXECUTION, "ABORTED", "Read membership", {}, TEXTS[title], 0, 0, 0, 0)
    failed = replace(stopped, error="", dossier=of_error(ValueError(TEXTS[title])))
    assert stopped.closing.isprintable()
    assert failed.closing.isprintable()


@pytest.mark.parametrize("title", [title for title in TEXTS if not title.startswith("400 KB")])
def test_a_message_to_people_moves_no_cursor_of_a_terminal(title: str) -> None:
    """Anybody who may publish to the topic chooses its text, and its lines."""
    text = TEXTS[title].replace("\n", "")
    printed = of_message(f"subject {text}", f"first\nsecond {text}").split("\n")
    assert len(printed) == 3
    assert [fault for line in printed for fault in broken(line)] == []
    assert [fault for line in printable_lines(TEXTS[title]).split("\n") for fault in broken(line)] == []


@pytest.mark.parametrize("title", TEXTS)
def test_an_error_is_one_line_whatever_it_quotes(title: str) -> None:
    """So that a log and an execution's history can bear it, too."""
    for error in (
        DatabaseBusy(TEXTS[title]),
        DatabaseUnusable(TEXTS[title], TEXTS[title]),
        InvalidRequest(TEXTS[title]),
    ):
        assert broken(str(error)) == []


def test_a_message_is_no_longer_than_it_is_read() -> None:
    ended = Outcome(End.FAILED, "x", tuple((f"{number} {'y' * 900}", "z") for number in range(500)))
    assert len(message(ended, EXECUTION)) < LONGEST_MESSAGE + 300
    assert message(ended, EXECUTION).endswith(f"see the execution's output\n\nExecution: {EXECUTION}")


def test_a_name_in_an_answer_of_aws_stays_as_it_is() -> None:
    names = [
        "vpc-0a1b2c",
        "d-9367000001",
        "8.0.mysql_aurora.3.05.2",
        "default:mysql-8-0",
        "corp.example.com",
        "",
        "0.0.0.0/0",
        "One-Way: Outgoing",
        "One-Way: Incoming",
    ]
    arn = f"arn:aws:iam::123456789012:role/{'x' * 512}/api"
    answer = {"Names": [*names, arn], "Port": 3306, "At": {"Made": NOW, "Is": True, "No": None}}
    assert as_words(answer) == answer


@pytest.mark.parametrize("title", TEXTS)
def test_whatever_else_an_answer_of_aws_says_is_shown(title: str) -> None:
    text = TEXTS[title]
    said = as_words({"a": [{"b": text}], text: "x", "tags": {"c": text}}, but=("tags",))
    assert said == {"a": [{"b": shown(text)}], shown(text): "x", "tags": {"c": text}}
    assert broken(shown(text)) == []


@given(st.text(max_size=300))
def test_whatever_a_text_is_it_is_one_visible_line(text: str) -> None:
    assert broken(shown(text)) == []
    assert broken(on_one_line(text)) == []
    assert len(shown(text)) <= 2 * LONGEST + 2
    assert visible(visible(text)) == visible(text)
    assert " | Remedy: " not in shown(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alice@CORP.EXAMPLE.COM", "alice@CORP.EXAMPLE.COM"),
        ("Z\u00fcrich", "Z\u00fcrich"),
        ("two words", '"two words"'),
        ('say "x"', '"say ""x"""'),
        ("a\nb", r"a\nb"),
        ("\x1b[31m", r'"\x1b[31m"'),
        ("\u202e\u3164\U000e0100", r"\u202e\u3164\U000e0100"),
        ("x" * 101, "x" * 97 + "..."),
        (None, "None"),
        ("", ""),
    ],
)
def test_a_word_stands_as_it_is_and_all_else_in_quotation_marks(text: object, said: str) -> None:
    assert shown(text) == said


def test_a_sentence_keeps_its_length() -> None:
    assert on_one_line("x" * LONGEST_LINE) == "x" * LONGEST_LINE
    assert len(on_one_line("x" * (LONGEST_LINE + 1))) == LONGEST_LINE
