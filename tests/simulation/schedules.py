"""Whatever people, RDS and bad luck may do to one database, in any order: a state machine of Hypothesis's.

Each rule is something that may happen next. Executions and functions go on by single calls, in whatever order is drawn;
time passes when it is drawn. At the end everything heals, the sweep comes by as often as it takes, and the ledger is
read. The database is a real MySQL server's, which is asked after each statement.
"""

from __future__ import annotations

import datetime
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from tests.simulation.calls import Call, Fault
from tests.simulation.conductor import Actor
from tests.simulation.executions import BAD_ENDS
from tests.simulation.ledger import Broken, Ledger
from tests.simulation.stories import WANTED
from tests.simulation.world import ORDERS, World

LATER = {"carol": ["read"]}  # who comes with the next version of the profile
JOINING = (2, 10, 200)  # minutes that a join takes: at once, soon, longer than an execution waits for it
SWEEPS = 12  # hours in which the sweep must have repaired everything

some = st.integers(min_value=0, max_value=9)


class Schedules(RuleBasedStateMachine):
    """``world`` is set by the test."""

    world: ClassVar[World]

    @initialize(minutes=st.sampled_from(JOINING))
    def a_database_appears(self, minutes: int) -> None:
        world = self.world
        world.reset()
        self.wanted = dict(WANTED)
        self.ledger = Ledger(world, self.wanted)
        self.faults: list[tuple[int, Fault]] = []  # after so many calls from now
        world.calls.plan = self._meets
        world.rds.join_takes = datetime.timedelta(minutes=minutes)
        world.publish("orders", self.wanted)
        world.create(ORDERS, "orders")

    def _meets(self, call: Call) -> Fault | None:
        self.faults = [(left - 1, fault) for left, fault in self.faults]
        if self.faults and self.faults[0][0] < 0:
            return self.faults.pop(0)[1]
        return None

    # ---- everybody goes on -------------------------------------------------------------------------------------------

    @rule(who=some, calls=st.integers(min_value=1, max_value=40))
    def somebody_goes_on(self, who: int, calls: int) -> None:
        """By so many calls, or until he waits."""
        awake = self.world.conductor.awake
        if not awake:
            self.world.conductor.jump()
            return
        actor: Actor = awake[who % len(awake)]
        for _ in range(calls):
            if actor.ended or actor not in self.world.conductor.awake:
                return
            actor.step()

    @rule(minutes=st.sampled_from([1, 6, 30, 90]))
    def time_passes(self, minutes: int) -> None:
        """Everybody does what he would in that time."""
        self.world.conductor.pass_by(60 * minutes)

    @rule()
    def the_sweep_comes_by(self) -> None:
        self.world.sweep()

    # ---- what people do ----------------------------------------------------------------------------------------------

    @rule()
    def a_person_starts_an_execution(self) -> None:
        self.world.start(ORDERS)

    @rule()
    def the_event_comes_again(self) -> None:
        if event := self.world.rds.last_creation:
            self.world.executions.start(event)

    @precondition(lambda self: self.world.executions.running())
    @rule(which=some)
    def a_person_stops_an_execution(self, which: int) -> None:
        running = self.world.executions.running()
        self.world.executions.stop(running[which % len(running)])

    @rule(which=some)
    def a_person_redrives_an_execution(self, which: int) -> None:
        ended = [each for each in self.world.executions.all.values() if each.status in BAD_ENDS]
        if ended:
            self.world.executions.redrive(ended[which % len(ended)])

    @rule()
    def the_profile_changes(self) -> None:
        self.wanted.update(LATER)
        self.world.publish("orders", self.wanted)

    @precondition(lambda self: self.world.rds.is_available(ORDERS))
    @rule()
    def the_database_is_made_again(self) -> None:
        self.world.delete(ORDERS)
        self.world.create(ORDERS, "orders")
        self.ledger.begin_anew()

    @precondition(lambda self: self.world.rds.is_available(ORDERS))
    @rule()
    def the_master_secret_is_rotated(self) -> None:
        self.world.rotate_secret(ORDERS)

    # ---- bad luck ----------------------------------------------------------------------------------------------------

    @rule(fault=st.sampled_from(Fault), after=st.integers(min_value=0, max_value=30))
    def something_goes_wrong(self, fault: Fault, after: int) -> None:
        """One of the next calls meets it, no matter which execution makes it."""
        self.faults = sorted([*self.faults, (after, fault)], key=lambda each: each[0])

    @rule()
    def the_next_join_fails(self) -> None:
        self.world.rds.faults.script("join", "enable-kerberos-failed")
        self.ledger.faults_in_joins += 1

    # ---- the end -----------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """Nothing goes wrong any more; what is left is done by the sweep, and where a person was told, by him."""
        world = self.world
        if not hasattr(self, "ledger"):
            return
        try:
            self.faults.clear()
            world.rds.faults.clear()
            world.conductor.run()
            for _ in range(SWEEPS):
                if self._is_onboarded():
                    break
                self._person_does_what_he_was_told()
                world.conductor.pass_by(3600)
                world.sweep()
                world.conductor.run()
            if not self._is_onboarded():
                executions = list(world.executions.all.values())
                raise Broken(f"{ORDERS} was lost: {world.item(ORDERS, 'record')}, {executions}")
            self.ledger.settled(ORDERS)
        finally:
            world.conductor.reset()

    def _is_onboarded(self) -> bool:
        record = self.world.item(ORDERS, "record")
        newest = self.world.newest_version("orders")
        return (record.get("end"), record.get("profile_version")) == ("Onboarded", newest)

    def _person_does_what_he_was_told(self) -> None:
        if self.world.item(ORDERS, "record").get("end") in ("Needs a person", "Failed"):
            self.world.start(ORDERS)
            self.world.conductor.run()
