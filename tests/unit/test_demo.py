"""The demo succeeds only if everything it shows has happened."""

import signal
import subprocess

import pytest

from localcloud.__main__ import main
from localcloud.cloud import Sam
from localcloud.demo import story
from localcloud.demo.scenario import DemoFailed, refused
from localcloud.demo.scenarios import SCENARIOS
from localcloud.people.narration import folded, lines_under
from signon.domain.engines import ENGINES

pytestmark = pytest.mark.usefixtures("signals_as_before")


def an_answer(code: int, error: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.CompletedProcess([], code, stdout="", stderr=error)


def test_a_refusal_by_the_server_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    denied = "ERROR 1045 (28000): Access denied for user 'mallory'"
    refused("mallory", an_answer(1, f"Enter password: {denied}\n"), "ERROR 1045")
    assert capsys.readouterr().out == "  mallory\n  -> ERROR 1045 (28000): Access denied for user 'mallory'\n"


@pytest.mark.parametrize(
    "answer", [an_answer(0), an_answer(1, "ERROR 2003 (HY000): Can't connect"), an_answer(0, "ERROR 1045")]
)
def test_a_sign_in_that_the_server_does_not_refuse_fails_the_demo(answer: subprocess.CompletedProcess[str]) -> None:
    with pytest.raises(DemoFailed, match="mallory was not refused by the server"):
        refused("mallory", answer, "ERROR 1045")


def test_a_demo_that_failed_says_why_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise DemoFailed("alice was not signed in")

    monkeypatch.setattr(story, "run", fail)
    assert main(["demo"]) == 1
    assert capsys.readouterr().err == "alice was not signed in\n"


def test_an_engine_without_a_demo_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--engine", "oracle"]) == 1
    assert capsys.readouterr().err == (
        "Unknown engine 'oracle': choose one of mysql, aurora-mysql, postgres, aurora-postgresql, mariadb or all\n"
    )


@pytest.mark.parametrize(
    ("engine", "method", "said"),
    [
        ("mysql", "ldap", "Unknown method 'ldap': choose kerberos or iam"),
        ("all", "ldap", "Unknown method 'ldap': choose kerberos or iam"),
        ("mariadb", "kerberos", "AWS does not offer kerberos for mariadb; it offers iam"),
    ],
)
def test_a_method_without_a_demo_is_named(
    engine: str, method: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--engine", engine, "--method", method]) == 1
    assert capsys.readouterr().err == f"{said}\n"


def test_an_interrupted_demo_confirms_the_interrupt_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(story, "run", interrupted)
    assert main(["demo"]) == 130
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler  # a second one is not waited for
    assert "stopping the servers" in capsys.readouterr().err


def test_there_is_a_demo_of_every_engine_by_every_method_that_it_offers() -> None:
    assert set(SCENARIOS) == {(engine.name, method) for engine in ENGINES.values() for method in engine.logins}
    assert len({scenario.name for scenario in SCENARIOS.values()}) == len(SCENARIOS)


def test_a_line_is_broken_between_words_not_at_a_hyphen_or_in_a_name() -> None:
    text = (
        "of the cluster payments-ledger directory sign-in is off, as is payments-ledger.cluster-csr00mehie14.us-east-1"
    )
    assert folded(text, 41, hanging="  ").splitlines() == [
        "of the cluster payments-ledger directory",
        "  sign-in is off, as is",
        "  payments-ledger.cluster-csr00mehie14.us-east-1",
    ]


def test_lines_are_longer_than_a_terminal_that_is_too_narrow() -> None:
    assert folded(f"{'word ' * 7}word word", -4).splitlines() == ["word word word word word word word word", "word"]


def test_a_container_cannot_be_killed_while_it_works() -> None:
    with pytest.raises(DemoFailed, match="run functions-killed without LAMBDA=sam"):
        story.run("mysql", "", "functions-killed", 500, Sam.RUNS_FUNCTIONS)


def test_a_state_with_nothing_to_show_leaves_no_empty_line() -> None:
    assert lines_under([]) == []
    assert lines_under(["Create locked: alice\n  CREATE USER 'alice'", "a\x1b[31mb"]) == [
        "Create locked: alice",
        "  CREATE USER 'alice'",
        "a\\x1b[31mb",
    ]
