"""How an owner can be reached."""

import hashlib
from collections.abc import Collection

from .account import Account, Contact
from .rulebook import SENT_BY_MACHINE, Channel, Community, SmsProfile, Stage, Treatment


def channels(account: Account, stage: Stage, community: Community, tried: Collection[str] = ()) -> tuple[Channel, ...]:
    """The channels of a stage that work for an owner, best first; the last is always done by people.

    Mainland carriers do not carry demands, so a demand never goes by SMS there. An address by which this very
    message could not be had (`tried`, by its mark) is not used for it again.
    """
    usable = set(Channel) - account.unsubscribed
    if not contact_by(account, Channel.EMAIL, tried):
        usable -= {Channel.EMAIL}
    is_barred = stage.demand and community.sms.profile is SmsProfile.MAINLAND_CHINA
    if is_barred or not contact_by(account, Channel.SMS, tried):
        usable -= {Channel.SMS}
    if stage.demand and Treatment.NO_AUTOMATIC_DEMAND in account.owner.care:
        usable -= SENT_BY_MACHINE
    found = [channel for channel in stage.channels if channel in usable]
    if Treatment.CALL_FIRST in account.owner.care:
        found.sort(key=lambda channel: channel is not Channel.CALL)
    return tuple(found)


def contact_by(account: Account, channel: Channel, tried: Collection[str] = ()) -> Contact | None:
    """The first of an owner's contacts who can be reached by a channel; a named contact comes before the owner.

    Nobody is written to at an address that came back, complained or opted out; people may still call there.
    """
    contacts = account.owner.contacts
    if Treatment.NAMED_CONTACT in account.owner.care:
        contacts = tuple(sorted(contacts, key=lambda contact: contact.role not in ("delegate", "child")))
    closed = {one.mark for one in account.suppressions if one.channel is channel} | set(tried)
    for contact in contacts:
        address = address_of(contact, channel)
        if address is not None and (channel not in SENT_BY_MACHINE or mark(address) not in closed):
            return contact
    return None


def address_of(contact: Contact, channel: Channel) -> str | None:
    """Where a contact is reached by a channel."""
    return contact.email if channel is Channel.EMAIL else contact.phone


def address_marked(account: Account, channel: Channel, known_by: str) -> str | None:
    """The address a mark stands for, as long as the owner has it."""
    addresses = (address_of(contact, channel) for contact in account.owner.contacts)
    return next((one for one in addresses if one and mark(one) == known_by), None)


def mark(address: str) -> str:
    """What an address is known by where it need not be read: the same however it is written."""
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()[:16]
