"""What else a plan is made from, besides the database, its profile and its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from signon.domain.directory.directory import Directory, DirectoryRole, Trust
from signon.domain.engines import Method
from signon.domain.network.network import Network


@dataclass(frozen=True)
class Surroundings:
    """``directory`` is None if none has that id; ``shared_as`` is then the id by which this account sees one whose
    owner uses that id.

    ``served_vpc`` is the stack's; ``not_offered`` the instance classes of the database for which RDS does not offer a
    method in this engine version; ``trusts`` is None if this account cannot see them, ``network`` if no join
    is due; ``parameters`` are those of the database's parameter group; ``paused``: a person has switched everything
    off, and nothing is begun, even if a person approved it. ``missing_roles``: those of the profile's IAM roles (their
    ARNs) that do not exist; ``boundaries``: the ARN of the permissions boundary of those that have one;
    ``policy_prefix`` begins the names of the stack's connect policies, ``connect_policies`` is what those of each role
    say; ``master_secrets`` are the ARNs of secrets that profiles may name, or patterns of them. ``kit``: the files of
    the database's connection kit that are published, each with its ETag; ``ca_bundle`` is one of them, as it should be.
    """

    directory: Directory | None
    role: DirectoryRole | None
    served_vpc: str
    shared_as: str | None = None
    not_offered: Mapping[Method, tuple[str, ...]] = field(default_factory=dict)
    trusts: tuple[Trust, ...] | None = ()
    network: Network | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    paused: bool = False
    missing_roles: frozenset[str] = frozenset()
    boundaries: Mapping[str, str] = field(default_factory=dict)
    policy_prefix: str = ""
    connect_policies: Mapping[str, Sequence[frozenset[str]]] = field(default_factory=dict)
    master_secrets: frozenset[str] = frozenset()
    kit: Mapping[str, str] = field(default_factory=dict)
    ca_bundle: bytes = b""
