"""Files that are no profile: one error with the line."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE
from typing import Any

import pytest
import yaml

from signon.domain.profile.schema import checked
from signon.domain.profile.yaml_document import MOST_BYTES, load
from signon.errors import ProfileUnusable
from signon.foreign import LONGEST_LINE

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "profiles/payments.yaml").read_bytes()


def broken(name: str, said: str, text: bytes) -> Any:
    """A file that is no YAML."""
    return pytest.param(f"The profile is not YAML: {said}", text, id=name)


def no_profile(name: str, text: bytes) -> Any:
    return pytest.param("Profile odd-1 is invalid: line 1, the profile: must be a mapping", text, id=name)


BILLION_LAUGHS = b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
    f"{one}: &{one} [{', '.join([f'*{other}'] * 9)}]\n".encode() for other, one in pairwise("abcdefghi")
)

LADDER = b"a0: &a0 [x]\n" + b"".join(b"a%d: &a%d [*a%d]\n" % (each, each, each - 1) for each in range(1, 200))

FILES = [
    broken("no YAML", "line 2, column 1: did not find expected ',' or ']'", b"logins: [alice"),
    broken("a tab", "line 2, column 1: found a tab character that violates indentation", b"version: 1\n\tx: all\n"),
    broken("no text", "it has bytes that are not text", b"\xff\xff\xff"),
    broken("a field twice", "line 3, column 1: 'version' is listed twice", b"version: 1\nlogins: []\nversion: 1\n"),
    broken("an alias of nothing", "line 1, column 10: found undefined alias", b"version: *nothing\n"),
    broken("two documents", "line 2, column 1: but found another document", b"version: 1\n---\nversion: 1\n"),
    broken(
        "a billion laughs",
        "line 1, column 1: it has more than 100000 parts when its aliases are expanded",
        BILLION_LAUGHS,
    ),
    broken(
        "a thousand brackets",
        "line 1, column 60: it nests more than 50 lists and mappings",
        b"roles: {a: " + b"[" * 1000,
    ),
    broken("a hundred thousand", "line 1, column 51: it nests more than 50 lists and mappings", b"[" * 100_000),
    broken(
        "mappings within each other", "line 1, column 201: it nests more than 50 lists and mappings", b"{a: " * 5_000
    ),
    broken(
        "lists by their dashes", "line 1, column 101: it nests more than 50 lists and mappings", b"- " * 5_000 + b"x"
    ),
    broken(
        "aliases of aliases", "line 1, column 1: its aliases, expanded, nest more than 50 lists and mappings", LADDER
    ),
    broken("too many parts", "line 1, column 199995: it has more than 100000 parts", b"a: [" + b"a," * 150_000 + b"]"),
    broken("a quote that is left open", "line 1, column 19: found unexpected end of stream", b'admits: {names: "}'),
    no_profile("an object of Python", b"!!python/object/apply:os.system ['id']\n"),
    no_profile("an empty file", b""),
    no_profile("a list", b"- version: 1\n"),
    no_profile("a text", b"version 1\n"),
]


@pytest.mark.parametrize(("said", "text"), FILES)
def test_what_is_no_profile_is_said_to_be_none(said: str, text: bytes) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        checked("odd-1", text)
    assert refused.value.problem == said
    assert refused.value.remedy == "Fix the file and upload it to the profile bucket again"


@pytest.mark.parametrize(
    "text", [b"a: [", b"\xff\xfe\xfa", b"a: b: c", b"\x00", b"? [a]\n: b", b"!!python/object:os.x {}"]
)
def test_what_is_not_yaml_is_refused_or_harmless(text: bytes) -> None:
    with pytest.raises(ProfileUnusable):
        checked("payments", text)


def test_a_key_that_is_listed_twice_is_refused() -> None:
    with pytest.raises(ProfileUnusable, match="'logins' is listed twice"):
        checked("payments", EXAMPLE + b"logins:\n  - {user: carol, roles: [read]}\n")


def test_a_nested_key_that_is_listed_twice_is_refused() -> None:
    text = EXAMPLE.replace(b"{preset: read, mysql:", b"{preset: read, preset: write, mysql:")
    with pytest.raises(ProfileUnusable, match="'preset' is listed twice"):
        checked("payments", text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'access: {master: "Hunter2 }', "line 1, column 28: found unexpected end of stream"),
        (b"access: {master: !Hunter2!x y}", "line 1, column 18: found undefined tag handle"),
        (b"access:\n  master: *Hunter2\n", "line 2, column 11: found undefined alias"),
        (b"version: 1\nversion: 1\n", "line 2, column 1: 'version' is listed twice"),
        (b"\xff\xff", "it has bytes that are not text"),
    ],
)
def test_invalid_yaml_is_shown_by_its_line_number_and_not_by_its_text(text: bytes, said: str) -> None:
    with pytest.raises(ProfileUnusable) as refused:
        checked("payments", text)
    assert refused.value.problem == f"The profile is not YAML: {said}"


@pytest.mark.parametrize("text", [b"a: &a [*a]", BILLION_LAUGHS])
def test_aliases_do_not_make_a_small_file_a_large_document(text: bytes) -> None:
    with pytest.raises(ProfileUnusable, match="it has more than 100000 parts when its aliases are expanded"):
        load(text)


def test_a_file_that_is_larger_than_any_profile_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "parse", pytest.fail)
    with pytest.raises(ProfileUnusable) as refused:
        checked("payments", EXAMPLE + b"#" * MOST_BYTES)
    assert "at most 2000000 are read" in refused.value.problem


def test_a_large_profile_of_many_logins_is_read() -> None:
    logins = b"".join(b"  - {user: person%d, roles: [read]}\n" % number for number in range(1_000))
    assert len(checked("payments", EXAMPLE.partition(b"logins:")[0] + b"logins:\n" + logins).logins) == 1_000


HEAD = b"version: 1\nadmits: {engines: [mysql, postgres], names: ['*']}\nmethods: {mysql: [iam], postgres: [iam]}\n"
LOGIN = b"{iam: app%d, used_by: ['arn:aws:iam::123456789012:role/app'], roles: [%s]}"
LONG = b"x: &long " + b"x" * 3_000 + b"\n"


def listed(item: bytes, number: int) -> bytes:
    return b"[" + b", ".join(item.replace(b"%d", b"%d" % each) for each in range(number)) + b"]"


# Each small, and without a limit of its own what is made of it is as large as the product of two numbers in it.
BOMBS = {
    "a long text that is named by many": LONG + b"logins: " + listed(b"{user: a%d, roles: [*long]}", 1_000),
    "a long key that many have": LONG + b"logins: " + listed(b"{*long : x}", 1_000),
    "a list of texts with a mapping": HEAD + b"access: {adopt: [{}, %s}" % listed(b"a%d", 15_000)[1:],
    "many who adopt many": HEAD
    + b"logins: %s\naccess: {adopt: %s}" % (listed(LOGIN % (0, b"read"), 1_000), listed(b"a%d", 15_000)),
    "many roles that do not exist besides many that do": HEAD
    + b"roles: {%s}\n" % listed(b"r%d: {preset: read}", 5_000)[1:-1]
    + b"logins: [%s]" % (LOGIN % (1, listed(b"q%d", 5_000)[1:-1])),
    "many of the same engine": HEAD.replace(b"mysql,", b"mysql, " * 15_000)
    + b"logins: "
    + listed(LOGIN.replace(b"%s", b"read"), 1_000),
    "many faults below a long key": HEAD
    + b"roles: {? %s : {mysql: {databases: %s}}}" % (b"k" * 100_000, listed(b"{}", 20_000)),
}


# Given a file's path: the problem with it, found by a process that has as much memory as a function.
READER = """
import resource, sys
from signon.domain.profile.schema import checked
from signon.errors import ProfileUnusable
resource.setrlimit(resource.RLIMIT_DATA, (256_000_000, 256_000_000))
try:
    checked("payments", open(sys.argv[1], "rb").read())
