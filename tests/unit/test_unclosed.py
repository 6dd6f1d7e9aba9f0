"""A test that leaves something open fails, under the project's own settings."""

import os
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FORGETFUL = '''\
import gc
import socket

import pytest

gc.disable()  # when Python collects garbage by itself must not matter


class Cycle:
    """Python frees it, and its socket, only when it collects garbage."""

    def __init__(self) -> None:
        self.itself, self.socket = self, socket.socket()


@pytest.fixture(scope="session")
def forgetful():
    one = Cycle()
    yield


def test_whose_session_fixture_forgets_a_cycle(forgetful): ...
def test_that_forgets_a_socket(): socket.socket()
def test_that_forgets_a_cycle(): Cycle()
def test_that_closes_its_socket(): socket.socket().close()
def test_that_is_the_last_one(): ...
'''


def test_a_socket_left_open_fails_its_test_and_one_of_a_session_fixture_the_last_test(tmp_path: Path) -> None:
    (tmp_path / "test_forgetful.py").write_text(FORGETFUL)
    settings = ["-c", str(PROJECT / "pyproject.toml"), "-o", f"cache_dir={tmp_path}", "-p", "tests.unclosed"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert re.findall(r"^(FAILED|ERROR) .*::(\w+)", ended.stdout, re.MULTILINE) == [
        ("FAILED", "test_that_forgets_a_socket"),
        ("ERROR", "test_that_forgets_a_cycle"),
        ("ERROR", "test_that_is_the_last_one"),
    ], ended.stdout
    assert "4 passed" in ended.stdout
