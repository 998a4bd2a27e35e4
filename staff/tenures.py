"""Who holds a unit from when to when, as a file says against what is on record."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from itertools import combinations

from msgspec import Struct, structs

from chalicelib.core.account import Holder, Tenure, Unit
from chalicelib.flows.records import Records

from .lookups import Lookups
from .rows import Line

Key = tuple[str, str, str]


class Holding(Struct, frozen=True, kw_only=True):
    """An owner's time with a unit, by a row of a file."""

    line: Line
    owner: str
    unit: Unit
    since: date
    until: date | None

    @property
    def key(self) -> Key:
        return self.owner, self.unit.unit, self.since.isoformat()


class _Span(Struct, frozen=True):
    """A time somebody holds a unit; without a line it is on record and not in the file."""

    owner: str
    since: date
    until: date | None
    line: Line | None = None


def joined(holdings: Iterable[Holding], lookups: Lookups) -> dict[Key, Holding]:
    """One holding for all rows about it, with its end from any of them; contradictions are faults."""
    found: dict[Key, Holding] = {}
    for one in holdings:
        first = found.setdefault(one.key, one)
        if one.until and first.until not in (None, one.until):
            one.line.blame("until", "owner-differs")
        elif one.until:
            found[one.key] = structs.replace(first, until=one.until)
    by_unit: dict[str, list[Holding]] = {}
    for one in found.values():
        _blame_other_end(one, lookups)
        by_unit.setdefault(one.unit.unit, []).append(one)
    for unit, held in by_unit.items():
        _blame_two_at_once(unit, held, lookups)
    return found


def _blame_other_end(one: Holding, lookups: Lookups) -> None:
    """A tenure ends once, be it that only the owner's half of the end is on record."""
    for known in (_holder(one, lookups), _tenure(one, lookups)):
        if known and known.until and one.until not in (None, known.until):
            return one.line.blame("until", "ended-before", until=known.until.isoformat())


def _blame_two_at_once(unit: str, held: Iterable[Holding], lookups: Lookups) -> None:
    """On any day one owner at most answers for a unit."""
    spans = {(h.owner, h.from_): _Span(h.owner, h.from_, h.until) for h in lookups.holders(unit)}
    for one in held:
        known = spans.get((one.owner, one.since))
        until = one.until or (known.until if known else None)
        spans[one.owner, one.since] = _Span(one.owner, one.since, until, one.line)
    for early, late in combinations(sorted(spans.values(), key=lambda span: span.since), 2):
        if early.until is None or late.since <= early.until:
            _blame(early, late)


def _blame(early: _Span, late: _Span) -> None:
    line, other = (late.line, early) if late.line else (early.line, late)
    if line:
        until = other.until.isoformat() if other.until else "…"
        line.blame("from", "held-by-two", owner=other.owner, since=other.since.isoformat(), until=until)


def writes(one: Holding, lookups: Lookups, records: Records) -> list[partial[None]]:
    """What is not yet on record of a holding: its tenure, the unit's entry for it, its end."""
    tenure, holder = _tenure(one, lookups), _holder(one, lookups)
    made = Tenure(from_=one.since, until=one.until, **structs.asdict(one.unit))
    todo: list[partial[None]] = []
    if not tenure:
        todo.append(partial(records.add_facts, one.owner, [made]))
    if not holder:
        entry = Holder(owner=one.owner, from_=one.since, until=one.until)
        todo.append(partial(records.add_holder, one.unit.unit, entry))
    is_open = [known for known in (tenure, holder) if known and known.until is None]
    if one.until and is_open:
        todo.append(partial(records.end_tenure, one.owner, tenure or made, one.until))
    return todo


def _tenure(one: Holding, lookups: Lookups) -> Tenure | None:
    account = lookups.account(one.owner)
    tenures = account.tenures if account else ()
    return next((t for t in tenures if t.unit == one.unit.unit and t.from_ == one.since), None)


def _holder(one: Holding, lookups: Lookups) -> Holder | None:
    holders = lookups.holders(one.unit.unit)
    return next((h for h in holders if h.owner == one.owner and h.from_ == one.since), None)
