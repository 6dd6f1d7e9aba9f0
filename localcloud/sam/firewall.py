"""What Podman's network plugin leaves in the firewall when its last network has gone: chains of rules for nobody."""

import shlex
import subprocess

# Its chains for no network in particular; each network has more.
LEFT = {"NETAVARK_FORWARD", "NETAVARK-HOSTPORT-DNAT", "NETAVARK-HOSTPORT-MASQ", "NETAVARK-HOSTPORT-SETMARK"}


def rules() -> list[tuple[str, str]]:
    """The plugin's, each with its table."""
    found = []
    for table in ("filter", "nat"):
        shown = subprocess.run(["iptables", "-t", table, "-S"], capture_output=True, text=True, check=False).stdout
        found += [(table, line) for line in shown.splitlines() if "NETAVARK" in line]
    return found


def remove_unused() -> bool:
    """Removes them, unless a network still uses them: then it answers False."""
    found = rules()
    chains = [(table, rule.split()[1]) for table, rule in found if rule.startswith("-N ")]
    if {chain for _, chain in chains} - LEFT:
        return False
    for table, rule in found:
        if rule.startswith("-A ") and rule.split()[1] not in LEFT:
            _change(table, "-D", *shlex.split(rule)[1:])
    for action in ("-F", "-X"):
        for table, chain in chains:
            _change(table, action, chain)
    return True


def _change(table: str, *words: str) -> None:
    subprocess.run(["iptables", "-t", table, *words], check=False, capture_output=True)
