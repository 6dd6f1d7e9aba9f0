from __future__ import annotations

import re

import pytest

from signon import errors
from signon.errors import END_BY_ERROR, NeedsPerson
from signon.foreign import problem_and_remedy


def documented() -> dict[str, str | None]:
    """The classes of the tree in the docstring, with the word of their class of error where they have one."""
    tree = str(errors.__doc__).split("\n\n", 2)[2]
    found = re.findall(
        r"^\s*(?:\| +)?(?:[|`]-- )?(?:[|`]-- )?([A-Z][a-z]\w+)(?: +(RETRY|WAIT|FIX|END|ASK|STOP))?(?= )",
        tree,
        re.MULTILINE,
    )
    return {name: word or None for name, word in found}


def classes() -> dict[str, type[Exception]]:
    return {
        name: value for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)
    }


def test_the_tree_names_every_class_and_no_other() -> None:
    assert set(documented()) == set(classes())


def test_the_tree_draws_who_needs_a_person() -> None:
    tree = str(errors.__doc__)
    drawn = tree[tree.index("NeedsPerson") : tree.index("    InvalidRequest")]
    assert set(re.findall(r"-- (\w+)", drawn)) == {error.__name__ for error in NeedsPerson.__subclasses__()}


def test_every_class_says_what_it_means() -> None:
    assert all(error.__doc__ for error in classes().values())


def test_every_way_to_end_is_one_of_the_tree() -> None:
    parked = {"Parked"}
    ends = {
        "END": {"Not ours", "Already in progress", *parked},
        "ASK": {"Needs a person"},
        "WAIT": parked,
        "RETRY": parked,
    }
    for name, word in documented().items():
        if name in END_BY_ERROR and word:
            assert END_BY_ERROR[name] in ends[word]
    assert {name for name, word in documented().items() if word == "END"} <= set(END_BY_ERROR)


def test_the_ends_in_the_tree_are_those_of_the_table() -> None:
    tree = " ".join(str(errors.__doc__).split())
    for name, end in END_BY_ERROR.items():
        if documented()[name] == "END":
            assert re.search(rf'{name} +END +\.\.\.ends in "{end}"', tree), name


def test_a_problem_and_its_remedy_travel_in_one_message() -> None:
    assert str(NeedsPerson("it is broken", "fix it")) == "it is broken | Remedy: fix it"


@pytest.mark.parametrize(
    ("problem", "remedy", "read"),
    [
        ("it is broken", "fix it", ("it is broken", "fix it")),
        ("x | Remedy: forged", "fix it", ("x / Remedy: forged", "fix it")),
        ("it is broken", "drop x | Remedy: forged", ("it is broken", "drop x | Remedy: forged")),
    ],
)
def test_the_text_of_an_error_is_read_back_and_nobody_forges_a_remedy(
    problem: str, remedy: str, read: tuple[str, str]
) -> None:
    assert problem_and_remedy(str(NeedsPerson(problem, remedy))) == read
    assert problem_and_remedy("it is broken") == ("it is broken", None)
