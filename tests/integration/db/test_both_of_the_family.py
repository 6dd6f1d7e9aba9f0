"""MySQL and MariaDB alike: what others have made or set in the server, and what becomes of our statements then."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from types import ModuleType

import pymysql
import pytest

from localcloud.servers import World
from localcloud.servers import mariadb as mariadb_servers
from localcloud.servers import mysql as mysql_servers
from localcloud.servers.mysql_family import MySQLFamily
from signon.db import mysql_logins
from signon.db.locking import lock_each
from signon.db.session import Session, sign_in
from signon.domain.engines import MARIADB_IAM, MYSQL_IAM, Method
from signon.domain.logins.login import Proof, Statement
from signon.domain.logins.mysql_statements import Ways
from signon.domain.profile.presets import Preset
from signon.domain.profile.profile import IamLogin, Profile, Role
from signon.domain.rds.credentials import Credentials
from signon.domain.rds.database import Database
from signon.errors import ConnectionRefused, MasterSecretUnusable, SignonError, StatementRefused, TemporaryFailure
from tests import as_planned
from tests.builders import a_database, a_database_id, a_profile
from tests.notebook import NOTEBOOK

from .conftest import RDSADMIN, Names, Operator, as_user
from .conftest import SUPERUSER as ANYWHERE

MODULES: dict[str, ModuleType] = {"mysql": mysql_servers, "mariadb": mariadb_servers}
MASTER = ("admin", "M4ster-Passw0rd")
PROFILE = a_profile(
    logins=(IamLogin("alice", ("read",)), IamLogin("bob", ("read", "write"))),
    roles={"read": Role(Preset.READ, ("payments", "core")), "write": Role(Preset.WRITE, ("payments",))},
)
# By its address, so that no account that a test makes comes before it.
SUPERUSER = ANYWHERE.replace("@'%'", "@'127.0.0.1'")
STRANGE = ("pässwörd-1", "Hunter2€x", "日本語-8", "Gr\N{GRINNING FACE}n-9", "a'b\"c\\d%s{0}`")


@dataclass
class Server:
    """One server of the family, with RDS's superuser in it."""

    kind: str
    server: MySQLFamily
    ways: Ways
    database: Database
    bundle: str

    def run(self, *statements: str) -> tuple[tuple[object, ...], ...]:
        with closing(as_user(self.server.address, *RDSADMIN)) as connection:
            return Operator(connection, self.server.address).run(*statements)

    def sign_in(self, password: str = MASTER[1], user: str = MASTER[0]) -> ExitStack:
        """Signs in as the product does; ends the session when it is left."""
        stack = ExitStack()
        self.session: Session = stack.enter_context(
            sign_in(self.database, lambda: Credentials(user, password), self.bundle)
        )
        return stack

    def create(self, profile: Profile = PROFILE) -> int:
        with self.sign_in():
            return as_planned.create(mysql_logins, self.session, self.ways, profile, NOTEBOOK)

    def verify(self, profile: Profile = PROFILE) -> Proof:
        with self.sign_in():
            return mysql_logins.verify(self.session, self.ways, profile, NOTEBOOK.memory)

    def refusal(self, password: str = MASTER[1], user: str = MASTER[0]) -> SignonError:
        """Why nobody can sign in."""
        with pytest.raises(SignonError) as refused:
            self.sign_in(password, user).close()
        return refused.value

    def clean(self) -> None:
        """There are no logins, and the master user is as RDS makes it."""
        module, roles = MODULES[self.kind], "is_role = 'Y'" if self.kind == "mariadb" else "FALSE"
        own = "'rdsadmin', 'mariadb.sys', 'mysql.sys', 'mysql.session', 'mysql.infoschema'"
        found = self.run(f"SELECT QUOTE(User), QUOTE(Host), {roles} FROM mysql.user WHERE User NOT IN ({own})")
        for user, host, is_role in found:
            self.run(f"DROP ROLE {user}" if is_role else f"DROP USER {user}@{host}")
        master = module.MASTER.removesuffix(SUPERUSER).format(account="'admin'@'%'", password=f"'{MASTER[1]}'")
        self.run("SET GLOBAL init_connect = ''", *filter(str.strip, master.split(";")))


