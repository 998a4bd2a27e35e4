"""An owner says something: taken in once, with the pause and the case it opens, and answered at once."""

from datetime import date, datetime

import msgspec

from ..core.account import Account, Reply, Wish
from ..core.bundle import Bundle
from ..core.calendar import ONE_DAY, local_date
from ..core.errors import Conflict, TooMany
from ..core.ledger import fold
from ..core.reply import replied
from ..core.rulebook import Rulebook
from ..core.wish import ReplyForm, wish
from .links import open_link
from .occasions import reply_key
from .ports import Condition, Item, Queue
from .quota import FORGOTTEN
from .records import Records
from .reminders import Job

_A_DAY = 24 * 3600


def take_reply(records: Records, bundle: Bundle, queue: Queue, code: str, form: ReplyForm, *, now: datetime) -> Reply:
    """A reply under the owner's own name for it: said again it changes nothing, and finishes what was cut short.

    Conflict when that name was given to another reply; TooMany beyond what an owner may ask for in a day.
    """
    on = local_date(now, bundle.rules.community.time_zone)
    account, _ = open_link(records, code, scope="account", on=on)
    reply = _known(account, form, on) or _new(records, account, bundle.rules, form, on, now)
    owner = account.owner.id
    records.bring_forward(owner, on + ONE_DAY)
    queue.send([msgspec.json.encode(Job(owner, reply_key(reply))).decode()])
    return reply


def _known(account: Account, form: ReplyForm, on: date) -> Reply | None:
    """The reply of this name, if it was taken in before."""
    found = next((reply for reply in account.replies if reply.wish.id == form.id), None)
    if found and found.wish != _wish(account, form, found.received_on):
        raise Conflict(f"reply {form.id}")
    return found


def _new(records: Records, account: Account, rules: Rulebook, form: ReplyForm, on: date, now: datetime) -> Reply:
    said = _wish(account, form, on)
    if not _has_place(records, account, form.id, rules.collection.limits.replies_a_day, on, now):
        raise TooMany(_A_DAY)
    reply = replied(account, fold(account, rules, on), rules, said, at=now)
    if records.add_reply(account.owner.id, reply):
        return reply
    latest = records.load_account(account.owner.id)  # the same request came twice at one moment
    return (_known(latest, form, on) if latest else None) or reply


def _has_place(records: Records, account: Account, id: str, most: int, on: date, now: datetime) -> bool:
    """Whether a reply gets one of the day's places: never more than there are, however many come at one moment.

    A place is its reply's for good, so that the same reply once more takes no second one.
    """
    values: Item = {"reply": id, FORGOTTEN: int(now.timestamp()) + 2 * _A_DAY}
    free = [Condition("reply", "absent"), Condition("reply", "equals", id)]
    made_today = sum(reply.received_on == on for reply in account.replies)
    places = (f"C#reply-{account.owner.id}#{on}#{number}" for number in range(made_today, most))
    return any(records.table.change(place, "PLACE", values, any_of=free) for place in places)


def _wish(account: Account, form: ReplyForm, on: date) -> Wish:
    return wish(form, {bill.key for bill in account.bills if bill.issued_on <= on}, on)
