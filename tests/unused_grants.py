"""Every grant of the template is used by some test: what nothing uses is taken out of the template, or is excused here.

Looked at where `make test-all` has run all tests and none has failed, in workers that each have a cloud.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import Cloud
from localcloud.deploy.grants import Grant, Use, granted, unused, used
from tests.whole import WHOLE

# (role, what), as `unused` says it: why no test here can use it
EXCUSED: dict[tuple[str, str], str] = {
    (
        "LeaveDirectoryRole",
        "rds:DescribeDBClusters on arn:aws:rds:us-east-1:123456789012:cluster:*",
    ): "it looks at its database as every function does, and no cluster has to leave a directory",
}

GRANTS = pytest.StashKey[set[Grant]]()
USES = pytest.StashKey[set[Use]]()
UNUSED = pytest.StashKey[list[str]]()

HERE = Path(__file__).parent


@contextmanager
def noted(cloud: Cloud, config: pytest.Config) -> Iterator[None]:
    """Notes what the cloud's stack is granted before the tests, and what it has used after them."""
    grants = granted(cloud.authorizer, cloud.stack)
    yield
    uses = used(cloud.authorizer, cloud.stack)
    output = getattr(config, "workeroutput", None)  # a worker's, which only carries what the network knows
    if output is None:
        hand_over({"grants": grants, "uses": uses}, config)
    else:
        output["grants"], output["uses"] = [tuple(each) for each in grants], [tuple(each) for each in uses]


def hand_over(output: dict[str, Any], config: pytest.Config) -> None:
    """Adds what one process has noted to what is known of the session."""
    config.stash.setdefault(GRANTS, set()).update(Grant(*each) for each in output.get("grants", ()))
    config.stash.setdefault(USES, set()).update(Use(*each) for each in output.get("uses", ()))


def fail(session: pytest.Session) -> bool:
    """Whether the session ran everything, all is well, and yet something granted was not used."""
    if session.exitstatus != pytest.ExitCode.OK or not ran_everything(session.config):
        return False
    found = verdict(session.config.stash.get(GRANTS, set()), session.config.stash.get(USES, set()))
    session.config.stash[UNUSED] = found
    return bool(found)


def ran_everything(config: pytest.Config) -> bool:
    """Whether nothing was chosen among the tests; workers leave the question to their controller."""
    option = config.option
    chosen = option.keyword or option.markexpr or option.deselect or option.ignore or option.ignore_glob
    again = option.lf or option.failedfirst or option.stepwise or option.collectonly
    whole = WHOLE and HERE in {Path(config.invocation_params.dir, argument).resolve() for argument in config.args}
    return whole and not chosen and not again and not hasattr(config, "workeroutput")


def verdict(grants: set[Grant], uses: set[Use], excused: Mapping[tuple[str, str], str] = EXCUSED) -> list[str]:
    """One line for each grant that was not used and is not excused, and each excuse that is not needed."""
    left = dict.fromkeys(unused(grants, uses))
    lines = [f"{role} is granted what no test uses: {what}" for role, what in left if (role, what) not in excused]
    return lines + [
        f"Excused, and used or not granted: {role}, {what}" for role, what in excused if (role, what) not in left
    ]


def lines(config: pytest.Config) -> list[str]:
    """What the session failed for."""
    return config.stash.get(UNUSED, [])
