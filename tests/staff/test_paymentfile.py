from datetime import UTC, date, datetime

import openpyxl
import pytest
from msgspec.structs import replace

from chalicelib.core.remittance import Remittance
from chalicelib.flows.payments import receive, unmatched
from tests.fakes import BeatenTable
from tests.staff.desk import BILLS, PAYMENTS, Desk, counts, problems, rulebook

HEADER = "unit,paid_on,amount,method,reference\n"


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path).furnished()
    desk.load("bills", BILLS)
    return desk


def payments(desk, owner):
    return {payment.id: payment for payment in desk.account(owner).payments}


def test_a_payment_counts_for_who_holds_the_unit_that_day(desk):
    report = desk.load("payments", PAYMENTS)

    assert counts(report) == (3, 3, 0, True)
    assert report.owners == ["o-0500", "o-0413"]
    assert {id: one.amount for id, one in payments(desk, "o-0500").items()} == {"bank#20260501000123#1": 50000}


def test_lines_of_one_reference_are_counted(desk):
    desk.load("payments", PAYMENTS)

    assert list(payments(desk, "o-0413")) == ["bank#20260602000456#1", "bank#20260602000456#2"]


def test_a_payment_that_names_a_bill_counts_for_who_has_it(desk):
    report = desk.load("payments", HEADER.strip() + ",bill\n3-2-1201,2026-05-01,500,bank,X1,2026-Q1\n")

    assert report.owners == ["o-0412"]
    assert payments(desk, "o-0412")["bank#X1#1"].bill == "2026-Q1"


def test_a_bill_that_no_holder_of_the_unit_has_is_told(desk):
    report = desk.load("payments", HEADER.strip() + ",bill\n3-2-1202,2026-05-01,500,bank,X1,2026-Q1\n")

    assert problems(report) == [(2, "bill", "unknown-bill")]


def test_a_payment_after_the_last_tenure_counts_for_the_last_holder(desk):
    desk.load(
        "owners", "unit,name,from,owner,until\n0301,Li,2020-01-01,o-7,2021-12-31\n0301,Wu,2022-01-01,o-8,2025-12-31\n"
    )
    report = desk.load("payments", HEADER + "0301,2026-02-01,9,cash,R-1\n")

    assert report.owners == ["o-8"]


def test_a_payment_before_anyone_held_the_unit_is_told(desk):
    report = desk.load("payments", HEADER + "3-2-1201,2021-04-30,9,cash,R-1\n0301,2026-02-01,9,cash,R-2\n")

    assert problems(report) == [(2, "unit", "nobody-holds"), (3, "unit", "nobody-holds")]


def test_money_that_arrived_later_counts_from_the_day_it_was_paid(desk):
    desk.load("payments", HEADER.strip() + ",到账日期\n3-2-1202,2026-06-01,9,bank,X1,2026-06-03\n")

    [payment] = payments(desk, "o-0413").values()
    assert (payment.paid_on, payment.received_on) == (date(2026, 6, 1), date(2026, 6, 3))


def test_the_ledger_reaches_to_the_last_money_received(desk):
    desk.load("payments", PAYMENTS, dry_run=True)
    assert desk.records.ledger_through() is None

    desk.load("payments", PAYMENTS)
    assert desk.records.ledger_through() == date(2026, 6, 2)


def test_the_words_of_a_bank_file_do_as_well(desk):
    header = "房号,交易时间,实收金额（元）,支付方式,交易单号\n"
    row = "3-2-1202,2026/6/2 09:15:00,¥864.00,微信支付,`4200001234567891234567891234\n"
    report = desk.load("payments", header + row)

    assert counts(report) == (1, 1, 0, True)
    assert list(payments(desk, "o-0413")) == ["wechat#4200001234567891234567891234#1"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("9-9,2026-05-01,1,bank,X", (2, "unit", "unknown-unit")),
        ("3-2-1201,soon,1,bank,X", (2, "paid_on", "not-a-date")),
        ("3-2-1201,2026-07-02,1,bank,X", (2, "paid_on", "in-the-future")),
        ("0301,2062-07-02,1,bank,X", (2, "paid_on", "in-the-future")),
        ("3-2-1201,1962-07-02,1,bank,X", (2, "paid_on", "out-of-range")),
        ("3-2-1201,2026-05-01,-1,bank,X", (2, "amount", "not-positive")),
        ("3-2-1201,2026-05-01,1.001,bank,X", (2, "amount", "part-of-a-fen")),
        ("3-2-1201,2026-05-01,1,shells,X", (2, "method", "not-one-of")),
        ("3-2-1201,2026-05-01,1,bank,", (2, "reference", "empty")),
        ("3-2-1201,2026-05-01,1,bank,4.2E+27", (2, "reference", "excel-exponent")),
    ],
)
def test_what_is_wrong_in_a_row_is_told(desk, row, fault):
    assert problems(desk.load("payments", HEADER + row + "\n")) == [fault]


