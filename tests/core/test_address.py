"""Addresses as people type them: the same one however it is written, and never somebody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.address import address, contact_at, network, unit_typed
from chalicelib.core.letters import plain
from chalicelib.core.rulebook import Channel
from tests.builders import account, contact, owner


@pytest.mark.parametrize(
    "typed",
    [
        *("+8613800000001", "13800000001", "138 0000 0001", "138-0000-0001", "008613800000001", " 8613800000001 "),
        *("１３８０００００００１", "138—0000–0001"),
    ],
)
def test_a_telephone_is_known_however_it_is_typed(typed: str) -> None:
    assert address(typed) == address("+8613800000001")


def test_an_e_mail_address_is_known_in_capitals_and_in_full_width_too() -> None:
    assert address("ｗａｎｇ＠owner．example") == address("wang@owner.example")
    assert address(" Wang@Owner.example") == address("wang@owner.example")
    assert address("wang@owner.example") != address("wang@owner.example.net")


NONE = ["", "x", "@", "a@b c", "12345", "+", "1" * 16, "138\n00000001x"]


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_address_is_none(typed: str) -> None:
    assert address(typed) is None


@given(st.text(max_size=40))
def test_no_text_is_an_address_of_another_form(typed: str) -> None:
    found = address(typed)
    assert found is None or ("@" in plain(typed)) is (found.channel is Channel.EMAIL)


def test_only_who_is_on_file_is_found() -> None:
    some = account(owner=owner("o-1", contact(), contact(name="儿子", role="child", email="son@owner.example")))
    found = address("SON@owner.example")
    assert found
    son = contact_at(some, found)
    assert son and son.name == "儿子"
    other = address("13800000009")
    assert other and contact_at(some, other) is None


def test_a_household_is_one_network_however_many_addresses_it_has() -> None:
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1")
    assert network("2001:db8:1:3::1") != network("2001:db8:1:2::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("nonsense") == network("")


@given(st.text(max_size=64))
def test_no_name_of_a_unit_is_longer_than_a_key_may_be(typed: str) -> None:
    for text in (typed, "\ufdfa" * 64):
        made = unit_typed(text)
        assert max(len(name.encode()) for name in (made, made.upper(), made.lower())) < 2048 - len("U#")
