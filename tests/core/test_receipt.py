"""Receipts: one number a payment, and every fen of it accounted for."""

import re

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.ledger import fold
from chalicelib.core.receipt import number_of, receipt_of, receipt_view
from tests.builders import SPACE, account, bill, day, folded, payment, rules

Q1, SPOT = bill(), bill(21_000, "2026-03-31", unit=SPACE, kind="parking")


@given(st.text(max_size=60))
def test_a_number_follows_from_its_payment_and_does_not_tell_it(id: str) -> None:
    assert number_of(id) == number_of(id)
    assert re.fullmatch("R[0-9A-HJKMNP-TV-Z]{10}", number_of(id))


def test_no_two_payments_of_a_large_community_have_one_number() -> None:
    assert len({number_of(f"bank#{number}#1") for number in range(100_000)}) == 100_000


@given(st.lists(st.integers(1, 200_000), min_size=1, max_size=5))
def test_the_lines_of_a_receipt_and_what_is_left_come_to_what_was_paid(amounts: list[int]) -> None:
    made = [payment(amount, "2026-04-01", id=f"bank#{number}#1") for number, amount in enumerate(amounts)]
    ledger = folded("2026-06-30", Q1, SPOT, *made)
    for one in made:
        receipt = receipt_of(ledger, number_of(one.id))
        assert receipt is not None
        shown = receipt_view(ledger, rules(), receipt, "CHECK", "zh")
        assert sum(line.amount for line in shown.lines) + shown.credit == one.amount == shown.amount


def test_what_takes_a_payment_back_has_no_receipt_and_the_payment_says_so() -> None:
    paid, back = payment(500, "2026-04-01", id="p-1"), payment(500, "2026-05-01", id="p-2", reverses="p-1")
    some = account(Q1, paid, back)
    ledger = fold(some, rules(), day("2026-06-30"))
    assert receipt_of(ledger, number_of("p-2")) is None
    receipt = receipt_of(ledger, number_of("p-1"))
    assert receipt is not None
    shown = receipt_view(ledger, rules(), receipt, "CHECK", "en")
    assert (shown.is_reversed, shown.reversed_on, shown.lines, shown.credit) == (True, day("2026-05-01"), (), 0)
