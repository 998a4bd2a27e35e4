"""Private links: one answer for every code that opens nothing, and only hashes on record."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import NotFound
from chalicelib.core.link import digest, is_well_formed
from chalicelib.core.rulebook import Channel
from chalicelib.flows import links, preferences
from chalicelib.flows.links import balance_url, mint, new_code, open_link, unsubscribe_url
from chalicelib.flows.statements import statement_by_link
from staff.memory import MemoryTable
from tests.builders import OWNER, bill, bundle, contact, day, owner, payment, tenure
from tests.flows.office import Office

TODAY = day("2026-03-01")


def opened(office: Office, code: str, on: str = "2026-03-01", scope: links.Scope = "account") -> str:
    return open_link(office.records, code, scope=scope, on=day(on)).account.owner.id


def minted(office: Office, owner_id: str = OWNER, scope: links.Scope = "account", days: int = 120) -> str:
    account = office.records.load_account(owner_id)
    assert account is not None
    code, _ = mint(office.records, account, scope=scope, channel="email", on=TODAY, days=days)
    return code


@pytest.fixture
def office() -> Office:
    made = Office()
    made.enter(bill())
    return made


def test_a_new_code_is_well_formed_and_never_the_same() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(map(is_well_formed, codes))


def test_a_code_opens_the_account_it_was_made_for_through_its_last_day(office: Office) -> None:
    code = minted(office)
    assert opened(office, code) == OWNER
    assert opened(office, code, "2026-06-29") == OWNER
    with pytest.raises(NotFound):
        opened(office, code, "2026-06-30")


def test_looking_many_times_wears_nothing_out(office: Office) -> None:
    code = minted(office)
    assert {opened(office, code) for _ in range(20)} == {OWNER}


def test_every_code_stays_valid_when_another_is_made(office: Office) -> None:
    first, second = minted(office), minted(office)
    assert first != second
    assert opened(office, first) == opened(office, second) == OWNER


def test_one_write_ends_every_link_of_an_owner_and_new_ones_work(office: Office) -> None:
    codes = [minted(office) for _ in range(3)]
    office.table.change(f"O#{OWNER}", "OWNER", {"link_generation": 1})
    for code in codes:
        with pytest.raises(NotFound):
            opened(office, code)
    assert opened(office, minted(office)) == OWNER


def test_whatever_opens_nothing_fails_in_the_same_way(office: Office) -> None:
    expired = minted(office, days=-1)
    dead = minted(office)
    office.table.change(f"O#{OWNER}", "OWNER", {"link_generation": 1})
    wrong = minted(office, scope="unsubscribe")
    gone = minted(office)
    office.table.change(f"L#{digest(gone)}", "LINK", {"fact": _of_nobody(office, gone)})
    errors = []
    for code in (new_code(), "", "x", "房" * 43, expired, dead, wrong, gone):
        with pytest.raises(NotFound) as caught:
            opened(office, code)
        errors.append((type(caught.value), str(caught.value), caught.value.args))
    assert len(set(errors)) == 1


def _of_nobody(office: Office, code: str) -> str:
    item = office.table.get(f"L#{digest(code)}", "LINK")
    assert item is not None
    return str(item["fact"]).replace(OWNER, "o-404")


def test_a_code_for_unsubscribing_opens_no_statement_and_the_other_way_round(office: Office) -> None:
    with pytest.raises(NotFound):
        opened(office, minted(office, scope="unsubscribe"))
    with pytest.raises(NotFound):
        opened(office, minted(office), scope="unsubscribe")


@given(st.text(max_size=60))
def test_no_text_is_a_code_of_somebody_else(text: str) -> None:
    office = Office()
    office.enter(bill())
    minted(office)
    with pytest.raises(NotFound):
        opened(office, text)


def test_only_the_hash_of_a_code_is_on_record(office: Office) -> None:
    code = minted(office)
    table = office.table
    assert isinstance(table, MemoryTable)
    stored = repr(list(table.items()))
    assert code not in stored
    assert digest(code) in stored


def test_the_code_is_in_the_fragment_of_the_address_in_either_language() -> None:
    assert balance_url("https://sample.example", "zh", "CODE") == "https://sample.example/balance/#CODE"
    assert balance_url("https://sample.example", "en", "CODE") == "https://sample.example/en/balance/#CODE"
    assert unsubscribe_url("https://sample.example", "CODE") == "https://sample.example/v1/unsubscribe?t=CODE"


# whose account it is


def test_of_many_owners_each_link_opens_its_own_owners_account_alone() -> None:
    office = Office()
    for number in range(20):
        office.enter(bill(1000 + number), owner=owner(f"o-{number}"))
    codes = {f"o-{number}": minted(office, f"o-{number}") for number in range(20)}
    for id, code in codes.items():
        seen = statement_by_link(office.records, bundle(), code, on=TODAY, today=TODAY)
        assert (seen.owner, seen.balance) == (id, 1000 + int(id[2:]))


def test_the_buyer_never_sees_the_sellers_bills_and_the_sellers_link_stops_at_the_sale() -> None:
    office, sold_on = Office(), day("2026-01-31")
    seller, buyer = owner("o-seller"), owner("o-buyer")
    old, new = bill(111, "2025-12-31", id="old"), bill(222, "2026-06-30", id="new")
    office.enter(old, tenure(), payment(11, "2026-01-05"), owner=seller)
    sellers_code = minted(office, "o-seller")
    office.records.end_tenure("o-seller", tenure(), sold_on)
    office.enter(new, tenure(since="2026-02-01"), owner=buyer)
    on = day("2026-07-31")

    bought = statement_by_link(office.records, bundle(), minted(office, "o-buyer"), on=on, today=TODAY)
    assert [one.id for one in bought.bills] == ["new"]
    assert bought.payments == ()
    assert [(unit.from_, unit.until) for unit in bought.units] == [(sold_on + timedelta(days=1), None)]

    sold = statement_by_link(office.records, bundle(), sellers_code, on=on, today=TODAY)
    assert [one.id for one in sold.bills] == ["old"]
    assert [unit.until for unit in sold.units] == [sold_on]


# unsubscribing


def test_asking_changes_nothing_and_saying_so_does_as_often_as_one_likes(office: Office) -> None:
    code = minted(office, scope="unsubscribe")
    for _ in range(20):
        assert preferences.unsubscribe_language(office.records, code, today=TODAY) == "zh"
    assert _unsubscribed(office) == set()
    for _ in range(3):
        assert preferences.unsubscribe(office.records, code, today=TODAY) == ("zh", Channel.SMS)
        assert _unsubscribed(office) == {Channel.EMAIL}


def test_who_has_no_telephone_is_told_that_letters_remain() -> None:
    office = Office()
    office.enter(bill(), owner=owner(OWNER, contact(phone=None)))
    told = preferences.unsubscribe(office.records, minted(office, scope="unsubscribe"), today=TODAY)
    assert told.remains is Channel.LETTER


def _unsubscribed(office: Office) -> set[Channel]:
    account = office.records.load_account(OWNER)
    assert account is not None
    return set(account.unsubscribed)


def test_who_wants_no_text_messages_keeps_that_when_giving_up_e_mail(office: Office) -> None:
    office.records.unsubscribe(OWNER, Channel.SMS)
    office.records.unsubscribe(OWNER, Channel.EMAIL)
    assert _unsubscribed(office) == {Channel.SMS, Channel.EMAIL}


@pytest.mark.parametrize("code", ["", "x", "A" * 43])
def test_a_code_nobody_has_unsubscribes_nobody(office: Office, code: str) -> None:
    with pytest.raises(NotFound):
        preferences.unsubscribe(office.records, code, today=TODAY)
    assert _unsubscribed(office) == set()
