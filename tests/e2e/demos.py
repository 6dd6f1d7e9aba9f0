"""The demo as a person runs it: a command, what it prints and its exit code."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def demo(*arguments: str) -> str:
    """What it prints; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "localcloud", "demo", *arguments],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "COLUMNS"},  # pytest's terminal is narrow
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout
