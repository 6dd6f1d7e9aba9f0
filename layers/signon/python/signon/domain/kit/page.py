"""The kit's page: all of it in one file that needs no network, made of the same facts as the other files."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from signon.domain.diagnosis import DIAGNOSES
from signon.domain.engines import Method
from signon.domain.kit import clients, krb5
from signon.domain.kit.facts import YOUR_NAME, KitFacts, SignIn
from signon.domain.kit.markup import Html, element
from signon.domain.kit.reachability import CHECK_CONNECTION
from signon.domain.network.directory_ports import PORTS, TOLD

_STYLE, _SCRIPT = (Path(__file__).with_name(name).read_text() for name in ("page.css", "page.js"))

# Paragraphs, with a blank line between two.
INTRODUCTIONS: Mapping[SignIn, str] = {
    SignIn.PASSWORD: """
Sign in with your account of {realm}: its name in lower case without the domain, and its password.

The password travels as it is, inside TLS. Every line here verifies the server first; a client that does not gives your
password to whatever answers.
""",
    SignIn.TICKET: """
Sign in with a ticket of {realm}. A machine that has joined the domain has yours as soon as you log in; everywhere else
the first line gets one with your password.
""",
    SignIn.TOKEN: """
Sign in with a token that AWS signs for you: it takes the place of a password. You need the AWS CLI, signed in as a role
that may use your login.

A token is valid for 15 minutes, for signing in: an open session stays open. It is made for this endpoint and this
port; an alias of your own is refused, and an RDS Proxy requires tokens for its own endpoint. It is a secret while it is
valid, so the lines keep it out of the command's arguments.

