"""Two keys: a database's tag only asks, its profile answers; and an event or a profile is what it seems."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

YAML = f"{LAYER}/domain/profile/yaml_document.py"
PROFILE, REQUEST = f"{LAYER}/domain/profile/profile.py", f"{LAYER}/domain/request/request.py"
PROFILES = ("tests/unit/test_profiles.py",)
SCHEMA = ("tests/unit/test_profile_schema.py",)
REQUESTS = ("tests/unit/test_requests.py",)
EVENTS = ("tests/unit/test_bad_events.py",)
FILES = ("tests/unit/test_bad_files.py",)
PLANS = ("tests/unit/test_plans.py",)
WAYS_IN = ("tests/contract/test_ways_in.py",)

CONTROLS = (
    Control(
        "A profile admits by engine",
        PROFILE,
        '            ("engine", database.id.engine, self.engines),\n',
        "",
        PROFILES,
    ),
    Control("A profile admits by name", PROFILE, '            ("name", database.id.name, self.names),\n', "", PROFILES),
    Control(
        "A profile admits by account",
        PROFILE,
        '            ("account", database.id.account, self.accounts or ("*",)),\n',
        "",
        PROFILES,
    ),
    Control(
        "A profile admits by VPC", PROFILE, '            ("VPC", database.vpc, self.vpcs or ("*",)),\n', "", PROFILES
    ),
    Control(
        "A plan for a database that the profile does not admit has a finding",
        f"{LAYER}/domain/plan/prerequisites/__init__.py",
        "if refusal := profile.refuses(database):",
        'if (refusal := profile.refuses(database)) == "":',
        PLANS,
    ),
    Control(
        "A stack serves the databases of its VPC",
        f"{LAYER}/domain/plan/prerequisites/database.py",
        "if database.vpc != served_vpc:",
        'if served_vpc == "":',
        PLANS,
    ),
    Control(
        "A tag names a profile, and no other object",
        REQUEST,
        "if named and PROFILE_NAME.fullmatch(named):",
        "if named:",
        REQUESTS,
    ),
    Control(
        "Without a tag or a person's word a database is not ours",
        f"{LAYER}/domain/request/admission.py",
        "if not (profile or tags.get(TAG)):",
        "if not (profile or tags):",
        ("tests/unit/test_admission.py",),
    ),
    Control(
        "An event is of our account and Region",
        REQUEST,
        "if (its_account, its_region) != (account, region):",
        "if not its_account or not its_region:",
        EVENTS,
    ),
    Control(
        "An event is one of RDS",
        REQUEST,
        'if event.get("source") != "aws.rds" or arn is None or not',
        "if arn is None or not",
        EVENTS,
    ),
    Control(
        "An event is of this partition",
        REQUEST,
        "if arn[1] != partition(region):",
        "if not arn[1]:",
        EVENTS,
    ),
    Control(
        "An event names a database as RDS names them",
        REQUEST,
        "or not _IDENTIFIER.fullmatch(name):",
        "or not name:",
        EVENTS,
    ),
    Control(
        "An event that is older than the database is about another one",
        f"{LAYER}/domain/request/admission.py",
        "if request.asked_at and request.asked_at < database.created_at - APART:",
        "if not request.asked_at and request.asked_at:",
        ("tests/unit/test_admission.py",),
    ),
    Control(
        "The rule lets events of RDS in, and no others",
        "template.yaml",
        "source: [aws.rds]",
        "source: [aws.rds, signon.test]",
        WAYS_IN,
    ),
    Control(
        "The rule lets events of this account in, and no others",
        "template.yaml",
        "              account: [!Ref AWS::AccountId]\n",
        "",
        WAYS_IN,
        after="DatabaseAppeared:",
    ),
    Control(
        "A profile is the bytes that were planned",
        f"{LAYER}/aws/profiles.py",
        "if sha256(text) != version.sha256:",
        "if not text:",
        ("tests/integration/aws/test_memory.py",),
    ),
    Control(
        "YAML makes strings, lists and mappings, and no objects",
        YAML,
        "class _Loader(_Base):",
        "class _Loader(yaml.UnsafeLoader):",
        PROFILES,
    ),
    Control("No key stands in a profile twice", YAML, "if named in keys:", "if named in ():", FILES),
    Control(
        "A small file is no large document",
        YAML,
        "        if parts > MOST_PARTS:\n            problem",
        "        if node is None:\n            problem",
        ("tests/unit/test_bad_files.py::test_aliases_do_not_make_a_small_file_a_large_document",),
    ),
    Control(
        "A profile says nothing that nobody knows",
        f"{LAYER}/domain/profile/profile.schema.json",
        '"additionalProperties": false',
        '"additionalProperties": true',
        SCHEMA,
        after='"title": "RDS Sign-on profile"',
    ),
    Control(
        "What a profile admits says nothing that nobody knows",
        f"{LAYER}/domain/profile/profile.schema.json",
        '"additionalProperties": false',
        '"additionalProperties": true',
        SCHEMA,
        after='"admits": {',
    ),
)
