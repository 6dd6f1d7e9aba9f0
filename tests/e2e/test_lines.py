"""Every line that a reader is told to copy, run as it stands in the shell of one cloud that `make up` started.

What `make up` prints, README.md, docs/operations.md, the databases' connection kits, and docs/deploying.md, which takes
everything away at last: the tests are in this order.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from localcloud.checkout import CHECKOUT
from localcloud.examples.example_data import API, PEOPLE
from tests.conftest import Eventually
from tests.e2e.reader import Reader, asking, blocks, commands, page_lines, typed_lines
from tests.whole import only_in_test_all

PAGES = ("README.md", "docs/deploying.md", "docs/operations.md")
DEPLOYING, OPERATIONS = blocks("docs/deploying.md"), blocks("docs/operations.md")
PROGRAMS = r"(?:make|aws|bash|kinit|psql|mysql|mariadb|\.machine/\S+) "
NOT_RUN: Mapping[str, str] = {
    "make demo": "tests/e2e/test_cells.py and test_faults.py tell the same stories",
    "make test": "this is part of it",
    "make up": "the reader begins with it",
    "make shell": "the reader's lines are run in it",
    "make down": "the reader ends with it",
    "make diagnose ERROR='...'": "the text is the reader's; tests/unit/test_diagnosis.py has many",
    "make build": "it needs Python 3.13, which not every machine has",
    ".machine/sam/bin/sam": "it needs an account",
    "aws s3 cp my-profile.yaml s3://BUCKET/": "the names are the reader's; docs/deploying.md has the line without them",
    "aws dynamodb update-table --table-name TABLE ": "no deployment fails half-way here",
    "aws cloudformation delete-stack --stack-name rds-signon": "the same",
    "aws rds modify-db-instance --db-instance-identifier NAME --domain d-ID ": "the names are the reader's",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    reader = Reader(tmp_path_factory.mktemp("reader"))
    reader.up()
    try:
        yield reader
    finally:
        reader.down()


@pytest.fixture(scope="module")
def orders(reader: Reader) -> str:
    """What is printed when the first database is created and watched."""
    return reader.shell(reader.section("1."))


@pytest.fixture(scope="module")
def ledger(reader: Reader, orders: str) -> str:
    """What is printed when the cluster is created, watched and signed in to."""
    return reader.shell(map(asking, reader.section("4.")), typed=PEOPLE["alice"])


@pytest.fixture(scope="module")
def terminals(reader: Reader, orders: str) -> str:
    """The same for the application's database."""
    return reader.shell(map(asking, reader.section("5.")))


# ---- what `make up` prints -------------------------------------------------------------------------------------------


def test_every_printed_line_belongs_to_a_section(reader: Reader) -> None:
    sections = ("Read what happens", "Open a shell", "1.", "2.", "3.", "4.", "5.", "Stop it")
    printed = re.findall(r"^  (?! )(.+)", reader.printed, re.MULTILINE)
    assert printed == [line.splitlines()[0] for title in sections for line in reader.section(title)]


def test_the_first_database_is_watched_until_it_is_onboarded(orders: str) -> None:
    assert "Onboarded. payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back" in orders


def test_a_second_run_only_reads(reader: Reader, orders: str) -> None:
    printed = reader.shell(reader.section("2."))
    assert "No changes" in printed
    assert "0 files changed" in printed
    assert "Onboarded. payments-orders: onboarded" in printed


def test_alice_signs_in_to_mysql_with_her_directory_password(reader: Reader, orders: str) -> None:
    printed = reader.shell(map(asking, reader.section("3.")), typed=PEOPLE["alice"])
    assert "alice@%" in printed.splitlines()


@only_in_test_all
def test_the_cluster_is_onboarded(ledger: str) -> None:
    assert "Onboarded. payments-ledger: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back" in ledger


@only_in_test_all
def test_alice_signs_in_to_the_cluster_with_a_ticket(ledger: str) -> None:
    assert ledger.count("ok    ") == 4
    assert "alice@CORP.EXAMPLE.COM" in ledger.splitlines()


@only_in_test_all
def test_an_application_signs_in_with_a_token_of_its_role(terminals: str) -> None:
    assert "Onboarded. payments-terminals: onboarded, 2 logins for IAM set up and read back" in terminals
    assert "payments_app@%" in terminals.splitlines()


