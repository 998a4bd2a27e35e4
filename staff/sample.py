"""A made-up community for the demo: 480 flats, 24 shops and 300 parking spaces, and three years of their ledger.

Everything follows from a seed and a day, so that two demos of one day are equal.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from random import Random

from chalicelib.core import billing, calendar
from chalicelib.core.calendar import Span
from chalicelib.core.money import Fen, total, yuan
from chalicelib.core.rulebook import Rulebook

QUARTERS = 12
DOORS = 4
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾"
_GIVEN = "伟芳娜敏静丽强磊军洋艳勇杰娟涛明超秀霞平刚桂英建华文玉兰志国春梅海燕晓东雪松思远雨桐子涵一鸣"
_AREAS = ("78.40", "89.50", "103.20", "119.80", "138.60")


class Habit(Enum):
    """How an owner pays: how many, and the days from due on which they do (None: not at all)."""

    EARLY = (30, -60, -35)
    ON_TIME = (42, -28, -1)
    LATE = (16, 2, 20)
    FORGETFUL = (9, 10, 95)
    PARTLY = (2, 5, 40)
    NEVER_LATELY = (1, None, None)

    @property
    def weight(self) -> int:
        return int(self.value[0] or 0)

    def pays_on(self, due_on: date, random: Random) -> date | None:
        _, first, last = self.value
        return None if first is None or last is None else due_on + timedelta(days=random.randint(first, last))


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the sample, with who holds it from when."""

    name: str
    kind: str
    area: str
    building: str


@dataclass(slots=True)
class Household:
    """An owner of the sample: units, habit, and how to be reached."""

    id: str
    name: str
    habit: Habit
    email: str
    phone: str
    language: str
    since: date
    until: date | None = None
    units: list[Unit] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sample:
    """The four files of the sample."""

    units: Path
    owners: Path
    bills: Path
    payments: Path


def write(folder: Path, rules: Rulebook, *, on: date, seed: int = 20261001, doors: int = DOORS) -> Sample:
    """Writes the sample's files as a clerk would bring them, up to a day; with fewer doors a floor, fewer owners."""
    random = Random(seed)  # noqa: S311  # made-up households, no secrets
    households = _households(random, on, doors)
    folder.mkdir(parents=True, exist_ok=True)
    bills, payments = _ledger(households, rules, random, on)
    sample = Sample(*(folder / f"{name}.csv" for name in ("units", "owners", "bills", "payments")))
    every_unit = {unit.name: unit for household in households for unit in household.units}
    _table(sample.units, "房号 类型 建筑面积 楼栋", ((u.name, u.kind, u.area, u.building) for u in every_unit.values()))
    owners = (
        (u.name, h.id, h.name, h.since, h.until or "", h.email, h.phone, h.language)
        for h in households
        for u in h.units
    )
    _table(sample.owners, "房号 业主编号 业主姓名 起始日期 截止日期 邮箱 手机号 语言", owners)
    _table(sample.bills, "房号 账单编号 费用类型 账期 缴费截止日 应缴金额", bills)
    _table(sample.payments, "房号 缴费日期 实收金额 缴费方式 流水号", payments)
    return sample


def _table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split())
        writer.writerows(rows)


def _households(random: Random, on: date, doors: int) -> list[Household]:
    """One a flat, some of whom have a parking space too; a few flats were sold on the way."""
    first = date(on.year - 4, 1, 1)
    spaces = [Unit(f"P-{n:03d}", "产权车位" if n <= 210 else "租用车位", "", "地下车库") for n in range(1, 301)]
    found: list[Household] = []
    for flat in _flats(random, doors):
        household = _household(random, len(found) + 1, first, [flat])
        if spaces and random.random() < 0.65:
            household.units.append(spaces.pop(0))
        found.append(household)
        if random.random() < 0.03:
            household.until = on - timedelta(days=random.randint(200, 800))
            since = household.until + timedelta(days=1)
            found.append(_household(random, len(found) + 1, since, list(household.units)))
    for space, household in zip(spaces, found, strict=False):  # second spaces, so that none is left over
        household.units.append(space)
    for n in range(1, 25):
        shop = Unit(f"S-{n:02d}", "商铺", str(random.choice(("36.00", "48.50", "62.00", "95.00"))), "商业街")
        found.append(_household(random, len(found) + 1, first, [shop]))
    return found


def _flats(random: Random, doors: int) -> list[Unit]:
    return [
        Unit(f"{tower}-{entrance}-{floor:02d}{door:02d}", "住宅", random.choice(_AREAS), f"{tower}幢")
        for tower in range(1, 5)
        for entrance in range(1, 3)
        for floor in range(1, 16)
        for door in range(1, doors + 1)
    ]


def _household(random: Random, number: int, since: date, units: list[Unit]) -> Household:
    name = random.choice(_SURNAMES) + "".join(random.sample(_GIVEN, random.choice((1, 2, 2))))
    habit = random.choices(list(Habit), [habit.weight for habit in Habit])[0]
    return Household(
        id=f"o-{number:04d}",
        name=name,
        habit=habit,
        email=f"owner{number:04d}@mail.example" if random.random() < 0.72 else "",
        phone=f"139{number:08d}" if random.random() < 0.9 else "",
        language="英文" if random.random() < 0.03 else "中文",
        since=since,
        units=units,
    )


def _ledger(
    households: Sequence[Household], rules: Rulebook, random: Random, on: date
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    bills: list[tuple[object, ...]] = []
    payments: list[tuple[object, ...]] = []
    for period in _periods(on):
        span = calendar.period(period)
        for household in households:
            held = span.common(household.since, household.until)
            if held is None or not household.since <= span.last <= (household.until or span.last):
                continue
            amounts = [(unit, *_charge(unit, rules, held)) for unit in household.units]
            for unit, kind, amount in amounts:
                bills.append((unit.name, period, kind, period, span.last, yuan(amount)))
            paid = _payment(household, span, total([amount for *_, amount in amounts]), random, on)
            if paid:
                payments.append((household.units[0].name, *paid, f"{span.last:%Y%m%d}{household.id[2:]}"))
    return bills, payments


def _periods(on: date) -> list[str]:
    """The last full quarters and the one that is running."""
    found, day = [], on
    for _ in range(QUARTERS + 1):
        found.append(calendar.quarter(day))
        day = calendar.period(found[-1]).first - timedelta(days=1)
    return found[::-1]


def _charge(unit: Unit, rules: Rulebook, span: Span) -> tuple[str, Fen]:
    """A unit's fee for a span by the published rates."""
    names = {text.zh: name for name, text in rules.fees.unit_kinds.items()}
    schedule = next(s for s in rules.fees.schedules if names[unit.kind] in s.unit_kinds)
    found = billing.charges(schedule, span, Decimal(unit.area or 1))
    return rules.fees.kinds[schedule.kind].name.zh, total([charge.amount for charge in found])


def _payment(household: Household, span: Span, amount: Fen, random: Random, on: date) -> tuple[date, str, str] | None:
    age = (on - span.last).days
    if household.habit is Habit.NEVER_LATELY and age < 500:
        return None
    habit = Habit.ON_TIME if household.habit is Habit.NEVER_LATELY else household.habit
    paid_on = habit.pays_on(span.last, random)
    method = random.choice(("微信支付", "支付宝", "银行转账", "银行转账", "现金"))
    if habit is Habit.PARTLY and age < 300:
        amount = Fen(amount // 200 * 100)
    return (paid_on, yuan(amount), method) if paid_on and paid_on <= on else None
