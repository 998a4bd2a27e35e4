"""Online payments: a provider tells of money it has received; it counts once, for one owner, or waits for staff.

Money counts under the reference that a bank's list gives it too, `P#<method>#<transaction>#<line>`. Whichever of the
two is first on record counts and says whose it is; the other adds nothing. Where their sums differ, the notification is
set aside for staff.
"""

import unicodedata
from datetime import date, datetime
from functools import partial

from msgspec import Struct

from ..core.account import Payment
from ..core.calendar import local_date
from ..core.errors import Conflict, NotFound
from ..core.holders import latest_holder
from ..core.money import Fen, total, yuan
from ..core.remittance import Remittance
from ..core.rulebook import Method, Rulebook
from ..core.signature import WINDOW
from .item import decoded, encoded
from .ports import Item
from .records import Records

_ASIDE = "M#unmatched"
_WORDS = 4  # the longest unit's name, and the period


class Unmatched(Struct, frozen=True, kw_only=True):
    """Money on no account yet, and why: a code of `site/words.yml` with the values of its text."""

    method: str
    money: Remittance
    problem: str
    values: dict[str, str] = {}


def method_of(provider: str, rules: Rulebook) -> Method:
    """The way to pay that a provider tells of; NotFound for everybody else."""
    found = (method for method in rules.payments.methods if method.provider == provider)
    method = next(found, None) if provider else None
    if method is None:
        raise NotFound
    return method


def receive(records: Records, rules: Rulebook, method: Method, money: Remittance, *, now: datetime) -> None:
    """Puts on record what a provider tells; told again it changes nothing, and finishes what was cut short.

    Conflict when the transaction was told before with other content.
    """
    _note(records, method, money)
    found = _payment(records, rules, method, money, now)
    if isinstance(found, Unmatched):
        _set_aside(records, found)
    elif not _is_recorded(records, *found):
        _agree(records, method, money)


def load_remittance(records: Records, method: str, reference: str) -> Remittance | None:
    """What a provider has told of a reference."""
    item = records.table.get(*_key(method, reference))
    return decoded(item, Remittance) if item else None


def unmatched(records: Records) -> list[Unmatched]:
    """The money set aside that is not on record under its reference to the fen, oldest first."""
    aside = [decoded(item, Unmatched) for item in records.table.query(_ASIDE)]
    left = [one for one in aside if _sum(_counted(records, one.method, one.money)) != one.money.amount]
    return sorted(left, key=lambda one: one.money.paid_at)


def _key(method: str, reference: str) -> tuple[str, str]:
    return f"P#{method}#{reference}#1", "REMITTANCE"


def _note(records: Records, method: Method, money: Remittance) -> None:
    pk, sk = _key(method.id, money.transaction)
    item: Item = {"pk": pk, "sk": sk, "fact": encoded(money)}
    if not records.table.put_new(item) and load_remittance(records, method.id, money.transaction) != money:
        raise Conflict(f"transaction {money.transaction}")


def _counted(records: Records, method: str, money: Remittance) -> list[tuple[str, Payment]]:
    """What counts under a transaction's reference, line by line, and for whom."""
    lines: list[tuple[str, Payment]] = []
    while line := records.load_claim(f"{method}#{money.transaction}#{len(lines) + 1}"):
        lines.append(line)
    return lines


def _sum(counted: list[tuple[str, Payment]]) -> Fen:
    return total([payment.amount for _, payment in counted])


def _agree(records: Records, method: Method, money: Remittance) -> None:
    """Finishes what is half on record under a transaction's reference, and shows staff where it is another sum."""
    counted = _counted(records, method.id, money)
    for owner, payment in counted:
        records.record_payment(owner, payment)
    if _sum(counted) != money.amount:
        known = {"known": yuan(_sum(counted))}
        _set_aside(records, Unmatched(method=method.id, money=money, problem="record-conflict", values=known))


def _payment(
    records: Records, rules: Rulebook, method: Method, money: Remittance, now: datetime
) -> tuple[str, Payment] | Unmatched:
    """Whose the money is and the payment it makes, by the notification alone, so that a repeat makes the same."""
    zone = rules.community.time_zone
    on = local_date(money.paid_at, zone)
    aside = partial(Unmatched, method=method.id, money=money)
    if money.paid_at > now + WINDOW:
        return aside(problem="in-the-future", values={"today": local_date(now, zone).isoformat()})
    payer = _payer(records, money.reference, on)
    if payer is None:
        return aside(problem="reference-unclear")
    owner, unit = payer
    return owner, Payment(
        id=f"{method.id}#{money.transaction}#1",
        paid_on=on,
        received_on=on,
        method=method.id,
        reference=money.transaction,
        amount=Fen(money.amount),
        unit=unit,
    )


def _payer(records: Records, reference: str, on: date) -> tuple[str, str] | None:
    """The owner and the unit a reference names: who holds the unit then or held it last, or an owner by id."""
    words = unicodedata.normalize("NFKC", reference).split()[:_WORDS]
    for end in range(len(words), 0, -1):
        unit = " ".join(words[:end])
        owner = latest_holder(records.load_unit(unit)[1], on)
        if owner:
            return owner, unit
    account = records.load_account(words[0]) if words else None
    held = [tenure for tenure in account.tenures if tenure.from_ <= on] if account else []
    return (words[0], max(held, key=lambda tenure: tenure.from_).unit) if held else None


def _is_recorded(records: Records, owner: str, payment: Payment) -> bool:
    """Whether the payment counts; not if a bank's list has claimed its reference just now."""
    try:
        records.record_payment(owner, payment)
    except Conflict:
        return False
    return True


def _set_aside(records: Records, found: Unmatched) -> None:
    sk = f"{found.method}#{found.money.transaction}"
    records.table.put_new({"pk": _ASIDE, "sk": sk, "fact": encoded(found)})
