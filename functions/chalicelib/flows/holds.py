"""Holds: opened within the rules' limits, ended before their time; the facts stay."""

from collections.abc import Sequence
from datetime import date

from ..core.account import Hold, Instalment
from ..core.bundle import Bundle
from ..core.calendar import ONE_DAY
from ..core.errors import Conflict, NotFound
from ..core.holds import opened, refused_end
from ..core.ledger import fold
from ..core.refusal import Refusal
from ..core.rulebook import Actor, HoldKind
from .records import Records


def open_hold(
    records: Records,
    bundle: Bundle,
    owner: str,
    kind: HoldKind,
    *,
    on: date,
    role: Actor,
    by: str,
    bills: Sequence[str] = (),
    until: date | None = None,
    instalments: Sequence[Instalment] = (),
    dry_run: bool = False,
) -> Hold | Refusal:
    """A pause from today on, put on record once; or why the rules do not allow it.

    Conflict when another one of the kind was opened at the same moment.
    """
    account = records.load_account(owner)
    if account is None:
        raise NotFound(owner)
    debts = fold(account, bundle.rules, on).debts
    hold = opened(
        account, debts, bundle.rules, kind, on=on, role=role, by=by, bills=bills, until=until, instalments=instalments
    )
    if isinstance(hold, Hold) and not dry_run:
        if not records.add_hold(owner, hold):
            raise Conflict(f"hold {hold.id}")
        records.bring_forward(owner, on + ONE_DAY)
    return hold


def end_hold(
    records: Records, bundle: Bundle, owner: str, id: str, *, last: date, role: Actor, by: str, dry_run: bool = False
) -> Hold | Refusal:
    """Ends a pause, the day after whose last one all goes on; or why this role may not.

    NotFound for one that is not there.
    """
    account = records.load_account(owner)
    hold = next((hold for hold in account.holds if hold.id == id), None) if account else None
    if hold is None:
        raise NotFound(f"{owner}: {id}")
    refusal = refused_end(hold, bundle.rules, role)
    if refusal is None and not dry_run:
        records.end_hold(owner, hold, last, role=role, by=by)
        records.bring_forward(owner, last + ONE_DAY)
    return refusal or hold
