"""What the table in memory has beyond the contract it shares with the real one (`tests/contract/`)."""

from staff.memory import MemoryTable


def test_everything_can_be_listed_to_fill_another_table() -> None:
    table, other = MemoryTable(), MemoryTable()
    table.put_all(
        [
            {"pk": "O#1", "sk": "OWNER", "due_day": "2026-03-01"},
            {"pk": "O#1", "sk": "BILL#1", "n": 1},
            {"pk": "O#2", "sk": "OWNER"},
        ]
    )
    other.put_all(table.items())
    assert other.query("O#1") == table.query("O#1")
    assert other.query("O#2") == table.query("O#2")
    assert other.due("2026-03-01") == ["O#1"]


def test_asking_for_what_is_not_there_leaves_nothing_behind() -> None:
    table = MemoryTable()
    table.query("O#1")
    table.get("O#1", "OWNER")
    assert list(table.items()) == []
    assert not table.partitions
