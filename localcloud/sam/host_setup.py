"""`python -m localcloud.sam.host_setup FOLDER NUMBER CACHE VERSION`: starts what containers need, and undoes it.

VERSION is the Python's that is wanted, where AWS's image can be had. It adds the address on which containers reach the
cloud, and starts the engine; prints a line of JSON about both; and undoes everything when its standard input ends,
which it does whatever becomes of the cloud.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from localcloud.checkout import CHECKOUT
from localcloud.deploy.artifacts import host_architecture
from localcloud.sam import engines, images
from localcloud.sam.engines import EngineFailed, found

ADDRESS = "address"  # the file that names the one that was added
NETWORK = "198.18.{}"  # of 198.18.0.0/15, which nobody's network has: https://www.rfc-editor.org/rfc/rfc2544
SETUP = CHECKOUT / "setup"


def run(folder: Path, number: int, cache: Path, version: str) -> None:
    """Runs until standard input ends. Raises EngineFailed."""
    with ExitStack() as end:
        end.callback(undo, folder)
        engine = found(folder, number, end)
        _add_address(f"{NETWORK.format(number)}.1/24", folder / ADDRESS)
        before, architecture = engine.images(), host_architecture()
        end.callback(engine.remove_what_sam_made, before)
        public = images.has_public(engine, version, architecture, cache)
        if not public:
            version, archive = _made_image()
            images.take_made(engine, archive, version, architecture)
        image = "AWS's public image" if public else "an image made from this distribution's packages"
        said = {
            "environment": engine.environment,
            "python_version": version,
            "title": f"{engine.title}, {image}, Python {version}",
        }
        print(json.dumps(said), flush=True)
        sys.stdin.read()


def undo(folder: Path) -> None:
    """Done when `run` ends; if the process was killed, the next one that finds its folder does it instead."""
    engines.undo(folder)
    if (added := folder / ADDRESS).exists():
        words = ["ip", "address", "delete", added.read_text(), "dev", "lo"]
        subprocess.run(words, check=False, capture_output=True)
    shutil.rmtree(folder, ignore_errors=True)


def _add_address(address: str, added: Path) -> None:
    """All of the network is this machine's own from then on, as all of 127.0.0.0/8 is: so is a network on `lo`.

    An address that is there already stays there when the cloud ends: somebody else has added it.
    """
    if has_address(address):
        return
    words = ["ip", "address", "add", address, "dev", "lo"]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        raise EngineFailed(
            f"Containers need the address {address} to reach the cloud, and this user may not add it. "
            f"As root, run: {' '.join(words)}"
        )
    added.write_text(address)


def has_address(address: str) -> bool:
    """Whether this machine has it. Whoever may not add one is told "not permitted", there or not."""
    with socket.socket() as probe:
        try:
            probe.bind((address.partition("/")[0], 0))
        except OSError:
            return False
    return True


def _made_image() -> tuple[str, Path]:
    """Its Python's version, and the archive."""
    done = subprocess.run([SETUP / "lambda_image"], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise EngineFailed(
            "AWS's image of Lambda's Python cannot be pulled here, and the stand-in image could not be built."
        )
    archive = Path(done.stdout.strip())
    return archive.name.split("-")[1], archive


if __name__ == "__main__":
    os.setsid()  # Ctrl-C is meant for the cloud
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    try:
        run(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
    except EngineFailed as failure:
        sys.exit(str(failure))
