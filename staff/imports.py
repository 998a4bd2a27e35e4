"""Loads a file staff bring: read and judged whole before the first write; any fault, and nothing is written."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

from chalicelib.core.errors import Conflict
from chalicelib.core.rulebook import Rulebook
from chalicelib.flows.intake import Intakes
from chalicelib.flows.records import Records

from . import billfile, ownerfile, paymentfile, tabular, unitfile
from .cells import Problem
from .columns import KINDS, Kind
from .lookups import Lookups
from .rows import Line, Plan, Report, RowFault, lines
from .tabular import Misfit, Sheet

__all__ = ["KINDS", "Kind", "Report", "RowFault", "import_file"]

Progress = Callable[[int, int], None]


def import_file(
    kind: Kind,
    path: Path,
    *,
    records: Records,
    rulebook: Rulebook,
    today: date,
    dry_run: bool,
    may_be_empty: bool = False,
    on_progress: Progress | None = None,
) -> Report:
    """Judges every row of a file, then writes what is not yet on record; a repeat finishes what was cut short.

    `may_be_empty`: a file without rows says that nothing happened. Progress counts each row twice: once judged,
    once settled. If somebody else claims a reference meanwhile, the file is judged again, so that the row says so;
    rows written until then stay.
    """
    report = Report(file=str(path))
    sheet = tabular.read(path, kind)
    if isinstance(sheet, Misfit):
        is_empty = sheet.problem.code == "no-rows"
        report.faults = [] if is_empty and may_be_empty else [_misfit(sheet, kind)]
        return report
    intake = Intakes(records.table, kind, sheet.digest)
    report.before = intake.load()
    ahead = _Ahead(2 * len(sheet.rows), on_progress)
    judge = partial(_judged, report, sheet, ahead, kind, records, rulebook, today)
    plan = judge()
    if not report.faults and not dry_run:
        intake.begin(report.rows, today)
        _settle(plan, report, ahead, judge)
        if not report.faults:
            intake.end(today)
    return report


def _misfit(misfit: Misfit, kind: Kind) -> RowFault:
    problem = misfit.problem
    if problem.code == "no-rows" and kind == "payments":
        problem = Problem("no-payments")
    return RowFault(misfit.row, misfit.column, "", problem.code, problem.values, problem.allowed)


def _judged(
    report: Report, sheet: Sheet, ahead: "_Ahead", kind: Kind, records: Records, rulebook: Rulebook, today: date
) -> Plan:
    """What is to be written of a file, by what is on record now; a row at fault is neither new nor the same."""
    read = lines(sheet)
    plan = _plan(kind, ahead.each(read), records, rulebook, today)
    report.rows = len(read)
    report.faults = sorted((fault for line in read for fault in line.faults), key=lambda fault: fault.row)
    report.new = plan.rows
    report.same = report.rows - report.new - sum(1 for line in read if line.faults)
    report.owners = [] if report.faults else plan.owners
    return plan


def _plan(kind: Kind, read: Iterator[Line], records: Records, rulebook: Rulebook, today: date) -> Plan:
    lookups = Lookups(records)
    match kind:
        case "units":
            return unitfile.plan(read, lookups, records, rulebook.fees)
        case "owners":
            return ownerfile.plan(read, lookups, records, rulebook.community.languages[0], today)
        case "bills":
            return billfile.plan(read, lookups, records, rulebook, today=today)
        case "payments":
            return paymentfile.plan(read, lookups, records, rulebook.payments, today=today)


def _settle(plan: Plan, report: Report, ahead: "_Ahead", judge: Callable[[], Plan]) -> None:
    """Writes a file; judged again when somebody else is quicker with a reference, so that its row says whose it is."""
    while not report.faults:
        left = plan.rows
        try:
            return _write(plan, report, ahead)
        except Conflict:
            plan = judge()
            if not report.faults and plan.rows >= left:  # the record says no, and nothing in it says why
                raise


def _write(plan: Plan, report: Report, ahead: "_Ahead") -> None:
    ahead.move(report.same)
    for step in plan.steps:
        step.write()
        report.written |= step.rows > 0
        ahead.move(step.rows)


class _Ahead:
    """Tells how far an import has come."""

    def __init__(self, whole: int, on_progress: Progress | None) -> None:
        self._whole = whole
        self._done = 0
        self._tell = on_progress

    def move(self, rows: int) -> None:
        self._done = min(self._done + rows, self._whole)
        if self._tell:
            self._tell(self._done, self._whole)

    def each(self, read: Sequence[Line]) -> Iterator[Line]:
        for line in read:
            yield line
            self.move(1)
