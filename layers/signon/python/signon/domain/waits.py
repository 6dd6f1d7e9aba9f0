"""How long we wait for what, and how often we look meanwhile."""

from __future__ import annotations

from datetime import timedelta

ACCEPTED_WITHIN = timedelta(minutes=5)  # after our call, DomainMemberships may still be empty
PARK_AFTER = timedelta(hours=3)  # an execution lives 6, and a busy database may take an hour at each state
LOOK_AGAIN_AFTER = timedelta(hours=1)  # at a parked database, for what passes by itself or with the pause switch


def seconds_before_look(looks: int) -> int:
    """Seconds to wait before the next look, after so many: the intervals grow from one minute to half an hour.

    9 looks in the 30 minutes that a join takes, 16 in the three hours after which a database is parked.
    """
    return int(min(1800, 60 * 1.3**looks))
