"""Faults by hand: which ones exist, which can be combined, and when an action at a moment happens."""

import itertools

import pytest

from localcloud.__main__ import main
from localcloud.demo.faults import FAULTS, ONBOARDED, Fault, chosen, expected
from localcloud.demo.scenario import DemoFailed
from localcloud.faults import Faults

pytestmark = pytest.mark.usefixtures("signals_as_before")

OF_ITS_OWN = [fault for fault in FAULTS.values() if fault.ends != (ONBOARDED,)]


def test_all_faults_are_listed_with_how_they_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--faults", "list"]) == 0
    _, *lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line[2] != " "] == list(FAULTS)
    told = " ".join(" ".join(lines).split())
    assert all(f"{fault.name} {fault.says} ({', then '.join(fault.ends)})" in told for fault in FAULTS.values())


def test_an_unknown_fault_is_named_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--faults", "stopped,bad-weather"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("Unknown fault bad-weather: choose from these")
    assert all(f"  {name} " in said for name in FAULTS)


def test_several_faults_may_happen_in_one_demo() -> None:
    assert [fault.name for fault in chosen("throttling,failover,throttling")] == ["throttling", "failover"]
    assert expected(chosen("throttling,join-stuck")) == ("Parked", "Onboarded")
    assert expected(chosen("")) == ("Onboarded",)


@pytest.mark.parametrize(
    "pair", list(itertools.combinations(OF_ITS_OWN, 2)), ids=lambda pair: "+".join(f.name for f in pair)
)
def test_two_faults_with_different_ends_cannot_be_combined(pair: tuple[Fault, Fault]) -> None:
    with pytest.raises(DemoFailed, match=f"Choose one of {pair[0].name}, {pair[1].name}"):
        chosen(f"{pair[0].name},{pair[1].name}")


def test_where_people_are_told_the_row_says_what() -> None:
    for fault in OF_ITS_OWN:
        assert bool(fault.told) == (fault.ends[0] != "Not ours"), fault.name


def test_an_action_at_a_moment_happens_then_and_once() -> None:
    faults, happened = Faults(), list[str]()
    faults.at("noon", lambda: happened.append("first"))
    faults.at("noon", lambda: happened.append("third"), nth=3)
    faults.reached("midnight")
    assert happened == []
    for _ in range(4):
        faults.reached("noon")
        happened.append("-")
    assert happened == ["first", "-", "-", "third", "-", "-"]


def test_an_action_may_register_for_the_same_moment_again() -> None:
    faults, happened = Faults(), list[str]()
    faults.at("noon", lambda: faults.at("noon", lambda: happened.append("tomorrow")))
    faults.reached("noon")
    assert happened == []
    faults.reached("noon")
    assert happened == ["tomorrow"]


def test_a_cleared_action_does_not_happen() -> None:
    faults = Faults()
    faults.at("noon", lambda: pytest.fail("it was cleared"))
    faults.clear()
    faults.reached("noon")
