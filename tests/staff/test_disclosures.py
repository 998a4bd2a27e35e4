"""The page of the yearly disclosure: the rates of its year, balances, and no small count."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from chalicelib.core.rulebook import Language
from staff import noticeboard, pagefiles, rulefiles
from staff.disclosures import opened

SITE = Path(__file__).parents[2] / "site"
READ = rulefiles.read(SITE)
FEES, SHIPPED = READ.rulebook.fees, READ.files["disclosure.yml"]
BOARD = noticeboard.read(SITE, ("zh", "en"))


def shown(language: Language) -> str:
    source = (SITE / "pages" / language / "disclosure.md").read_text(encoding="utf-8")
    return pagefiles.pages_of(SITE, READ, language, date(2026, 11, 26), BOARD).render(source)


def rates(year: int) -> dict[str, list[str]]:
    found = opened(replace(SHIPPED, year=year), FEES).rates
    return {schedule.id: [str(rate.yuan) for rate in of] for schedule, of in found}


@pytest.mark.parametrize(("year", "yuan"), [(2024, ["2.20"]), (2025, ["2.40"])])
def test_a_year_shows_the_rates_of_that_year(year: int, yuan: list[str]) -> None:
    assert rates(year)["residential"] == yuan


def test_before_the_first_rate_there_is_none() -> None:
    assert rates(2021)["residential"] == []


def test_all_that_came_in_and_went_out_makes_the_balance() -> None:
    fund = opened(SHIPPED, FEES)
    assert (fund.fund_left, fund.income_earned, fund.income_left) == (6_626_480_91, 316_412_00, 169_952_20)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_tower_where_two_homes_are_unpaid_shows_no_figure_and_neither_does_what_it_could_be_told_from(
    language: Language,
) -> None:
    page = shown(language)
    rows = {
        group.name.of(language): page.split(f">{group.name.of(language)}</th>")[1] for group in SHIPPED.collected.groups
    }
    cells = {name: row.split("</tr>")[0] for name, row in rows.items()}
    hidden = [name for name, row in cells.items() if not any(char.isdigit() for char in row)]
    assert hidden == [group.name.of(language) for group in SHIPPED.collected.groups[-2:]]
    assert "92.1%" in page
