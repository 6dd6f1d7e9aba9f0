"""The pages lead to each other: every link to a file or a heading of the project finds it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from signon.domain.profile.schema import checked

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    ROOT / "events/README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to a page's headings."""
    titles = re.findall(r"^#+ (.+)$", without_code(page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


@each_page
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)", without_code(page.read_text()))
    for file, anchor in links:
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), f"{file}#{anchor}"


FOLDERS = ("docs", "functions", "layers", "lint", "localcloud", "setup", "tests")
SOURCES = [str(path.relative_to(ROOT)) for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize(
    "page", [ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))], ids=lambda p: p.name
)
def test_every_module_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`([\w./-]+\.py)`", page.read_text()))
    assert {file for file in named if not any(f"/{source}".endswith(f"/{file}") for source in SOURCES)} == set()


LAYER = ROOT / "layers/signon/python/signon"
(WHERE,) = re.findall(
    r"^## Where a change goes$(.*?)^## ", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE | re.DOTALL
)
CHANGES = re.findall(r"^\| (?!I want)(.+?) \| (.+) \|$", WHERE, re.MULTILINE)


def files_in(text: str) -> list[str]:
    """The paths in backticks: a folder ends in a slash."""
    return re.findall(r"`([\w./-]+(?:/|\.(?:py|yaml|json|md)))`", text)


@pytest.mark.parametrize("path", sorted(set(files_in(WHERE))))
def test_every_path_that_a_change_is_sent_to_is_there(path: str) -> None:
    assert any((root / path).is_dir() if path.endswith("/") else (root / path).is_file() for root in (ROOT, LAYER))


@pytest.mark.parametrize(("change", "where"), CHANGES)
def test_a_change_is_sent_to_one_or_two_files_that_contain_the_name(change: str, where: str) -> None:
    assert change
    files = files_in(where)
    assert 1 <= len(files) <= 2
    texts = [(root / file).read_text() for file in files for root in (ROOT, LAYER) if (root / file).is_file()]
    for name in re.findall(r"`([A-Z_]+)`", where):
        assert any(re.search(rf"\b{name}\b", text) for text in texts), name


def test_the_table_of_changes_is_short() -> None:
    assert 20 < len(CHANGES) <= 28


@each_page
def test_no_page_speaks_of_a_machine_of_its_authors(page: Path) -> None:
    assert not re.search(rf"{re.escape(str(ROOT))}|/home/|/root/", page.read_text())


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_the_readme_lists_every_page(page: Path) -> None:
    assert f"(docs/{page.name})" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda page: page.name)
def test_the_decisions_are_listed_with_their_titles_and_dates(page: Path) -> None:
    heading = re.match(r"# (\d+)\. (.+)\n\n(\d{4}-\d\d-\d\d)\n", page.read_text())
    assert heading
    number, title, date = heading.groups()
    assert page.name.startswith(f"{int(number):04d}-")
    by = re.findall(r"^Superseded by (\[\d+\]\([^)]+\))", page.read_text(), re.MULTILINE)
    superseded = f" superseded in part by {', '.join(by)}" if by else ""
    index = (page.parent / "README.md").read_text()
    assert index.count(f"| {number} | [{title}]({page.name}) | {date} |{superseded} |\n") == 1
    assert index.count(f"| [{title}](") == 1


@pytest.mark.parametrize("page", sorted((ROOT / "docs/decisions").glob("0*.md")), ids=lambda page: page.name)
def test_a_decision_that_is_superseded_and_the_one_that_supersedes_it_name_each_other(page: Path) -> None:
    begin = page.read_text().split("**Decision.**")[0]
    for number, file in re.findall(r"\[(\d+)\]\(([^)]+)\)", begin):
        assert file.startswith(f"{int(number):04d}-")
    for word, answer in (("Superseded by", "Supersedes"), ("Supersedes", "Superseded by")):
        for line in re.findall(rf"^{word} .+$", begin, re.MULTILINE):
            for file in re.findall(r"\(([^)]+\.md)\)", line):
                other = (page.parent / file).read_text().split("**Decision.**")[0]
                assert re.search(rf"^{answer} .*\({re.escape(page.name)}\)", other, re.MULTILINE), file


def test_the_readmes_profile_is_a_valid_one() -> None:
    (profile,) = re.findall(r"```yaml\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert checked("payments", profile.encode()).logins[0].user == "alice"
