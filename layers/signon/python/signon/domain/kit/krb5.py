"""Files for Kerberos: whose tickets, which realm a database's name belongs to, the way there from another domain."""

from __future__ import annotations

from signon.domain.kit.facts import RDS, KitFacts
from signon.domain.kit.quoting import dns_name

KRB5_CONF = "krb5.conf"
JAAS_CONF = "jaas.conf"

# PostgreSQL's JDBC driver takes tickets as the entry of this name says.
JAAS = """\
pgjdbc {
    com.sun.security.auth.module.Krb5LoginModule required useTicketCache=true doNotPrompt=true;
};
"""


def file_for(trusted: str) -> str:
    """The name of the krb5.conf for people of a trusted domain."""
    return f"krb5-{dns_name(trusted).lower()}.conf"


def krb5_conf(facts: KitFacts) -> str:
    """krb5.conf of people of the managed directory, or of the trusted domain that the facts are for. Raises Unquotable.

    KDCs are found by DNS, as Active Directory publishes them. The database's service is in the managed directory's
    realm whoever asks, and its name says nothing of it: domain_realm. [capaths] says that the trust is a direct one;
    without it the way would be guessed from the realms' names.
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
    endpoint itself where it does not end so, as newer ones in China.

    Their realm follows from the name's end; [domain_realm] is for MIT's library alone.
    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/postgresql-kerberos-connecting.html
    """
    return f"{facts.host[: facts.host.rindex(RDS)]}.{facts.domain}" if RDS in facts.host else facts.host
