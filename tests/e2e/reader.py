"""Somebody who has the checkout and copies lines, from pages and from what a cloud of their own prints."""

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from localcloud.checkout import CHECKOUT
from localcloud.people.running import Running

# What a person types afterwards: a question; its answer comes without decoration.
ASKING = {
    "mysql": "--batch --skip-column-names --execute 'SELECT CURRENT_USER()'",
    "mariadb": "--batch --skip-column-names --execute 'SELECT CURRENT_USER()'",
    "psql": "--no-psqlrc --no-align --tuples-only --command 'SELECT current_user'",
}


def blocks(page: str) -> Mapping[str, str]:
    """The blocks of a page that are marked to be run, by their names."""
    return dict(re.findall(r"<!-- run: (\w+) -->\n```bash\n(.*?)```", (CHECKOUT / page).read_text(), re.DOTALL))


def commands(text: str) -> Sequence[str]:
    """Lines, one command each: one that ends in a backslash goes on in the next."""
    return re.findall(r"(?:.*\\\n)*.+", text)


def asking(command: str) -> str:
    """The command; a database's client is asked who it is signed in as."""
    client = next((name for name in ASKING if re.search(rf'(^|" ){name} ', command)), None)
    return f"{command} {ASKING[client]}" if client else command


def typed_lines(kit: Path) -> Mapping[str, Mapping[str, str]]:
    """The lines of connect.json for a shell, by method and client: all but the URLs of drivers."""
    methods = json.loads((kit / "connect.json").read_text())["methods"]
    return {
        method: {client: line for client, line in facts["clients"].items() if not line.startswith("jdbc:")}
        for method, facts in methods.items()
    }


def page_lines(kit: Path) -> set[str]:
    """What index.html of a kit shows as lines for a shell: neither those for PowerShell nor the URLs of drivers."""
    shown = re.findall(r"<pre><code>(.*?)</code></pre>", (kit / "index.html").read_text(), re.DOTALL)
    lines = {line for text in shown for line in html.unescape(text).splitlines()}
    return {line for line in lines if not line.startswith(("Test-NetConnection", "jdbc:"))}


class Reader:
    """`folder` becomes their checkout: nothing that a line writes is left in ours."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._runtime = folder / "checkout", folder / "runtime"
        for made in (self.folder, self._runtime):
            made.mkdir()
        for entry in CHECKOUT.iterdir():
            if entry.name != ".git":
                (self.folder / entry.name).symlink_to(entry)
        others = ("MAKE", "MFLAGS", "AWS_", "ARGS", "COLUMNS")  # of the make, perhaps, and the pytest that run this
        kept = {name: value for name, value in os.environ.items() if not name.startswith(others)}
        self._environment = {**kept, "HOME": str(folder), "XDG_RUNTIME_DIR": str(self._runtime)}
        self.printed = ""

    def up(self, target: str = "up") -> None:
        """`make up`, or another target that starts a cloud, and what it prints."""
        self.printed = self._run(["make", target])

    def down(self) -> None:
        """`make down`."""
        self._run(["make", "down"])

    def section(self, title: str) -> Sequence[str]:
        """The commands that `make up` printed under a heading that begins so."""
        found = re.search(rf"^{re.escape(title)}.*\n((?:  .+\n)+)", f"{self.printed}\n", re.MULTILINE)
        assert found, f"nothing is printed under {title!r}"
        return commands(re.sub("^  ", "", found[1], flags=re.MULTILINE))

    def shell(self, lines: Iterable[str], typed: str = "", **more: str) -> str:
        """What the lines print, one after the other in one `make shell`; each must succeed. `typed` is a password."""
        script = "\n".join(lines)
        words = [sys.executable, "-m", "localcloud", "shell", "--", "bash", "-euo", "pipefail", "-c", script]
        return self._run(words, f"{typed}\n", **more)

    @property
    def running(self) -> Running:
        """What the cloud says of itself: endpoint, Region, the stack's outputs."""
        return Running.get(self._runtime)

    def log(self) -> str:
        """The file that `make up` says one reads."""
        (follow,) = self.section("Read what happens")
        return Path(follow.removeprefix("tail -f ")).read_text()

    def client(self, service: str) -> Any:
        """The same cloud, for what no line says how to find out."""
        return self.running.client(service)

    def status(self, name: str) -> str:
        """What RDS says of an instance."""
        described = self.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
        return str(described["DBInstanceStatus"])

    def ends(self) -> dict[str, str]:
        """How the databases were left, by name, as the records say."""
        items = self.client("dynamodb").scan(TableName=self.running.outputs["RecordsTable"])["Items"]
        return {item["name"]["S"]: item["end"]["S"] for item in items if "end" in item}

    def _run(self, words: Sequence[str], typed: str = "", **more: str) -> str:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**self._environment, **more},
            input=typed,
            capture_output=True,
            text=True,
            timeout=400,
            check=False,
            start_new_session=True,  # without a terminal of its own a client reads the password from here
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
