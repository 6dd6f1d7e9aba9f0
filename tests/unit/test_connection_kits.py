from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import unicodedata
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg2.extensions import parse_dsn

from signon.domain.diagnosis import DIAGNOSES
from signon.domain.engines import ENGINES, Family, Method
from signon.domain.kit import clients
from signon.domain.kit.clients import CA_BUNDLE, CLIENTS, DRIVERS, FOLDER, TOOLS, clients_for, lines, settings
from signon.domain.kit.facts import KitFacts, SignIn, kit_facts, sign_in_by
from signon.domain.kit.files import for_machines, render
from signon.domain.kit.krb5 import windows_host
from signon.domain.kit.markup import Html, element
from signon.domain.kit.quoting import Unquotable, libpq, shell
from signon.domain.profile.profile import DirectoryLogin
from tests import hostile_names
from tests.builders import REALM, a_cluster, a_database, a_profile, a_profile_for_clusters

HOST = a_database().host
LEDGER = "payments-ledger.cluster-cabc123def45.us-east-1.rds.amazonaws.com"
ONPREM = "ONPREM.EXAMPLE.COM"


def some_facts(engine: str = "mysql", *methods: Method, trusts: tuple[str, ...] = (), **more: str) -> KitFacts:
    """Of a database that signs in by the directory, unless it is said otherwise."""
    family = ENGINES[engine].family
    port = 3306 if family is Family.MYSQL else 5432
    texts = {"name": "payments-orders", "region": "us-east-1", "host": HOST, "realm": REALM, **more}
    return KitFacts(
        engine=engine,
        title=engine,
        family=family,
        port=port,
        methods=methods or (Method.KERBEROS,),
        trusts=trusts,
        **texts,
    )


CELLS = [some_facts(engine.name, method) for engine in ENGINES.values() for method in engine.logins]
BOTH = some_facts("aurora-postgresql", Method.KERBEROS, Method.IAM, host=LEDGER, trusts=(ONPREM,))
each_cell = pytest.mark.parametrize("facts", CELLS, ids=lambda facts: f"{facts.engine} {facts.methods[0]}")


# ---- clients


def test_a_kit_is_of_the_database_that_rds_described() -> None:
    made = kit_facts(a_database(), a_profile(), [Method.KERBEROS])
    assert (made.name, made.engine, made.title, made.host, made.port, made.region) == (
        "payments-orders",
        "mysql",
        "RDS for MySQL",
        HOST,
        3306,
        "us-east-1",
    )
    assert (made.realm, made.trusts, made.sign_ins) == (REALM, (), {Method.KERBEROS: SignIn.PASSWORD})


def test_a_kit_is_for_the_people_of_the_profile_of_trusted_domains_too() -> None:
    logins = (
        DirectoryLogin("alice", ()),
        DirectoryLogin("zoe", (), realm=ONPREM),
        DirectoryLogin("yan", (), realm=ONPREM),
    )
    made = kit_facts(a_cluster(), a_profile_for_clusters(logins=logins), {Method.IAM, Method.KERBEROS})
    assert made.trusts == (ONPREM,)
    assert list(made.sign_ins.items()) == [(Method.KERBEROS, SignIn.TICKET), (Method.IAM, SignIn.TOKEN)]
    elsewhere = (DirectoryLogin("zoe", (), engines=("mysql",), realm=ONPREM),)
    assert kit_facts(a_cluster(), a_profile_for_clusters(logins=elsewhere), [Method.KERBEROS]).trusts == ()


def test_rds_for_mysql_alone_takes_the_directorys_password() -> None:
    kinds = {(facts.engine, method): kind for facts in CELLS for method, kind in facts.sign_ins.items()}
    assert len(kinds) == 9
    assert [cell for cell, kind in kinds.items() if kind is SignIn.PASSWORD] == [("mysql", Method.KERBEROS)]
    assert {method for (_, method), kind in kinds.items() if kind is SignIn.TOKEN} == {Method.IAM}
    assert sign_in_by("aurora-mysql", Method.KERBEROS) is SignIn.TICKET


@each_cell
def test_each_cell_has_a_command_line_and_a_driver(facts: KitFacts) -> None:
    (sign_in,) = facts.sign_ins.values()
    drivers = {client.is_driver for client in clients_for(facts, sign_in)}
    assert drivers == {True, False}


