"""RDS for MySQL: alice signs in with her directory password."""

import shlex
import subprocess
from pathlib import Path
from typing import Any

from localcloud.cloud import Cloud
from localcloud.demo.play import DemoFailed, Play, refused
from localcloud.scenery import PEOPLE, create_database

NAME = "payments-orders"
QUESTION = "SELECT CURRENT_USER(), @@external_user"
DENIED = "ERROR 1045"  # the server's "access denied", and no other failure


def create(cloud: Cloud, profile: str) -> str:
    create_database(cloud, NAME, profile)
    tag = f"Key=signon:profile,Value={profile}"
    return f"aws rds create-db-instance --db-instance-identifier {NAME} --engine mysql ... --tags {tag}"


def sign_in(cloud: Cloud, kit: Path, connect: dict[str, Any]) -> None:
    """The line of the kit, run as it stands but for the name; the password is typed."""
    line = connect["methods"]["kerberos"]["clients"]["mysql"]
    print(f"$ {line.replace('YOUR-NAME', 'alice')}")
    answer = _mysql(cloud, kit, line, "alice", PEOPLE["alice"])
    expected = f"alice@%\talice@{cloud.directory.realm}"
    if answer.stdout.strip() != expected:
        raise DemoFailed(f"alice was not signed in as {expected!r}: {answer.stdout}{answer.stderr}")
    print(f"  {QUESTION}\n  -> {answer.stdout.strip()}\n\nRefused, as they must be:")
    without_tls = line.replace("--ssl-mode=VERIFY_IDENTITY", "--ssl-mode=DISABLED")
    for who, answer in (
        ("mallory, who is in the directory and has no login", _mysql(cloud, kit, line, "mallory", PEOPLE["mallory"])),
        ("alice with a wrong password", _mysql(cloud, kit, line, "alice", "Wrong-Horse-7")),
        ("alice without TLS", _mysql(cloud, kit, without_tls, "alice", PEOPLE["alice"])),
    ):
        refused(who, answer, DENIED)


def _mysql(cloud: Cloud, kit: Path, line: str, user: str, password: str) -> subprocess.CompletedProcess[str]:
    arguments = shlex.split(line.replace("YOUR-NAME", user))[1:]
    command = [*cloud.world.machine.mysql, *arguments, "--batch", "--skip-column-names", "--execute", QUESTION]
    return subprocess.run(
        command,
        cwd=kit,
        input=f"{password}\n",
        env={"PATH": "/usr/bin:/bin", **cloud.world.resolving},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
        start_new_session=True,  # without a terminal of its own the client reads the password from here
    )


PLAY = Play(
    title="a new RDS for MySQL database, from RDS's event to a proved sign-in",
    name=NAME,
    clustered=False,
    real=lambda cloud: f"MySQL {cloud.world.machine.mysql_version}, Samba Active Directory, PAM, TLS",
    stood_in_for="RDS's control plane, and the library behind the name auth_pam, which asks PAM",
    event="RDS-EVENT-0005",
    create=create,
    sign_in=sign_in,
)