def test_a_payment_today_is_not_in_the_future(desk):
    assert desk.load("payments", HEADER + "3-2-1201,2026-07-01,1,bank,X\n").faults == []


def test_money_is_not_received_before_it_is_paid(desk):
    report = desk.load("payments", HEADER.strip() + ",received_on\n3-2-1202,2026-06-01,9,bank,X1,2026-05-31\n")

    assert problems(report) == [(2, "received_on", "received-before-paid")]


def test_a_line_of_a_bank_s_list_is_not_paid_twice(desk):
    row = "3-2-1202,2026-06-01,9,bank,X1\n"
    report = desk.load("payments", HEADER + row + row)

    assert problems(report) == [(3, "reference", "row-repeated")]
    assert report.faults[0].values == {"row": "2"}


def test_a_reference_used_for_two_owners_is_told_on_the_second_row(desk):
    report = desk.load("payments", HEADER + "3-2-1202,2026-06-01,9,bank,X1\n3-2-1201,2026-06-01,9,bank,X1\n")

    assert problems(report) == [(3, "reference", "reference-of-two")]


def test_a_reference_on_record_for_another_owner_is_told(desk):
    desk.load("payments", HEADER + "3-2-1202,2026-06-01,9,bank,X1\n")
    report = desk.load("payments", HEADER + "3-2-1201,2026-06-01,9,bank,X1\n")

    assert problems(report) == [(2, "reference", "reference-taken")]


@pytest.mark.parametrize(
    ("row", "conflicts"),
    [
        ("3-2-1202,2026-06-01,8,bank,X1,", {"amount": "9.00"}),
        ("3-2-1202,2026-05-31,9,bank,X1,", {"paid_on": "2026-06-01", "received_on": "2026-06-01"}),
        ("P-101,2026-06-01,9,bank,X1,", {"unit": "3-2-1202"}),
        ("3-2-1202,2026-06-01,9,bank,X1,2026-Q2", {"bill": "—"}),
        ("P-101,2026-06-01,8,bank,X1,", {"amount": "9.00", "unit": "3-2-1202"}),
    ],
)
def test_a_reference_on_record_with_other_content_is_told_with_what_stands_there(desk, row, conflicts):
    header = HEADER.strip() + ",bill\n"
    desk.load("payments", header + "3-2-1202,2026-06-01,9,bank,X1,\n")
    report = desk.load("payments", header + row + "\n")

    assert {fault.column: fault.values["known"] for fault in report.faults} == conflicts
    assert {(fault.row, fault.problem) for fault in report.faults} == {(2, "record-conflict")}


def test_a_claim_a_kill_left_without_its_payment_is_held_to_its_content_too(desk):
    desk.load("payments", HEADER + "3-2-1202,2026-06-01,9,bank,X1\n")
    del desk.table.partitions["O#o-0413"]["PAY#2026-06-01#bank#X1#1"]

    assert problems(desk.load("payments", HEADER + "3-2-1202,2026-06-01,8,bank,X1\n")) == [
        (2, "amount", "record-conflict")
    ]
    assert counts(desk.load("payments", HEADER + "3-2-1202,2026-06-01,9,bank,X1\n")) == (1, 1, 0, True)
    assert payments(desk, "o-0413")["bank#X1#1"].amount == 900


# what a provider has told of already


class OnlineDesk(Desk):
    """A desk whose bank transfers are told of by a provider."""

    def load_file(self, kind, path, **options):
        return super().load_file(kind, path, rulebook=ONLINE, **options)

    def told(self, transaction, amount, reference):
        money = Remittance(transaction=transaction, amount=amount, currency="CNY", paid_at=PAID_AT, reference=reference)
        receive(self.records, ONLINE, METHOD, money, now=PAID_AT)


PAID_AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)
METHOD = replace(next(one for one in rulebook().payments.methods if one.id == "bank"), provider="gate")
ONLINE = replace(rulebook(), payments=replace(rulebook().payments, methods=(METHOD,)))
BANK = "unit,paid_on,amount,method,reference,received_on\n"


@pytest.fixture
def online(tmp_path):
    return OnlineDesk(tmp_path).furnished()


@pytest.mark.parametrize(
    "rows",
    [
        "3-2-1202,2026-06-01,10.74,bank,X1,2026-06-01\n",
        "3-2-1202,2026-06-02,10.74,bank,X1,2026-06-03\n",
        "P-101,2026-06-02,10.74,bank,X1,\n",
        "3-2-1202,2026-06-02,8.64,bank,X1,2026-06-03\nP-101,2026-06-02,2.10,bank,X1,2026-06-03\n",
    ],
)
def test_what_the_provider_told_of_is_the_same_in_the_banks_list_whatever_its_days_and_lines(online, rows):
    online.told("X1", 1074, "3-2-1202 2026Q2")
    before = payments(online, "o-0413")
    report = online.load("payments", BANK + rows)

    assert (report.faults, counts(report)) == ([], (rows.count("\n"), 0, rows.count("\n"), False))
    assert payments(online, "o-0413") == before
    assert [(one.amount, one.paid_on) for one in before.values()] == [(1074, date(2026, 6, 1))]
    assert online.records.ledger_through() >= date(2026, 6, 1)


