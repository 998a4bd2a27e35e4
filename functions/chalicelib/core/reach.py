"""How an owner can be reached."""

from .account import Account, Contact
from .rulebook import SENT_BY_MACHINE, Channel, Community, SmsProfile, Stage, Treatment


def channels(account: Account, stage: Stage, community: Community) -> tuple[Channel, ...]:
    """The channels of a stage that work for an owner, best first; the last is always done by people.

    Mainland carriers do not carry demands, so a demand never goes by SMS there.
    """
    usable = set(Channel) - account.unsubscribed
    if not contact_by(account, Channel.EMAIL):
        usable -= {Channel.EMAIL}
    is_barred = stage.demand and community.sms.profile is SmsProfile.MAINLAND_CHINA
    if is_barred or not contact_by(account, Channel.SMS):
        usable -= {Channel.SMS}
    if stage.demand and Treatment.NO_AUTOMATIC_DEMAND in account.owner.care:
        usable -= SENT_BY_MACHINE
    found = [channel for channel in stage.channels if channel in usable]
    if Treatment.CALL_FIRST in account.owner.care:
        found.sort(key=lambda channel: channel is not Channel.CALL)
    return tuple(found)


def contact_by(account: Account, channel: Channel) -> Contact | None:
    """The first of an owner's contacts who can be reached by a channel; a named contact comes before the owner."""
    contacts = account.owner.contacts
    if Treatment.NAMED_CONTACT in account.owner.care:
        contacts = tuple(sorted(contacts, key=lambda contact: contact.role not in ("delegate", "child")))
    for contact in contacts:
        if (contact.email if channel is Channel.EMAIL else contact.phone) is not None:
            return contact
    return None
