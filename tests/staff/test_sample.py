"""The made-up community of the demo."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.flows.records import Records
from staff import bundle, imports, sample
from staff.memory import MemoryTable

ON = date(2026, 11, 23)
RULES = bundle.compiled(Path(__file__).parents[2] / "site").bundle


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> sample.Sample:
    assert RULES
    return sample.write(tmp_path_factory.mktemp("sample"), RULES.rules, on=ON)


def test_two_samples_of_one_day_are_equal(files: sample.Sample, tmp_path: Path) -> None:
    assert RULES
    again = sample.write(tmp_path, RULES.rules, on=ON)

    for kind in imports.KINDS:
        assert getattr(files, kind).read_bytes() == getattr(again, kind).read_bytes()


def test_the_import_command_takes_the_sample_without_a_fault_and_explains_each_bill(files: sample.Sample) -> None:
    assert RULES
    records = Records(MemoryTable())
    for kind in imports.KINDS:
        report = imports.import_file(
            kind, getattr(files, kind), records=records, rulebook=RULES.rules, today=ON, dry_run=False
        )
        assert (report.faults, report.new) == ([], report.rows)

    account = records.load_account("o-0001")
    assert account
    assert account.bills
    assert all(sum(charge.amount for charge in bill.charges) == bill.principal for bill in account.bills)


def test_it_is_as_large_as_the_rules_say(files: sample.Sample) -> None:
    assert RULES
    rows = files.units.read_text(encoding="utf-8-sig").splitlines()[1:]

    assert len(rows) == sum(RULES.rules.community.units.values())
