"""The kit's files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from signon.domain.kit import clients, krb5, page
from signon.domain.kit.facts import KitFacts, SignIn
from signon.domain.kit.reachability import CHECK_CONNECTION, check_connection

PAGE, FACTS = "index.html", "connect.json"


def render(facts: KitFacts, ca_bundle: bytes) -> Mapping[str, bytes]:
    """Name -> content. Raises Unquotable."""
    texts = {
        PAGE: page.render(facts),
        FACTS: json.dumps(for_machines(facts), indent=2) + "\n",
        CHECK_CONNECTION: check_connection(facts),
        **(_for_tickets(facts) if facts.takes_tickets else {}),
    }
    return {**{name: text.encode() for name, text in texts.items()}, clients.CA_BUNDLE: ca_bundle}


def for_machines(facts: KitFacts) -> dict[str, Any]:
    """connect.json: the clients' lines and URLs by method."""
    return {
        "database": facts.name,
        "engine": facts.engine,
        "endpoint": facts.host,
        "port": facts.port,
        "region": facts.region,
        "ca_bundle": clients.CA_BUNDLE,
        "methods": {
            method: {
                "sign_in": sign_in,
                **({} if sign_in is SignIn.TOKEN else {"realm": facts.realm}),
                "clients": clients.lines(facts, sign_in),
                **({"trusted": _of_trusted(facts)} if sign_in is SignIn.TICKET and facts.trusts else {}),
            }
            for method, sign_in in facts.sign_ins.items()
        },
    }


def _of_trusted(facts: KitFacts) -> Mapping[str, Any]:
    return {
        realm: {"krb5_conf": krb5.file_for(realm), "clients": clients.lines(facts.of_people_of(realm), SignIn.TICKET)}
        for realm in facts.trusts
    }


def _for_tickets(facts: KitFacts) -> Mapping[str, str]:
    return {
        krb5.KRB5_CONF: krb5.krb5_conf(facts),
        **{krb5.file_for(realm): krb5.krb5_conf(facts.of_people_of(realm)) for realm in facts.trusts},
        krb5.JAAS_CONF: krb5.JAAS,
    }
