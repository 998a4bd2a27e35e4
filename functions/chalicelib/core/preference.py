"""How an owner wishes to be written to; whatever they give up, one lawful way always remains."""

from msgspec import Struct, structs

from .account import Account
from .reach import contact_by
from .rulebook import SENT_BY_MACHINE, Channel, Language


class Preferences(Struct, frozen=True, kw_only=True):
    """The language, the ways that may be used, and large print on paper."""

    language: Language
    email: bool
    sms: bool
    large_print: bool

    @property
    def given_up(self) -> frozenset[Channel]:
        """The ways that may not be used."""
        wanted = {Channel.EMAIL: self.email, Channel.SMS: self.sms}
        return frozenset(channel for channel, is_wanted in wanted.items() if not is_wanted)


class PreferencesView(Preferences, frozen=True, kw_only=True):
    """The same with the way that bills and reminders now come by."""

    remains: Channel


def preferences(account: Account) -> Preferences:
    """What an owner wishes now."""
    return Preferences(
        language=account.owner.language,
        email=Channel.EMAIL not in account.unsubscribed,
        sms=Channel.SMS not in account.unsubscribed,
        large_print=account.large_print,
    )


def shown(account: Account) -> PreferencesView:
    """What an owner wishes now, and by which way they are written to."""
    return PreferencesView(**structs.asdict(preferences(account)), remains=ways(account)[0])


def ways(account: Account) -> tuple[Channel, ...]:
    """Every way an owner may be written to, best first; a sealed letter nobody can give up."""
    usable = [one for one in Channel if one in SENT_BY_MACHINE - account.unsubscribed and contact_by(account, one)]
    return (*usable, Channel.LETTER)
