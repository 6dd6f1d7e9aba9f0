"""CloudWatch looks at every alarm once a simulated minute.

"For any alarm with a period of one minute or longer, an alarm is evaluated every minute".
moto keeps alarms; a new one has INSUFFICIENT_DATA, and not OK as there.
"""

import functools
import logging
import threading
from typing import Any

from moto.cloudwatch.models import Alarm as Kept
from moto.cloudwatch.models import CloudWatchBackend, cloudwatch_backends
from moto.core.utils import unix_time_millis
from moto.sqs.models import Queue, sqs_backends

from localcloud.clock import Clock
from localcloud.cloudwatch.alarms import INSUFFICIENT_DATA
from localcloud.cloudwatch.metrics import Metrics
from localcloud.cloudwatch.modelled import read
from localcloud.cloudwatch.notify import notify
from localcloud.iam.authorizer import Authorizer
from localcloud.moto_patches import patch

log = logging.getLogger("localcloud.cloudwatch")

_moto_put = CloudWatchBackend.put_metric_alarm
_read = functools.lru_cache(1000)(read)  # what changes an alarm makes another object


def install(clock: Clock, metrics: Metrics, authorizer: Authorizer) -> None:
    """From now on alarms are looked at by this clock, until it is stopped."""

    def put_metric_alarm(backend: CloudWatchBackend, name: str, *rest: Any, **asked: Any) -> Kept:
        before = backend.alarms.get(name)
        kept = _moto_put(backend, name, *rest, **asked)
        try:
            read(kept)
        except Exception:
            backend.alarms.pop(name)
            raise
        kept.configuration_updated_timestamp = clock.now()
        # "When you update an existing alarm, its state is left unchanged"
        kept.state_value = before.state_value if before else INSUFFICIENT_DATA
        return kept

    patch(CloudWatchBackend, put_metric_alarm=put_metric_alarm)
    threading.Thread(target=_watch, args=(clock, metrics, authorizer), daemon=True, name="CloudWatch").start()


def _watch(clock: Clock, metrics: Metrics, authorizer: Authorizer) -> None:
    while clock.reach((clock.elapsed() // 60 + 1) * 60):
        for queue in list(sqs_backends[authorizer.account][authorizer.region].queues.values()):
            metrics.queue_seen(queue.name, _visible(queue))
        for kept in list(cloudwatch_backends[authorizer.account][authorizer.region].alarms.values()):
            try:
                _look(kept, clock, metrics, authorizer)
            except Exception:  # one alarm that cannot be evaluated or announced leaves the others as they are
                log.exception("%s", kept.name)


def _visible(queue: Queue) -> int:
    """How many messages could be received; moto asks for the time anew for each of them."""
    now = unix_time_millis()
    return sum(message.visible_at < now >= message.delayed_until for message in list(queue._messages))


def _look(kept: Kept, clock: Clock, metrics: Metrics, authorizer: Authorizer) -> None:
    alarm, before = _read(kept), kept.state_value
    verdict = alarm.verdict(alarm.points(metrics, metrics.now()), before)
    if verdict.state != before:
        kept.update_state(verdict.reason, "{}", verdict.state)
        kept.state_updated_timestamp = clock.now()
        notify(kept, before, clock.now(), authorizer)
