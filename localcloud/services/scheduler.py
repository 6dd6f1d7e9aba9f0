"""EventBridge Scheduler: rate schedules fire by the simulated clock, each for the first time one period after it was
made.

moto keeps schedules; this wakes up for them. Of other expressions than rates none is kept: a schedule that never
fires would be found out too late.
"""

import datetime
import re
import threading
import uuid
from typing import Any

from moto.scheduler import models
from moto.scheduler.exceptions import ValidationException

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.iam.authorizer import Authorizer
from localcloud.moto_patches import patch
from localcloud.services.delivery import Delivery, Sender, reaches

# https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
SECONDS = {"minute": 60, "hour": 3600, "day": 86400}

_moto_create = models.EventBridgeSchedulerBackend.create_schedule
_moto_update = models.EventBridgeSchedulerBackend.update_schedule


def install(clock: Clock, faults: Faults, authorizer: Authorizer) -> None:
    """From now on schedules that are made or changed fire by this clock, until they are deleted or it is stopped."""

    def create_schedule(backend: models.EventBridgeSchedulerBackend, **asked: Any) -> models.Schedule:
        period = checked_period(asked)
        schedule = _moto_create(backend, **asked)
        _Schedule(backend, schedule, period, clock, faults, authorizer).start()
        return schedule

    def update_schedule(backend: models.EventBridgeSchedulerBackend, **asked: Any) -> models.Schedule:
        """What changes is the whole of it, and so its period begins anew."""
        period = checked_period(asked)
        schedule = _moto_update(backend, **asked)
        schedule.state = asked["state"] or "ENABLED"
        _Schedule(backend, schedule, period, clock, faults, authorizer).start()
        return schedule

    patch(models.EventBridgeSchedulerBackend, create_schedule=create_schedule, update_schedule=update_schedule)


def checked_period(asked: dict[str, Any]) -> float:
    """Simulated seconds between two firings. Raises what the API answers for a schedule that cannot fire here."""
    expression, target = asked["schedule_expression"], asked["target"]["Arn"]
    parts = re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression)
    if parts is None:
        raise ValidationException(f"Schedules can only use rate(n minutes|hours|days) here, not {expression}")
    for name, meaning in (("start_date", "StartDate"), ("end_date", "EndDate")):
        if asked.get(name):
            raise ValidationException(f"{meaning} has no effect here")
    if not reaches(target):
        raise ValidationException(f"Targets of schedules can only be functions and state machines here, not {target}")
    return float(parts[1]) * SECONDS[parts[2]]


class _Schedule:
    """One schedule as it was last written; ends when it is written again or deleted."""

    def __init__(
        self,
        backend: models.EventBridgeSchedulerBackend,
        schedule: models.Schedule,
        period: float,
        clock: Clock,
        faults: Faults,
        authorizer: Authorizer,
    ) -> None:
        self._backend, self._schedule, self._period = backend, schedule, period
        self._clock, self._faults, self._authorizer = clock, faults, authorizer
        patch(schedule, firing=self)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True, name=f"schedule {self._schedule.name}").start()

    def _run(self) -> None:
        began = self._clock.elapsed()
        due = began + self._period
        while self._clock.reach(due, still_wanted=self._exists):
            if self._schedule.state == "ENABLED":
                self._fire()
            due += self._period

    def _exists(self) -> bool:
        group = self._backend.schedule_groups.get(self._schedule.group_name)
        kept = group.schedules.get(self._schedule.name) if group else None
        return kept is self._schedule and getattr(kept, "firing", None) is self

    def _fire(self) -> None:
        schedule, target = self._schedule, dict(self._schedule.target)
        now = self._clock.now().astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        execution = str(uuid.uuid4())
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
        known = {"schedule-arn": schedule.arn, "scheduled-time": now, "execution-id": execution}

        def body(attempt: int) -> str:
            text = str(target.get("Input") or "{}")
            for name, value in {**known, "attempt-number": str(attempt)}.items():
                text = text.replace(f"<aws.scheduler.{name}>", value)
            return text

        facts = {"SCHEDULE_ARN": schedule.arn, "SCHEDULED_TIME": now, "EXECUTION_ID": execution}
        sender = Sender("scheduler.amazonaws.com", schedule.arn)
        delivery = Delivery(self._backend.account_id, self._backend.region_name, target, body, body(1), facts, sender)
        delivery.start(self._clock, self._faults, self._authorizer, f"schedule {schedule.name} fires")
