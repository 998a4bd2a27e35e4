"""Holds: pauses an owner may have, with limits as data, so that each ends by itself and nobody pauses for ever."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct
from msgspec.structs import replace

from .account import Account, Hold, Instalment, Payment
from .debt import Debt
from .money import total, yuan
from .rulebook import Actor, HoldKind, HoldRule, Rulebook
from .workdays import working_days_later


class Refusal(Struct, frozen=True):
    """Why something may not be done: a code of the problems in `site/words.yml`, and what its text needs."""

    problem: str
    values: dict[str, str] = {}


_RANK = {actor: rank for rank, actor in enumerate(Actor)}


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
    until = until or (instalments[-1].due_on if instalments else last)
    refusal = (
        _refused_person(account, rule, kind, role, named)
        or _refused_bills(rule, named, open_bills)
        or _refused_time(on, until, last)
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
    )


def effective(account: Account, on: date) -> tuple[Hold, ...]:
    """An owner's holds as they stand on a day: a plan ends with the first instalment that was missed."""
    if not any(hold.instalments for hold in account.holds):
        return account.holds
    known = [payment for payment in account.payments if payment.paid_on <= on]
    return tuple(_kept(hold, known, on) for hold in account.holds)


def _last_day(rule: HoldRule, rules: Rulebook, on: date) -> date | None:
    """The last day a pause may have; it begins today, and a term does not count its first day."""
    if rule.working_days is not None:
        return working_days_later(on, rule.working_days, rules.community)
    return on + timedelta(days=rule.days) if rule.days is not None else None


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


def _kept(hold: Hold, payments: Sequence[Payment], on: date) -> Hold:
    """A plan up to the first instalment that was not there on its day."""
    asked = 0
    for part in hold.instalments:
        asked += part.amount
        if part.due_on < on and _paid(hold, payments, part.due_on) < asked:
            return replace(hold, until=min(part.due_on, hold.until or part.due_on))
    return hold


def _paid(hold: Hold, payments: Sequence[Payment], through: date) -> int:
    """What was paid towards a plan by a day: money for another bill, or taken back, does not keep it."""
    ids = {key.split("/", 1)[0] for key in hold.bills}
    taken_back = {payment.reverses for payment in payments if payment.reverses}
    return sum(
        payment.amount
        for payment in payments
        if hold.from_ <= payment.paid_on <= through
        and payment.reverses is None
        and payment.id not in taken_back
        and (payment.bill is None or not ids or payment.bill in ids)
    )
