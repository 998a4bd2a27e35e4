"""A code by text message, exchanged for a link: six figures, five minutes, five tries, once."""

import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Annotated

from msgspec import Meta, Struct

from ..core.address import address, unit_typed
from ..core.bundle import Bundle
from ..core.calendar import local_date
from ..core.errors import NotFound
from ..core.reach import mark
from ..core.rulebook import Channel
from .links import Mint, mint, new_code
from .ports import Condition, Item
from .quota import FORGOTTEN, Quota, take
from .records import Records

MINUTES = 5
_TRIES = 5
_BY_NETWORK = Quota(60)
_DAYS = 1
_ROUNDS = 50_000
_NOBODYS: Item = {"salt": "", "digest": "", "owner": ""}


class SessionForm(Struct, frozen=True, kw_only=True):
    """A unit, the telephone the code came to, and the code."""

    unit: Annotated[str, Meta(min_length=1, max_length=64)]
    phone: Annotated[str, Meta(min_length=1, max_length=40)]
    code: Annotated[str, Meta(pattern="^[0-9]{6}$")]


class Session(Struct, frozen=True):
    """The code of a link, and its last day."""

    code: str
    expires: date


def new_pin() -> str:
    """Six random figures."""
    return f"{secrets.randbelow(1_000_000):06d}"


def open_session(records: Records, owner: str, unit: str, phone: str, pin: str, now: datetime) -> None:
    """Notes the code that is about to be sent to a telephone (both by their marks); any earlier one is over."""
    salt = secrets.token_hex(16)
    until = int((now + timedelta(minutes=MINUTES)).timestamp())
    values: Item = {"owner": owner, "salt": salt, "digest": _digest(pin, salt), "until": until, "tries": 0, "used": 0}
    values[FORGOTTEN] = until
    records.table.change(*_key(unit, phone), values)


def exchange(
    records: Records, bundle: Bundle, form: SessionForm, *, network: str, now: datetime, new_code: Mint = new_code
) -> Session:
    """A link for the code a telephone got; NotFound, always the same and after the same calls, for anything wrong."""
    known = address(form.phone)
    phone = known.mark if known and known.channel is Channel.SMS else ""
    key = _key(mark(unit_typed(form.unit)), phone)
    may_try = take(records, f"sessions-{network}", _BY_NETWORK, now)
    alive = [Condition("until", "above", int(now.timestamp())), Condition("used", "equals", 0)]
    left = Condition("tries", "below", _TRIES if may_try else 0)  # else anybody could use up what is another's
    is_open = records.table.change(*key, {}, add={"tries": 1}, all_of=[*alive, left])
    found = records.table.get(*key) or _NOBODYS
    is_right = hmac.compare_digest(_digest(form.code, str(found["salt"])), str(found["digest"]))
    if not (is_open and is_right):
        raise NotFound
    account = records.load_account(str(found["owner"]))
    if account is None or not records.table.change(*key, {"used": 1}, all_of=[*alive, _same(found)]):
        raise NotFound
    on = local_date(now, bundle.rules.community.time_zone)
    code, link = mint(records, account, scope="account", channel="sms", on=on, days=_DAYS, new_code=new_code)
    return Session(code=code, expires=link.expires)


def _same(session: Item) -> Condition:
    return Condition("digest", "equals", session["digest"])


def _key(unit: str, phone: str) -> tuple[str, str]:
    return f"S#{mark(unit + phone)}", "SESSION"


def _digest(pin: str, salt: str) -> str:
    """What is kept of a code: slow to try, since there are only a million of them."""
    return hashlib.pbkdf2_hmac("sha256", pin.encode(), salt.encode(), _ROUNDS).hex()