def test_the_log_tells_what_happened_and_what_people_were_sent(reader: Reader, orders: str) -> None:
    log = reader.log()
    told = [
        "RDS-EVENT-0005  payments-orders: DB instance created",
        "started: payments-orders, by RDS-EVENT-0005",
        "message to people: payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back",
        "ended, Onboarded: payments-orders: onboarded, 2 logins for CORP.EXAMPLE.COM set up and read back",
    ]
    places = [log.find(each) for each in told]
    assert min(places[:2]) >= 0
    assert min(places[2:]) > max(places[:2])


# ---- README.md and docs/operations.md --------------------------------------------------------------------------------


def test_the_readmes_lines_are_those_that_are_printed(reader: Reader) -> None:
    printed = [*reader.section("1."), *reader.section("2.")]
    assert [command.split() for command in commands(blocks("README.md")["try"])] == [each.split() for each in printed]


def test_every_line_of_a_page_is_run_or_has_its_reason() -> None:
    used: set[str] = set()
    for page in PAGES:
        text = re.sub(r"<!-- run: \w+ -->\n```bash\n.*?```", "", (CHECKOUT / page).read_text(), flags=re.DOTALL)
        text = re.sub(r"<!-- transcript -->.*?<!-- /transcript -->", "", text, flags=re.DOTALL)
        told = [line for block in re.findall(r"```bash\n(.*?)```", text, re.DOTALL) for line in commands(block)]
        told += re.findall(rf"^    ({PROGRAMS}.*?)(?: +#.*)?$", text, re.MULTILINE)
        left = [line for line in told if not line.startswith(tuple(NOT_RUN))]
        assert left == [], page
        used |= {begin for begin in NOT_RUN for line in (*told, *in_backticks(text)) if line.startswith(begin)}
    assert used == set(NOT_RUN), "a reason that is not needed"


