"""Files taken in: put on record under their content, the first time counts, and each kind is apart."""

import pytest

from chalicelib.flows.intake import Intake, Intakes
from staff.memory import MemoryTable
from tests.builders import day

FIRST, LATER = day("2026-06-30"), day("2026-07-01")


@pytest.fixture
def table() -> MemoryTable:
    return MemoryTable()


def test_a_file_nobody_has_imported_is_unknown(table: MemoryTable) -> None:
    assert Intakes(table, "bills", "ab").load() is None


def test_an_import_that_was_begun_is_known_by_its_first_day_until_it_is_done(table: MemoryTable) -> None:
    intake = Intakes(table, "bills", "ab")
    intake.begin(7, FIRST)
    intake.begin(7, LATER)
    assert intake.load() == Intake(rows=7, begun_on=FIRST)
    intake.end(LATER)
    intake.end(day("2026-07-02"))
    assert intake.load() == Intake(rows=7, begun_on=FIRST, done_on=LATER)


def test_another_content_and_another_kind_are_other_imports(table: MemoryTable) -> None:
    Intakes(table, "bills", "ab").begin(7, FIRST)
    assert Intakes(table, "bills", "ac").load() is None
    assert Intakes(table, "payments", "ab").load() is None


def test_what_is_on_record_of_a_file_is_its_hash_kind_rows_and_days(table: MemoryTable) -> None:
    intake = Intakes(table, "bills", "ab")
    intake.begin(7, FIRST)
    intake.end(FIRST)
    assert list(table.items()) == [
        {"pk": "F#ab", "sk": "IMPORT#bills", "rows": 7, "begun": "2026-06-30", "done": "2026-06-30"}
    ]
