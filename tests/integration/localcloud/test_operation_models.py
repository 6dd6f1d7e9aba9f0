"""moto's models of operations are asked for by many threads at once."""

import threading
from typing import Any

import pytest
from botocore.model import ServiceModel as BotocoreServiceModel
from moto.core.model import ServiceModel

from localcloud.services import operation_models

DESCRIPTION = {"metadata": {}, "operations": {"Do": {"name": "Do", "http": {"method": "GET", "requestUri": "/do"}}}}


def test_nobody_gets_a_half_made_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second thread asks when botocore's model is in the cache and moto's is not yet."""
    operation_models.install()
    service, seen, really = ServiceModel(DESCRIPTION, "control"), [], BotocoreServiceModel.operation_model

    def ask() -> None:
        seen.append(service.operation_model("Do").http_trait.path)

    second = threading.Thread(target=ask)

    def half_made(model: Any, name: str) -> Any:
        made = really(model, name)
        second.start()
        second.join(0.2)
        return made

    monkeypatch.setattr(BotocoreServiceModel, "operation_model", half_made)
    ask()
    second.join()
    assert seen == ["/do", "/do"]