except ProfileUnusable as refused:
    print(refused.problem, end="")
"""


@pytest.mark.parametrize("title", BOMBS)
def test_a_small_file_makes_no_large_answer_and_no_long_work(title: str, tmp_path: Path) -> None:
    """Of each of these it took gigabytes, or an hour."""
    file = tmp_path / "payments.yaml"
    file.write_bytes(BOMBS[title])
    command, env = [sys.executable, "-c", READER, str(file)], {"PYTHONPATH": str(ROOT / "layers/signon/python")}
    problem = subprocess.run(command, env=env, check=True, stdout=PIPE, text=True).stdout
    assert "invalid" in problem or "not YAML" in problem
    assert len(problem) <= LONGEST_LINE


@pytest.mark.parametrize("title", ["a long text that is named by many", "a long key that many have"])
def test_aliases_do_not_make_a_long_text_a_larger_document(title: str) -> None:
    with pytest.raises(ProfileUnusable, match="it has more than 2000000 characters when its aliases are expanded"):
        load(BOMBS[title])


def test_of_very_many_faults_the_first_are_told() -> None:
    with pytest.raises(
        ProfileUnusable,
        match="is invalid: line 1, the profile: has 10000 faults or more; line 1, the profile: logins is missing",
    ):
        checked("payments", HEAD + b"roles: {%s}" % listed(b"r%d: x", 20_000)[1:-1])


def test_what_is_listed_twice_among_others_is_found() -> None:
    text = EXAMPLE.replace(b"  master: managed", b"  adopt: [alice, [x], alice]\n  master: managed")
    with pytest.raises(ProfileUnusable, match=r"access\.adopt: lists something twice"):
        checked("payments", text)