@pytest.fixture(scope="module", params=["mysql", "mariadb"])
def started(request: pytest.FixtureRequest, world: World, bundle: str) -> Iterator[Server]:
    kind = str(request.param)
    module = MODULES[kind]
    host = f"both-{kind}.cabc123def45.us-east-1.rds.amazonaws.com"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MASTER", module.MASTER.removesuffix(SUPERUSER) + SUPERUSER)
        server = getattr(world, kind)("both", host, *MASTER)
    server.switch_iam(on=True)
    server.tokens.check = lambda *_: None
    database = a_database(id=a_database_id(engine=kind), host=host, master_user=MASTER[0])
    yield Server(kind, server, {Method.IAM: {"mysql": MYSQL_IAM, "mariadb": MARIADB_IAM}[kind]}, database, bundle)
    server.delete()


@pytest.fixture
def family(started: Server, names: Names) -> Server:
    names.addresses[started.database.host] = started.server.address
    started.clean()
    return started


# ---- the master user's name and password


@pytest.mark.parametrize("password", STRANGE)
def test_the_master_signs_in_with_a_password_of_any_characters(family: Server, password: str) -> None:
    with closing(as_user(family.server.address, *RDSADMIN, charset="utf8mb4")) as connection:
        quoted = connection.escape(password)
        Operator(connection, "").run(f"ALTER USER 'admin'@'%' IDENTIFIED BY {quoted}")
    with family.sign_in(password):
        assert family.session.query("Ask", "SELECT CURRENT_USER()") == (("admin@%",),)


