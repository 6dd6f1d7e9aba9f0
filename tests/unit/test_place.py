"""Where the local cloud's servers keep their files."""

import os
from pathlib import Path

import pytest

from localcloud.servers.place import DISK, PLENTY, place


def a_file_system(free: int, flags: int = 0) -> os.statvfs_result:
    """In blocks of 4 KiB; `free` in bytes."""
    blocks = free // 4096
    return os.statvfs_result((4096, 4096, blocks, blocks, blocks, 0, 0, 0, flags, 255))


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that takes programs, and what the kernel says of the memory: there is plenty."""
    monkeypatch.setattr(os, "statvfs", lambda _: a_file_system(PLENTY))
    (tmp_path / "meminfo").write_text(f"MemTotal: 99999999 kB\nMemAvailable: {PLENTY // 1024} kB\n")
    return tmp_path


def chosen(kernel: Path, memory: Path | None = None) -> Path:
    return place(memory or kernel, kernel / "meminfo", kernel / "memory.max")


def test_it_is_memory_where_that_is_plenty(kernel: Path) -> None:
    assert chosen(kernel) == kernel


@pytest.mark.parametrize("limit", ["max\n", f"{PLENTY}\n"])
def test_a_container_that_may_take_plenty_has_plenty(kernel: Path, limit: str) -> None:
    (kernel / "memory.max").write_text(limit)
    assert chosen(kernel) == kernel


def test_a_container_that_may_take_little_has_little(kernel: Path) -> None:
    (kernel / "memory.max").write_text(f"{PLENTY - 1}\n")
    assert chosen(kernel) == DISK


def test_what_others_use_is_not_there(kernel: Path) -> None:
    (kernel / "meminfo").write_text(f"MemTotal: 99999999 kB\nMemAvailable: {PLENTY // 1024 - 1} kB\n")
    assert chosen(kernel) == DISK


def test_a_machine_without_such_a_folder_has_its_disk(kernel: Path) -> None:
    assert chosen(kernel, kernel / "nothing") == DISK


def test_where_no_program_may_be_loaded_no_server_is(kernel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: a_file_system(PLENTY, os.ST_NOEXEC))
    assert chosen(kernel) == DISK


def test_a_small_file_system_is_not_plenty(kernel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: a_file_system(PLENTY - 4096))
    assert chosen(kernel) == DISK
