import copy
from pathlib import Path

import msgspec
import pytest

from staff.memory import MemoryTable
from tests.staff.desk import BILLS, OWNERS, PAYMENTS, UNITS, Desk, counts, problems

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

    assert list(desk_report) == ["file", "rows", "new", "same", "faults", "written", "owners"]
