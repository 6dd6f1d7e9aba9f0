"""The master password and the names of people stand in no message, log or error."""

from __future__ import annotations

from tests.saboteur.control import LAYER, Control

NOTHING_OF_THE_STATEMENT = "test_an_error_says_its_code_and_nothing_of_the_statement"
OUTCOMES = ("tests/unit/test_outcomes.py",)
PROFILES = ("tests/unit/test_profiles.py",)

BOTH = "tests/integration/db/test_both_of_the_family.py"

CONTROLS = (
    Control(
        "A password is not printed with what holds it",
        f"{LAYER}/domain/rds/credentials.py",
        "password: str = field(repr=False)",
        "password: str = field()",
        ("tests/unit/test_credentials.py",),
    ),
    Control(
        "MySQL: the text of an error goes no further",
        f"{LAYER}/db/mysql.py",
        "raise self._our_error(sql, *error.args) from None",
        "raise",
        (f"tests/integration/db/test_looking_around.py::{NOTHING_OF_THE_STATEMENT}",),
    ),
    Control(
        "PostgreSQL: the text of an error goes no further",
        f"{LAYER}/db/postgresql.py",
        "raise _our_error(error.pgcode, concurrent=bool(_CONCURRENT.search(str(error)))) from None",
        "raise",
        (f"tests/integration/db/postgresql/test_looking_around.py::{NOTHING_OF_THE_STATEMENT}",),
    ),
    Control(
        "MySQL: a password that no driver can send is not repeated",
        f"{LAYER}/db/mysql.py",
        "            raise not_taken() from None\n",
        "            raise\n",
        (BOTH,),
    ),
    Control(
        "PostgreSQL: a password that no driver can send is not repeated",
        f"{LAYER}/db/postgresql.py",
        "            raise not_taken() from None\n",
        "            raise\n",
        ("tests/integration/db/postgresql/test_signing_in.py",),
    ),
    Control(
        "What a secret holds instead of name and password is not shown",
        f"{LAYER}/aws/secrets.py",
        'raise unusable("it is not a JSON object with username and password", _CONTENT_REMEDY)',
        'raise unusable(f"it is not a JSON object with username and password: {text}", _CONTENT_REMEDY)',
        ("tests/unit/test_aws.py",),
    ),
    Control(
        "A stack trace stays where it is",
        f"{LAYER}/domain/outcome/dossier.py",
        'return str(json.loads(cause)["errorMessage"])',
        'return " ".join(map(str, json.loads(cause).values()))',
        ("tests/unit/test_outcomes.py::test_a_stack_trace_is_never_passed_on",),
    ),
    Control(
        "The text of an error that is none of ours is not passed on",
        f"{LAYER}/domain/outcome/outcome.py",
        'why = (message or "") if kind in ("InvalidRequest", "SettingMissing") else ""',
        'why = message or ""',
        OUTCOMES,
    ),
    Control(
        "What stands on a line that is no YAML is not repeated",
        f"{LAYER}/domain/profile/yaml_document.py",
        "{_unquoted(problem) if problem else",
        "{str(error) if problem else",
        ("tests/unit/test_bad_files.py",),
    ),
    Control(
        "A value that the schema does not allow is not repeated",
        f"{LAYER}/domain/profile/schema.py",
        """return f"must be {' or '.join(dict.fromkeys(str(each).lower() for each in wanted))}\"""",
        "return error.message",
        ("tests/unit/test_profile_schema.py",),
    ),
    Control(
        "Names of people are not printed with their profile",
        f"{LAYER}/domain/profile/profile.py",
        "logins: tuple[Login, ...] = field(repr=False)",
        "logins: tuple[Login, ...]",
        PROFILES,
    ),
    Control(
        "Step Functions logs no inputs and outputs",
        "template.yaml",
        "IncludeExecutionData: false",
        "IncludeExecutionData: true",
        ("tests/contract/test_template_rules.py",),
    ),
)
