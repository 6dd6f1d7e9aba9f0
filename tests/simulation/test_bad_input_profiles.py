"""Files that are no profile, profiles that say what none may say, and tags that name none: nothing is changed.

What is wrong with a file is tried one by one in the unit tests; here is one of each kind.
"""

from __future__ import annotations

from tests.simulation.refusals import FIX_AND_UPLOAD, ODD, Odd, Refusals, about_it, each

OF_IT = about_it(profile=ODD)
TAGGED = {"database": {"instance": ODD}}
NAME_A_PROFILE = "Write the name of one profile: lower-case letters, digits and hyphens"
REALM = " is not a Kerberos realm: upper-case labels with dots, as CORP.EXAMPLE.COM"


def tag(name: str, value: str, said: tuple[str, str], end: str = "Needs a person") -> Odd:
    return Odd(name, [said], TAGGED, {"tags": [{"Key": "signon:profile", "Value": value}]}, end=end)


FILES = [
    Odd(
        "no YAML",
        [("The profile is not YAML: line 2, column 1: did not find expected ',' or ']'", FIX_AND_UPLOAD)],
        OF_IT,
        {},
        b"logins: [alice",
    ),
    Odd(
        "an empty file",
        [(f"Profile {ODD} is invalid: line 1, the profile: must be a mapping", FIX_AND_UPLOAD)],
        OF_IT,
        {},
        b"",
    ),
    Odd(
        "an unknown field, and another version",
        [
            (
                (
                    f"Profile {ODD} is invalid: line 27, the profile: 'sql' is not a field here;"
                    " line 28, version: must be 1"
                ),
                FIX_AND_UPLOAD,
            )
        ],
        OF_IT,
        {},
        {"sql": "DROP USER alice", "version": 2},
    ),
    Odd(
        "a realm in lower case",
        [(f"Profile {ODD} is invalid: line 8, directory.realm: 'corp.example.com'{REALM}", FIX_AND_UPLOAD)],
        OF_IT,
        {},
        {"directory": {"id": "d-9367000001", "realm": "corp.example.com"}},
    ),
]
TAGS = [
    tag("a tag in capitals", "Usual", ("The tag signon:profile is not the name of a profile: 'Usual'", NAME_A_PROFILE)),
    tag("a path", "../usual", ("The tag signon:profile is not the name of a profile: '../usual'", NAME_A_PROFILE)),
    tag(
        "two profiles",
        "usual,odd",
        ("The tag signon:profile is not the name of a profile: 'usual,odd'", NAME_A_PROFILE),
    ),
    tag(
        "an empty tag",
        "",
        (f"{ODD} has no tag signon:profile: tag it with the name of a profile that admits it", ""),
        "Not ours",
    ),
]
ALL = [*FILES, *TAGS]


@each(ALL)
def test_what_names_no_good_profile_is_said_to_be_wrong(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)
