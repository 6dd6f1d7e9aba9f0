"""One at a time: moto looks and writes in two steps, and lists what another thread is changing.

Every request to the services named here is answered in memory and waits for nobody, so they can follow one another.
This makes a conditional write to DynamoDB one step.
"""

import threading
from contextlib import AbstractContextManager, nullcontext

SERVICES = ("dynamodb", "iam", "logs", "s3", "secretsmanager", "sns")

_TURNS = {service: threading.RLock() for service in SERVICES}


def one_at_a_time(service: str) -> AbstractContextManager[object]:
    """The caller's turn at the service; at once where the service is none of these."""
    return _TURNS.get(service) or nullcontext()
