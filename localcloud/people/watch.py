"""`watch`: follows the execution that works on a database, from wherever it is to its end."""

import time

from botocore.exceptions import EndpointConnectionError

from localcloud.examples.samples import TAG
from localcloud.people.executions import IN_PROGRESS, Executions
from localcloud.people.narration import HEADING, Narration
from localcloud.people.printable import printable
from localcloud.people.running import NotRunning, Running

LEFT_TO_OTHERS = (IN_PROGRESS, "Not ours")
WAITS = 20  # seconds of real time, from when RDS has created everything and nothing has begun


class NothingBegan(RuntimeError):
    """No execution was ever started for the database, and none has started within a while."""


def watch(name: str) -> bool:
    """Follows the execution that works on the database `name`, or on any for "". Waits for one to begin; if none does,
    shows the last one.

    Answers whether it succeeded. Raises NotRunning and NothingBegan.
    """
    running, began = Running.get(), time.monotonic()
    try:
        execution = _found(running, name)
        print(f"{printable(execution)}\n\n{HEADING}")
        told = Narration(running.client, running.endpoint, execution, began).follow()
    except EndpointConnectionError:
        raise NotRunning("The local cloud has stopped meanwhile. Start it again with `make up`") from None
    print(f"\n{told.end}. {told.closing}".rstrip())
    return told.status == "SUCCEEDED"


def _found(running: Running, name: str) -> str:
    """The one at work; one that ends before it claims a database, unless it has left the work to another."""
    executions = Executions(running.client, running.outputs)
    waited_since, said = time.monotonic(), False
    begun: set[str] = set()
    while True:
        about, at_work = executions.about(name), executions.at_work()
        is_running = {each: executions.is_running(each) for each in about}
        for execution in reversed(about):
            if is_running[execution] and execution in at_work:
                return execution
            if execution in begun and not is_running[execution] and executions.end(execution) not in LEFT_TO_OTHERS:
                return execution
        begun |= {each for each in about if is_running[each]}
        if any(is_running.values()) or _is_creating(running, name):
            waited_since = time.monotonic()
        elif time.monotonic() - waited_since > WAITS:
            nothing = f"No execution is working on {name or 'any database'}, and none has started for {WAITS} seconds."
            if not about:
                raise NothingBegan(f"{nothing} Does the database have the tag {TAG}?")
            print(f"{nothing} This is the last one:")
            return next((each for each in reversed(about) if executions.end(each) not in LEFT_TO_OTHERS), about[-1])
        if not said:
            print(f"Waiting for an execution that works on {name or 'a database'}.", flush=True)
            said = True
        time.sleep(0.1)


def _is_creating(running: Running, name: str) -> bool:
    """Whether RDS is still creating the database: its event comes when it has."""
    rds = running.client("rds")
    instances = rds.describe_db_instances()["DBInstances"]
    clusters = rds.describe_db_clusters()["DBClusters"]
    statuses = [
        *((each["DBInstanceIdentifier"], each["DBInstanceStatus"]) for each in instances),
        *((each.get("DBClusterIdentifier", ""), each["DBInstanceStatus"]) for each in instances),
        *((each["DBClusterIdentifier"], each["Status"]) for each in clusters),
    ]
    return any(status == "creating" for identifier, status in statuses if name in ("", identifier))
