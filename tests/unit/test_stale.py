"""What a killed process left is told from what is in use."""

import subprocess
import sys
from pathlib import Path

from localcloud.servers import stale


def test_what_is_in_use_stays_and_what_an_ended_process_left_goes(tmp_path: Path) -> None:
    mine = stale.make(tmp_path, "signon.")
    make = "import sys, pathlib; from localcloud.servers import stale; stale.make(pathlib.Path(sys.argv[1]), 'signon.')"
    subprocess.run([sys.executable, "-c", make, tmp_path], check=True, cwd=Path(__file__).parents[2])
    assert len(list(tmp_path.iterdir())) == 2
    stale.sweep(tmp_path, "signon.")
    assert list(tmp_path.iterdir()) == [mine]


def test_what_another_containers_process_made_stays(tmp_path: Path) -> None:
    own = Path("/proc/self/ns/pid").readlink().name[5:-1]
    theirs, gone = tmp_path / "signon.4026000001-999999999-1-x", tmp_path / f"signon.{own}-999999999-1-x"
    theirs.mkdir()
    gone.mkdir()
    stale.sweep(tmp_path, "signon.")
    assert list(tmp_path.iterdir()) == [theirs]
