"""What the company lays open to all owners once a year (Civil Code art. 943), as staff keep it in `disclosure.yml`.

Items and rates are not in it: they come from `fees.yml`. Balances are worked out, never typed.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from msgspec import Meta, Struct

from .fault import Fault, Path
from .money import Fen, fen, total
from .rulebook import Text, Word
from .suppression import Counted

FILE = "disclosure.yml"


class _Disclosed(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What all parts share: immutable, and a key nobody knows is a fault."""


class Service(_Disclosed, frozen=True, kw_only=True):
    """A service, the standard the contract sets for it, and what was done in the year."""

    what: Text
    standard: Text
    done: Text


class Duty(_Disclosed, frozen=True, kw_only=True):
    """Who answers for what; `phone` is a desk's, never a person's own."""

    what: Text
    who: Text
    phone: Word


class Sum(_Disclosed, frozen=True, kw_only=True):
    """An amount and what it was for."""

    what: Text
    yuan: Decimal


class Use(Sum, frozen=True, kw_only=True):
    """Money of all owners that was spent, and who decided on it."""

    decided_by: Text
    decided_on: date


class Fund(_Disclosed, frozen=True, kw_only=True):
    """The maintenance fund (维修资金) over the year: `added` is interest and what owners paid in."""

    held_by: Text
    opening_yuan: Decimal
    added: tuple[Sum, ...] = ()
    uses: tuple[Use, ...] = ()


class CommonIncome(_Disclosed, frozen=True, kw_only=True):
    """What the common parts brought in; after reasonable costs it is the owners' (Civil Code art. 282)."""

    held_by: Text
    opening_yuan: Decimal
    sources: Annotated[tuple[Sum, ...], Meta(min_length=1)]
    costs: tuple[Sum, ...] = ()
    uses: tuple[Use, ...] = ()


class Group(_Disclosed, frozen=True, kw_only=True):
    """Households of one part of the community, and how many of them had paid the year's fees."""

    name: Text
    households: Annotated[int, Meta(ge=1)]
    paid: Annotated[int, Meta(ge=0)]


class Collected(_Disclosed, frozen=True, kw_only=True):
    """How far the year's fees were paid by a day, in groups that do not overlap."""

    as_of: date
    groups: Annotated[tuple[Group, ...], Meta(min_length=1)]

    @property
    def counts(self) -> tuple[Counted, ...]:
        return tuple(Counted(group.households, group.paid) for group in self.groups)


class Disclosure(_Disclosed, frozen=True, kw_only=True):
    """One year's disclosure, for the contract named."""

    year: Annotated[int, Meta(ge=2000, le=2100)]
    published_on: date
    contract: Text
    services: Annotated[tuple[Service, ...], Meta(min_length=1)]
    responsible: Annotated[tuple[Duty, ...], Meta(min_length=1)]
    maintenance_fund: Fund
    common_income: CommonIncome
    collected: Collected


def balance(opening: Decimal, added: Sequence[Sum], spent: Sequence[Sum]) -> Fen:
    """What is left of a fund at the end of the year."""
    return Fen(fen(opening) + sum_of(added) - sum_of(spent))


def sum_of(amounts: Sequence[Sum]) -> Fen:
    """Several amounts together."""
    return total([fen(one.yuan) for one in amounts])


def faults(disclosure: Disclosure) -> list[Fault]:
    """Parts of a fen, more spent than there was, more homes that paid than there are, figures of a day to come."""
    found = [*_part_fen(disclosure, ())]
    if not found:
        fund, income = disclosure.maintenance_fund, disclosure.common_income
        found += _overspent("maintenance_fund", balance(fund.opening_yuan, fund.added, fund.uses))
        spent = (*income.costs, *income.uses)
        found += _overspent("common_income", balance(income.opening_yuan, income.sources, spent))
    return [*found, *_collected(disclosure)]


def _part_fen(value: Any, path: Path) -> Iterator[Fault]:
    """Amounts that no account can hold."""
    if isinstance(value, Decimal) and value != round(value, 2):
        yield Fault(FILE, path, "part-of-a-fen", {}, "0.01")
    parts: Any = ()
    if isinstance(value, Struct):
        parts = ((name, getattr(value, name)) for name in value.__struct_fields__)
    elif isinstance(value, tuple):
        parts = enumerate(value)
    for name, part in parts:
        yield from _part_fen(part, (*path, name))


def _overspent(name: str, left: Fen) -> Iterator[Fault]:
    if left < 0:
        yield Fault(FILE, (name, "uses"), "spent-over-held")


def _collected(disclosure: Disclosure) -> Iterator[Fault]:
    collected = disclosure.collected
    if collected.as_of > disclosure.published_on:
        values = {"as_of": str(collected.as_of)}
        yield Fault(FILE, ("collected", "as_of"), "counted-later", values, f"<= {disclosure.published_on}")
    for at, group in enumerate(collected.groups):
        if group.paid > group.households:
            path = ("collected", "groups", at, "paid")
            yield Fault(FILE, path, "paid-over-households", {"name": group.name}, f"<= {group.households}")
