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
from .ports import Queue
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
    made_today = sum(reply.received_on == on for reply in account.replies)
    if made_today >= rules.collection.limits.replies_a_day:
        raise TooMany(_A_DAY)
    said = _wish(account, form, on)
    reply = replied(account, fold(account, rules, on), rules, said, at=now)
    if records.add_reply(account.owner.id, reply):
        return reply
    latest = records.load_account(account.owner.id)  # the same request came twice at one moment
    return (_known(latest, form, on) if latest else None) or reply


def _wish(account: Account, form: ReplyForm, on: date) -> Wish:
    return wish(form, {bill.key for bill in account.bills if bill.issued_on <= on}, on)
