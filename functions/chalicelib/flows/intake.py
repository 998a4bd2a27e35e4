"""Files that were taken in: known again by their content, whatever they are called."""

from datetime import date

from msgspec import Struct

from .item import day
from .ports import Condition, Item, Table


class Intake(Struct, frozen=True, kw_only=True):
    """When the import of a file was begun and when it was done; one without an end was cut short."""

    rows: int
    begun_on: date
    done_on: date | None = None


class Intakes:
    """What is on record of one file of a kind, under the SHA-256 of its content; never what it is called."""

    def __init__(self, table: Table, kind: str, digest: str) -> None:
        self._table = table
        self._key = f"F#{digest}", f"IMPORT#{kind}"

    def load(self) -> Intake | None:
        """The import of this file, if there ever was one."""
        item = self._table.get(*self._key)
        begun = day(item["begun"]) if item else None
        return Intake(rows=int(item["rows"]), begun_on=begun, done_on=day(item.get("done"))) if item and begun else None

    def begin(self, rows: int, on: date) -> None:
        """Noted before the first row is written; the first time counts."""
        pk, sk = self._key
        item: Item = {"pk": pk, "sk": sk, "rows": rows, "begun": on.isoformat()}
        self._table.put_new(item)

    def end(self, on: date) -> None:
        """Noted after the last row is written; the first time counts."""
        self._table.change(*self._key, {"done": on.isoformat()}, all_of=[Condition("done", "absent")])
