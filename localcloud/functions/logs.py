"""The lines of a function, in its log group."""

import logging
from typing import Any

from moto.awslambda.models import LambdaFunction
from moto.logs.models import LogStream, logs_backends

from localcloud.clock import Clock
from localcloud.cloudwatch.metrics import Metrics
from localcloud.functions.one_at_a_time import one_at_a_time
from localcloud.iam import function_roles
from localcloud.iam.authorizer import AccessDenied, Authorizer

log = logging.getLogger("localcloud.iam")


def logging_config(function: LambdaFunction) -> dict[str, Any]:
    """The template's LoggingConfig; empty where it has none."""
    return getattr(function, "logging_config", None) or {}


def log_group(function: LambdaFunction) -> str:
    """The name of its log group: the template's, else the one that Lambda makes."""
    return str(logging_config(function).get("LogGroup") or f"/aws/lambda/{function.function_name}")


class LogWriter:
    """Writes a function's lines to its log group, at simulated time, as far as the function's role may; like Lambda it
    makes the group where the template has none, and like CloudWatch it reads the metrics out of them.
    """

    def __init__(self, function: LambdaFunction, clock: Clock, authorizer: Authorizer, metrics: Metrics) -> None:
        self._backend = logs_backends[function.account_id][function.region]
        self._group, self._clock = log_group(function), clock
        self._function, self._authorizer, self._metrics = function, authorizer, metrics

    def __call__(self, stream: str, line: str) -> None:
        """Writes one line; if the role may not write logs, the line is lost and the local cloud logs a warning."""
        try:
            with one_at_a_time("logs"):
                self._write(stream, line)
        except AccessDenied as denied:
            log.warning("%s has no log: %s", self._function.function_name, denied)

    def _write(self, stream: str, line: str) -> None:
        if self._group not in self._backend.groups:
            self._may("CreateLogGroup", "")
            self._backend.create_log_group(self._group, {})
        streams = self._backend.groups[self._group].streams
        if stream not in streams:
            self._may("CreateLogStream", "")
            self._backend.create_log_stream(self._group, stream)
        self._may("PutLogEvents", stream)
        written: LogStream = streams[stream]
        # not the API: that refuses time stamps two hours ahead of the real time
        written.put_log_events([{"timestamp": int(self._clock.now().timestamp() * 1000), "message": line}])
        self._metrics.logged(line)

    def _may(self, action: str, stream: str) -> None:
        function_roles.require_logs(self._authorizer, self._function, f"logs:{action}", self._group, stream)
