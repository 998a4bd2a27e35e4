"""What an owner wishes to receive: for now, no more e-mail, by one click from the mail program."""

from datetime import date

from ..core.rulebook import Channel, Language
from .links import open_link
from .records import Records


def unsubscribe(records: Records, code: str, *, today: date) -> Language:
    """Ends e-mail for the owner of an unsubscribe code (RFC 8058); reminders go on by SMS or letter.

    Doing it again changes nothing. The owner's language, for the answer; NotFound for any other code.
    """
    account, _ = open_link(records, code, scope="unsubscribe", on=today)
    records.unsubscribe(account.owner.id, Channel.EMAIL)
    return account.owner.language


def unsubscribe_language(records: Records, code: str, *, today: date) -> Language:
    """The language in which to ask before unsubscribing; looking changes nothing, as mail scanners look."""
    return open_link(records, code, scope="unsubscribe", on=today).account.owner.language
