"""The controls, each with what is left when it is gone, by idea."""

from __future__ import annotations

from tests.saboteur.controls import (
    changes,
    fence,
    foreign,
    keys,
    local_cloud,
    logins,
    marks,
    names,
    plan,
    rights,
    secrets,
    sql,
    tls,
)

CONTROLS = (
    *tls.CONTROLS,
    *secrets.CONTROLS,
    *names.CONTROLS,
    *sql.CONTROLS,
    *logins.CONTROLS,
    *marks.CONTROLS,
    *keys.CONTROLS,
    *plan.CONTROLS,
    *changes.CONTROLS,
    *fence.CONTROLS,
    *foreign.CONTROLS,
    *rights.CONTROLS,
    *local_cloud.CONTROLS,
)
