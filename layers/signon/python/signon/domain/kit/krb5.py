"""Files for Kerberos: the home realm, the realm that a database's name belongs to, and the path from another domain."""

from __future__ import annotations

from signon.domain.kit.facts import RDS, KitFacts
from signon.domain.kit.quoting import dns_name

KRB5_CONF = "krb5.conf"
JAAS_CONF = "jaas.conf"

# PostgreSQL's JDBC driver uses tickets as the entry of this name says.
JAAS = """\
pgjdbc {
    com.sun.security.auth.module.Krb5LoginModule required useTicketCache=true doNotPrompt=true;
};
"""


def file_for(trusted: str) -> str:
    """The name of the krb5.conf for people of a trusted domain."""
    return f"krb5-{dns_name(trusted).lower()}.conf"


def krb5_conf(facts: KitFacts) -> str:
    """krb5.conf for people of the managed directory, or the trusted domain that the facts are for. Raises Unquotable.

    KDCs are found by DNS, as Active Directory publishes them. For every client the database's service is in the
    managed directory's realm, but its name does not show that: domain_realm. [capaths] says that the trust is direct;
    without it the path would be guessed from the realms' names.
    """
    realm, home = dns_name(facts.realm), dns_name(facts.peoples_realm)
    others = [] if home == realm else [home]
    region = "." + dns_name(facts.host).split(".", 2)[-1]  # of instance and cluster endpoints alike
    belongs = [(name, each) for each in (realm, *others) for name in (f".{each.lower()}", each.lower())]
    lines = [
        "[libdefaults]",
        f"    default_realm = {home}",
        "    dns_lookup_kdc = true",
        "    dns_canonicalize_hostname = false",
        "    rdns = false",
        "",
        "[domain_realm]",
        *(f"    {name} = {each}" for name, each in [*belongs, (region, realm)]),
    ]
    for each in others:
        lines += ["", "[capaths]", f"    {each} = {{", f"        {realm} = .", "    }"]
    return "\n".join(lines) + "\n"


def windows_host(facts: KitFacts) -> str:
    """The endpoint as Windows clients of a trusted domain must call it: the directory's domain in place of RDS's; the
    endpoint itself if it ends differently, as newer ones in China do.

    Their realm follows from the name's end; [domain_realm] is for MIT's library alone.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-connecting.html
    """
    return f"{facts.host[: facts.host.rindex(RDS)]}.{facts.domain}" if RDS in facts.host else facts.host
