"""A bill with everything that has happened to it: what was taken off, what was paid, what a late fee adds."""

from collections.abc import Iterable
from datetime import date, timedelta

from msgspec import Struct

from . import latefee
from .account import Adjustment, Bill, Part
from .discounts import Grant
from .money import ZERO, Fen, total
from .rulebook import LateFeeRule, ReferenceRate, Reward
from .view import Line


class Allocation(Struct):
    """What part of a payment went to which part of which bill."""

    payment: str
    bill: Bill
    part: Part
    amount: Fen


class Debt(Struct):
    """A bill with everything that has happened to it."""

    bill: Bill
    late_fee_rule: LateFeeRule | None
    reference: ReferenceRate | None
    late_from: date | None
    stopped: tuple[tuple[date, date], ...]
    rewards: tuple[Reward, ...] = ()
    grants: list[Grant] = []
    discount: Fen = ZERO
    adjustments: list[Adjustment] = []
    allocations: list[Allocation] = []
    unpaid: list[latefee.Balance] = []
    is_settled: bool = False  # nothing left, so that later payments need not look again
    _lines: dict[tuple[date, int, Fen], tuple[Line, ...]] = {}

    @property
    def principal_left(self) -> Fen:
        return ZERO if self.is_settled else Fen(max(0, -self.overpaid))

    @property
    def overpaid(self) -> Fen:
        """What was paid of a part that an adjustment took away later; below zero while principal is left."""
        lowered = self.discount + self.adjusted("principal") + self.paid("principal")
        return Fen(lowered - self.bill.principal)

    @property
    def rewards_until(self) -> date:
        """The last day on which any reward could be earned."""
        return self.bill.due_on - timedelta(days=min(reward.days_before_due for reward in self.rewards))

    @property
    def asked(self) -> Fen:
        """The principal after corrections and waivers, before any reward."""
        return Fen(self.bill.principal - self.adjusted("principal"))

    @property
    def left_of_asked(self) -> Fen:
        """What would still be unpaid had no reward been given."""
        return Fen(self.asked - self.paid("principal"))

    @property
    def is_on_time(self) -> bool:
        """Whether the principal was settled by the due date, and still is."""
        return bool(self.unpaid) and not self.unpaid[-1][1] and self.unpaid[-1][0] <= self.bill.due_on

    def grant(self, grant: Grant) -> None:
        """The best reward counts, alone; the lesser ones stay on record should it be taken back."""
        self.grants.append(grant)
        self.discount = grant.offer.amount

    def keep(self, grants: list[Grant]) -> None:
        """Only these rewards stand."""
        self.grants = grants
        self.discount = grants[-1].offer.amount if grants else ZERO

    def paid(self, part: Part) -> Fen:
        return _sum_of(self.allocations, part)

    def adjusted(self, part: Part) -> Fen:
        return _sum_of(self.adjustments, part)

    def late_fee_lines(self, on: date) -> tuple[Line, ...]:
        """The late fee through a day, explained."""
        bill, rule = self.bill, self.late_fee_rule
        if rule is None or self.late_from is None or on < self.late_from or not self.unpaid:
            return ()
        since, left = self.unpaid[-1]
        if not left and since <= self.late_from:
            return ()  # most bills are paid before a late fee could run
        asked = (on if left else since, len(self.unpaid), left)  # once all is paid, later days add nothing
        if asked not in self._lines:
            self._lines[asked] = latefee.lines(
                bill.principal, bill.due_on, self.unpaid, rule, self.reference, on, self.stopped
            )
        return self._lines[asked]

    def late_fee(self, on: date) -> Fen:
        """The late fee through a day, less what was waived of it."""
        lines = self.late_fee_lines(on)
        if not lines:
            return ZERO
        charged = total([line.amount for line in lines])
        return Fen(max(0, charged - self.adjusted("late_fee")))

    def late_fee_left(self, on: date) -> Fen:
        late_fee = self.late_fee(on)
        return Fen(max(0, late_fee - self.paid("late_fee"))) if late_fee else ZERO

    def outstanding(self, on: date) -> Fen:
        return ZERO if self.is_settled else Fen(self.principal_left + self.late_fee_left(on))

    def note_unpaid(self, day: date) -> Fen:
        """Remembers the principal unpaid at a day's end, which is what a late fee counts from."""
        left = self.principal_left
        if self.unpaid and self.unpaid[-1][0] == day:
            self.unpaid.pop()
        if not self.unpaid or self.unpaid[-1][1] != left:
            self.unpaid.append((day, left))
        return left


def _sum_of(entries: Iterable[Allocation | Adjustment], part: Part) -> Fen:
    amount = 0
    for entry in entries:
        if entry.part == part:
            amount += entry.amount
    return Fen(amount)