def test_each_mysql_client_verifies_the_name_against_the_bundle() -> None:
    made = lines(some_facts(), SignIn.PASSWORD, "alice")
    where = ["--host", HOST, "--port", "3306", "--user", "alice", "--password"]
    assert shlex.split(made["mysql"]) == [
        "mysql", *where, "--enable-cleartext-plugin", "--ssl-mode=VERIFY_IDENTITY", f"--ssl-ca={CA_BUNDLE}",
    ]  # fmt: skip
    assert shlex.split(made["mariadb"]) == [
        "mariadb", *where, f"--ssl-ca={CA_BUNDLE}", "--ssl-verify-server-cert",
    ]  # fmt: skip


def test_psql_verifies_the_name_against_the_bundle_and_takes_tls_alone() -> None:
    made = lines(some_facts("aurora-postgresql"), SignIn.TICKET, "alice")
    assert shlex.split(made["kinit"]) == ["kinit", "alice@CORP.EXAMPLE.COM"]
    psql, connection = shlex.split(made["psql"])
    assert psql == "psql"
    assert parse_dsn(connection) == {
        "host": HOST,
        "port": "5432",
        "dbname": "postgres",
        "user": "alice@CORP.EXAMPLE.COM",
        "sslmode": "verify-full",
        "sslrootcert": CA_BUNDLE,
        "gssencmode": "disable",
    }


def test_with_a_token_the_login_has_no_realm_and_the_token_is_no_argument() -> None:
    made = lines(some_facts("aurora-postgresql"), SignIn.TOKEN, "alice")
    token, connection = made["psql"].split(')" psql ')
    assert token == f'PGPASSWORD="$({made["token"]}'
    assert parse_dsn(shlex.split(connection)[0])["user"] == "alice"
    assert shlex.split(made["token"]) == [
        "aws", "rds", "generate-db-auth-token", "--hostname", HOST, "--port", "5432", "--region", "us-east-1",
        "--username", "alice",
    ]  # fmt: skip
    mysql = lines(some_facts("mariadb", Method.IAM), SignIn.TOKEN, "alice")
    assert all(mysql[name].startswith(f'MYSQL_PWD="$({mysql["token"]})" {name} ') for name in ("mysql", "mariadb"))


@each_cell
def test_every_url_verifies_the_name_against_a_bundle(facts: KitFacts) -> None:
    verifying = {
        "pgjdbc": {"sslmode=verify-full", f"sslrootcert={CA_BUNDLE}"},
        "mariadb-jdbc": {"sslMode=verify-full", "useSsl=true", f"serverSslCert={CA_BUNDLE}"},
        "mysql-jdbc": {"sslMode=VERIFY_IDENTITY", "trustCertificateKeyStoreUrl=file:truststore.p12"},
    }
    assert set(verifying) == set(DRIVERS) == {client.name for client in CLIENTS if client.is_driver}
    (sign_in,) = facts.sign_ins.values()
    for name, url in lines(facts, sign_in, "alice").items():
        if url.startswith("jdbc:"):
            assert verifying[name] <= set(url.split("?")[1].split("&"))
            assert "alice" not in url


@each_cell
def test_a_desktop_tool_is_given_whole_paths(facts: KitFacts) -> None:
    (sign_in,) = facts.sign_ins.values()
    for client in clients_for(facts, sign_in):
        for tool in TOOLS if client.is_driver else ():
            fields = settings(tool, client, facts, sign_in, "alice")
            assert fields["URL"].replace(f"{FOLDER}/", "") == lines(facts, sign_in, "alice")[client.name]
            assert f"{FOLDER}/" in fields["URL"]
            assert fields["Username"] == clients.login(facts, sign_in, "alice")
            assert ("JVM options" in fields) is (sign_in is SignIn.TICKET)
            assert all(fields.values())


def test_no_line_is_without_verification() -> None:
    for facts in (*CELLS, BOTH):
        for sign_in in facts.sign_ins.values():
            for name, line in lines(facts, sign_in).items():
                assert name in {"kinit", "token"} or re.search(
                    "VERIFY_IDENTITY|verify-full|--ssl-verify-server-cert", line
                )


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1))
def test_a_hostile_name_stays_one_word_of_the_shell_and_one_value_of_the_connection(name: str) -> None:
    assert shlex.split(shell(["x", name])) == ["x", name]
    assert parse_dsn(libpq({"user": name, "dbname": "x"})) == {"user": name, "dbname": "x"}


