"""Files that are no profile, and tags that name none: one error with the line, and nothing is changed."""

from __future__ import annotations

from itertools import pairwise

from tests.simulation.refusals import MENDED, ODD, Odd, Refusals, about_it, each

OF_IT = about_it(profile=ODD)
TAGGED = {"database": {"instance": ODD}}
NAME_A_PROFILE = "Write the name of one profile: lower-case letters, digits and hyphens"


def broken(name: str, said: str, profile: bytes) -> Odd:
    """A file that is no YAML."""
    return Odd(name, [(f"The profile is not YAML: {said}", MENDED)], OF_IT, {}, profile)


def no_profile(name: str, profile: bytes) -> Odd:
    return Odd(
        name, [(f"Profile {ODD} is invalid: line 1, the profile: must be a mapping", MENDED)], OF_IT, {}, profile
    )


def tag(name: str, value: str, said: tuple[str, str], end: str = "Needs a person") -> Odd:
    return Odd(name, [said], TAGGED, {"tags": [{"Key": "signon:profile", "Value": value}]}, end=end)


BILLION_LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"{one}: &{one} [{', '.join([f'*{other}'] * 9)}]\n".encode() for other, one in pairwise("abcdefghi")
)

FILES = [
    broken("no YAML", "line 1, column 15: expected ',' or ']', but got '<stream end>'", b"logins: [alice"),
    broken("a tab", r"line 2, column 1: found character '\t' that cannot start any token", b"version: 1\n\tx: all\n"),
    broken("no text", "it has bytes that are no text", b"\xff\xff\xff"),
    broken("a field twice", "line 3, column 1: 'version' stands there twice", b"version: 1\nlogins: []\nversion: 1\n"),
    broken("an alias of nothing", "line 1, column 10: found undefined alias", b"version: *nothing\n"),
    broken("two documents", "line 2, column 1: but found another document", b"version: 1\n---\nversion: 1\n"),
    broken(
        "a billion laughs",
        "line 1, column 1: it has more than 100000 parts when its aliases are written out",
        BILLION_LAUGHS,
    ),
    broken("a quote that is left open", "line 1, column 19: found unexpected end of stream", b'admits: {names: "}'),
    no_profile("an object of Python", b"!!python/object/apply:os.system ['id']\n"),
    no_profile("an empty file", b""),
    no_profile("a list", b"- version: 1\n"),
    no_profile("a text", b"version 1\n"),
]
TAGS = [
    tag("a tag in capitals", "Usual", ("The tag signon:profile is no profile's name: 'Usual'", NAME_A_PROFILE)),
    tag("a path", "../usual", ("The tag signon:profile is no profile's name: '../usual'", NAME_A_PROFILE)),
    tag("two profiles", "usual,odd", ("The tag signon:profile is no profile's name: 'usual,odd'", NAME_A_PROFILE)),
    tag(
        "an empty tag",
        "",
        (f"{ODD} bears no tag signon:profile: tag it with the name of a profile that admits it", ""),
        "Not ours",
    ),
]
ALL = [*FILES, *TAGS]


@each(ALL)
def test_what_is_no_profile_is_said_to_be_none(odd: Odd, refusals: Refusals) -> None:
    refusals.check(odd)
