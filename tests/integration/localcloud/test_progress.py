"""What a person sees while something takes its time, on a real terminal."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

PROGRAM = """\
import time
from localcloud.people.progress import progress
with progress("Starting"):
    time.sleep(1.3)
print("started")
"""


def said_on_a_terminal() -> str:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=theirs, stderr=theirs, cwd=Path(__file__).resolve().parents[3]
    ):
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(ours, 1000)
            except OSError:  # Linux's end of a terminal that nobody holds any longer
                part = b""
            if not part:
                break
            said += part
    os.close(ours)
    return said.decode()


def test_a_terminal_shows_what_takes_time_and_for_how_long_and_then_only_what_came_of_it() -> None:
    said = said_on_a_terminal()
    assert re.match(r"\r\033\[KStarting \.\.\. [0-9]+ s\r\033\[K", said)
    assert said.endswith("\r\033[Kstarted\r\n")


def test_a_file_and_a_pipe_get_nothing_of_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        capture_output=True,
        check=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert (done.stdout, done.stderr) == ("started\n", "")