@pytest.mark.parametrize("name", ["a\nb", "a\0b", "\x1b[2J", "a\u202eb", "a\u2028b", "\ud800", "a\u200bb"])
def test_what_fits_on_no_line_is_refused(name: str) -> None:
    for facts in CELLS:
        with pytest.raises(Unquotable):
            lines(facts, next(iter(facts.sign_ins.values())), name)


@pytest.mark.parametrize("host", ["a b", "a;b", "-x", "a/b", "a?b", "", "a..b", "b.", "h%41", "[::1]", "\u00e9.x"])
def test_what_is_no_host_is_refused(host: str) -> None:
    for facts in CELLS:
        with pytest.raises(Unquotable):
            render(some_facts(facts.engine, *facts.methods, host=host), b"PEM")


# ---- files


@pytest.mark.parametrize(
    ("facts", "more"),
    [
        (some_facts(), set()),
        (some_facts("mariadb", Method.IAM), set()),
        (some_facts("postgres"), {"krb5.conf", "jaas.conf"}),
        (BOTH, {"krb5.conf", "jaas.conf", "krb5-onprem.example.com.conf"}),
    ],
    ids=lambda value: getattr(value, "engine", ""),
)
def test_a_kit_is_a_page_the_facts_the_script_the_bundle_and_what_tickets_take(facts: KitFacts, more: set[str]) -> None:
    files = render(facts, b"PEM")
    assert set(files) == {"index.html", "connect.json", "check-connection", CA_BUNDLE} | more
    assert files[CA_BUNDLE] == b"PEM"
    assert files == render(facts, b"PEM")
    assert all(len(content) < 72_000 for content in files.values())


@pytest.mark.parametrize("facts", [*CELLS, BOTH], ids=lambda facts: f"{facts.engine} {len(facts.methods)}")
def test_the_facts_are_for_machines(facts: KitFacts) -> None:
    told = json.loads(render(facts, b"PEM")["connect.json"])
    assert {name: told[name] for name in ("database", "endpoint", "port", "engine", "region", "ca_bundle")} == {
        "database": "payments-orders",
        "endpoint": facts.host,
        "port": facts.port,
        "engine": facts.engine,
        "region": "us-east-1",
        "ca_bundle": CA_BUNDLE,
    }
    for method, sign_in in facts.sign_ins.items():
        assert told["methods"][method]["sign_in"] == sign_in
        assert told["methods"][method]["clients"] == lines(facts, sign_in)
    assert told == for_machines(facts)


def test_the_facts_say_what_people_of_a_trusted_domain_type() -> None:
    (trusted,) = for_machines(BOTH)["methods"]["kerberos"]["trusted"].items()
    assert trusted[0] == ONPREM
    assert trusted[1]["krb5_conf"] == "krb5-onprem.example.com.conf"
    assert trusted[1]["clients"]["kinit"] == f"kinit YOUR-NAME@{ONPREM}"
    assert f"user=YOUR-NAME@{ONPREM} " in trusted[1]["clients"]["psql"]


def test_krb5_conf_says_which_realm_a_databases_name_belongs_to() -> None:
    assert (
        render(some_facts("aurora-postgresql"), b"PEM")["krb5.conf"].decode()
        == """\
[libdefaults]
    default_realm = CORP.EXAMPLE.COM
    dns_lookup_kdc = true
    dns_canonicalize_hostname = false
    rdns = false

[domain_realm]
    .corp.example.com = CORP.EXAMPLE.COM
    corp.example.com = CORP.EXAMPLE.COM
    .us-east-1.rds.amazonaws.com = CORP.EXAMPLE.COM
"""
    )


def test_windows_clients_of_a_trusted_domain_are_given_the_directorys_domain() -> None:
    assert windows_host(BOTH) == "payments-ledger.cluster-cabc123def45.us-east-1.corp.example.com"
    china = some_facts("postgres", host="x.abc.cn-north-1.rds.amazonaws.com.cn")
    assert windows_host(china) == "x.abc.cn-north-1.corp.example.com"


def test_a_kit_holds_no_secret() -> None:
    files = render(kit_facts(a_database(), a_profile(), [Method.KERBEROS]), b"PEM")
    assert not any(b"secretsmanager" in content or b"dbadmin" in content for content in files.values())


# ---- the page


