"""What was shown once is shown again until it changes: the functions read the same things thousands of times."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, Generic, TypeVar

READS = ("Describe", "Get", "List")

Answer = TypeVar("Answer")
Version = Callable[[Mapping[str, Any]], Hashable]


class Shown(Generic[Answer]):
    """``versions``, by service: another one whenever it has something else to show to a caller that asks so."""

    def __init__(self, versions: Mapping[str, Version]) -> None:
        self._versions = versions
        self._answers: dict[Hashable, tuple[Hashable, Answer]] = {}  # question: version, answer
        self._before: dict[Hashable, Answer] = {}  # ... and what was answered before that

    def reset(self) -> None:
        self._answers.clear()
        self._before.clear()

    def see(self, service: str, operation: str, asked: Mapping[str, Any], ask: Callable[[], Answer]) -> Answer:
        """Nobody may change what he is answered."""
        if service not in self._versions or not operation.startswith(READS):
            return ask()
        question, version = (service, operation, repr(asked)), self._versions[service](asked)
        known = self._answers.get(question)
        if known is None or known[0] != version:
            if known:
                self._before[question] = known[1]
            known = self._answers[question] = (version, ask())
        return known[1]

    def before(self, service: str, operation: str, asked: Mapping[str, Any], now: Answer) -> Answer:
        """What was answered to the same question before it was last answered otherwise; else what it is now."""
        return self._before.get((service, operation, repr(asked)), now)
