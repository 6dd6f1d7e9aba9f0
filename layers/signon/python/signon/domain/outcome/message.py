"""The text that people are sent of an outcome, and the cause that a failed execution shows."""

from __future__ import annotations

from signon.domain.limits import sentence
from signon.domain.outcome.outcome import Outcome
from signon.foreign import cut

LONGEST_MESSAGE = 30_000  # characters: SNS takes 256 KB, and Step Functions 32,768 for a cause
_REST_IN = "This message is too long to show in full: see the execution's output"


def cause(ended: Outcome) -> str:
    """For readers of a failed execution: what is wrong, and what to do."""
    return cut(" ".join(sentence(text) for pair in ended.problems for text in pair) or ended.told, LONGEST_MESSAGE)


def message(ended: Outcome, execution: str) -> str:
    """What happened, what to do, what was seen and tried; and the execution (its ARN)."""
    lines = [ended.told, ""]
    for problem, remedy in ended.problems:
        lines += [f"- {problem}", f"  What to do: {remedy}"]
    lines += ["", "Waiting, and checked again within the hour:"] if ended.waits else []
    lines += [f"- {each}" for each in ended.waits]
    lines += ["", "Worth knowing:"] if ended.advice else []
    for fact, remedy in ended.advice:
        lines += [f"- {fact}", f"  {remedy}"]
    lines += ["", f"Why it was started: {ended.reason}"] if ended.reason else []
    for what, text in (("seen", ended.seen), ("tried", ended.tried)):
        lines += ["", f"What was {what}: {text}"] if text else []
    text = "\n".join(lines)
    if len(text) > LONGEST_MESSAGE:
        text = f"{text[:LONGEST_MESSAGE].rpartition(chr(10))[0]}\n\n{_REST_IN}"
    return f"{text}\n\nExecution: {execution}"
