"""RDS for MySQL: alice signs in with her directory password, which the server checks through PAM."""

from functools import partial

from localcloud.demo.scenario import DemoSignIn, ExpectedRefusal
from localcloud.demo.terminal import YOUR_NAME, Terminal
from localcloud.examples.example_data import PEOPLE

QUESTION = "SELECT CURRENT_USER(), @@external_user"
ASKED = f" --batch --skip-column-names --execute '{QUESTION}'"
DENIED = "ERROR 1045"  # the server's "access denied", and no other failure


def sign_in(terminal: Terminal) -> DemoSignIn:
    """The line of the kit, run as it stands but for the name; the password is typed."""
    line = terminal.lines("kerberos")["mysql"] + ASKED
    alice, mallory = (line.replace(YOUR_NAME, name) for name in ("alice", "mallory"))
    without_tls = alice.replace("--ssl-mode=VERIFY_IDENTITY", "--ssl-mode=DISABLED")
    return DemoSignIn(
        [alice.removesuffix(ASKED)],
        QUESTION,
        f"alice@%\talice@{terminal.cloud.directory.realm}",
        lambda: terminal.run(alice, typed=PEOPLE["alice"]),
        [
            ExpectedRefusal(who, DENIED, partial(terminal.run, tried, typed=password))
            for who, tried, password in (
                ("mallory, who is in the directory but has no login", mallory, PEOPLE["mallory"]),
                ("alice with a wrong password", alice, "Wrong-Horse-7"),
                ("alice without TLS", without_tls, PEOPLE["alice"]),
            )
        ],
    )
