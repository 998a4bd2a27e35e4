"""Pages show the rules as of a day: what is in force, what is announced, what is over."""

import shutil
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from msgspec.structs import replace

from chalicelib.core.rulebook import Language, SmsProfile
from chalicelib.core.voice import percent
from staff import bundle, noticeboard, pagefiles, rulefiles
from staff.examples import bill
from staff.pages import Pages
from staff.succession import standing

SITE = Path(__file__).parents[2] / "site"
READ = rulefiles.read(SITE)
FEES = {schedule.id: schedule for schedule in READ.rulebook.fees.schedules}
BOARD = noticeboard.read(SITE, READ.rulebook.community.languages)
RESIDENTIAL = FEES["residential"]
BEFORE, AFTER = date(2024, 12, 31), date(2025, 1, 1)


def pages(today: date, language: Language = "zh") -> Pages:
    return pagefiles.pages_of(SITE, READ, language, today, BOARD)


@pytest.mark.parametrize(("today", "yuan"), [(BEFORE, "2.20"), (AFTER, "2.40")])
def test_a_rate_is_in_force_from_its_first_day(today: date, yuan: str) -> None:
    current = standing(RESIDENTIAL.rates, today).current

    assert current is not None and str(current.yuan) == yuan


def test_an_announced_rate_stands_beside_the_one_in_force() -> None:
    shown = pages(BEFORE).fee_table("residential")

    assert "即将执行" in shown
    assert shown.index("2.20") < shown.index("2.40")
    assert "以前的标准" not in shown


def test_a_rate_that_is_over_is_folded() -> None:
    shown = pages(AFTER).fee_table("residential")

    assert "即将执行" not in shown
    assert shown.index("2.40") < shown.index("<details>") < shown.index("2.20")


def test_before_its_first_rate_a_fee_is_only_announced() -> None:
    first = RESIDENTIAL.rates[0].from_ - timedelta(days=1)

    assert standing(RESIDENTIAL.rates, first).current is None
    assert "即将执行" in pages(first).fee_table("residential")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("today", [date(2021, 12, 31), BEFORE, AFTER, date(2026, 11, 23), date(2027, 2, 14)])
def test_every_page_can_be_shown_on_any_day(today: date, language: Language) -> None:
    for path in sorted((SITE / "pages" / language).glob("*.md")):
        assert pages(today, language).render(path.read_text(encoding="utf-8"))


def test_the_line_under_the_title_names_the_newest_rule_in_force_and_the_next() -> None:
    assert "2022年1月1日" in pages(BEFORE).in_force("fees")
    assert "2025年1月1日" in pages(BEFORE).in_force("fees")
    assert "2022年1月1日" not in pages(AFTER).in_force("fees")


def test_an_example_uses_the_rate_of_its_own_quarter() -> None:
    assert [bill(RESIDENTIAL, quarter).amount for quarter in ("2024-Q4", "2025-Q1")] == [59070, 64440]


def test_the_example_of_a_late_fee_is_what_a_bill_would_carry() -> None:
    shown = pages(date(2026, 11, 23), "en").late_fee_example("residential", paid=300, paid_after=45, seen_after=92)

    # 644.40 × 0.00010684 × 14 days, then 344.40 × 0.00010684 × 48 days
    assert [amount in shown for amount in ("¥0.96", "¥1.77", "¥2.73")] == [True] * 3


def test_the_parts_of_the_budget_add_up_to_the_bill() -> None:
    shown = pages(AFTER, "en").budget_bars("residential")

    assert shown.count("¥644.40") == 2


@pytest.mark.parametrize(
    ("today", "heading"),
    [
        (date(2026, 11, 23), "Coming: Early payment reward 2027"),
        (date(2027, 3, 1), "On now: Early payment reward 2027"),
        (date(2028, 1, 1), "There is no reward at present"),
        (date(2027, 3, 1), "On now: On-time reward 2027"),
        (date(2026, 11, 23), "Coming: Whole year reward 2027"),
    ],
)
def test_a_reward_is_shown_as_coming_on_or_over(today: date, heading: str) -> None:
    assert heading in pages(today, "en").reward_list("paying-in-time", "residential")


def test_what_staff_write_cannot_become_markup() -> None:
    assert "&lt;b&gt;" in pages(AFTER).render("{{ '<b>' }}")


