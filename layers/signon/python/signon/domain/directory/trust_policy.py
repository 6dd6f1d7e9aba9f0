"""Which services may assume a role, as IAM reads its trust policy.

A condition that cannot be judged from here is left to the join: it neither voids an Allow nor makes a Deny apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

ASSUME_ROLE = "sts:assumerole"


def trusted_services(document: Mapping[str, Any], account: str) -> frozenset[str]:
    """The services that may assume the role when they work for ``account``, by AWS's names."""
    statements = [each for each in _listed(document.get("Statement", [])) if _is_about_assuming(each)]
    allowed = {
        service
        for each in statements
        if each.get("Effect") == "Allow" and _holds(each, account, unknown=True)
        for service in _services(each.get("Principal"))
    }
    denials = [each for each in statements if each.get("Effect") == "Deny" and _holds(each, account, unknown=False)]
    return frozenset(service for service in allowed if not any(_denies(each, service) for each in denials))


def _is_about_assuming(statement: Mapping[str, Any]) -> bool:
    """Actions may contain wildcards, and IAM ignores their case."""
    if "NotAction" in statement:
        return not any(_is_like(ASSUME_ROLE, each.lower()) for each in _listed(statement["NotAction"]))
    return any(_is_like(ASSUME_ROLE, each.lower()) for each in _listed(statement.get("Action", [])))


def _services(principal: Any) -> Iterator[str]:
    if isinstance(principal, Mapping):
        yield from _listed(principal.get("Service", []))


def _denies(statement: Mapping[str, Any], service: str) -> bool:
    if "NotPrincipal" in statement:
        return service not in _services(statement["NotPrincipal"])
    principal = statement.get("Principal")
    return principal in _EVERYBODY or service in _services(principal)


def _holds(statement: Mapping[str, Any], account: str, *, unknown: bool) -> bool:
    return all(
        _is_met(operator, key.lower(), list(map(str, _listed(values))), account, unknown=unknown)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


# "aws:SourceArn" and "aws:SourceAccount" are what AWS's guide advises for this role.
# https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/mysql-kerberos-setting-up.html
def _is_met(operator: str, key: str, values: list[str], account: str, *, unknown: bool) -> bool:
    """One key of a condition; for the ARN of a source, the account decides."""
    name = operator.removesuffix("IfExists")
    compare = _OPERATORS.get(name.replace("Not", ""))
    if compare is None or key not in ("aws:sourceaccount", "aws:sourcearn"):
        return unknown
    found = any(compare(account, value if key == "aws:sourceaccount" else _account(value)) for value in values)
    if "Not" in name and key == "aws:sourcearn" and found:
        return unknown  # it may be about one database of ours
    return found is not ("Not" in name)


def _account(arn: str) -> str:
    """The account that a pattern of ARNs is about; one that ends before the account is about any."""
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else "*" if "*" in arn else ""


def _is_like(text: str, pattern: str) -> bool:
    """``[`` is not a wildcard in IAM."""
    return fnmatchcase(text, pattern.replace("[", "[[]"))


# A Deny for these applies to everybody, services included.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous
_EVERYBODY = ("*", {"AWS": "*"}, {"AWS": ["*"]})

_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda text, value: text == value,
    "StringEqualsIgnoreCase": lambda text, value: text == value,
    "StringLike": _is_like,
    "ArnEquals": _is_like,
    "ArnLike": _is_like,
}


def _listed(value: Any) -> list[Any]:
    """A single value is written without a list."""
    return value if isinstance(value, list) else [value]
