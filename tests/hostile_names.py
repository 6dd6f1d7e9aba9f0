"""Names that somebody may choose who wants more than a name: curated ones, and as many random ones as one likes."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice, product
from itertools import count as count_up

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

SEED = 20261121

_SQL = [
    "'", "''", '"', '""', "`", "``", "\\", "\\'", '\\"', ";", "--", "-- ", "#", "/*", "*/", "/*!50000 x*/", "';--",
    "'; --", "' OR '1'='1", "' OR 1=1 -- ", '" OR ""="', "') OR ('1'='1", "'; DROP USER alice; -- ",
    "'; DROP DATABASE payments; -- ", "alice'@'%", "alice'@'localhost", "alice'@'%' IDENTIFIED BY 'x",
    "alice'@'%', 'mallory'@'%", "x' ACCOUNT UNLOCK; -- ", "x' REQUIRE NONE; -- ", "x' ATTRIBUTE '{}", "x', 'root",
    "root'@'localhost", "'@'", "''@''", "@", "@%", "%@%", "'@'%'#", 'alice"; DROP ROLE alice; --',
    'alice" SUPERUSER; --', 'alice" LOGIN; --', 'x" IN ROLE rds_superuser; --',
    'x"; ALTER ROLE postgres PASSWORD \'x\'; --', 'x"; GRANT rds_superuser TO "mallory', '"."', '".".', 'a"."b', "$$",
    "$x$", "$1", "$1$2", "E'\\x'", "U&'\\0061'", 'U&"\\0061"', "x'||'y", "x'+'y", "CHAR(97)", "0x616c696365", "X'61'",
    "'\\0", "\\0", "\\n", "\\Z", "\\%", "\\_", "%", "_", "%%", "a%", "a_b", "al_ce", "%lice", "*", "*.*", "?", ":1",
    ":name", "@@version", "@x", "CURRENT_USER", "CURRENT_USER()", "SESSION_USER", "USER()", "CURRENT_ROLE", "DEFAULT",
    "NULL", "ALL", "PUBLIC", "public", "none", "NONE", "TRUE", "SELECT", "GRANT", "USER", "ROLE", "TABLE",
    "IDENTIFIED", "WITH GRANT OPTION", "alice WITH GRANT OPTION", "alice SUPERUSER", "IF NOT EXISTS alice",
    "IF EXISTS alice", "alice CASCADE",
]  # fmt: skip
_FORMATS = [
    "%s", "%s%s", "%(x)s", "%d", "%%s", "%c", "%n", "%1$s", "%", "{}", "{0}", "{x}", "{{}}", "{0.__class__}", "{x!r}",
    "${x}", "$x", "$(id)", "`id`", "${IFS}", "$((1))", "#{x}", "<%= x %>", "{{7*7}}", "%{x}", "!Ref x", "&a", "*a",
    "!!str x", "~", "{accounts}", "{login}", "{mark}", "{roles}", "{logins}", "{objects}", "{group}",
]  # fmt: skip
_SHELL = [
    "; id", "| id", "|| id", "& id", "&& id", "> x", "< x", ">> x", "\\", "../x", "../../etc/passwd", "/etc/passwd",
    "./x", "~", "~root", "-x", "--help", "-", "--", "-rf", "a b", "a\\ b", "'a b'", "*.pem", "[a-z]", "!x", "!!", "^x",
    "C:\\x", "\\\\x\\y", "CON", "NUL", "file:///x", "http://x", "a/b", "a//b", "a\\b", ".", "..", "...", ".hidden",
    "a.", "a..b", "a,b", "a=b", "a+b",
]  # fmt: skip
_MARKUP = [
    "<b>", "<script>x</script>", "&lt;", "&amp;", "<!-- x -->", "]]>", "<![CDATA[x]]>", "x\"onload=\"x",
    "javascript:x", '{"a":1}', '{"signon": {}}', '","complete":true,"', "[1]", "null", "true", "- x", "a: b", "# x",
    "(uid=*)", "*)(uid=*", "cn=x,dc=y", "a,dc=example", "CORP\\alice", "alice@CORP.EXAMPLE.COM",
    "alice@EVIL.EXAMPLE.COM", "alice@", "@CORP.EXAMPLE.COM", "alice/admin", "host/x", "postgres/x@Y",
    "alice@CORP@CORP", "alice%CORP", "alice#1", "alice!", "alice?", "alice&bob", "alice|bob", "alice^",
]  # fmt: skip
_OURS = [
    "root", "Root", "ROOT", "admin", "Admin", "rdsadmin", "RDSADMIN", "rds_ad", "rds_iam", "rds_superuser",
    "rds_password", "rdsrepladmin", "rdsproxyadmin", "rdstopmgr", "rds", "rds.", "mysql", "mysql.sys", "mysql.session",
    "mysql.infoschema", "mysql_x", "mysql-x", "postgres", "Postgres", "pg_read_all_data", "pg_monitor", "pg_", "pg_x",
    "event_scheduler", "system user", "unauthenticated user", "template0", "template1", "information_schema",
    "signon.payments.read",
]  # fmt: skip
_SPACES = [
    " ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\x00", "\x01", "\x07", "\x08", "\x1a", "\x1b", "\x7f", "\x80", "\x85",
    "\xa0", "\xad", "\u1680", "\u2000", "\u2003", "\u2009", "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028",
    "\u2029", "\u202a", "\u202e", "\u2060", "\u2066", "\u2069", "\u3000", "\ufeff", "\ufff9", "\ufffd", "\ufffe",
    "\uffff", "\ue000", "\U000e0001", "\U000e0061",
]  # fmt: skip
_LETTERS = [
    "\N{CYRILLIC SMALL LETTER A}lice", "al\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ce",
    "\N{GREEK SMALL LETTER ALPHA}lice", "\N{FULLWIDTH LATIN SMALL LETTER A}lice", "\N{MATHEMATICAL BOLD SMALL A}lice",
    "\N{LATIN SMALL LETTER A WITH DIAERESIS}lice", "a\N{COMBINING DIAERESIS}lice",
    "al\N{LATIN SMALL LETTER DOTLESS I}ce", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}ris",
    "stra\N{LATIN SMALL LETTER SHARP S}e", "\N{LATIN SMALL LIGATURE FI}x", "\N{KELVIN SIGN}ate", "\N{ANGSTROM SIGN}ke",
    "\N{ARABIC-INDIC DIGIT THREE}", "\N{SUPERSCRIPT TWO}", "\N{ROMAN NUMERAL FOUR}",
    "\N{CIRCLED LATIN SMALL LETTER A}lice", "alice\N{GRINNING FACE}", "\N{GRINNING FACE}", "\N{PILE OF POO}",
    "\U00010400", "\U0010ffff", "\u0131", "\u017f", "a\u0301", "\N{HEBREW LETTER ALEF}", "\N{ARABIC LETTER ALEF}",
    "\N{DEVANAGARI LETTER A}", "\N{HANGUL SYLLABLE GA}", "\u4e2d\u6587", "\N{RIGHT SINGLE QUOTATION MARK}",
    "\N{MODIFIER LETTER APOSTROPHE}", "\N{FULLWIDTH APOSTROPHE}", "\N{PRIME}", "\xbf'", "\xbf\x27",
    "\N{FULLWIDTH QUOTATION MARK}", "\N{FULLWIDTH SEMICOLON}", "\N{FULLWIDTH PERCENT SIGN}",
    "\N{FULLWIDTH GRAVE ACCENT}", "\u0060\u0301",
]  # fmt: skip
_LONG = (1, 2, 15, 16, 19, 20, 21, 31, 32, 33, 59, 60, 61, 62, 63, 64, 65, 80, 96, 128, 255, 256, 1000)
_LENGTHS = [letter * length for letter, length in product("aA\xe9\u4e2d'\" \U0001f600", _LONG)]
_ENDS = ["\0", "\0x", ".", " ", "\t", "\n", "\u200b", "'", '"', "`", "\\", "%"]
_TWINS = [
    twin
    for name in ("alice", "bob", "carol.d", "dave-e", "eve_f")
    for twin in (
        *(name + end for end in _ENDS),
        name.upper(),
        name.title(),
        f" {name}",
        f"\ufeff{name}",
        name[::-1] + "\u202e",
        name.replace("e", "\xe9"),
        unicodedata.normalize("NFD", name.replace("e", "\xe9")),
    )
]


def curated() -> list[str]:
    """Each of them once, the empty one too."""
    placed = [
        before + space + after
        for space, (before, after) in product(_SPACES, [("", ""), ("a", ""), ("", "b"), ("a", "b")])
    ]
    return list(
        dict.fromkeys(["", *_SQL, *_FORMATS, *_SHELL, *_MARKUP, *_OURS, *placed, *_LETTERS, *_LENGTHS, *_TWINS])
    )


_SPECIAL = st.sampled_from(sorted({character for name in (*_SQL, *_FORMATS, *_SPACES) for character in name}))
_HOSTILE = st.one_of(
    st.text(max_size=40),
    st.text(_SPECIAL, min_size=1, max_size=40),
    st.lists(st.sampled_from([*_SQL, *_FORMATS, *_SPACES, *_LETTERS]), min_size=1, max_size=6).map("".join),
    st.text("aAbB\xe9'\"`\\ %_.-\0\u4e2d", min_size=1, max_size=70),
    st.from_regex(r"[a-z0-9][a-z0-9._-]{0,40}", fullmatch=True),
)


@cache
def hostile() -> tuple[str, ...]:
    """The curated ones, then the random ones, each once."""
    return tuple(dict.fromkeys([*curated(), *some()]))


@cache
def some() -> list[str]:
    """$HOSTILE_NAMES random ones, 2,000 if it does not say. Takes seconds, the first time."""
    return list(random(int(os.environ.get("HOSTILE_NAMES", "2000"))))


def random(count: int) -> Iterator[str]:
    """So many different random names, the same ones every time."""
    known: dict[str, None] = {}
    for turn in count_up():
        yield from islice(_fresh(SEED + turn, known), count - len(known))
        if len(known) >= count:
            return


def _fresh(number: int, known: dict[str, None]) -> Iterator[str]:
    """The names of one seed that are not known yet; a list at a time, because an example costs more than a name."""
    drawn: list[list[str]] = []

    def note(names: list[str]) -> None:
        drawn.append(names)

    few = settings(max_examples=50, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    seed(number)(few(given(st.lists(_HOSTILE, min_size=20, max_size=20))(note)))()
    for name in chain.from_iterable(drawn):
        if name not in known:
            known[name] = None
            yield name
