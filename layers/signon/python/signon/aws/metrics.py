"""Metrics in a line of the log: CloudWatch reads them out of it, without a call and without a permission.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

NAMESPACE = "RDS Sign-on"


def embedded(name: str, unit: str, value: float, now: datetime) -> Mapping[str, Any]:
    """What makes a line of the Logger a metric as well. Its dimension is a key that the Logger adds by itself."""
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [["function_name"]],
        "Metrics": [{"Name": name, "Unit": unit}],
    }
    return {name: value, "_aws": {"Timestamp": int(now.timestamp() * 1000), "CloudWatchMetrics": [directive]}}
