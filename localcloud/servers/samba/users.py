"""users.py FOLDER: changes the users of the domain in FOLDER, as asked line by line. For the system's Python.

Asked ["add", name, password] or ["disable", name]; answered "ok", or the reason of the refusal.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from samba import param
from samba.auth import system_session
from samba.samdb import SamDB

folder = Path(sys.argv[1])
configuration = param.LoadParm()
configuration.load(str(folder / "smb.conf"))
directory = SamDB(url=str(folder / "private" / "sam.ldb"), session_info=system_session(), lp=configuration)


def add(name: str, password: str) -> None:
    """Adds a user who may sign in at once."""
    directory.newuser(name, password)


def disable(name: str) -> None:
    """Disables a user's account."""
    directory.disable_account(f"(sAMAccountName={name})")


CHANGES: dict[str, Callable[..., None]] = {"add": add, "disable": disable}

for line in sys.stdin:
    change, *arguments = json.loads(line)
    try:
        CHANGES[change](*arguments)
        answer = "ok"
    except Exception as refusal:  # noqa: BLE001  (Samba raises ldb errors, RuntimeError and plain Exception)
        answer = " ".join(str(refusal).split())
    print(answer, flush=True)
