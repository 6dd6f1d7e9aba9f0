"""Kerberos tickets: alice gets one with her password, and types none into the database."""

from localcloud.demo.passwords import ASKED, DENIED, QUESTION
from localcloud.demo.scenario import DemoFailed, DemoSignIn, ExpectedRefusal, NotHere
from localcloud.demo.terminal import YOUR_NAME, Terminal
from localcloud.examples.example_data import PEOPLE

IN_POSTGRESQL = (
    "SELECT current_user, principal, gss_authenticated, ssl"
    " FROM pg_stat_gssapi JOIN pg_stat_ssl USING (pid) WHERE pid = pg_backend_pid()"
)
BARE = " --no-psqlrc --no-password --no-align --tuples-only --command "


def in_mysql(terminal: Terminal) -> DemoSignIn:
    """Raises NotHere: the client has no plugin for it.

    MySQL's client says "Unknown MySQL error" of a ticket that it does not have, and of one that is refused.
    """
    if not terminal.cloud.world.machine.mysql_knows_tickets:
        raise NotHere("this machine's MySQL client lacks the plugin authentication_kerberos_client")
    kinit, line = _with_tickets(terminal, "mysql")
    alice, mallory = (line.replace(YOUR_NAME, name) for name in ("alice", "mallory"))
    return DemoSignIn(
        [kinit, alice],
        QUESTION,
        f"alice@%\talice@{terminal.cloud.directory.realm}",
        lambda: terminal.run(alice + ASKED, tickets="alice"),
        [
            ExpectedRefusal("alice without a ticket", "ERROR", lambda: terminal.run(alice + ASKED)),
            ExpectedRefusal(
                "mallory, who has her own ticket but no login, as alice",
                "ERROR",
                lambda: terminal.run(alice + ASKED, tickets="mallory"),
            ),
            ExpectedRefusal(
                "mallory with her own ticket, as mallory",
                DENIED,
                lambda: terminal.run(mallory + ASKED, tickets="mallory"),
            ),
        ],
    )


def in_postgresql(terminal: Terminal) -> DemoSignIn:
    kinit, line = _with_tickets(terminal, "psql")
    alice, mallory = (line.replace(YOUR_NAME, name) for name in ("alice", "mallory"))
    asked = f'{BARE}"{IN_POSTGRESQL}"'
    principal = f"alice@{terminal.cloud.directory.realm}"
    without_tls = alice.replace("sslmode=verify-full", "sslmode=disable")
    return DemoSignIn(
        [kinit, alice],
        IN_POSTGRESQL,
        f"{principal}|{principal}|t|t",
        lambda: terminal.run(alice + asked, tickets="alice"),
        [
            ExpectedRefusal("alice without a ticket", "GSSAPI", lambda: terminal.run(alice + asked)),
            ExpectedRefusal(
                f"mallory, who has her own ticket but no login, as {principal}",
                "FATAL:  GSSAPI authentication failed",
                lambda: terminal.run(alice + asked, tickets="mallory"),
            ),
            ExpectedRefusal(
                "mallory with her own ticket, as mallory",
                "FATAL:  password authentication failed",
                lambda: terminal.run(mallory + asked, tickets="mallory", environment={"PGPASSWORD": PEOPLE["mallory"]}),
            ),
            ExpectedRefusal(
                "alice without TLS",
                "FATAL:  no pg_hba.conf entry",
                lambda: terminal.run(without_tls + asked, tickets="alice"),
            ),
        ],
    )


def _with_tickets(terminal: Terminal, client: str) -> tuple[str, str]:
    """The line for alice's ticket, and that of the client; she and mallory have their tickets."""
    lines = terminal.lines("kerberos")
    for name in ("alice", "mallory"):
        said = terminal.run(lines["kinit"].replace(YOUR_NAME, name), typed=PEOPLE[name], tickets=name)
        if said.returncode:
            raise DemoFailed(f"{name} did not get a ticket: {said.stdout}{said.stderr}")
    return lines["kinit"].replace(YOUR_NAME, "alice"), lines[client]
