"""Receipts: known again by their check code alone, which is made once and tells nothing to whoever guesses."""

import pytest

from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.letters import ALPHABET
from chalicelib.core.receipt import number_of
from chalicelib.core.view import ReceiptView
from chalicelib.flows.links import mint
from chalicelib.flows.receipts import issue, new_check, receipt_by_link, receipt_state
from staff.memory import MemoryTable
from tests.builders import OWNER, bill, day, payment
from tests.fakes import Crash, CrashingTable
from tests.flows.office import Office
from tests.race import race

PAID = payment(50_000, "2026-05-01", id="bank#T-1#1")
NUMBER = number_of(PAID.id)
TODAY = day("2026-06-30")


@pytest.fixture
def office() -> Office:
    made = Office()
    made.enter(bill(), PAID)
    return made


def printed(office: Office, number: str = NUMBER) -> ReceiptView:
    account = office.records.load_account(OWNER)
    assert account
    code, _ = mint(office.records, account, scope="account", channel="email", on=TODAY, days=120)
    return receipt_by_link(office.records, office.bundle, code, number, today=TODAY)


def state(office: Office, number: str, check: str) -> str:
    return receipt_state(office.records, office.bundle, number, check, today=TODAY)


def test_a_check_code_is_made_once_and_asked_for_as_often_as_one_likes(office: Office) -> None:
    assert {printed(office).check for _ in range(3)} == {printed(office).check}
    made = race(lambda _: issue(office.records, OWNER, "another", new_check=new_check))
    assert len(set(made)) == 1


def test_check_codes_are_random_and_readable() -> None:
    codes = {new_check() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)


def test_a_receipt_is_genuine_however_it_is_typed_and_unknown_with_anything_wrong(office: Office) -> None:
    check = printed(office).check
    for number, typed in [(NUMBER, check), (f" {NUMBER.lower()} ", f"{check[:4]}-{check[4:].lower()}")]:
        assert state(office, number, typed) == "genuine"
    wrong = "1" if check[0] == "0" else "0"
    guesses = [(NUMBER, wrong + check[1:]), (NUMBER, ""), (NUMBER, check + "0"), (NUMBER[:-1], check), ("", check)]
    assert {state(office, *guess) for guess in guesses} == {"unknown"}


def test_a_receipt_nobody_has_asked_for_is_not_known_by_its_number(office: Office) -> None:
    """Its number follows from the bank's reference, which others may have seen; its check code follows from nothing."""
    assert {state(office, NUMBER, check) for check in ("", "-" * 8, NUMBER)} == {"unknown"}


def test_a_wrong_check_code_and_an_unknown_number_take_the_same_calls(office: Office) -> None:
    class Counting(MemoryTable):
        calls = 0

        def get(self, pk: str, sk: str) -> dict[str, str | int] | None:
            Counting.calls += 1
            return super().get(pk, sk)

        def query(self, pk: str) -> list[dict[str, str | int]]:
            Counting.calls += 1
            return super().query(pk)

    counted = Counting()
    assert isinstance(office.table, MemoryTable)
    printed(office)
    counted.put_all(office.table.items())
    calls = []
    for number, check in [(NUMBER, "wrong"), ("R0000000000", "wrong")]:
        Counting.calls = 0
        assert state(office.through(counted), number, check) == "unknown"
        calls.append(Counting.calls)
    assert calls == [1, 1]


def test_money_that_was_taken_back_shows(office: Office) -> None:
    check = printed(office).check
    office.records.record_payment(OWNER, payment(50_000, "2026-06-01", id="bank#T-2#1", reverses=PAID.id))
    assert state(office, NUMBER, check) == "reversed"
    assert printed(office).is_reversed
    with pytest.raises(NotFound):
        printed(office, number_of("bank#T-2#1"))


def test_two_payments_never_share_a_receipt(office: Office) -> None:
    office.table.put_new({"pk": f"R#{NUMBER}", "sk": "RECEIPT", "owner": "o-2", "payment": "other", "check": "X"})
    with pytest.raises(Conflict):
        printed(office)


def test_a_kill_while_the_check_code_is_made_leaves_one(office: Office) -> None:
    for is_done in (False, True):
        other = Office()
        other.enter(bill(), PAID)
        crashing = CrashingTable(other.table, at=0, is_done=is_done)
        with pytest.raises(Crash):
            issue(other.through(crashing).records, OWNER, PAID.id)
        check = printed(other).check
        assert state(other, NUMBER, check) == "genuine"
