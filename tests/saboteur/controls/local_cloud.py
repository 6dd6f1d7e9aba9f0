"""The local cloud holds every call of a function to the policies of its role: else no test would miss a right."""

from __future__ import annotations

from tests.saboteur.control import Control

POLICIES_FILE = "localcloud/iam/policies.py"
POLICIES = ("tests/integration/localcloud/test_iam_policies.py",)
IAM = ("tests/integration/localcloud/test_iam.py",)
TOKENS_FILE = "localcloud/rds/tokens.py"
TOKENS = ("tests/integration/localcloud/test_tokens.py",)

CONTROLS = (
    Control(
        "A call that no policy allows is refused",
        "localcloud/iam/authorizer.py",
        "            for need in needs:\n",
        "            for need in ():\n",
        IAM,
    ),
    Control(
        "A service takes only a role that trusts it",
        "localcloud/iam/authorizer.py",
        'trusting = [each for each in held.trust(kept) if ("Service", service) in each.principals] if kept else []',
        "trusting = held.trust(kept) if kept else []",
        ("tests/integration/localcloud/test_iam.py::test_a_role_that_lambda_may_not_take_runs_no_function",),
    ),
    Control(
        "An alarm tells only topics that let CloudWatch in",
        "localcloud/cloudwatch/notify.py",
        "            _require(topic, kept.alarm_arn, authorizer)\n",
        "            pass\n",
        ("tests/integration/localcloud/test_alarms.py::test_a_topic_that_does_not_let_cloudwatch_in_hears_nothing",),
    ),
    Control(
        "A Deny wins",
        POLICIES_FILE,
        "            return PolicyDecision(False, statement, matched)\n",
        "            continue\n",
        POLICIES,
    ),
    Control(
        "A condition that is not met allows nothing",
        POLICIES_FILE,
        "or not all(condition.is_met(need) for condition in self.conditions)",
        "",
        POLICIES,
    ),
    Control(
        "A wildcard does not reach over a colon",
        POLICIES_FILE,
        "return len(patterns) == len(parts) and all(map(_like, patterns, parts))",
        "return _like(pattern, arn)",
        POLICIES,
    ),
    Control(
        "A condition key that nobody knows passes nothing",
        POLICIES_FILE,
        'raise NotModelled(f"The condition key {key} is not modelled for {self.action}")',
        "return ()",
        POLICIES,
    ),
    Control(
        "An operator that nobody knows passes nothing",
        POLICIES_FILE,
        'raise NotModelled(f"The condition operator {name} is not modelled")',
        'return "StringLike"',
        POLICIES,
    ),
    Control(
        "A token is good for one place",
        TOKENS_FILE,
        "    if place not in destination.places:\n",
        "    if not place:\n",
        TOKENS,
    ),
    Control(
        "A token is good for one user",
        TOKENS_FILE,
        'if (said["Action"], said["DBUser"]) != ("connect", user):',
        'if said["Action"] != "connect":',
        TOKENS,
    ),
    Control(
        "A token is good for 15 minutes",
        TOKENS_FILE,
        "    if now >= signed + lasts:\n",
        "    if not signed:\n",
        TOKENS,
    ),
    Control(
        "A token is signed",
        TOKENS_FILE,
        "    if not hmac.compare_digest(",
        "    if False and not hmac.compare_digest(",
        TOKENS,
    ),
    Control(
        "A token signs in only an identity that IAM allows",
        TOKENS_FILE,
        '    if not who.may("rds-db:connect", destination.users + user):\n',
        "    if not who:\n",
        TOKENS,
    ),
    Control(
        "A boundary and a session's policy limit what a role's policies allow",
        "localcloud/iam/principals.py",
        "return all(judge(",
        "return any(judge(",
        TOKENS,
    ),
    Control(
        "A ticket signs in only its own principal",
        "localcloud/servers/tickets.py",
        "        if principal != user:\n",
        "        if not principal:\n",
        ("tests/integration/servers/test_aurora_mysql_sign_in.py::test_the_server_refuses",),
    ),
    Control(
        "PostgreSQL takes a token over TLS alone",
        "localcloud/servers/pg_hba.py",
        'f"hostssl all +rds_iam',
        'f"host all +rds_iam',
        ("tests/integration/servers/test_tokens.py::test_postgresql_takes_no_token_without_tls",),
    ),
)
