"""What is on record, read once a run: units with their holders, accounts with their bills and payments."""

from datetime import date

from chalicelib.core.account import Account, Bill, Holder, Payment, Unit
from chalicelib.core.holders import holder_on, latest_holder
from chalicelib.core.remittance import Remittance
from chalicelib.flows.payments import load_remittance
from chalicelib.flows.records import Records

from . import cells
from .rows import Line

_ZEROS_LOST = 2  # how many leading zeros a number may have lost


class Lookups:
    """Remembers every answer of the records, so that a file of ten thousand rows asks once for each unit and owner."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._units: dict[str, tuple[Unit | None, tuple[Holder, ...]]] = {}
        self._accounts: dict[str, Account | None] = {}
        self._bills: dict[str, dict[str, Bill]] = {}
        self._payments: dict[str, dict[str, Payment]] = {}
        self._remittances: dict[tuple[str, str], Remittance | None] = {}

    def unit(self, unit: str) -> Unit | None:
        """A unit as it is on record."""
        return self._of_unit(unit)[0]

    def holders(self, unit: str) -> tuple[Holder, ...]:
        """Everyone who ever held a unit, the latest first."""
        return self._of_unit(unit)[1]

    def holder_on(self, unit: str, day: date) -> str | None:
        """Who holds a unit on a day."""
        return holder_on(self.holders(unit), day)

    def latest_holder(self, unit: str, day: date) -> str | None:
        """Who holds a unit on a day, or held it last before."""
        return latest_holder(self.holders(unit), day)

    def account(self, owner: str) -> Account | None:
        """An owner's facts."""
        if owner not in self._accounts:
            self._accounts[owner] = self._records.load_account(owner)
        return self._accounts[owner]

    def bills(self, owner: str) -> dict[str, Bill]:
        """An owner's bills by key."""
        if owner not in self._bills:
            account = self.account(owner)
            self._bills[owner] = {bill.key: bill for bill in account.bills} if account else {}
        return self._bills[owner]

    def payments(self, owner: str) -> dict[str, Payment]:
        """An owner's payments by id."""
        if owner not in self._payments:
            account = self.account(owner)
            self._payments[owner] = {one.id: one for one in account.payments} if account else {}
        return self._payments[owner]

    def claim(self, payment: str) -> tuple[str, Payment] | None:
        """Whose a payment is, and which payment, if its reference was ever claimed."""
        return self._records.load_claim(payment)

    def remittance(self, method: str, reference: str) -> Remittance | None:
        """What a provider has told of a reference."""
        if (method, reference) not in self._remittances:
            self._remittances[method, reference] = load_remittance(self._records, method, reference)
        return self._remittances[method, reference]

    def with_zeros(self, unit: str) -> str | None:
        """The unit that a number may have been before Excel took its leading zeros."""
        if not unit.isdigit():
            return None
        padded = (unit.zfill(len(unit) + zeros) for zeros in range(1, _ZEROS_LOST + 1))
        return next((name for name in padded if self.unit(name)), None)

    def _of_unit(self, unit: str) -> tuple[Unit | None, tuple[Holder, ...]]:
        if unit not in self._units:
            known, holders = self._records.load_unit(unit)
            latest_first = sorted(holders, key=lambda holder: holder.from_, reverse=True)
            self._units[unit] = known, tuple(latest_first)
        return self._units[unit]


def known_unit(line: Line, lookups: Lookups) -> Unit | None:
    """The unit a row names; None with a fault when nobody knows it."""
    name = line.need("unit", cells.unit)
    if name is None:
        return None
    unit = lookups.unit(name)
    if unit is None:
        similar = lookups.with_zeros(name)
        if similar:
            line.blame("unit", "zeros-lost", known=similar)
        else:
            line.blame("unit", "unknown-unit", unit=name)
    return unit
