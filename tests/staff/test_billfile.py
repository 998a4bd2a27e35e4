from datetime import date

import pytest

from chalicelib.core.account import Bill, Charge
from chalicelib.core.money import Fen
from tests.staff.desk import BILLS, Desk, counts, problems

HEADER = "unit,bill,kind,period,due_on,amount\n"


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path).furnished()


def bills(desk, owner):
    return {bill.key: bill for bill in desk.account(owner).bills}


def test_a_bill_is_charged_to_who_holds_the_unit_when_it_falls_due(desk):
    report = desk.load("bills", BILLS)

    assert counts(report) == (4, 4, 0, True)
    assert report.owners == ["o-0412", "o-0500", "o-0413"]
    assert list(bills(desk, "o-0412")) == ["2026-Q1/3-2-1201/property"]
    assert list(bills(desk, "o-0500")) == ["2026-Q2/3-2-1201/property"]
    assert bills(desk, "o-0412")["2026-Q1/3-2-1201/property"].principal == 123456


def test_chinese_headers_and_names_do_as_well(desk):
    report = desk.load(
        "bills",
        "房号,账单号,收费项目,账期,到期日,应缴金额（元）\n3-2-1202,甲1,物业服务费,2026年第二季度,2026年6月30日,￥864.00\n",
    )

    [bill] = bills(desk, "o-0413").values()
    assert counts(report) == (1, 1, 0, True)
    assert (bill.id, bill.kind, bill.period, bill.due_on) == ("甲1", "property", "2026-Q2", date(2026, 6, 30))


def test_the_words_of_other_ledgers_do_as_well(desk):
    report = desk.load("bills", "房号,账单号,类型,账期,到期日,金额\n3-2-1202,1,物业费,2026-Q2,2026-06-30,864.00\n")

    assert counts(report) == (1, 1, 0, True)
    assert [bill.kind for bill in bills(desk, "o-0413").values()] == ["property"]


@pytest.mark.parametrize(
    ("period", "issued_on"),
    [
        ("2026-Q2", date(2026, 4, 1)),
        ("2026年3月", date(2026, 3, 1)),
        ("2026-Q3", date(2026, 3, 30)),
        ("arrears", date(2026, 3, 30)),
    ],
)
def test_a_bill_is_issued_when_its_period_starts_or_as_early_as_owners_see_it(desk, period, issued_on):
    desk.load("bills", HEADER + f"3-2-1202,b1,property,{period},2026-06-30,1\n")

    assert [bill.issued_on for bill in bills(desk, "o-0413").values()] == [issued_on]


def test_a_bill_may_say_when_it_was_issued(desk):
    desk.load("bills", HEADER.strip() + ",账单日期\n3-2-1202,b1,property,2026-Q2,2026-06-30,1,2026-05-20\n")

    assert [bill.issued_on for bill in bills(desk, "o-0413").values()] == [date(2026, 5, 20)]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("9-9,b,property,2026-Q1,2026-03-31,1", (2, "unit", "unknown-unit")),
        ("301,b,property,2026-Q1,2026-03-31,1", (2, "unit", "zeros-lost")),
        ("3月12日,b,property,2026-Q1,2026-03-31,1", (2, "unit", "excel-date")),
        ("P-101,,parking,2026-Q1,2026-03-31,1", (2, "bill", "empty")),
        ("P-101,b,castle,2026-Q1,2026-03-31,1", (2, "kind", "not-one-of")),
        ("P-101,b,parking,Mar-26,2026-03-31,1", (2, "period", "excel-date")),
        ("P-101,b,parking,2026-Q1,31.3.2026,1", (2, "due_on", "not-a-date")),
        ("P-101,b,parking,2026-Q1,2026-03-31,0", (2, "amount", "not-positive")),
        ("P-101,b,parking,2026-Q1,46143,1", (2, "due_on", "excel-serial")),
        ("0301,b,property,2026-Q1,1989-12-31,1", (2, "due_on", "out-of-range")),
        ("0301,b,property,2026-Q1,2062-03-31,1", (2, "due_on", "out-of-range")),
        ("0301,b,property,2026-Q1,2026-03-31,1", (2, "unit", "nobody-holds")),
        ("P-101,b,parking,2021-Q1,2021-12-31,1", (2, "unit", "nobody-holds")),
    ],
)
def test_what_is_wrong_in_a_row_is_told(desk, row, fault):
    assert problems(desk.load("bills", HEADER + row + "\n")) == [fault]


def test_a_bill_is_not_issued_after_it_is_due(desk):
    report = desk.load("bills", HEADER.strip() + ",issued_on\nP-101,b,parking,2026-Q1,2026-03-31,1,2026-04-01\n")

    assert problems(report) == [(2, "issued_on", "issued-after-due")]


def test_an_amount_whose_comma_parted_it_in_two_is_not_taken_for_its_first_half(desk):
    report = desk.load("bills", HEADER + "P-101,b,parking,2026-Q1,2026-03-31,1,234.56\n")

    assert problems(report) == [(2, "", "cells-beyond")]
    assert report.faults[0].value == "234.56"


def test_a_bill_stands_in_a_file_once(desk):
    row = "P-101,b,parking,2026-Q1,2026-03-31,1\n"
    report = desk.load("bills", HEADER + row + row + row.replace(",1\n", ",2\n"))

    assert problems(report) == [(3, "bill", "row-repeated"), (4, "bill", "row-conflict")]


@pytest.mark.parametrize(
    ("was", "now", "column", "known"),
    [
        ("1,234.56", "1,234.57", "amount", "1,234.56"),
        ("2026-03-31", "2026-03-30", "due_on", "2026-03-31"),
        ("property,2026-Q1", "property,2025-Q1", "period", "2026-Q1"),
    ],
)
def test_a_bill_on_record_is_not_rewritten_and_the_row_is_told_what_stands_there(desk, was, now, column, known):
    desk.load("bills", BILLS)
    report = desk.load("bills", BILLS.replace(was, now, 1))

    assert problems(report) == [(2, column, "record-conflict")]
    assert report.faults[0].values == {"known": known}


def test_another_day_of_issue_than_on_record_is_told_where_the_file_has_one(desk):
    desk.load("bills", BILLS)
    header, row = BILLS.splitlines()[:2]
    report = desk.load("bills", f"{header},账单日期\n{row},2026-01-02\n")

    assert [(*one, fault.values["known"]) for one, fault in zip(problems(report), report.faults, strict=True)] == [
        (2, "账单日期", "record-conflict", "2026-01-01")
    ]


def test_a_bill_on_record_does_not_move_to_another_holder(desk):
    desk.load("bills", BILLS)
    report = desk.load("bills", BILLS.replace("2026-03-31", "2026-06-30"))

    assert problems(report) == [(2, "due_on", "record-conflict")]


def test_a_bill_computed_here_is_the_same_when_it_comes_back_in_a_file(desk):
    charge = Charge(rule="parking-owned", amount=Fen(21000), from_=date(2026, 4, 1), to=date(2026, 6, 30))
    bill = Bill(
        id="2026-Q2",
        unit="P-101",
        kind="parking",
        period="2026-Q2",
        due_on=date(2026, 6, 30),
        issued_on=date(2026, 4, 7),
        principal=Fen(21000),
        charges=(charge,),
    )
    desk.records.add_facts("o-0413", [bill])

    assert counts(desk.load("bills", BILLS)) == (4, 3, 1, True)
    assert bills(desk, "o-0413")[bill.key] == bill
