from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.money import Fen, yuan
from staff import figures
from staff.cells import Cell, Problem

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
WIDE = str.maketrans("0123456789.,-/", "０１２３４５６７８９．，－／")
OCTOBER = date(2026, 10, 1)


def code(value):
    assert isinstance(value, Problem), value
    return value.code


@given(day=DAYS, is_wide=st.booleans())
@pytest.mark.parametrize(
    "form",
    [
        "{:%Y-%m-%d}",
        "{:%Y/%m/%d}",
        "{:%Y.%m.%d}",
        "{:%Y%m%d}",
        "{0.year}年{0.month}月{0.day}日",
        "{0.year}-{0.month}-{0.day}",
    ],
)
def test_a_day_is_read_as_it_was_written(form, day, is_wide):
    written = form.format(day)
    assert figures.day(Cell(written.translate(WIDE) if is_wide else written)) == day


@pytest.mark.parametrize(
    "written",
    [
        "2026-10-01",
        "2026/10/1",
        "2026.10.1",
        "20261001",
        "2026年10月1日",
        "２０２６年１０月１日",
        "2026 年 10 月 1 日",
        "2026-10-01 14:23:05",
        "2026-10-01T14:23:05.120",
        "2026/10/1 9:05",
        "20261001 14:23:05",
    ],
)
def test_the_ways_staff_and_banks_write_a_day(written):
    assert figures.day(Cell(written)) == OCTOBER


def test_a_date_cell_is_its_day():
    assert figures.day(Cell("2026-10-01", "date", OCTOBER)) == OCTOBER


@pytest.mark.parametrize(
    "written", ["4629", "10/1/2026", "26-10-01", "2026-02-30", "2026-10", "2026-10/01", "01.10.2026", "today", "#####"]
)
def test_a_day_that_could_be_another_is_not_guessed(written):
    assert code(figures.day(Cell(written))) == "not-a-date"


def test_a_serial_number_of_excel_that_is_no_date_cell_is_not_a_day():
    for cell in (Cell("46143", "number"), Cell("44317"), Cell("46143.5", "number")):
        assert code(figures.day(cell)) == "excel-serial"


@given(amount=st.integers(1, 10**11), is_wide=st.booleans(), sign=st.sampled_from(["", "¥", "￥", "¥ ", "RMB"]))
def test_an_amount_is_read_as_it_was_written(amount, is_wide, sign):
    written = sign + yuan(Fen(amount))
    assert figures.amount(Cell(written.translate(WIDE) if is_wide else written)) == amount


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1,234.50", 123450),
        ("￥1234.50", 123450),
        ("¥1,234.5", 123450),
        ("1234.5元", 123450),
        ("１２３４．５０ 元", 123450),
        ("+1234.50", 123450),
        ("人民币 1234.50", 123450),
        ("0.01", 1),
        ("12.3000", 1230),
        ("7", 700),
    ],
)
def test_the_ways_staff_and_banks_write_an_amount(written, amount):
    assert figures.amount(Cell(written)) == amount


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("0", "not-positive"),
        ("0.00", "not-positive"),
        ("-5.00", "not-positive"),
        ("12.345", "part-of-a-fen"),
        ("1.234,50", "not-an-amount"),
        ("12,34", "not-an-amount"),
        ("1234567890123", "not-an-amount"),
        ("5万", "not-an-amount"),
        ("twelve", "not-an-amount"),
        ("1 2 . 3 . 4", "not-an-amount"),
        ("(12.00)", "not-an-amount"),
    ],
)
def test_what_is_no_amount_is_told(written, problem):
    assert code(figures.amount(Cell(written))) == problem


@pytest.mark.parametrize(
    ("written", "area"), [("89.50", "89.50"), ("89.5㎡", "89.5"), ("89.5 m²", "89.5"), ("1,200平方米", "1200")]
)
def test_an_area_may_name_its_unit(written, area):
    assert figures.area(Cell(written)) == Decimal(area)


@pytest.mark.parametrize(
    ("written", "problem"), [("0", "not-positive"), ("-1", "not-positive"), ("big", "not-an-area")]
)
def test_what_is_no_area_is_told(written, problem):
    assert code(figures.area(Cell(written))) == problem


@pytest.mark.parametrize(
    ("written", "period"),
    [
        ("2026-Q1", "2026-Q1"),
        ("2026Q1", "2026-Q1"),
        ("2026 q1", "2026-Q1"),
        ("2026年第1季度", "2026-Q1"),
        ("2026年第一季度", "2026-Q1"),
        ("2026年四季度", "2026-Q4"),
        ("2026-03", "2026-03"),
        ("2026/3", "2026-03"),
        ("202603", "2026-03"),
        ("2026年3月", "2026-03"),
        ("2026年3月份", "2026-03"),
        ("2026", "2026"),
        ("2026年度", "2026"),
        ("2026.03", "2026-03"),
    ],
)
def test_a_period_is_written_one_way(written, period):
    assert figures.period(Cell(written)) == period


@pytest.mark.parametrize("written", ["2026.1", "2019-2024", "历史欠费", "2026-13", "202600", "2026年第5季度"])
def test_a_period_of_another_kind_stays_as_it_is(written):
    assert figures.period(Cell(written)) == written


def test_a_period_that_excel_turned_into_a_date_is_told():
    assert code(figures.period(Cell("Mar-26"))) == "excel-date"
