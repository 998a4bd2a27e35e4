"""What an owner wishes to receive: from the preferences on the page, or by one click from the mail program."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

from ..core.account import Account
from ..core.bundle import Bundle
from ..core.calendar import local_date
from ..core.errors import TooMany
from ..core.preference import Preferences, PreferencesView, preferences, shown, ways
from ..core.rulebook import Channel, Language
from .links import open_link
from .occasions import key
from .ports import Queue
from .quota import Quota, take, wait
from .records import Records
from .reminders import Job

CHANGES = Quota(10)


class Told(NamedTuple):
    """In which language an owner is answered, and by which way bills come from now on."""

    language: Language
    remains: Channel


def change_preferences(
    records: Records, bundle: Bundle, queue: Queue, code: str, wish: Preferences, *, now: datetime
) -> PreferencesView:
    """The preferences of a link's owner as they are from now on; the owner is told of each change once.

    The same wish again changes nothing, and finishes what was cut short.
    """
    today = local_date(now, bundle.rules.community.time_zone)
    account, _ = open_link(records, code, scope="account", on=today)
    owner = account.owner.id
    while preferences(account) != wish:  # again from the top when somebody else changed them in between
        if not take(records, f"preferences-{owner}", CHANGES, now):
            raise TooMany(wait(CHANGES, now))
        records.prefer(owner, wish, before=account.preferred)
        account, _ = open_link(records, code, scope="account", on=today)
    if account.preferred:
        queue.send([msgspec.json.encode(Job(owner, _key(account))).decode()])
    return shown(account)


def _key(account: Account) -> str:
    return key("preference-changed", str(account.preferred))


def unsubscribe(records: Records, code: str, *, today: date) -> Told:
    """Ends e-mail for the owner of an unsubscribe code (RFC 8058); reminders go on by what remains.

    Doing it again changes nothing. NotFound for any other code.
    """
    account, _ = open_link(records, code, scope="unsubscribe", on=today)
    records.unsubscribe(account.owner.id, Channel.EMAIL)
    account, _ = open_link(records, code, scope="unsubscribe", on=today)
    return Told(account.owner.language, ways(account)[0])


def unsubscribe_language(records: Records, code: str, *, today: date) -> Language:
    """The language in which to ask before unsubscribing; looking changes nothing, as mail scanners look."""
    return open_link(records, code, scope="unsubscribe", on=today).account.owner.language
