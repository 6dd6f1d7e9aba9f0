"""People's JDBC drivers, in a JVM of their own."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

CLASSES = Path(__file__).parents[4] / ".machine/jdbc"  # of Jdbc.java, which says what may be asked
DRIVERS = [Path("/usr/share/java", name) for name in ("postgresql.jar", "mariadb-java-client.jar")]
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


def ask_drivers(
    questions: Iterable[Sequence[str]], folder: Path, environment: Mapping[str, str], options: Iterable[str] = ()
) -> list[list[str]]:
    """The answers, one for each question; the JVM is started in ``folder``."""
    lines = (" ".join(base64.b64encode(word.encode()).decode() for word in question) for question in questions)
    done = subprocess.run(
        ["java", *QUICK, *options, "-cp", ":".join(map(str, [CLASSES, *DRIVERS])), "Jdbc"],
        cwd=folder,
        env=dict(environment),
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return [[base64.b64decode(word).decode() for word in line.split(" ")] for line in done.stdout.splitlines()]