Programs: each new connection by token is work for the server, so connect once and reuse the connection (a pool), and
make a new token for each new connection. Where connections come in bursts and some are refused, retry after a pause
that grows each time and differs between clients. How many new connections a second a database takes depends on its
size: measure yours, and use another way to sign in if it is too few.
""",
}


def render(facts: KitFacts) -> str:
    """The page. Raises Unquotable."""
    rows = json.dumps([[row.pattern, row.cause, row.remedy] for row in DIAGNOSES]).replace("<", "\\u003c")
    script = f"const DIAGNOSES = {rows};\n{_SCRIPT}"
    allowed = f"default-src 'none'; style-src {_hash(_STYLE)}; script-src {_hash(script)}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=allowed),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("title", f"Connecting to {facts.name}"),
        element("style", Html(_STYLE)),
    )
    body = element("body", element("main", *_sections(facts)), element("script", Html(script)))
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _sections(facts: KitFacts) -> Iterator[Html]:
    yield element("h1", f"Connecting to {facts.name}")
    yield element("p", facts.title, class_="soft")
    yield _definitions(
        {
            "Endpoint": _code(facts.host),
            "Port": _code(str(facts.port)),
            "Region": _code(facts.region),
            **({} if set(facts.sign_ins.values()) == {SignIn.TOKEN} else {"Realm": _code(facts.realm)}),
            "Sign in with": " or ".join(facts.sign_ins.values()),
        }
    )
    yield element(
        "p",
        "Keep the files of this kit in one folder, and run the lines there. ",
        element("a", clients.CA_BUNDLE, href=clients.CA_BUNDLE),
        " holds RDS's certificates; ",
        element("a", "connect.json", href="connect.json"),
        " says the same as this page, for programs.",
    )
    yield element("label", "Enter your name to fill it in below", for_="name", class_="screen")
    yield element("input", id="name", class_="screen", placeholder="alice", autocomplete="off", spellcheck="false")
    yield from _reachability(facts)
    for method, sign_in in facts.sign_ins.items():
        yield from _method(facts, method, sign_in)
    if facts.takes_tickets and facts.trusts:
        yield from _trusts(facts)
    yield from _trouble()


def _reachability(facts: KitFacts) -> Iterator[Html]:
    yield element("h2", "Can you reach it from here?")
    ports = f", and ports {TOLD} of {facts.domain}" if facts.takes_tickets else ""
    yield element(
        "p", f"Port {facts.port} of the database{ports} must answer. This script says what does not, and what to do:"
    )
    yield _line(f"bash {CHECK_CONNECTION}")
    yield element("p", "On Windows, in PowerShell:")
    targets = [(facts.host, facts.port), *((facts.domain, port) for port in PORTS if facts.takes_tickets)]
    yield _line("\n".join(f"Test-NetConnection {host} -Port {port}" for host, port in targets))


def _method(facts: KitFacts, method: Method, sign_in: SignIn) -> Iterator[Html]:
    said = {Method.KERBEROS: "With the directory", Method.IAM: "With IAM"}[method]
    yield element("h2", f"{said}: {sign_in}")
    paragraphs = INTRODUCTIONS[sign_in].format(realm=facts.realm).split("\n\n")
    yield from (element("p", " ".join(paragraph.split())) for paragraph in paragraphs)
    lines = clients.lines(facts, sign_in)
    if sign_in is SignIn.TICKET:
        yield _line(f"export KRB5_CONFIG=$PWD/{krb5.KRB5_CONF}\n{lines['kinit']}")
    if sign_in is SignIn.TOKEN:
        yield element("p", "This prints a token, to paste where a tool asks for a password:")
        yield _line(lines["token"])
    for client in clients.clients_for(facts, sign_in):
        yield _client(facts, sign_in, client)


def _client(facts: KitFacts, sign_in: SignIn, client: clients.Client) -> Html:
    note = client.notes.get(sign_in)
    tools = clients.TOOLS if client.is_driver else ()
    return element(
        "article",
        element("h3", client.title),
        element("p", f"Works with {client.works[sign_in]}.", class_="works"),
        _line(client.line(facts, sign_in, YOUR_NAME)),
        *([element("p", note)] if note else []),
        *(
            element(
                "details",
                element("summary", tool.title),
                _definitions(
                    {name: _code(value) for name, value in clients.settings(tool, client, facts, sign_in).items()}
                ),
            )
            for tool in tools
        ),
    )


def _trusts(facts: KitFacts) -> Iterator[Html]:
    yield element("h2", "From a domain that the directory trusts")
    for realm in facts.trusts:
        file = krb5.file_for(realm)
        yield element(
            "p", f"People of {realm} use ", _code(file), f" in place of {krb5.KRB5_CONF}, and a ticket from there:"
        )
        lines = clients.lines(facts.of_people_of(realm), SignIn.TICKET)
        typed = [line for name, line in lines.items() if name not in clients.DRIVERS]
        yield _line("\n".join([f"export KRB5_CONFIG=$PWD/{file}", *typed]))
    if (host := krb5.windows_host(facts)) == facts.host:
        return  # RDS does not say what it is called for them here
    yield element(
        "p",
        "Their Windows machines connect to a name that ends with the directory's domain in place of RDS's. It must "
        "resolve to the database there, by DNS or by the machine's own hosts file:",
    )
    yield _line(host)
    yield element(
        "p",
        "RDS's certificate does not contain that name: verify only the authority there (sslmode=verify-ca; MySQL's "
        "client --ssl-mode=VERIFY_CA). Custom endpoints of a cluster, and the clusters of a global database in its "
        "secondary Regions, do not work for Windows clients of a trusted domain.",
    )


def _trouble() -> Iterator[Html]:
    yield element("h2", "When it does not work")
    yield element("label", "Paste the client's error message", for_="error", class_="screen")
    yield element("textarea", id="error", class_="screen", rows="4", spellcheck="false")
    yield element("output", id="told", for_="error", class_="screen")
    rows = {row.name: f"{row.cause} {row.remedy}" for row in DIAGNOSES}
    yield element("details", element("summary", "All known errors"), _definitions(rows))


def _definitions(entries: Mapping[str, str]) -> Html:
    return element(
        "dl", *(each for name, text in entries.items() for each in (element("dt", name), element("dd", text)))
    )


def _line(text: str) -> Html:
    return element("pre", _code(text))


def _code(text: str) -> Html:
    return element("code", text)
