"""Holds: pauses an owner may have, with limits as data, so that each ends by itself and nobody pauses for ever."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from .account import Account, Hold, Instalment
from .debt import Debt
from .money import total, yuan
from .refusal import Refusal
from .rulebook import Actor, HoldKind, HoldRule, Rulebook
from .workdays import moved_to_working_day, working_days_later

_RANK = {actor: rank for rank, actor in enumerate(Actor)}


_PAID_BY: frozenset[HoldKind] = frozenset({"promise", "plan"})
"""Pauses whose last day is one to pay by, so that it moves off a day of rest even where people chose it."""


def refused_end(hold: Hold, rules: Rulebook, role: Actor) -> Refusal | None:
    """Why somebody may not end a pause before its time: it takes whoever may open it, and no less than who did."""
    rule = rules.collection.holds.get(hold.kind)
    least = max(filter(None, (hold.role, rule.opened_by if rule else None)), key=_RANK.__getitem__)
    return Refusal("hold-not-yours-to-end", {"role": least.value}) if _RANK[role] < _RANK[least] else None


def opened(
    account: Account,
    debts: Mapping[str, Debt],
    rules: Rulebook,
    kind: HoldKind,
    *,
    on: date,
    role: Actor,
    by: str,
    bills: Sequence[str] = (),
    until: date | None = None,
    instalments: Sequence[Instalment] = (),
) -> Hold | Refusal:
    """A pause as the rules allow it, or why they do not; `bills` are keys, none of them means every open one.

    `role` is who opens it, `by` under what name; the reason an owner gave is not stored.
    """
    rule = rules.collection.holds.get(kind)
    if rule is None:
        return Refusal("hold-unknown")
    open_bills = tuple(key for key, debt in debts.items() if debt.outstanding(on))
    named = tuple(bills) or (open_bills if rule.bills_only or rule.once_a_bill or instalments else ())
    last = _last_day(rule, rules, on)
    asked = until or (instalments[-1].due_on if instalments else last)
    until = _until(asked, rules) if kind in _PAID_BY else asked
    refusal = (
        _refused_person(account, rule, kind, role, named)
        or _refused_bills(rule, named, open_bills)
        or _refused_time(on, asked, last)
        or _refused_plan(rule, instalments, debts, named, on)
    )
    if refusal:
        return refusal
    number = sum(hold.kind == kind for hold in account.holds) + 1
    return Hold(
        id=f"{kind}-{number}",
        kind=kind,
        from_=on,
        until=until,
        bills=named,
        stops_late_fee=rule.stops_late_fee,
        instalments=tuple(instalments),
        by=by,
        role=role,
    )


def _last_day(rule: HoldRule, rules: Rulebook, on: date) -> date | None:
    """The last day a pause may have; it begins today, and a term does not count its first day."""
    if rule.working_days is not None:
        return working_days_later(on, rule.working_days, rules.community)
    return _until(on + timedelta(days=rule.days), rules) if rule.days is not None else None


def _until(last: date | None, rules: Rulebook) -> date | None:
    """A last day of rest becomes the next working day (Civil Code art. 203)."""
    return moved_to_working_day(last, rules.community) if last else None


def _refused_person(
    account: Account, rule: HoldRule, kind: HoldKind, role: Actor, named: Sequence[str]
) -> Refusal | None:
    """Who may open it, and who may open it again; one withdrawn before it paused anything was never had."""
    if rule.opened_by and _RANK[role] < _RANK[rule.opened_by]:
        return Refusal("hold-not-yours", {"role": rule.opened_by.value})
    before = [hold for hold in account.holds if hold.kind == kind and not hold.is_withdrawn]
    if rule.once_a_bill:
        before = [hold for hold in before if not hold.bills or set(hold.bills) & set(named)]
    is_again = bool(before) and (rule.once_a_bill or rule.renewed_by is not None)
    if is_again and (rule.renewed_by is None or _RANK[role] < _RANK[rule.renewed_by]):
        renewed_by = rule.renewed_by
        return Refusal("hold-renewal", {"role": renewed_by.value}) if renewed_by else Refusal("hold-once")
    return None


def _refused_bills(rule: HoldRule, named: Sequence[str], open_bills: Sequence[str]) -> Refusal | None:
    if set(named) - set(open_bills) or (rule.bills_only and not named):
        return Refusal("hold-no-bill", {"bills": ", ".join(open_bills)})
    return None


def _refused_time(on: date, until: date | None, last: date | None) -> Refusal | None:
    if until and until < on:
        return Refusal("hold-past", {"until": str(until)})
    if last and (until is None or until > last):
        return Refusal("hold-long", {"last": str(last)})
    return None


def _refused_plan(
    rule: HoldRule, parts: Sequence[Instalment], debts: Mapping[str, Debt], named: Sequence[str], on: date
) -> Refusal | None:
    """A plan has dated parts in order, no more than allowed, that come to what is owed."""
    if rule.instalments is None:
        return Refusal("plan-not-here") if parts else None
    days = [part.due_on for part in parts]
    if not 2 <= len(parts) <= rule.instalments:
        return Refusal("plan-parts", {"most": str(rule.instalments)})
    if days != sorted(set(days)) or days[0] < on or any(part.amount <= 0 for part in parts):
        return Refusal("plan-order")
    owed = total([debts[key].outstanding(on) for key in named])
    if total([part.amount for part in parts]) != owed:
        return Refusal("plan-sum", {"sum": yuan(owed)})
    return None
