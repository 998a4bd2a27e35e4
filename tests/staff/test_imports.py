import copy
import hashlib
import threading
from datetime import date
from pathlib import Path

import msgspec
import pytest

from chalicelib.core.errors import Conflict
from chalicelib.edge.table import DynamoTable
from chalicelib.flows.intake import Intake
from chalicelib.flows.records import Records
from staff.imports import import_file
from staff.memory import MemoryTable
from tests.builders import bill, payment
from tests.conftest import clear
from tests.fakes import BeatenTable
from tests.race import THREADS, race
from tests.staff.desk import BILLS, OWNERS, PAYMENTS, TODAY, UNITS, Desk, counts, problems, rulebook

FILES = {"units": UNITS, "owners": OWNERS, "bills": BILLS, "payments": PAYMENTS}


class Killed(BaseException):
    """The end of the process in the middle of an import."""


class MortalTable(MemoryTable):
    """A table whose user dies before a chosen write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes_left = -1

    def _keep(self, item):
        if self.writes_left == 0:
            raise Killed
        self.writes_left -= 1
        super()._keep(item)


def contents(desk):
    return {pk: items for pk, items in desk.table.partitions.items() if items}


def load_all(desk):
    return [desk.load(kind, text) for kind, text in FILES.items()]


def test_the_same_files_again_change_nothing(tmp_path):
    desk = Desk(tmp_path)
    load_all(desk)
    before = copy.deepcopy(contents(desk))

    for report in load_all(desk):
        assert (report.new, report.same, report.written) == (0, report.rows, False)
        assert report.faults == []
    assert contents(desk) == before


def test_a_repeat_names_the_owners_again_so_that_a_kill_forgets_nobody(tmp_path):
    desk = Desk(tmp_path)
    first = load_all(desk)

    assert [report.owners for report in load_all(desk)] == [report.owners for report in first]


@pytest.mark.parametrize("kind", FILES)
def test_a_kill_before_any_write_is_finished_by_the_same_command(tmp_path, kind):
    whole = Desk(tmp_path)
    before = _ready_for(kind, Desk(tmp_path))
    writes = _writes(kind, _ready_for(kind, Desk(tmp_path, MortalTable())))
    _ready_for(kind, whole)
    whole.load(kind, FILES[kind])
    assert writes > 0 and contents(before) != contents(whole)

    for n in range(writes):
        desk = _ready_for(kind, Desk(tmp_path, MortalTable()))
        desk.table.writes_left = n
        with pytest.raises(Killed):
            desk.load(kind, FILES[kind])
        desk.table.writes_left = -1
        report = desk.load(kind, FILES[kind])

        assert report.faults == []
        assert contents(desk) == contents(whole)


def test_a_kill_while_a_sale_is_recorded_is_finished_by_the_same_command(tmp_path):
    header = "unit,name,from,owner,until\n"
    before = header + "3-2-1201,Zhao,2021-05-01,o-1,\n"
    sale = header + "3-2-1201,Qian,2026-05-01,o-2,\n3-2-1201,Zhao,2021-05-01,o-1,2026-04-30\n"

    def ready():
        desk = Desk(tmp_path, MortalTable())
        desk.load("units", UNITS)
        desk.load("owners", before)
        return desk

    whole = ready()
    whole.table.writes_left = 1000
    whole.load("owners", sale)
    for n in range(1000 - whole.table.writes_left):
        desk = ready()
        desk.table.writes_left = n
        with pytest.raises(Killed):
            desk.load("owners", sale)
        desk.table.writes_left = -1

        assert desk.load("owners", sale).faults == []
        assert contents(desk) == contents(whole)


# the same file


def test_fault_25_a_file_is_known_again_by_its_content_whatever_it_is_called(tmp_path):
    desk = Desk(tmp_path)
    load_all(desk)
    for kind, text in FILES.items():
        path = tmp_path / f"王小明 {kind}.csv"
        path.write_text(text, encoding="utf-8")
        before = desk.load_file(kind, path, today=date(2026, 7, 5)).before
        assert before == Intake(rows=text.count("\n") - 1, begun_on=TODAY, done_on=TODAY)
    noted = [pk for pk in desk.table.partitions if pk.startswith("F#")]
    assert sorted(noted) == sorted(f"F#{hashlib.sha256(text.encode()).hexdigest()}" for text in FILES.values())
    assert "王小明" not in str([desk.table.partitions[pk] for pk in noted])


@pytest.mark.parametrize("kind", FILES)
def test_fault_25_a_file_of_other_content_is_another_file_though_every_row_is_on_record(tmp_path, kind):
    desk = Desk(tmp_path)
    load_all(desk)
    report = desk.load(kind, FILES[kind] + "\n")

    assert (report.before, report.new, report.same) == (None, 0, report.rows)


def test_fault_25_a_file_whose_import_was_cut_short_says_since_when_and_is_finished(tmp_path):
    desk = _ready_for("payments", Desk(tmp_path, MortalTable()))
    desk.table.writes_left = 3
    with pytest.raises(Killed):
        desk.load("payments", PAYMENTS)
    desk.table.writes_left = -1
    tried = desk.load("payments", PAYMENTS, today=date(2026, 7, 3), dry_run=True)
    finished = desk.load("payments", PAYMENTS, today=date(2026, 7, 3))
    again = desk.load("payments", PAYMENTS, today=date(2026, 7, 4))

    assert tried.before == finished.before == Intake(rows=3, begun_on=TODAY)
    assert (counts(finished), counts(again)) == ((3, 2, 1, True), (3, 0, 3, False))
    assert again.before == Intake(rows=3, begun_on=TODAY, done_on=date(2026, 7, 3))


def test_a_file_at_fault_or_only_tried_is_not_put_on_record(tmp_path):
    desk = Desk(tmp_path)
    desk.load("units", UNITS, dry_run=True)
    desk.load("units", UNITS.replace("89.50", "big"))

    assert contents(desk) == {}


# the same key


OTHER_CONTENT = {
    "a bill of another amount": ("bills", BILLS, "864.00", "865.00", ("amount", {"known": "864.00"})),
    "a bill of another day": ("bills", BILLS, "2026-03-31", "2026-03-30", ("due_on", {"known": "2026-03-31"})),
    "a payment of another amount": ("payments", PAYMENTS, "500.00", "501.00", ("amount", {"known": "500.00"})),
    "a payment of another owner": (
        "payments",
        PAYMENTS,
        "3-2-1201,2026-05-01",
        "P-101,2026-05-01",
        ("reference", {"owner": "o-0500"}),
    ),
    "a tenure of another end": (
        "owners",
        OWNERS,
        "o-0412,2026-04-30",
        "o-0412,2026-04-29",
        ("until", {"until": "2026-04-30"}),
    ),
    "a tenure of another owner": (
        "owners",
        OWNERS,
        "o-0500",
        "o-0501",
        ("from", {"owner": "o-0500", "since": "2026-05-01", "until": "…"}),
    ),
}


@pytest.mark.parametrize("name", OTHER_CONTENT)
def test_fault_25_the_same_key_with_other_content_is_told_with_row_column_and_what_stands_on_record(tmp_path, name):
    kind, text, was, now, told = OTHER_CONTENT[name]
    desk = Desk(tmp_path)
    load_all(desk)
    before = copy.deepcopy(contents(desk))
    changed = text.replace(was, now, 1)
    report = desk.load(kind, changed)
    (row,) = [n for n, line in enumerate(changed.splitlines(), 1) if line not in text.splitlines()]

    (fault,) = report.faults
    assert (fault.row, (fault.column, fault.values)) == (row, told)
    assert contents(desk) == before


def test_a_unit_is_its_name_alone_so_that_everything_else_may_be_put_right(tmp_path):
    desk = Desk(tmp_path)
    load_all(desk)
    report = desk.load("units", UNITS.replace("3-2-1201,residential,89.50,deed,3", "3-2-1201,shop,90,survey,4"))

    assert (report.faults, counts(report)) == ([], (4, 1, 3, True))


# two at once


def beaten(desk, text, kind="payments"):
    """An import that may end at fault with some rows written."""
    path = desk.folder / f"{kind}.csv"
    path.write_text(text, encoding="utf-8")
    return import_file(kind, path, records=desk.records, rulebook=rulebook(), today=TODAY, dry_run=False)


def test_a_file_beaten_to_a_reference_is_judged_again_and_says_so_and_its_rows_before_stand(tmp_path):
    desk = Desk(tmp_path, BeatenTable()).furnished()
    other = payment(86400, "2026-06-02", id="bank#20260602000456#1", unit="3-2-1201")
    desk.table.beat(f"P#{other.id}", lambda: desk.records.record_payment("o-0500", other))
    report = beaten(desk, PAYMENTS)

    assert problems(report) == [(3, "reference", "reference-taken")]
    assert report.faults[0].values == {"owner": "o-0500"}
    assert counts(report) == (3, 1, 1, True)
    assert [one.amount for one in desk.account("o-0500").payments] == [50000, 86400]
    assert desk.account("o-0413").payments == ()
    assert desk.records.ledger_through() is None
    assert beaten(desk, PAYMENTS).before.done_on is None


def test_a_file_beaten_to_a_bill_of_another_amount_says_so_and_writes_over_nothing(tmp_path):
    desk = Desk(tmp_path, BeatenTable()).furnished()
    quicker = bill(86500, "2026-03-31")
    desk.table.beat("O#o-0412", lambda: desk.records.add_facts("o-0412", [quicker]))
    report = beaten(desk, BILLS, "bills")

    assert problems(report) == [(2, "amount", "record-conflict")]
    assert report.faults[0].values == {"known": "865.00"}
    assert [one.principal for one in desk.account("o-0412").bills] == [86500]
    assert beaten(desk, BILLS, "bills").before.done_on is None


def test_a_file_beaten_to_a_bill_of_another_day_says_so_and_makes_no_second_one(tmp_path):
    desk = Desk(tmp_path, BeatenTable()).furnished()
    quicker = bill(123456, "2026-03-30")
    name = hashlib.sha256(BILLS.encode()).hexdigest()
    desk.table.beat(f"F#{name}", lambda: desk.records.add_facts("o-0412", [quicker]))
    report = beaten(desk, BILLS, "bills")

    assert problems(report) == [(2, "due_on", "record-conflict")]
    assert desk.account("o-0412").bills == (quicker,)


def test_a_file_beaten_to_the_same_bill_goes_on(tmp_path):
    first = Desk(tmp_path).furnished()
    first.load("bills", BILLS)
    same = first.account("o-0413").bills
    desk = Desk(tmp_path, BeatenTable()).furnished()
    desk.table.beat("O#o-0413", lambda: desk.records.add_facts("o-0413", same))
    report = beaten(desk, BILLS, "bills")

    assert (report.faults, len(same)) == ([], 2)
    assert desk.account("o-0413").bills == same


def test_a_file_beaten_to_an_end_of_tenure_says_so(tmp_path):
    desk = Desk(tmp_path, BeatenTable())
    desk.load("units", UNITS)
    open_ended = "unit,name,from,owner,until\n3-2-1201,Zhao,2021-05-01,o-1,\n"
    desk.load("owners", open_ended)
    (tenure,) = desk.account("o-1").tenures
    desk.table.beat("O#o-1", lambda: desk.records.end_tenure("o-1", tenure, date(2026, 4, 29)))
    report = beaten(desk, open_ended.replace("o-1,", "o-1,2026-04-30"), "owners")

    assert problems(report) == [(2, "until", "ended-before")]
    assert report.faults[0].values == {"until": "2026-04-29"}


class StubbornRecords(Records):
    """Records that refuse a payment, and show nothing that would explain it."""

    def record_payment(self, owner, payment):
        raise Conflict(f"payment {payment.id}")


def test_a_refusal_that_nothing_on_record_explains_is_raised_and_not_tried_for_ever(tmp_path):
    desk = Desk(tmp_path).furnished()
    desk.records = StubbornRecords(desk.table)
    with pytest.raises(Conflict, match="20260501000123"):
        beaten(desk, PAYMENTS)


class GatedTable:
    """A table before which all wait who are about to claim a reference, so that all have seen it free."""

    def __init__(self, table):
        self._table = table
        self._gate = threading.Barrier(THREADS)
        self._is_through = threading.local()

    def __getattr__(self, name):
        return getattr(self._table, name)

    def put_new(self, item):
        if item["pk"].startswith("P#") and not hasattr(self._is_through, "gate"):
            self._is_through.gate = True
            self._gate.wait(60)
        return self._table.put_new(item)


@pytest.mark.parametrize("kind_of_table", ["memory", "dynamodb"])
@pytest.mark.parametrize("lines", [1, 2])
def test_fault_25_one_reference_in_many_files_at_once_counts_for_one_owner(request, tmp_path, kind_of_table, lines):
    table = MemoryTable()
    if kind_of_table == "dynamodb":
        client = request.getfixturevalue("dynamodb")
        clear(client)
        table = DynamoTable(client, "courtyard")
    desk = Desk(tmp_path, table)
    desk.load("units", "unit,kind\n" + "".join(f"P-{n},parking-owned\n" for n in range(THREADS)))
    desk.load("owners", "unit,name,from,owner\n" + "".join(f"P-{n},N,2022-01-01,o-{n}\n" for n in range(THREADS)))
    row = "P-{n},2026-06-02,{amount},bank,X1\n"
    gated = GatedTable(table)

    def act(number):
        folder = tmp_path / str(number)
        folder.mkdir()
        rows = "".join(row.format(n=number, amount=1 + number + line) for line in range(lines))
        return Desk(folder, gated).load("payments", "unit,paid_on,amount,method,reference\n" + rows)

    reports = race(act)
    (winner,) = [number for number, report in enumerate(reports) if report.written]
    assert (reports[winner].faults, reports[winner].new) == ([], lines)
    for report in reports[:winner] + reports[winner + 1 :]:
        told = {(fault.column, fault.problem, fault.values["owner"]) for fault in report.faults}
        assert told == {("reference", "reference-taken", f"o-{winner}")}
    found = {n: [one.amount for one in desk.account(f"o-{n}").payments] for n in range(THREADS)}
    expected = [100 * (1 + winner + line) for line in range(lines)]
    assert {n: amounts for n, amounts in found.items() if amounts} == {winner: expected}
    assert desk.records.ledger_through() == date(2026, 6, 2)


def _ready_for(kind, desk):
    for earlier, text in FILES.items():
        if earlier == kind:
            return desk
        desk.load(earlier, text)
    raise AssertionError(kind)


def _writes(kind, desk):
    desk.table.writes_left = 1000
    desk.load(kind, FILES[kind])
    return 1000 - desk.table.writes_left


def test_every_fault_is_listed_at_once_and_nothing_is_written(tmp_path):
    desk = Desk(tmp_path).furnished()
    before = copy.deepcopy(contents(desk))
    report = desk.load(
        "payments",
        "户号,缴费日期,实收金额,缴费方式,流水号\n"
        "3-2-1201,2026-05-01,500.00,bank,20260501000123\n"
        "9-9,2026-13-01,-1,shells,4.2E+27\n"
        "3月12日,2026-05-01,1,bank,X2\n"
        "合计,,500.00,,\n"
        "301,2026-05-01,12.345,bank,X3\n",
    )

    assert problems(report) == [
        (3, "户号", "unknown-unit"),
        (3, "缴费日期", "not-a-date"),
        (3, "实收金额", "not-positive"),
        (3, "缴费方式", "not-one-of"),
        (3, "流水号", "excel-exponent"),
        (4, "户号", "excel-date"),
        (6, "户号", "zeros-lost"),
        (6, "实收金额", "part-of-a-fen"),
    ]
    assert [fault.value for fault in report.faults[:5]] == ["9-9", "2026-13-01", "-1", "shells", "4.2E+27"]
    assert (counts(report), report.owners) == ((4, 1, 0, False), [])
    assert contents(desk) == before


FAULTY = {
    "two owners of a unit at once": ("owners", "unit,name,from,owner\n3-2-1201,Zhao,2020-01-01,o-7\n"),
    "two rows that differ": (
        "owners",
        "unit,name,from,owner,phone\n0301,Wu,2022-01-01,o-8,13800000003\n0301,Wu,2022-01-01,o-8,13900000003\n",
    ),
    "good and bad": ("owners", "unit,name,from,owner\n0301,Wu,2022-01-01,o-8\n3-2-1201,Zhao,2020-01-01,o-7\n"),
    "several faults in a row": ("bills", "unit,bill,kind,period,due_on,amount\n9-9,X,nothing,then,never,-1\n"),
    "a unit twice": ("units", "unit,kind\nP-9,parking-owned\nP-9,parking-owned\n"),
    "a payment twice": ("payments", PAYMENTS + PAYMENTS.splitlines()[1] + "\n"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_new_rows_those_on_record_and_those_at_fault_are_all_rows(tmp_path, name):
    kind, text = FAULTY[name]
    report = Desk(tmp_path).furnished().load(kind, text)
    faulty = {fault.row for fault in report.faults}

    assert faulty
    assert report.new + report.same + len(faulty) == report.rows
    assert min(report.new, report.same) >= 0


def test_payments_without_a_row_are_taken_only_where_the_file_is_said_to_be_whole(tmp_path):
    desk = Desk(tmp_path)
    header = PAYMENTS.splitlines()[0] + "\n"

    assert problems(desk.load("payments", header)) == [(1, "", "no-payments")]
    assert problems(desk.load("bills", BILLS.splitlines()[0] + "\n")) == [(1, "", "no-rows")]
    report = desk.load("payments", header, may_be_empty=True)
    assert (report.faults, counts(report)) == ([], (0, 0, 0, False))
    assert problems(desk.load("payments", "unit\n", may_be_empty=True)) == [(1, "", "columns-missing")]


@pytest.mark.parametrize("kind", FILES)
def test_a_dry_run_judges_and_writes_nothing(tmp_path, kind):
    desk = _ready_for(kind, Desk(tmp_path))
    before = copy.deepcopy(contents(desk))
    report = desk.load(kind, FILES[kind], dry_run=True)

    assert (report.new, report.written) == (report.rows, False)
    assert contents(desk) == before


def test_a_file_that_is_missing_or_of_another_kind_is_one_fault(tmp_path):
    desk = Desk(tmp_path)
    missing = desk.load_file("units", tmp_path / "none.csv")
    other = desk.load("payments", UNITS)

    assert problems(missing) == [(1, "", "file-missing")]
    assert problems(other) == [(1, "", "columns-missing")]
    assert other.faults[0].values == {"names": "paid_on, amount, method, reference"}
    assert counts(other) == (0, 0, 0, False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_chinese_files_in_every_encoding_mean_the_same(tmp_path, encoding):
    desk = Desk(tmp_path)
    path = tmp_path / "房屋.csv"
    path.write_bytes("户号,房屋类型,建筑面积（㎡）\n3-2-1201,住宅,89.50\n".encode(encoding))

    assert counts(desk.load_file("units", path)) == (1, 1, 0, True)


@pytest.mark.parametrize("kind", FILES)
def test_progress_counts_every_row_once_judged_and_once_settled(tmp_path, kind):
    desk = _ready_for(kind, Desk(tmp_path))
    told = []
    report = desk.load(kind, FILES[kind], on_progress=lambda done, whole: told.append((done, whole)))

    assert told[-1] == (2 * report.rows, 2 * report.rows)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_report_has_the_names_its_readers_know():
    desk_report = msgspec.json.decode(msgspec.json.encode(Desk(Path()).load_file("units", Path("none.csv"))))

    assert list(desk_report) == ["file", "rows", "new", "same", "faults", "written", "owners", "before"]
