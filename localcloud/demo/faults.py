"""What can go wrong on the way, a row each: for people who want to watch it, and for the tests.

`make demo FAULTS=list` prints the names.
"""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from localcloud.demo.fault_target import FaultTarget
from localcloud.demo.scenario import DemoFailed

ONBOARDED, PARKED, NEEDS_A_PERSON, NOT_OURS = "Onboarded", "Parked", "Needs a person", "Not ours"
BEYOND_BOTOCORE = 7  # it tries three times: the first two invocations are throttled, and the third once


@dataclass(frozen=True)
class Fault:
    """`prepare` is called before the database is made. `ends` are those of the executions about it, one after the
    other; `told` is in the message about the first, if people are told of it.
    """

    name: str
    says: str
    prepare: Callable[[FaultTarget], object]
    ends: tuple[str, ...] = (ONBOARDED,)
    told: tuple[str, ...] = ()


def _stuck(target: FaultTarget) -> None:
    target.joins_end("enabling-kerberos")
    target.before("report-outcome", target.join_ends_after_all)


def _impaired(target: FaultTarget) -> None:
    target.directory_becomes("Impaired")
    target.before("report-outcome", lambda: target.directory_becomes("Active"))


def _rotated(target: FaultTarget) -> None:
    target.before("create-logins", target.rotate_password)
    target.after("create-logins", "secretsmanager:GetSecretValue", target.rotate_password)


def _failed_over(target: FaultTarget) -> None:
    """The second guard of *Create logins* stands between what is made locked and what opens it."""

    def begin() -> None:
        target.fail_over()
        target.before("create-logins", target.end_failover, nth=2)

    target.during("create-logins", "s3:HeadObject", begin, nth=2)


FAULTS = {
    fault.name: fault
    for fault in (
        Fault(
            "join-fails-twice",
            "RDS fails to join it to the directory twice; the third attempt succeeds",
            lambda target: target.joins_end(*["enable-kerberos-failed"] * 2),
        ),
        Fault(
            "join-never-succeeds",
            "RDS fails to join it every time: after three attempts a person is told why and what to do",
            lambda target: target.joins_end(*["enable-kerberos-failed"] * 3),
            (NEEDS_A_PERSON,),
            (
                "enable-kerberos-failed after 3 attempts; RDS names two causes: ",
                "What to do: Check that the database's ",
                "What was seen: enable-kerberos-failed at ",
                "What was tried: asked RDS 3 times ",
            ),
        ),
        Fault(
            "join-stuck",
            "the join hangs in enabling-kerberos: parked after three hours; a later sweep finds it joined",
            _stuck,
            (PARKED, ONBOARDED),
            ("enabling-kerberos, after more than 3 hours of waiting",),
        ),
        Fault(
            "throttling",
            "RDS throttles the modify call for longer than botocore retries it: the state machine keeps retrying",
            lambda target: target.modify_is_refused("Throttling", BEYOND_BOTOCORE),
        ),
        Fault(
            "invalid-state",
            "RDS answers the modify call with InvalidDBInstanceState three times: the state machine waits and retries",
            lambda target: target.modify_is_refused(target.busy, 3),
        ),
        Fault(
            "stopped",
            "somebody stops the database while it joins: a person is told; nothing starts it for them",
            lambda target: target.before("read-membership", target.stop),
            (NEEDS_A_PERSON,),
            ("is stop", "What to do: "),
        ),
        Fault(
            "deleted",
            "somebody deletes the database while it joins: there is nothing left to do, and nobody is told",
            lambda target: target.before("read-membership", target.delete),
            (NOT_OURS,),
        ),
        Fault(
            "made-again",
            "somebody deletes the database while it joins and creates another with the same name: a different database",
            lambda target: target.before("read-membership", target.make_again),
            (NOT_OURS, ONBOARDED),
        ),
        Fault(
            "password-rotated",
            "RDS rotates the master password before the logins are created, and again just after it has been read",
            _rotated,
        ),
        Fault(
            "failover",
            "the writer fails over while the logins are being created, and is then read-only: a retry completes them",
            _failed_over,
        ),
        Fault(
            "functions-killed",
            "four functions are killed while they work: each is run again, and nothing is done twice",
            lambda target: target.is_killed(
                "associate-directory", "reboot-database", "create-logins", "report-outcome"
            ),
        ),
        Fault(
            "directory-impaired",
            "the directory is Impaired before anything is planned: parked, and resumed once it is Active again",
            _impaired,
            (PARKED, ONBOARDED),
            ("is Impaired, not Active",),
        ),
        Fault(
            "directory-impaired-later",
            "the directory becomes Impaired between the plan and the join: RDS is not asked until it is Active",
            lambda target: target.before("associate-directory", lambda: _impaired(target)),
            (PARKED, ONBOARDED),
            ("is Impaired, not Active",),
        ),
        Fault(
            "role-untrusted",
            "the directory role trusts the wrong services: found before anything is changed",
            lambda target: target.directory_role_trusts("lambda.amazonaws.com"),
            (NEEDS_A_PERSON,),
            ("does not trust directoryservice.rds.amazonaws.com", "What to do: Deploy the stack again"),
        ),
    )
}


def chosen(names: str) -> Sequence[Fault]:
    """The faults of these names, with commas between them. Raises DemoFailed: there is none of that name, or they
    cannot happen to the same database.
    """
    wanted = [name for name in names.split(",") if name]
    if unknown := [name for name in wanted if name not in FAULTS]:
        raise DemoFailed(f"Unknown fault {', '.join(unknown)}: choose from these, separated by commas:\n{listed()}")
    found = [FAULTS[name] for name in dict.fromkeys(wanted)]
    expected(found)
    return found


def expected(faults: Iterable[Fault]) -> tuple[str, ...]:
    """How the executions end when all of these happen. Raises DemoFailed: each of two would have it end otherwise."""
    decide = [fault for fault in faults if fault.ends != (ONBOARDED,)]
    if len(decide) > 1:
        raise DemoFailed(f"Choose one of {', '.join(fault.name for fault in decide)}: each leads to a different end")
    return decide[0].ends if decide else (ONBOARDED,)


def listed() -> str:
    """Every fault with what happens, in lines that fit a terminal of 80 columns."""
    return "\n".join(
        textwrap.fill(
            f"{fault.says} ({', then '.join(fault.ends)})",
            80,
            initial_indent=f"  {fault.name:<26}",
            subsequent_indent=" " * 28,
            break_on_hyphens=False,
        )
        for fault in FAULTS.values()
    )
