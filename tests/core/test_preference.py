"""How owners wish to be written to: what they give up is given up, and one lawful way always remains."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Suppression
from chalicelib.core.preference import Preferences, preferences, shown, ways
from chalicelib.core.reach import mark
from chalicelib.core.rulebook import Channel, Treatment
from tests.builders import account, contact, day, owner


def test_the_best_way_that_works_and_was_not_given_up_is_the_one_that_remains() -> None:
    some = account()
    assert ways(some) == (Channel.EMAIL, Channel.SMS, Channel.LETTER)
    assert shown(replace(some, unsubscribed=frozenset({Channel.EMAIL}))).remains is Channel.SMS
    assert shown(replace(some, unsubscribed=frozenset({Channel.EMAIL, Channel.SMS}))).remains is Channel.LETTER
    assert shown(account(owner=owner("o-1", contact(email=None, phone=None)))).remains is Channel.LETTER
    bounced = Suppression(
        channel=Channel.EMAIL, mark=mark("wang@owner.example"), reason="bounced", on=day("2026-03-01"), notice="x"
    )
    assert shown(replace(some, suppressions=(bounced,))).remains is Channel.SMS


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_whatever_is_given_up_a_way_remains_and_it_is_none_of_those(
    email: bool, sms: bool, has_email: bool, has_phone: bool
) -> None:
    wish = Preferences(language="zh", email=email, sms=sms, large_print=False)
    person = contact(email="a@owner.example" if has_email else None, phone="+8613800000001" if has_phone else None)
    some = account(owner=owner("o-1", person), unsubscribed=wish.given_up)
    assert preferences(some) == wish
    assert shown(some).remains not in wish.given_up
    assert ways(some)[-1] is Channel.LETTER


def test_large_print_is_for_who_wishes_it_and_for_who_is_cared_for_so() -> None:
    assert not account().has_large_print
    assert account(large_print=True).has_large_print
    cared = account(owner=owner(care=(Treatment.LARGE_PRINT,)))
    assert cared.has_large_print
    assert not preferences(cared).large_print, "what staff entered is no wish of the owner's"
    assert not account(large_print=True).owner.care
