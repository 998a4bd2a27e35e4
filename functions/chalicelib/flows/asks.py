"""Send me my bill: whoever asks is answered alike, and only who is on file for the unit gets anything.

What was asked for is queued before anybody looks who it is for, so neither the answer nor its time tells whether an
address is on file.
"""

import secrets
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from ..core.address import Address, address, contact_at, unit_typed
from ..core.bundle import Bundle
from ..core.errors import BadForm
from ..core.holders import holder_on
from ..core.reach import mark
from ..core.rulebook import Channel, Limits
from .occasions import ASKED, asked_id, key
from .ports import Queue
from .quota import Quota, take
from .records import Records
from .reminders import Job


class AskForm(Struct, frozen=True, kw_only=True):
    """A unit, and the e-mail address or telephone number that is on file for it."""

    unit: Annotated[str, Meta(min_length=1, max_length=64)]
    contact: Annotated[str, Meta(min_length=1, max_length=254)]


class Ask(Struct, frozen=True, kw_only=True):
    """What travels through the queue: the unit, and the address by its mark; `id` begins with when it was asked."""

    unit: str
    channel: Channel
    mark: str
    id: str


def new_id() -> str:
    return secrets.token_urlsafe(12)


def ask(
    records: Records,
    bundle: Bundle,
    queue: Queue,
    form: AskForm,
    *,
    network: str,
    now: datetime,
    new_id: Callable[[], str] = new_id,
) -> None:
    """Queues what was asked for, unless it was asked for often enough; BadForm for what is no address at all."""
    unit, wanted = unit_typed(form.unit), address(form.contact)
    if wanted is None:
        raise BadForm(("contact", "invalid"))
    if is_within(records, bundle.rules.collection.limits, unit, wanted, network, now):
        made = Ask(unit=unit, channel=wanted.channel, mark=wanted.mark, id=asked_id(now, new_id()))
        queue.send([msgspec.json.encode(made).decode()])


def is_within(records: Records, limits: Limits, unit: str, wanted: Address, network: str, now: datetime) -> bool:
    """Whether an address, a unit and a network have each something left; all three are counted, come what may."""
    quotas = {
        f"ask-address-{wanted.mark}": limits.asks_by_address,
        f"ask-unit-{mark(unit)}": limits.asks_by_unit,
        f"ask-network-{network}": limits.asks_by_network,
    }
    left = [take(records, what, Quota(most), now) for what, most in quotas.items()]
    return all(left)


def asked_for(records: Records, ask: Ask, on: date) -> Job | None:
    """The answer to send, if the address is on file for who holds the unit; None, and nobody is told, if not."""
    spelt = (ask.unit, ask.unit.upper(), ask.unit.lower())
    owner = holder_on(next(filter(None, (records.load_unit(name)[1] for name in spelt)), ()), on)
    account = records.load_account(owner) if owner else None
    if owner is None or account is None or contact_at(account, Address(ask.channel, ask.mark)) is None:
        return None
    return Job(owner, key(ASKED[ask.channel], ask.id, mark(ask.unit), ask.mark))