def test_another_sum_than_the_provider_told_of_is_a_fault_of_its_rows(online):
    online.told("X1", 1074, "3-2-1202 2026Q2")
    report = online.load("payments", BANK + "3-2-1202,2026-06-02,8.64,bank,X1,\nP-101,2026-06-02,2.11,bank,X1,\n")

    assert problems(report) == [(2, "amount", "record-conflict"), (3, "amount", "record-conflict")]
    assert report.faults[0].values == {"known": "10.74"}


def test_money_the_provider_gave_to_another_owner_is_told_with_its_owner(online):
    online.told("X1", 1074, "3-2-1202 2026Q2")
    report = online.load("payments", BANK + "3-2-1201,2026-06-02,10.74,bank,X1,\n")

    assert problems(report) == [(2, "reference", "reference-taken")]
    assert report.faults[0].values == {"owner": "o-0413"}


def test_a_row_gives_money_that_was_nobodys_to_its_owner_in_lines_of_its_own(online):
    online.told("X1", 1074, "who knows")
    assert [one.money.transaction for one in unmatched(online.records)] == ["X1"]
    wrong = online.load("payments", BANK + "3-2-1202,2026-06-02,8.64,bank,X1,\n")
    assert [(one, fault.values) for one, fault in zip(problems(wrong), wrong.faults, strict=True)] == [
        ((2, "amount", "record-conflict"), {"known": "10.74"})
    ]

    report = online.load("payments", BANK + "3-2-1202,2026-06-02,8.64,bank,X1,\nP-101,2026-06-02,2.10,bank,X1,\n")
    assert (counts(report), unmatched(online.records)) == ((2, 2, 0, True), [])
    assert sorted(one.amount for one in payments(online, "o-0413").values()) == [210, 864]


def test_a_notification_half_on_record_is_finished_by_the_banks_list(online):
    online.told("X1", 1074, "3-2-1202 2026Q2")
    del online.table.partitions["O#o-0413"]["PAY#2026-06-01#bank#X1#1"]
    report = online.load("payments", BANK + "3-2-1202,2026-06-02,8.64,bank,X1,\nP-101,2026-06-02,2.10,bank,X1,\n")

    assert report.faults == []
    assert [(one.amount, one.paid_on) for one in payments(online, "o-0413").values()] == [(1074, date(2026, 6, 1))]


def test_one_reference_of_two_ways_to_pay_is_two_references(desk):
    report = desk.load("payments", HEADER + "3-2-1202,2026-06-01,9,cash,1\n3-2-1201,2026-06-01,9,card,1\n")

    assert counts(report) == (2, 2, 0, True)


def test_a_reference_kept_as_a_number_of_16_digits_has_lost_some(desk, tmp_path):
    book = openpyxl.Workbook()
    for row in (["收款明细"], ["户号", "缴费日期", "实收金额", "缴费方式", "流水号"]):
        book.active.append(row)
    book.active.append(["3-2-1202", date(2026, 6, 1), 864, "网银", 4200001234567891])
    book.active.append(["3-2-1202", date(2026, 6, 1), 12.5, "网银", "4200001234567892"])
    book.active.append(["合计", None, 876.5, None, None])
    book.save(tmp_path / "bank.xlsx")

    report = desk.load_file("payments", tmp_path / "bank.xlsx")

    assert problems(report) == [(3, "流水号", "excel-digits")]
    assert report.rows == 2


def test_a_file_beaten_to_a_reference_by_the_provider_goes_on(tmp_path):
    """The provider tells of the second row's money after the file was judged; the other rows are still written."""
    desk = OnlineDesk(tmp_path, BeatenTable()).furnished()
    rows = "3-2-1201,2026-06-02,5,bank,X0,\n3-2-1202,2026-06-03,10.74,bank,X1,\nP-101,2026-06-02,6,bank,X2,\n"
    desk.table.beat("P#bank#X1#1", lambda: desk.told("X1", 1074, "3-2-1202 2026Q2"))
    report = desk.load("payments", BANK + rows)

    assert (report.faults, report.written) == ([], True)
    assert sorted(one.amount for one in payments(desk, "o-0413").values()) == [600, 1074]
    assert sorted(one.amount for one in payments(desk, "o-0500").values()) == [500]
    assert desk.records.ledger_through() == date(2026, 6, 3)
    assert desk.load("payments", BANK + rows).before.done_on
