"""moto's models of operations, for more than one thread.

moto's `ServiceModel.operation_model` and botocore's, which it extends, keep what they make in one cache under one key:
for a moment the cache holds botocore's model, which lacks what moto's router asks for. Whoever asks in that moment
answers 500.
"""

import threading
from typing import Any

from moto.core.model import OperationModel, ServiceModel

from localcloud.moto_patches import patch

_lock = threading.RLock()
_moto_operation_model = ServiceModel.operation_model


def install() -> None:
    """From now on one thread at a time asks for a model."""
    patch(ServiceModel, operation_model=_operation_model)


def _operation_model(service: ServiceModel, operation_name: str) -> OperationModel:
    with _lock:
        made: Any = _moto_operation_model(service, operation_name)
    return made
