"""Notices are dated, of a kind, and the same in both languages; what is wrong with one is told by line and field."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from chalicelib.core.fault import Fault
from staff import bundle, noticeboard, rulefiles
from staff.noticeboard import by_year

SITE = Path(__file__).parents[2] / "site"
SHIPPED = noticeboard.read(SITE, ("zh", "en"))
HEAD = {"title": "Lifts", "kind": "works", "summary": "One at a time.", "published_on": "2026-01-05"} | {
    "starts_on": "2026-02-01",
    "ends_on": "2026-02-03",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for language in ("zh", "en"):
        (tmp_path / "notices" / language).mkdir(parents=True)
        write(tmp_path, language)
    return tmp_path


def write(site: Path, language: str = "en", name: str = "lifts", **changes: str | None) -> None:
    head = {key: value for key, value in (HEAD | changes).items() if value is not None}
    lines = ["---", *(f"{key}: {value}" for key, value in head.items()), "---", "", "Text.", ""]
    (site / "notices" / language / f"{name}.md").write_text("\n".join(lines), encoding="utf-8")


def told(site: Path) -> list[tuple[str, int, str, str]]:
    faults: list[Fault] = list(noticeboard.read(site, ("zh", "en")).faults)
    return [(fault.file, fault.line, fault.field, fault.problem) for fault in faults]


def test_what_is_shipped_has_no_fault_and_is_the_same_set_in_both_languages() -> None:
    zh, en = ([one.id for one in SHIPPED.shown(language, date.max)] for language in ("zh", "en"))
    assert SHIPPED.faults == [] and len(zh) >= 4 and zh == en


def test_every_kind_has_a_notice_and_a_name_in_words() -> None:
    labels = rulefiles.read(SITE).files["words.yml"].labels
    assert {one.front.kind for one in SHIPPED.notices} == set(noticeboard.Kind)
    assert all(f"notice-{kind}" in labels for kind in noticeboard.Kind)


def test_the_newest_comes_first() -> None:
    days = [one.front.published_on for one in SHIPPED.shown("zh", date.max)]
    assert days == sorted(days, reverse=True)


def test_a_notice_is_up_from_its_day_on(site: Path) -> None:
    board = noticeboard.read(site, ("zh", "en"))
    assert [len(board.shown("en", day)) for day in (date(2026, 1, 4), date(2026, 1, 5))] == [0, 1]


def test_notices_stand_under_the_year_they_were_published_in() -> None:
    years = by_year(SHIPPED.shown("en", date(2026, 11, 26)))
    assert list(years) == [2026, 2025]
    assert sum(map(len, years.values())) == len(SHIPPED.shown("en", date(2026, 11, 26)))


@pytest.mark.parametrize(
    ("changes", "line", "field", "problem"),
    [
        ({"kind": "gossip"}, 3, "kind", "not-one-of"),
        ({"published_on": "soon"}, 5, "published_on", "wrong-form"),
        ({"title": None}, 2, "title", "missing-key"),
        ({"colour": "red"}, 8, "colour", "unknown-key"),
        ({"starts_on": None}, 1, "starts_on", "missing-key"),
        ({"ends_on": "2026-01-31"}, 7, "ends_on", "ends-before-start"),
        ({"changed_on": "2026-01-04"}, 8, "changed_on", "out-of-range"),
    ],
)
def test_a_head_that_is_wrong_is_told_by_line_and_field(
    site: Path, changes: dict[str, str | None], line: int, field: str, problem: str
) -> None:
    for language in ("zh", "en"):
        write(site, language, **changes)
    assert told(site) == [(f"notices/{language}/lifts.md", line, field, problem) for language in ("zh", "en")]


def test_what_would_be_right_is_told(site: Path) -> None:
    write(site, kind="gossip")
    assert noticeboard.read(site, ("zh", "en")).faults[0].allowed == "fees, holiday, results, works"


@pytest.mark.parametrize(
    ("content", "problem"),
    [(b"# Lifts\n", "head-missing"), (b"\xff\xfe", "not-utf-8"), (b"---\na: b: c\n---\n", "yaml")],
)
def test_a_file_that_is_no_notice_is_told(site: Path, content: bytes, problem: str) -> None:
    (site / "notices/en/lifts.md").write_bytes(content)
    assert problem in {found for *_, found in told(site)}


def test_a_notice_in_one_language_only_is_missing_in_the_other(site: Path) -> None:
    (site / "notices/zh/lifts.md").unlink()
    assert told(site) == [("notices/zh/lifts.md", 1, "", "page-missing")]


def test_the_languages_agree_on_the_day(site: Path) -> None:
    write(site, "en", ends_on="2026-02-04")
    assert told(site) == [("notices/en/lifts.md", 7, "ends_on", "languages-differ")]


def test_a_name_that_is_no_address_is_told(site: Path) -> None:
    for language in ("zh", "en"):
        write(site, language, name="Lift works")
    assert {problem for *_, problem in told(site)} == {"file-name"}


def test_checking_the_site_reads_notices_fills_them_in_and_reads_them_as_public(tmp_path: Path) -> None:
    site = Path(shutil.copytree(SITE, tmp_path / "site"))
    path = site / "notices/en/online-bills.md"
    text = path.read_text(encoding="utf-8").replace("kind: fees", "kind: gossip")
    path.write_text(text, encoding="utf-8")
    (site / "notices/en/rewards-2027.md").write_text(
        (SITE / "notices/en/rewards-2027.md").read_text(encoding="utf-8") + "{{ nope }}\nFlat 1201 owes 300 yuan.\n",
        encoding="utf-8",
    )
    made = bundle.compiled(site)
    found = {(fault.file, fault.field, fault.problem, made.files.line(fault)) for fault in made.faults}
    last = len((site / "notices/en/rewards-2027.md").read_text(encoding="utf-8").splitlines())
    assert found == {
        ("notices/en/online-bills.md", "kind", "not-one-of", 3),
        ("notices/en/rewards-2027.md", "", "template-error", last - 1),
        ("notices/en/rewards-2027.md", "", "compliance-forbidden", last),
    }