def in_backticks(text: str) -> set[str]:
    """Lines of running text."""
    return set(re.findall(rf"`({PROGRAMS}[^`]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL)))


@only_in_test_all
def test_the_lines_between_backticks_succeed(reader: Reader, terminals: str) -> None:
    found = set().union(*(in_backticks((CHECKOUT / page).read_text()) for page in PAGES))
    lines = sorted(line for line in found if "FAULTS=list" in line or not line.startswith(tuple(NOT_RUN)))
    printed = reader.shell([OPERATIONS["names"], *lines])
    assert "execution:signon-onboard-database:" in printed
    assert "policy/signon/connect/" in printed


@only_in_test_all
def test_an_execution_is_started_and_a_sweep_is_made_by_hand(reader: Reader, orders: str) -> None:
    started = reader.shell([OPERATIONS["names"], OPERATIONS["start"]])
    assert "execution:signon-onboard-database:" in started
    assert '"looked_at"' in reader.shell([OPERATIONS["names"], OPERATIONS["sweep"]])


@only_in_test_all
def test_the_pause_switch_is_set_and_taken_away(reader: Reader, orders: str, eventually: Eventually) -> None:
    def ends_in(end: str) -> bool:
        return f"{end}. " in reader.shell(reader.section("2."))

    # the sweep may be at work on it
    reader.shell([OPERATIONS["names"], OPERATIONS["pause"]])
    eventually(lambda: ends_in("Parked"))
    reader.shell([OPERATIONS["names"], OPERATIONS["resume"]])
    eventually(lambda: ends_in("Onboarded"))


@only_in_test_all
def test_the_samples_fit_the_databases_of_the_printed_lines(reader: Reader, orders: str, ledger: str) -> None:
    samples = ("manual_dry_run", "manual_approve", "manual_onboard_cluster")
    printed = reader.shell(f"make start EVENT=events/{sample}.json" for sample in samples)
    assert "Planned." in printed
    assert "Plan 0123456789abcdef was approved, but the plan is" in printed
    assert "payments-ledger is cluster-" in printed


# ---- the connection kits ---------------------------------------------------------------------------------------------


def kit(reader: Reader, folder: str) -> Path:
    """A published kit, downloaded."""
    there = reader.folder / "kits" / folder
    reader.shell([f"aws s3 cp --recursive s3://{reader.running.outputs['KitsBucket']}/{folder}/ {there}"])
    return there


def signed_in(reader: Reader, there: Path, lines: Mapping[str, str], user: str, typed: str, *first: str) -> list[str]:
    """Who each client is signed in as."""
    filled = {client: line.replace("YOUR-NAME", user) for client, line in lines.items()}
    return [
        reader.shell([f"cd {there}", *first, asking(line)], typed).splitlines()[-1]
        for client, line in filled.items()
        if client not in ("kinit", "token")
    ]


def test_the_lines_of_a_kit_for_passwords(reader: Reader, orders: str) -> None:
    there = kit(reader, "payments-orders")
    (lines,) = typed_lines(there).values()
    assert page_lines(there) == {"bash check-connection", *lines.values()}
    assert signed_in(reader, there, lines, "alice", PEOPLE["alice"]) == ["alice@%"] * 2
    assert "ok    database" in reader.shell([f"cd {there}", "bash check-connection"])


@only_in_test_all
def test_the_lines_of_a_kit_for_tickets(reader: Reader, ledger: str) -> None:
    there = kit(reader, "clusters/payments-ledger")
    (lines,) = typed_lines(there).values()
    configured = "export KRB5_CONFIG=$PWD/krb5.conf"
    assert page_lines(there) == {"bash check-connection", configured, *lines.values()}
    kinit = lines["kinit"].replace("YOUR-NAME", "bob")
    assert signed_in(reader, there, lines, "bob", PEOPLE["bob"], configured, kinit) == ["bob@CORP.EXAMPLE.COM"]
    assert reader.shell([f"cd {there}", "bash check-connection"]).count("ok    ") == 4


@only_in_test_all
def test_the_lines_of_a_kit_for_tokens(reader: Reader, terminals: str) -> None:
    there = kit(reader, "payments-terminals")
    (lines,) = typed_lines(there).values()
    assert page_lines(there) == {"bash check-connection", *lines.values()}
    as_role = f"export AWS_PROFILE={API}"
    assert signed_in(reader, there, lines, "payments_app", "", as_role) == ["payments_app@%"] * 2
    token = reader.shell([as_role, lines["token"].replace("YOUR-NAME", "payments_app")])
    assert token.startswith("payments-terminals.")


# ---- docs/deploying.md -----------------------------------------------------------------------------------------------


def deploying(reader: Reader, *names: str, **more: str) -> str:
    return reader.shell([DEPLOYING["names"], *(DEPLOYING[name] for name in names)], **more)


@only_in_test_all
def test_the_check_prints_a_plan_that_has_what_the_page_says(
    reader: Reader, orders: str, eventually: Eventually
) -> None:
    reader.client("rds").create_db_instance(
        DBInstanceIdentifier="payments-new",
        Engine="mysql",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="admin",
        ManageMasterUserPassword=True,
    )
    eventually(lambda: reader.status("payments-new") == "available")
    deploying(reader, "profile")
    status, output = deploying(reader, "check", NAME="payments-new").split("\n", 1)
    plan = json.loads(output)["plan"]
    assert status.split() == ["SUCCEEDED", "None"]
    assert (plan["verdict"], plan["findings"]) == ("GO", [])
    assert [step["action"].split()[0] for step in plan["steps"] if "action" in step] == [
        "Associate",
        "Reboot",
        "Create",
        "Publish",
    ]


@pytest.fixture(scope="module")
def first(reader: Reader, eventually: Eventually) -> str:
    """The end of the page's own database."""
    deploying(reader, "whole")
    return str(eventually(lambda: reader.ends().get("payments-first")))


@only_in_test_all
def test_the_new_database_is_onboarded_and_its_kit_is_where_the_page_looks(reader: Reader, first: str) -> None:
    assert first == "Onboarded"
    assert "mysql --host payments-first." in deploying(reader, "kit")
    files = {path.name for path in (reader.folder / "payments-first-kit").iterdir()}
    assert files == {"ca-bundle.pem", "check-connection", "connect.json", "index.html"}


@only_in_test_all
def test_what_would_be_left_is_removed_by_the_pages_commands(
    reader: Reader, first: str, eventually: Eventually
) -> None:
    outputs = reader.running.outputs
    eventually(lambda: json.loads(deploying(reader, "pause")) == [])  # until none runs
    noted = deploying(reader, "note").splitlines()
    assert ["payments-first", "Onboarded"] in [line.split("\t")[:2] for line in noted]
    left = deploying(reader, "leave", "note", "left")
    assert left.startswith('[\n    "disabling-kerberos"\n]\n')
    buckets = {bucket["Name"] for bucket in reader.client("s3").list_buckets()["Buckets"]}
    assert not buckets & {outputs["ProfilesBucket"], outputs["KitsBucket"]}
    assert outputs["RecordsTable"] not in reader.client("dynamodb").list_tables()["TableNames"]