class Page(HTMLParser):
    """What a browser makes of a page: elements with attributes in their order, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attributes)))

    def handle_data(self, data: str) -> None:
        self.text += data


def page(facts: KitFacts) -> str:
    return render(facts, b"PEM")["index.html"].decode()


@pytest.mark.parametrize("facts", [*CELLS, BOTH], ids=lambda facts: f"{facts.engine} {len(facts.methods)}")
def test_the_page_holds_every_line_as_it_stands(facts: KitFacts) -> None:
    text = Page(page(facts)).text
    for sign_in in facts.sign_ins.values():
        assert all(line in text for line in lines(facts, sign_in).values())
        assert all(client.works[sign_in] in text for client in clients_for(facts, sign_in))
    assert facts.host in text


def test_the_page_says_what_a_token_is_and_names_no_rate() -> None:
    text = Page(page(some_facts("mariadb", Method.IAM))).text
    assert "good for 15 minutes" in text
    assert "a pool" in text
    assert "a pause that grows" in text
    assert not re.search(r"\d+ (new )?connections", text)


def test_the_page_says_how_the_trusted_domains_people_connect() -> None:
    text = Page(page(BOTH)).text
    for said in (
        f"kinit YOUR-NAME@{ONPREM}",
        f"user=YOUR-NAME@{ONPREM} sslmode=verify-full",
        windows_host(BOTH),
        "krb5-onprem.example.com.conf",
        f"@{ONPREM}",
        "Custom endpoints",
        "secondary Regions",
    ):
        assert said in text
    assert "trusts" not in Page(page(some_facts("aurora-postgresql"))).text


def test_the_page_needs_no_network_and_runs_its_own_script_alone() -> None:
    html = page(BOTH)
    parsed = Page(html)
    attributes = [(tag, name, value or "") for tag, pairs in parsed.elements for name, value in pairs]
    links = {value for _, name, value in attributes if name in {"href", "src"}}
    assert links == {CA_BUNDLE, "connect.json"}
    assert not [name for _, name, _ in attributes if name.startswith("on") or name == "style"]
    assert not {tag for tag, _ in parsed.elements} & {"link", "img", "iframe", "object", "base", "form"}
    assert not re.search(r"https?://|@import|url\(", html)
    (policy,) = (value for tag, name, value in attributes if tag == "meta" and "default-src" in value)
    for kind in ("script", "style"):
        (own,) = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(own.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_the_page_is_light_dark_and_printable() -> None:
    html = page(BOTH)
    assert all(
        said in html for said in ("prefers-color-scheme: dark", "@media print", 'lang="en"', "width=device-width")
    )


def test_the_page_diagnoses_by_the_table() -> None:
    (rows,) = re.findall(r"const DIAGNOSES = (\[.*\]);\n", page(BOTH))
    assert json.loads(rows) == [[row.pattern, row.cause, row.remedy] for row in DIAGNOSES]


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</title><b>",
        "\"'><img src=x onerror=x>",
        "&lt;b&gt;",
        "</pre>",
        "--><!--",
        "]]>",
        "<!--",
    ],
)
def test_a_hostile_name_makes_no_element_of_the_page(name: str) -> None:
    hostile, plain = Page(page(some_facts(name=name))), Page(page(some_facts(name="NAME-OF-IT")))
    assert hostile.elements == plain.elements
    assert hostile.text == plain.text.replace("NAME-OF-IT", name)


UNSEEN = ["a\0b", "\x1b[2J", "a\rb", "a\u202eb", "a\u2028b", "\ud800", "a\u200bb", "\u2066"]


@pytest.mark.parametrize("text", UNSEEN)
@pytest.mark.parametrize("field", ["name", "title", "region", "realm"])
def test_what_cannot_be_seen_is_on_no_page(field: str, text: str) -> None:
    with pytest.raises(Unquotable):
        page(replace(BOTH, **{field: f"x{text}"}))  # type: ignore[arg-type]  # each is a text
    with pytest.raises(Unquotable):
        element("p", title=f"x{text}")


def test_a_thousand_hostile_names_make_no_element() -> None:
    names = [*hostile_names.curated(), *hostile_names.random(1_000)]
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # which are refused
    names = [name for name in names if not unseen & set(map(unicodedata.category, name))]
    assert len(names) > 1000
    html = element("p", *(element("code", name, title=name) for name in names))
    parsed = Page(html)
    assert [tag for tag, _ in parsed.elements] == ["p", *["code"] * len(names)]
    assert [dict(pairs).get("title") for tag, pairs in parsed.elements[1:]] == names
    assert parsed.text == "".join(names)


def test_markup_of_ours_is_escaped_once() -> None:
    assert element("p", "a < b", Html("<br>")) == "<p>a &lt; b<br></p>"
