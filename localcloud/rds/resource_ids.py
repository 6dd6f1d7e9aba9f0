"""Resource ids: no two databases of a cloud have the same, not even one after the other under the same name.

The n-th database of a name has the same one in every local cloud: that is how samples of events fit any of them.
"""

import base64
import hashlib
from collections import Counter

LENGTH = 26  # letters and digits, after the prefix


class ResourceIds:
    """Those of one account in one Region."""

    def __init__(self) -> None:
        self._made: Counter[tuple[str, str]] = Counter()

    def new(self, prefix: str, name: str) -> str:
        """For a database that is created now; ``prefix`` is db or cluster."""
        self._made[prefix, name] += 1
        digest = hashlib.sha256(f"{prefix} {name} {self._made[prefix, name]}".encode()).digest()
        return f"{prefix}-{base64.b32encode(digest).decode()[:LENGTH]}"
