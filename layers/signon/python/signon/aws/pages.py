"""Answers that come in pages: AWS may end any of them early, and returns a token for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from signon.aws.clients import errors_as

_TOKENS = ("Marker", "NextToken", "nextToken")  # of RDS and IAM; of EC2 and Directory Service; of Step Functions


def every(
    kind: str, ask: Callable[[dict[str, Any]], Any], codes: Mapping[str, Callable[[str], Exception]] | None = None
) -> Iterator[Mapping[str, Any]]:
    """What all pages of an answer hold under ``kind``; ``ask`` is given the token of the page, at first none.

    Raises what ``errors_as(codes)`` raises.
    """
    page: dict[str, Any] = {}
    while True:
        with errors_as(codes):
            answer = ask(page)
        yield from answer[kind]
        page = {token: answer[token] for token in _TOKENS if answer.get(token)}
        if not page:
            return
