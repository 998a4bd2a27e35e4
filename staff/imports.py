"""Loads a file staff bring: read and judged whole before the first write; any fault, and nothing is written."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

from chalicelib.core.rulebook import Rulebook
from chalicelib.flows.records import Records

from . import billfile, ownerfile, paymentfile, tabular, unitfile
from .cells import Problem
from .columns import KINDS, Kind
from .lookups import Lookups
from .rows import Line, Plan, Report, RowFault, lines
from .tabular import Misfit

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
    once settled.
    """
    report = Report(file=str(path))
    sheet = tabular.read(path, kind)
    if isinstance(sheet, Misfit):
        is_empty = sheet.problem.code == "no-rows"
        report.faults = [] if is_empty and may_be_empty else [_misfit(sheet, kind)]
        return report
    read = lines(sheet)
    ahead = _Ahead(2 * len(read), on_progress)
    plan = _plan(kind, ahead.each(read), records, rulebook, today)
    _fill(report, read, plan)
    if not report.faults and not dry_run:
        _write(plan, ahead, same=report.same)
        report.written = report.new > 0
    return report


def _misfit(misfit: Misfit, kind: Kind) -> RowFault:
    problem = misfit.problem
    if problem.code == "no-rows" and kind == "payments":
        problem = Problem("no-payments")
    return RowFault(misfit.row, misfit.column, "", problem.code, problem.values, problem.allowed)


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


def _fill(report: Report, read: Sequence[Line], plan: Plan) -> None:
    """Counts rows; one at fault is neither new nor the same."""
    report.rows = len(read)
    report.faults = sorted((fault for line in read for fault in line.faults), key=lambda fault: fault.row)
    report.new = sum(step.rows for step in plan.steps)
    report.same = report.rows - report.new - sum(1 for line in read if line.faults)
    report.owners = [] if report.faults else plan.owners


def _write(plan: Plan, ahead: "_Ahead", *, same: int) -> None:
    ahead.move(same)
    for step in plan.steps:
        step.write()
        ahead.move(step.rows)


class _Ahead:
    """Tells how far an import has come."""

    def __init__(self, whole: int, on_progress: Progress | None) -> None:
        self._whole = whole
        self._done = 0
        self._tell = on_progress

    def move(self, rows: int) -> None:
        self._done += rows
        if self._tell:
            self._tell(self._done, self._whole)

    def each(self, read: Sequence[Line]) -> Iterator[Line]:
        for line in read:
            yield line
            self.move(1)
