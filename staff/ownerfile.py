"""A file of owners: who answers for which unit from which day on, and how to reach them."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import Any

from msgspec import Struct, structs

from chalicelib.core.account import Contact, Owner
from chalicelib.core.rulebook import Language, Treatment
from chalicelib.flows.records import Records

from . import cells, choices, figures, tenures
from .lookups import Lookups, known_unit
from .rows import Line, Plan, Step
from .tenures import Holding

_REACHED_BY = {"email": cells.email, "phone": cells.phone, "postal_address": cells.text}
_ESCAPED = re.compile(r"[^A-Za-z0-9-]")


class _Entry(Struct, frozen=True, kw_only=True):
    """One row: an owner, one person to reach about it, and one unit it holds."""

    line: Line
    owner: str
    holding: Holding
    contact: Contact
    language: Language | None
    care: tuple[Treatment, ...]
    care_by: str


def plan(lines: Iterable[Line], lookups: Lookups, records: Records, default: Language, today: date) -> Plan:
    """Owners as the file has them, new tenures, and ends of tenures on record."""
    entries = [entry for line in lines if (entry := _entry(line, lookups))]
    holdings = tenures.joined([entry.holding for entry in entries], lookups)
    by_owner: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_owner.setdefault(entry.owner, []).append(entry)
    steps = []
    for group in by_owner.values():
        owner = _owner(group, lookups, default, today)
        held = {entry.holding.key: holdings[entry.holding.key] for entry in group}
        steps += _steps(owner, group, held, lookups, records)
    return Plan(steps, list(by_owner))


def _entry(line: Line, lookups: Lookups) -> _Entry | None:
    unit = known_unit(line, lookups)
    name = line.need("name", cells.text)
    since = line.need("from", figures.day)
    until = line.may("until", figures.day)
    if since and until and until < since:
        line.blame("until", "ends-before-start", last=until.isoformat())
    owner = line.may("owner", cells.token)
    reached = {column: line.may(column, parse) for column, parse in _REACHED_BY.items()}
    role = line.may("role", choices.role) or "owner"
    language: Language | None = line.may("language", choices.language)
    care = line.may("care", choices.care) or ()
    care_by = line.may("care_by", cells.text) or ""
    if care and not care_by:
        line.blame("care_by", "care-by-missing", "care_by (登记人)")
    if line.faults or unit is None or name is None or since is None:
        return None
    owner = owner or f"o-{_ESCAPED.sub(_escape, unit.unit)}-{since:%Y%m%d}"
    return _Entry(
        line=line,
        owner=owner,
        holding=Holding(line=line, owner=owner, unit=unit, since=since, until=until),
        contact=Contact(name=name, role=role, **reached),
        language=language,
        care=care,
        care_by=care_by,
    )


def _escape(sign: re.Match[str]) -> str:
    """A sign that no owner's id may have, so that two units never share one."""
    return f"_{ord(sign[0]):x}_"


def _owner(group: Sequence[_Entry], lookups: Lookups, default: Language, today: date) -> Owner:
    """An owner as its rows have it: they replace what is on record, but a column not there says nothing."""
    id = group[0].owner
    account = lookups.account(id)
    known = account.owner if account else Owner(id=id, contacts=(), language=default)
    contacts: dict[tuple[str, str], Contact] = {}
    for entry in group:
        one = _remembered(entry, known.contacts)
        first = contacts.get((one.name, one.role))
        contacts[one.name, one.role] = _together(entry.line, first, one) if first else one
    return Owner(
        id=id,
        contacts=tuple(sorted(contacts.values(), key=lambda contact: contact.role != "owner")),
        language=_language(group) or known.language,
        **_care(group, known, today),
    )


def _care(group: Sequence[_Entry], known: Owner, today: date) -> dict[str, Any]:
    """How an owner is treated, who entered it and when; the same again keeps its day, for the yearly review."""
    treatments = tuple(dict.fromkeys(c for entry in group for c in entry.care))
    if not group[0].line.has("care") or treatments == known.care:
        return {"care": known.care, "care_by": known.care_by, "care_on": known.care_on}
    by = next((entry.care_by for entry in group if entry.care_by), "")
    return {"care": treatments, "care_by": by, "care_on": today if treatments else None}


def _remembered(entry: _Entry, known: Iterable[Contact]) -> Contact:
    """A contact with what is on record under columns that the file does not have."""
    line, one = entry.line, entry.contact
    like = (c for c in known if c.name == one.name and (c.role == one.role or not line.has("role")))
    before = next(like, None)
    columns = [column for column in ("role", *_REACHED_BY) if not line.has(column)]
    return structs.replace(one, **{c: getattr(before, c) for c in columns}) if before else one


def _together(line: Line, first: Contact, other: Contact) -> Contact:
    """Two rows about one person; what they say of it must not differ."""
    for column in _REACHED_BY:
        if getattr(other, column) and getattr(first, column) not in (None, getattr(other, column)):
            line.blame(column, "owner-differs")
    said = {c: getattr(first, c) or getattr(other, c) for c in _REACHED_BY}
    return structs.replace(first, **said)


def _language(group: Iterable[_Entry]) -> Language | None:
    language: Language | None = None
    for entry in group:
        if language and entry.language not in (None, language):
            entry.line.blame("language", "owner-differs")
        language = language or entry.language
    return language


def _steps(
    owner: Owner,
    group: Sequence[_Entry],
    held: dict[tuple[str, str, str], Holding],
    lookups: Lookups,
    records: Records,
) -> list[Step]:
    """What to write of one owner, the owner first, so that nobody ever holds a unit without being known."""
    account = lookups.account(owner.id)
    is_new = account is None or account.owner != owner
    writes = {key: tenures.writes(one, lookups, records) for key, one in held.items()}
    rows = sum(not entry.line.faults for entry in group if is_new or writes[entry.holding.key])
    saved = [partial(records.save_owner, owner)] if is_new else []
    all_writes = [*saved, *(write for one in writes.values() for write in one)]
    return [Step(rows, partial(_do, all_writes))] if rows else []


def _do(writes: Iterable[partial[None]]) -> None:
    for write in writes:
        write()
