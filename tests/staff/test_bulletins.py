"""Posters and texts for the owners' group: general, short, said on their day, and checked like all else."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from chalicelib.core.fault import Fault
from staff import bulletins, bundle, noticeboard, rulefiles

SITE = Path(__file__).parents[2] / "site"
READ = rulefiles.read(SITE)
RULES, WORDS = READ.rulebook, READ.files["words.yml"]
NOTICES = noticeboard.read(SITE, ("zh", "en")).notices
TEXTS = bulletins.group_texts(SITE, ("zh", "en")).sheets


def said(on: str) -> list[tuple[str, str]]:
    found = bulletins.said_on(date.fromisoformat(on), TEXTS, NOTICES, RULES, WORDS)
    return [(one.id, one.language) for one in found]


@pytest.mark.parametrize(
    ("on", "id"), [("2026-12-01", "bills-out"), ("2026-12-28", "due-soon"), ("2026-11-20", "water-tank-cleaning")]
)
def test_the_group_is_told_on_the_day_in_both_languages(on: str, id: str) -> None:
    assert said(on) == [(id, "zh"), (id, "en")]


def test_on_any_other_day_there_is_nothing_to_say() -> None:
    assert said("2026-11-26") == []


def test_a_text_waits_until_a_holiday_is_over() -> None:
    """53 days before 31 March 2027 is 6 February, in the festival; it and two quiet days last until the 10th."""
    festival = bulletins.group_texts(SITE, ("zh",)).sheets
    early = [sheet._replace(front=bulletins.GroupText(days=(-53,))) for sheet in festival if sheet.front.days]
    days = [day for day in range(1, 15) if bulletins.said_on(date(2027, 2, day), early, [], RULES, WORDS)]
    assert days == [11]


def test_a_text_names_the_bill_and_whom_to_call_and_nobody() -> None:
    (zh, en) = bulletins.said_on(date(2026, 12, 1), TEXTS, NOTICES, RULES, WORDS)
    phone = RULES.community.service_centre.phone
    assert "2026年第四季度" in zh.text and "2026年12月31日" in zh.text and phone in zh.text
    assert "31 December 2026" in en.text and f"{RULES.community.site_url}/en/pay/" in en.text


def test_what_is_shipped_has_no_fault() -> None:
    assert bulletins.faults(SITE, RULES, WORDS) == []


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def told(site: Path) -> list[tuple[str, str, str]]:
    faults: list[Fault] = bulletins.faults(site, RULES, WORDS)
    return [(fault.file, fault.field, fault.problem) for fault in faults]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "field", "problem"),
    [
        ("posters/zh/pay.md", "page: pay/", "page: paying/", "page", "unknown-name"),
        ("posters/zh/pay.md", "来前台也一样", "来前台也一样，您什么时候方便什么时候来", "", "too-long"),
        ("posters/zh/pay.md", "来前台", "{{ owner }}", "", "template-error"),
        ("posters/zh/pay.md", "caption:", "capture:", "capture", "unknown-key"),
        ("wechat/en/due-soon.md", "days: [-3]", "days: [3]", "days[0]", "out-of-range"),
        ("wechat/en/due-soon.md", "{{ due }}", "{{ name }}", "", "template-error"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_field(
    site: Path, file: str, old: str, new: str, field: str, problem: str
) -> None:
    edit(site / file, old, new)
    assert (file, field, problem) in told(site)


def test_both_are_read_as_public_texts(site: Path) -> None:
    edit(site / "posters/zh/help.md", "请告诉我们", "否则停水停电")
    edit(site / "wechat/zh/due-soon.md", "各位业主好", "3幢1201欠费")
    found = {(fault.file, fault.problem) for fault in bundle.compiled(site).faults}
    assert found == {
        ("posters/zh/help.md", "compliance-forbidden"),
        ("wechat/zh/due-soon.md", "compliance-forbidden"),
    }


@pytest.mark.parametrize("folder", ["posters", "wechat"])
def test_a_text_in_one_language_only_is_missing_in_the_other(site: Path, folder: str) -> None:
    path = next((site / folder / "en").glob("*.md"))
    path.unlink()
    assert told(site) == [(path.relative_to(site).as_posix(), "", "page-missing")]