@pytest.mark.parametrize("password", ["Hunter2€x", "Hunter2\ud800x", "Hunter2\0x", "Hunter2\N{GRINNING FACE}x"])
def test_nothing_of_a_wrong_password_is_said_or_logged_whatever_its_characters(
    family: Server, password: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        refused = family.refusal(password)
    assert isinstance(refused, ConnectionRefused | MasterSecretUnusable)
    for said in (str(refused), repr(refused), repr(refused.__cause__), caplog.text):
        assert "Hunter2" not in said
        assert not any(odd in said for odd in ("€", "u20ac", "ud800", "\N{GRINNING FACE}", "1f600", "position"))
    assert refused.__suppress_context__


def test_a_name_that_no_driver_can_send_is_the_secrets_fault(family: Server) -> None:
    refused = family.refusal(user="ad\udfffmin")
    assert isinstance(refused, MasterSecretUnusable)
    assert "udfff" not in f"{refused!r}"


# ---- why the master user is refused


def test_a_locked_master_is_said_to_be_locked(family: Server) -> None:
    family.run("ALTER USER 'admin'@'%' ACCOUNT LOCK")
    refused = family.refusal()
    assert isinstance(refused, ConnectionRefused)
    assert refused.problem.startswith(f"The master user's account is locked at {family.database.host} (MySQL error ")
    assert "ALTER USER 'NAME'@'%' ACCOUNT UNLOCK" in refused.remedy


def test_an_init_connect_that_fails_is_named(family: Server) -> None:
    family.run("SET GLOBAL init_connect = 'nonsense'")
    refused = family.refusal()
    assert isinstance(refused, ConnectionRefused)
    assert "because its init_connect fails (MySQL error 1184)" in refused.problem


@pytest.fixture
def counting(family: Server, world: World, names: Names, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """One that keeps count of who failed to connect, which no server does that resolves no names."""
    module = MODULES[family.kind]
    monkeypatch.setattr(module, "SERVE", tuple(each for each in module.SERVE if each != "--skip-name-resolve"))
    host = family.database.host.replace("both", "counting")
    server = getattr(world, family.kind)("counting", host, *MASTER)
    names.addresses[host] = server.address
    yield replace(family, server=server, database=replace(family.database, host=host))
    server.delete()


def test_a_server_that_has_blocked_our_address_says_how_it_is_unblocked(
    counting: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, address = "127.0.0.2", counting.server.address  # 127.0.0.1 is never blocked
    for _ in range(101):
        with socket.create_connection((address, counting.server.port), source_address=(ours, 0)) as line:
            line.recv(100)
            line.sendall(b"\x05\0\0\x01junk!")
            line.recv(100)
    really = pymysql.connect
    monkeypatch.setattr(pymysql, "connect", lambda **asked: really(**{"bind_address": ours, **asked}))
    refused = counting.refusal()
    assert isinstance(refused, ConnectionRefused)
    assert "has blocked the addresses of this stack after too many failed connections" in refused.problem
    typed = "TRUNCATE TABLE performance_schema.host_cache" if counting.kind == "mysql" else "FLUSH HOSTS"
    assert typed in refused.remedy
    with closing(as_user(address, *MASTER, bind_address="127.0.0.1")) as session, session.cursor() as cursor:
        cursor.execute(typed)
    with counting.sign_in():
        pass


@pytest.mark.parametrize("shadow", ["'admin'@'127.%'", "'admin'@'127.0.0.1'", "''@'127.%'"])
def test_a_wrong_password_may_be_that_of_an_account_that_comes_before_the_masters_and_the_remedy_finds_it(
    family: Server, shadow: str
) -> None:
    family.run(f"CREATE USER {shadow} IDENTIFIED BY 'An0ther'")
    refused = family.refusal()
    assert isinstance(refused, ConnectionRefused)
    asked = refused.remedy[refused.remedy.index("SELECT") : refused.remedy.index(" shows them")]
    assert shadow in {f"'{user}'@'{host}'" for user, host in family.run(asked)}
    family.run(f"DROP USER {shadow}")
    with family.sign_in():
        pass


def test_an_account_matched_before_the_masters_is_named_where_it_lacks_a_privilege(
    family: Server,
) -> None:
    family.run(f"CREATE USER 'admin'@'127.%' IDENTIFIED BY '{MASTER[1]}'")
    with pytest.raises(StatementRefused) as refused:
        family.create()
    assert "takes the master user for the account 'admin'@'127.%', which comes before 'admin'@'%'" in str(refused.value)
    assert "DROP USER 'admin'@'127.%'" in refused.value.remedy


# ---- what passes


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ("ALTER USER 'admin'@'%' WITH MAX_USER_CONNECTIONS 1", 1226),
        ("ALTER USER 'admin'@'%' WITH MAX_CONNECTIONS_PER_HOUR 1", 1226),
        ("SET GLOBAL max_user_connections = 1", 1203),
        ("SET GLOBAL max_connections = 10", 1040),
    ],
)
def test_a_limit_that_others_reach_passes(family: Server, limits: str, code: int) -> None:
    if family.kind == "mariadb" and code == 1203:
        pytest.skip("MariaDB takes the setting only where it was started with one")
    (before,) = family.run("SELECT @@global.max_connections, @@global.max_user_connections")
    family.run(limits, "FLUSH USER_RESOURCES")
    try:
        with ExitStack() as sessions:
            for _ in range(12):
                try:
                    sessions.enter_context(closing(as_user(family.server.address, *MASTER)))
                except pymysql.err.OperationalError:
                    break
            refused = family.refusal()
    finally:
        family.run(f"SET GLOBAL max_connections = {before[0]}")
        if family.kind == "mysql":
            family.run(f"SET GLOBAL max_user_connections = {before[1]}")
        family.run("ALTER USER 'admin'@'%' WITH MAX_USER_CONNECTIONS 0 MAX_CONNECTIONS_PER_HOUR 0")
        family.run("FLUSH USER_RESOURCES")
    assert (type(refused), str(refused).partition(":")[0]) == (TemporaryFailure, f"MySQL error {code}")


def test_a_login_that_is_dropped_between_look_and_grant_is_looked_at_again_and_not_made_by_the_grant(
    family: Server,
) -> None:
    def drop(_: object) -> None:
        before.append(None)
        if len(before) == 1:
            family.run("DROP USER 'alice'@'%'")

    family.create()
    family.run("REVOKE SELECT ON payments.* FROM 'alice'@'%'")
    before: list[None] = []
    with family.sign_in(), pytest.raises(TemporaryFailure, match="a login has been dropped since we looked"):
        mysql_logins.create(family.session, family.ways, PROFILE, before_change=drop, **NOTEBOOK.of_a_run())
    assert family.run("SELECT COUNT(*) FROM mysql.user WHERE User = 'alice'") == ((0,),)
    family.create()
    assert family.verify().verified == 2


# ---- what the master user lacks

LACKS = {
    "REVOKE CREATE USER ON *.* FROM 'admin'@'%'": "CREATE USER on *.*",
    "REVOKE SELECT ON mysql.* FROM 'admin'@'%'": "SELECT on mysql.*",
    "REVOKE SELECT ON payments.* FROM 'admin'@'%'": "SELECT, SHOW VIEW on `payments`.*",
    "REVOKE GRANT OPTION ON *.* FROM 'admin'@'%'": "SELECT, SHOW VIEW on `core`.*",
}


@pytest.mark.parametrize("revoked", LACKS)
def test_what_the_master_user_lacks_is_named_with_a_remedy_that_works(family: Server, revoked: str) -> None:
    lacks = LACKS[revoked]
    if family.kind == "mysql":
        family.run("SET GLOBAL partial_revokes = ON", revoked)
    else:
        family.run(revoked if " *.* " in revoked else "REVOKE SELECT ON *.* FROM 'admin'@'%'")
        if "SELECT ON payments" in revoked:
            family.run("GRANT SELECT ON mysql.* TO 'admin'@'%'", "GRANT SELECT ON core.* TO 'admin'@'%'")
            family.run("GRANT GRANT OPTION ON core.* TO 'admin'@'%'")
        if "CREATE USER" in revoked:
            family.run("REVOKE INSERT, UPDATE, DELETE ON *.* FROM 'admin'@'%'")
    seen = []
    for _ in range(12):  # one grant may be missing after the other
        try:
            family.create()
        except StatementRefused as refused:
            seen.append(refused.problem)
            to_run = refused.remedy.partition("run ")[2].partition(" WITH GRANT OPTION")[0] + " WITH GRANT OPTION"
            family.run(to_run)
        else:
            break
    assert any(f"'admin'@'%' lacks {lacks}, or may not grant it (MySQL error 1" in said for said in seen), seen
    assert family.verify().verified == 2


def test_sessions_that_the_master_user_is_not_shown_are_not_counted_as_none(family: Server) -> None:
    with closing(as_user(family.server.address, *MASTER)), family.sign_in():
        assert mysql_logins.look_inside(family.session, family.ways).other_sessions == 1
    family.run("REVOKE PROCESS ON *.* FROM 'admin'@'%'")
    with family.sign_in(), pytest.raises(StatementRefused) as refused:
        mysql_logins.look_inside(family.session, family.ways)
    assert "'admin'@'%' lacks PROCESS on *.*, or may not grant it (MySQL error 1227)" in refused.value.problem
    assert "run GRANT PROCESS ON *.* TO 'admin'@'%' WITH GRANT OPTION" in refused.value.remedy


# ---- which account the server chooses

AHEAD = (
    "'alice'@'127.%'",
    "'alice'@'127.0.0._'",
    "'alice'@'127.0.0.1'",
    "'alice'@'127.0.0.0/255.0.0.0'",
    "''@'127.%'",
    "''@'127.0.0.1'",
)
BEHIND = ("''@'%'", "'alice'@'localhost'", "''@'localhost'", "'alice'@'10.%'", "'Alice'@'127.%'")


def chosen(family: Server, password: str) -> object:
    """The account that a client signs in as when it gives the name alice."""
    with closing(as_user(family.server.address, "alice", password)) as session, session.cursor() as cursor:
        cursor.execute("SELECT CURRENT_USER()")
        ((account,),) = cursor.fetchall()
    return account


@pytest.mark.parametrize("account", AHEAD)
def test_an_account_that_the_server_chooses_before_ours_is_found_and_ours_is_not_counted(
    family: Server, account: str
) -> None:
    # Nothing comes before that; MariaDB sorts no account anew that is renamed.
    family.run("RENAME USER 'admin'@'%' TO 'admin'@'127.0.0.1'", "FLUSH PRIVILEGES")
    family.create()
    assert chosen(family, "a token") == "alice@%"
    family.run(f"CREATE USER {account} IDENTIFIED BY 'Al1ce.Own'")
    assert chosen(family, "Al1ce.Own") == account.replace("'", "")
    assert family.create() == 0
    proof = family.verify()
    assert proof.verified == (1 if account.startswith("'alice'") else 0)
    (found,) = proof.not_ours
    assert found.problem.startswith(f"The server chooses {account} (plugin ")
    family.run(found.problem.partition("run ")[2])
    assert family.verify() == Proof(2, ())
    assert chosen(family, "a token") == "alice@%"


@pytest.mark.parametrize("account", BEHIND)
def test_an_account_that_the_server_does_not_choose_is_ignored(family: Server, account: str) -> None:
    family.create()
    family.run(f"CREATE USER {account} IDENTIFIED BY 'Al1ce.Own'")
    assert chosen(family, "a token") == "alice@%"
    assert (family.verify().verified, len(family.verify().not_ours)) == ((1, 1) if "10." in account else (2, 0))


def test_a_leaver_that_cannot_be_locked_holds_up_no_other(family: Server) -> None:
    family.create()

    def drop(statements: Sequence[Statement]) -> None:
        assert {change.subject for statement in statements for change in statement.changes} == {"alice", "bob"}
        family.run("DROP USER 'alice'@'%'")

    with family.sign_in():
        locks = mysql_logins.locks(family.session, family.ways, replace(PROFILE, logins=()), NOTEBOOK.memory)
        with pytest.raises(TemporaryFailure):
            lock_each(family.session, locks, drop)
        left = mysql_logins.read_logins(family.session, family.ways).logins
    assert {login.user: login.locked for login in left if login.user in ("alice", "bob")} == {"bob": True}


@pytest.mark.parametrize("account", AHEAD)
def test_a_leaver_with_another_account_is_reported_until_that_is_gone(family: Server, account: str) -> None:
    """An anonymous one is everybody's: it is told of because of those who have not left."""
    family.run("RENAME USER 'admin'@'%' TO 'admin'@'127.0.0.1'", "FLUSH PRIVILEGES")
    family.create()
    without_alice = replace(PROFILE, logins=tuple(each for each in PROFILE.logins if each.user != "alice"))
    family.create(without_alice)
    assert family.verify(without_alice).not_ours == ()
    family.run(f"CREATE USER {account} IDENTIFIED BY 'Al1ce.Own'")
    assert chosen(family, "Al1ce.Own") == account.replace("'", "")
    (found,) = family.verify(without_alice).not_ours
    assert f"{account} (plugin " in found.problem
    assert found.problem.startswith("alice was removed from the profile, and ") == account.startswith("'alice'")
    family.run((found.remedy or found.problem).partition("run ")[2])
    assert family.verify(without_alice).not_ours == ()


# ---- what parameter groups and init_connect set

OTHERWISE = (
    "sql_mode = 'ANSI_QUOTES'",
    "sql_mode = 'NO_BACKSLASH_ESCAPES'",
    "sql_mode = 'ANSI,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE,NO_ZERO_DATE'",
    "sql_mode = ''",
    "sql_select_limit = 1",
    "sql_big_selects = 0, max_join_size = 1",
    "sql_safe_updates = 1",
    "sql_auto_is_null = 1",
    "autocommit = 0",
    "lock_wait_timeout = 1",
    "time_zone = '+05:30'",
    "timestamp = 1",
    "lc_messages = 'de_DE'",
    "collation_connection = 'latin1_swedish_ci'",
    "character_set_client = 'latin1', character_set_results = NULL",
    "group_concat_max_len = 4",
    "max_sort_length = 64",
    "transaction_isolation = 'SERIALIZABLE'",
    "TRANSACTION READ ONLY",
    "autocommit = 0, completion_type = 2",
    "sql_quote_show_create = 0",
    "net_write_timeout = 1, net_read_timeout = 1",
    "sql_notes = 0, sql_warnings = 1",
    "big_tables = 1, div_precision_increment = 0",
    "optimizer_switch = 'derived_merge=off,materialization=off,semijoin=off,mrr=off'",
    "updatable_views_with_limit = 0",
    "foreign_key_checks = 0, unique_checks = 0",
    "join_buffer_size = 128, sort_buffer_size = 32768, read_rnd_buffer_size = 1, max_length_for_sort_data = 4",
    "transaction_isolation = 'READ-UNCOMMITTED'",
    "character_set_results = 'utf16', character_set_connection = 'utf16'",
    "mysql: print_identified_with_as_hex = 1, show_gipk_in_create_table_and_information_schema = 0",
    "mysql: information_schema_stats_expiry = 0, windowing_use_high_precision = 0",
    "mysql: set_operations_buffer_size = 16384",
    "mysql: session_track_system_variables = '*', session_track_state_change = 1",
    "mysql: max_execution_time = 1",
    "mariadb: sql_mode = 'ORACLE'",
    "mariadb: standard_compliant_cte = 0, max_recursive_iterations = 0, in_predicate_conversion_threshold = 2",
    "mariadb: idle_transaction_timeout = 1, idle_write_transaction_timeout = 1, idle_readonly_transaction_timeout = 1",
    "mariadb: join_cache_level = 0, use_stat_tables = 'never', histogram_size = 0, max_rowid_filter_size = 1024",
    "mariadb: session_track_system_variables = '*', system_versioning_alter_history = 'KEEP'",
    "mariadb: column_compression_threshold = 0, note_verbosity = ''",
    "mariadb: max_statement_time = 0.000001",
    "mariadb: sql_if_exists = 1",
    "mariadb: old_mode = 'UTF8_IS_UTF8MB3'",
)


def of_this_kind(family: Server, setting: str) -> str:
    """The setting without the kind of server that it may begin with; skips the test if that is another one."""
    kind, _, only = setting.rpartition(": ")
    if kind not in ("", family.kind):
        pytest.skip(f"{family.kind} does not have this parameter of {kind}")
    return only


@pytest.mark.parametrize("setting", OTHERWISE)
def test_what_others_set_for_every_session_does_not_change_what_our_statements_do(family: Server, setting: str) -> None:
    only = of_this_kind(family, setting)
    if family.kind == "mariadb":
        only = only.replace("transaction_isolation", "tx_isolation")
    quoted = only.replace("'", "''")
    family.run(f"SET GLOBAL init_connect = 'SET SESSION {quoted}'")
    assert family.create() == (5 if family.kind == "mysql" else 8)
    assert family.create() == 0
    assert family.verify() == Proof(2, ())
    left = a_profile(logins=PROFILE.logins[:1], roles=PROFILE.roles)
    assert family.create(left) == 1
    assert family.verify(left) == Proof(1, ())
    privileges = family.run(
        "SELECT PRIVILEGE_TYPE FROM information_schema.schema_privileges WHERE GRANTEE LIKE '%bob%'"
    )
    assert len(privileges) == 8


# Those that init_connect cannot set, or that act on what MySQL itself runs for a question.
GLOBALLY = (
    "mysql: cte_max_recursion_depth = 0",
    "mysql: default_collation_for_utf8mb4 = 'utf8mb4_general_ci'",
    "mysql: character_set_server = 'latin1'",
    "max_allowed_packet = 1024",
    "tmp_table_size = 1024",
    "max_heap_table_size = 16384",
    "collation_server = 'utf8mb4_general_ci'",
    "group_concat_max_len = 4",
    "max_error_count = 0",
    "low_priority_updates = 1",
    "mysql: sql_require_primary_key = 1",
    "mysql: internal_tmp_mem_storage_engine = 'MEMORY'",
    "mysql: generated_random_password_length = 5",
    "mysql: activate_all_roles_on_login = 1",
    "mysql: connection_memory_limit = 2097152",
    "mariadb: max_recursive_iterations = 0",
    "mariadb: strict_password_validation = 1",
)


@pytest.mark.parametrize("parameter", GLOBALLY)
def test_no_parameter_that_leaves_little_room_ends_a_run(family: Server, parameter: str) -> None:
    only = of_this_kind(family, parameter)
    family.run("CREATE USER mallory@'%' IDENTIFIED BY 'x'", "CREATE ROLE lower", "CREATE ROLE upper")
    family.run("GRANT CREATE USER ON *.* TO lower", "GRANT lower TO upper", "GRANT upper TO mallory@'%'")
    family.run(f"SET GLOBAL {only}")
    try:
        family.create()
        assert family.verify() == Proof(2, (), trusted=("'mallory'@'%'",))
    finally:
        family.run(f"SET GLOBAL {only.partition(' ')[0]} = DEFAULT")


@pytest.mark.parametrize(
    "parameter", ["max_allowed_packet = 1024", "default_collation_for_utf8mb4 = 'utf8mb4_general_ci'"]
)
def test_a_parameter_by_which_mysql_cannot_read_its_mandatory_roles_is_named(family: Server, parameter: str) -> None:
    if family.kind == "mariadb":
        pytest.skip("MariaDB has no mandatory_roles")
    name = parameter.partition(" ")[0]
    family.run("CREATE ROLE maker", f"SET GLOBAL mandatory_roles = 'maker', {parameter}")
    try:
        with pytest.raises(StatementRefused) as refused:
            family.create()
    finally:
        family.run(f"SET GLOBAL mandatory_roles = '', {name} = DEFAULT")
    assert f"The database's parameter {name} is " in refused.value.problem


def test_a_packet_that_is_too_small_for_the_logins_of_a_profile_is_named(family: Server) -> None:
    many = tuple(IamLogin(f"a-login-of-a-long-name-{number:09d}", ("read",)) for number in range(300))
    family.run("SET GLOBAL max_allowed_packet = 1024")
    try:
        with pytest.raises(StatementRefused, match="max_allowed_packet is too small for a statement of ours"):
            family.create(replace(PROFILE, logins=many))
    finally:
        family.run("SET GLOBAL max_allowed_packet = DEFAULT")


def test_the_settings_of_others_do_reach_our_session_before_ours(family: Server) -> None:
    family.run("SET GLOBAL init_connect = 'SET SESSION group_concat_max_len = 7'")
    with family.sign_in():
        assert family.session.query("Ask", "SELECT @@group_concat_max_len") == ((7,),)
