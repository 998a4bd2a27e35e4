"""A clerk's desk for tests: the shipped rules, a table in memory, files written and imported."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.core.account import Account, Owner
from chalicelib.core.rulebook import Rulebook
from chalicelib.core.words import Words, problem_text
from chalicelib.flows.ports import Table
from chalicelib.flows.records import Records
from staff import rulefiles
from staff.columns import Kind
from staff.imports import Report, import_file
from staff.memory import MemoryTable

SITE = Path(__file__).parents[2] / "site"
TODAY = date(2026, 7, 1)

UNITS = """\
unit,kind,area_m2,area_source,building
3-2-1201,residential,89.50,deed,3
3-2-1202,residential,120,deed,3
0301,shop,62,survey,1
P-101,parking-owned,,,
"""
OWNERS = """\
unit,name,from,owner,until,phone
3-2-1201,Zhao Yi,2021-05-01,o-0412,2026-04-30,13800000001
3-2-1201,Qian Er,2026-05-01,o-0500,,13800000002
3-2-1202,Sun San,2022-01-01,o-0413,,13800000003
P-101,Sun San,2022-01-01,o-0413,,13800000003
"""
BILLS = """\
unit,bill,kind,period,due_on,amount
3-2-1201,2026-Q1,property,2026-Q1,2026-03-31,"1,234.56"
3-2-1201,2026-Q2,property,2026-Q2,2026-06-30,644.40
3-2-1202,2026-Q2,property,2026-Q2,2026-06-30,864.00
P-101,2026-Q2,parking,2026-Q2,2026-06-30,210.00
"""
PAYMENTS = """\
unit,paid_on,amount,method,reference
3-2-1201,2026-05-01,500.00,bank,20260501000123
3-2-1202,2026-06-02,864.00,bank,20260602000456
P-101,2026-06-02,210.00,bank,20260602000456
"""


@cache
def _site() -> rulefiles.RuleFiles:
    return rulefiles.read(SITE)


def rulebook() -> Rulebook:
    return _site().rulebook


def words() -> Words:
    found: Words = _site().files["words.yml"]
    return found


class Desk:
    """Imports files into a table and looks at what is then on record."""

    def __init__(self, folder: Path, table: Table | None = None) -> None:
        self.folder = folder
        self.table = MemoryTable() if table is None else table
        self.records = Records(self.table)

    def furnished(self) -> "Desk":
        """With the sample's units and owners on record."""
        assert not self.load("units", UNITS).faults
        assert not self.load("owners", OWNERS).faults
        return self

    def load(self, kind: Kind, text: str, **options: Any) -> Report:
        path = self.folder / f"{kind}.csv"
        path.write_text(text, encoding="utf-8")
        return self.load_file(kind, path, **options)

    def load_file(self, kind: Kind, path: Path, **options: Any) -> Report:
        given: dict[str, Any] = {"rulebook": rulebook(), "today": TODAY, "dry_run": False, **options}
        report = import_file(kind, path, records=self.records, **given)
        for fault in report.faults:  # every problem can be told in both languages
            assert problem_text(words(), fault.problem, fault.values, "zh")
            assert problem_text(words(), fault.problem, fault.values, "en")
        assert not (report.faults and report.written)
        return report

    def account(self, owner: str) -> Account:
        account = self.records.load_account(owner)
        assert account is not None
        return account

    def owner(self, owner: str) -> Owner:
        return self.account(owner).owner


def problems(report: Report) -> list[tuple[int, str, str]]:
    """Row, column and code of each fault."""
    return [(fault.row, fault.column, fault.problem) for fault in report.faults]


def counts(report: Report) -> tuple[int, int, int, bool]:
    """Rows, new ones, those on record, and whether anything was written."""
    return report.rows, report.new, report.same, report.written