def test_a_name_nobody_defined_is_refused() -> None:
    with pytest.raises(UndefinedError):
        pages(AFTER).render("{{ service_centre.fax }}")


@pytest.mark.parametrize(("share", "said"), [("0.0003", "0.03%"), ("0.2", "20%"), ("0.00010684", "0.010684%")])
def test_a_share_is_said_in_percent(share: str, said: str) -> None:
    assert percent(Decimal(share)) == said


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SITE, tmp_path / "site"))


def places(site: Path) -> list[tuple[str, str, int]]:
    found = pagefiles.faults(site, READ, AFTER)
    return [(fault.file, fault.problem, fault.line) for fault in found]


def test_the_pages_that_are_shipped_have_no_fault(site: Path) -> None:
    assert places(site) == []


@pytest.mark.parametrize(
    "wrong", ["{{ nope }}", "{{ nope", "{% if %}", "{{ fee_table('nope') }}", "{{ fee_table() }}", "{{ 1 | nope }}"]
)
def test_a_page_that_cannot_be_filled_in_is_named_with_its_line(site: Path, wrong: str) -> None:
    page = site / "pages/en/faq.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text + wrong + "\n", encoding="utf-8")

    assert places(site) == [("pages/en/faq.md", "template-error", text.count("\n") + 1)]


def test_a_page_whose_head_is_not_valid_yaml_is_named_with_its_line(site: Path) -> None:
    (site / "pages/en/faq.md").write_text("---\ntitle: Questions\ndescription: one: two\n---\n\n# Questions\n", "utf-8")

    assert places(site) == [("pages/en/faq.md", "yaml", 3)]


def test_a_part_that_cannot_be_filled_in_is_named_itself_and_once(site: Path) -> None:
    part = site / "theme/parts/zh/fee_table.md.j2"
    part.write_text("\n{{ nope }}\n", encoding="utf-8")

    assert places(site) == [("theme/parts/zh/fee_table.md.j2", "template-error", 2)]


def test_a_page_in_one_language_only_is_missing_in_the_other(site: Path) -> None:
    (site / "pages/en/contact.md").unlink()

    assert places(site) == [("pages/en/contact.md", "page-missing", 1)]


def test_a_page_that_is_not_utf_8_is_named(site: Path) -> None:
    (site / "pages/zh/contact.md").write_bytes("# 联系".encode("gbk"))

    assert places(site) == [("pages/zh/contact.md", "not-utf-8", 1)]


def test_checking_the_whole_site_lists_pages_too(site: Path) -> None:
    (site / "pages/en/faq.md").write_text("# Questions\n\n{{ nope }}\n", encoding="utf-8")
    (site / "pages/zh/contact.md").unlink()

    made = bundle.compiled(site)

    found = [(fault.file, fault.problem, made.files.line(fault)) for fault in made.faults]
    assert found == [("pages/zh/contact.md", "page-missing", 1), ("pages/en/faq.md", "template-error", 3)]
    assert made.bundle is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_order_of_allocation_is_published_from_the_rules(language: Language) -> None:
    shown = pages(AFTER, language).render((SITE / "pages" / language / "pay.md").read_text(encoding="utf-8"))
    kinds = [READ.rulebook.fees.kinds[kind].name.of(language) for kind in READ.rulebook.collection.allocation]

    assert [f"{number}. {kind}" in shown for number, kind in enumerate(kinds, 1)] == [True] * len(kinds)


@pytest.mark.parametrize(
    ("profile", "may_carry_links"), [(SmsProfile.MAINLAND_CHINA, False), (SmsProfile.INTERNATIONAL, True)]
)
def test_owners_are_told_that_text_messages_never_carry_links_where_they_may_not(
    profile: SmsProfile, may_carry_links: bool
) -> None:
    community = READ.rulebook.community
    rulebook = replace(READ.rulebook, community=replace(community, sms=replace(community.sms, profile=profile)))
    source = (SITE / "pages/en/faq.md").read_text(encoding="utf-8")

    made = pages(AFTER, "en")
    made = Pages(rulebook, made.words, "en", AFTER, made.parts, disclosure=made.disclosure)
    shown = made.render(source)

    assert ("a text message never carries a link" in shown) is not may_carry_links
