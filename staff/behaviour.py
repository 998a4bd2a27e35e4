"""Made-up owners for a simulation: what each is billed, and how they pay, answer and move.

The shares are assumptions, printed with every result; they are no finding about real owners.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from random import Random

from msgspec import Struct

from chalicelib.core import billing, calendar
from chalicelib.core.account import Account, Bill, Contact, Instalment, Owner, Payment, Tenure
from chalicelib.core.calendar import ONE_DAY
from chalicelib.core.collection import Step
from chalicelib.core.money import Fen, total
from chalicelib.core.rulebook import Rulebook, Treatment

from .life import Life, paid

AREAS = ("78.40", "89.50", "103.20", "119.80", "138.60")
_ISSUED_DAYS = 40  # before the due date
_EMAIL, _PHONE, _CARE = 0.72, 0.92, 0.04


class Behaviour(Enum):
    """How owners pay, and how many of a hundred do so.

    Who pays on time or late does so by habit, the same number of days from due; the others by chance.
    """

    ON_TIME = ("on-time", 68)
    LATE = ("late", 12)
    FORGETFUL = ("forgetful", 11)
    HARDSHIP = ("hardship", 4)
    DISPUTING = ("disputing", 3)
    MOVED = ("moved", 2)

    @property
    def label(self) -> str:
        return self.value[0]

    @property
    def share(self) -> int:
        return self.value[1]


UNIT = "1-1-101"
_ALL = tuple(Behaviour)
_SHARES = tuple(one.share for one in Behaviour)
_HABITS = {Behaviour.ON_TIME: (-28, 0), Behaviour.LATE: (1, 75)}


class Profile(Struct, frozen=True):
    """All that makes an owner differ from others; owners of one profile live the same life.

    `habit`: the days from due on which who needs no reminding pays. `chance` seeds the rest, for those whose
    life has chance in it.
    """

    behaviour: Behaviour
    area: str
    has_email: bool
    has_phone: bool
    has_care: bool
    habit: int = 0
    chance: int | None = None


class Offer(Struct, frozen=True):
    """What is billed for a period to every area, made once for all owners."""

    period: str
    due_on: date
    amounts: dict[str, Fen]


def offers(rules: Rulebook, first: date, last: date) -> tuple[Offer, ...]:
    """The quarters whose bills fall due within a time or are issued in it."""
    schedule = next(one for one in rules.fees.schedules if "residential" in one.unit_kinds)
    found, day = [], first
    while (span := calendar.period(calendar.quarter(day))).last <= last + timedelta(days=_ISSUED_DAYS):
        amounts = {area: total([c.amount for c in billing.charges(schedule, span, Decimal(area))]) for area in AREAS}
        found.append(Offer(calendar.quarter(day), span.last, amounts))
        day = span.last + ONE_DAY
    return tuple(found)


def profile(index: int, seed: int) -> Profile:
    """The owner of a number; the same for the same seed, whatever the others are."""
    random = Random(seed * 1_000_003 + index)  # noqa: S311  # made-up households, no secrets
    behaviour = random.choices(_ALL, _SHARES)[0]
    habit = _HABITS.get(behaviour)
    return Profile(
        behaviour=behaviour,
        area=random.choice(AREAS),
        has_email=random.random() < _EMAIL,
        has_phone=random.random() < _PHONE,
        has_care=random.random() < _CARE,
        habit=random.randint(*habit) if habit else 0,
        chance=None if habit else random.getrandbits(48),
    )


def account(one: Profile, billed: Sequence[Offer], first: date) -> Account:
    """The facts of an owner through the whole simulation."""
    until = first + timedelta(days=30 + (one.chance or 0) % 270) if one.behaviour is Behaviour.MOVED else None
    bills = tuple(
        Bill(
            id=offer.period,
            unit=UNIT,
            kind="property",
            period=offer.period,
            due_on=offer.due_on,
            issued_on=offer.due_on - timedelta(days=_ISSUED_DAYS),
            principal=offer.amounts[one.area],
        )
        for offer in billed
        if until is None or offer.due_on <= until
    )
    contact = Contact(
        name="",
        email="a@mail.example" if one.has_email else None,
        phone="+8613900000000" if one.has_phone else None,
    )
    care = (Treatment.CALL_FIRST,) if one.has_care else ()
    return Account(
        owner=Owner(id="o", contacts=(contact,), care=care, care_on=first if care else None),
        tenures=(Tenure(unit=UNIT, kind="residential", from_=first, until=until, area_m2=Decimal(one.area)),),
        bills=bills,
        payments=tuple(_habitual(one, bills)),
    )


def _habitual(one: Profile, bills: Sequence[Bill]) -> list[Payment]:
    """What is paid whatever anybody says; facts dated later have no effect before their day."""
    if one.behaviour not in _HABITS:
        return []
    return [paid(bill.principal, bill.due_on + timedelta(days=one.habit), bill.id, bill) for bill in bills]


class Habit:
    """What a made-up owner makes of being told, by their behaviour and by chance."""

    def __init__(self, one: Profile) -> None:
        self.behaviour = one.behaviour
        self.random = Random(one.chance or 0)  # noqa: S311  # made-up owners, no secrets
        self._has_asked = False

    def react(self, life: Life, step: Step, on: date) -> None:
        """Pays, asks or does nothing; who pays by habit needs no telling."""
        match self.behaviour:
            case Behaviour.FORGETFUL:
                self._perhaps(life, on, 0.5, (1, 6))
            case Behaviour.MOVED if step.stage.demand:
                self._perhaps(life, on, 0.3, (3, 20))
            case Behaviour.DISPUTING if step.stage.demand:
                life.ask("dispute", on)
                self._perhaps(life, on, 1, (5, 30))
            case Behaviour.HARDSHIP if step.stage.demand and self._has_asked:
                self._perhaps(life, on, 0.3, (5, 30))
            case Behaviour.HARDSHIP if step.stage.demand:
                self._ask_for_instalments(life, on)

    def _perhaps(self, life: Life, on: date, chance: float, days: tuple[int, int]) -> None:
        """Pays within some days, or does not."""
        if chance == 1 or self.random.random() < chance:
            life.pay_later(on + timedelta(days=self.random.randint(*days)))

    def _ask_for_instalments(self, life: Life, on: date) -> None:
        """Three of them, of which most are kept."""
        self._has_asked = True
        owed = life.ledger(on).outstanding
        third = Fen(owed // 3)
        parts = [Instalment(on + timedelta(days=30 * n), third if n < 3 else Fen(owed - 2 * third)) for n in (1, 2, 3)]
        life.ask("plan", on, parts)
        for part in parts:
            if self.random.random() < 0.85:
                life.pay_later(part.due_on, part.amount)
