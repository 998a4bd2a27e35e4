import pytest

from chalicelib.core.discounts import Offer, offers
from chalicelib.core.money import Fen
from tests.builders import bill, day, folded, paid_parts, payment, rules

REWARDS = rules().collection.rewards["early"]

# bills here are due on 2026-12-31, so 2026-11-16 is the last early day


def test_an_offer_is_a_share_of_the_bill_until_some_days_before_it_is_due() -> None:
    assert offers(REWARDS, day("2026-12-31"), Fen(123450)) == [Offer(Fen(1235), day("2026-11-16"), REWARDS[0])]


@pytest.mark.parametrize(
    ("due", "is_offered"),
    [("2026-02-14", False), ("2026-02-15", True), ("2027-02-14", True), ("2027-02-15", False)],
)
def test_an_offer_belongs_to_the_campaign_its_last_early_day_lies_in(due: str, is_offered: bool) -> None:
    assert bool(offers(REWARDS, day(due), Fen(100_000))) is is_offered


def test_paying_the_rest_on_the_last_early_day_earns_the_reward_and_a_day_later_does_not() -> None:
    one = bill(100_000, "2026-12-31")
    in_time = folded("2026-12-31", one, payment(99_000, "2026-11-16")).debts[one.key]
    assert (in_time.discount, in_time.principal_left) == (1000, 0)
    late = folded("2026-12-31", one, payment(99_000, "2026-11-17")).debts[one.key]
    assert (late.discount, late.principal_left) == (0, 1000)


def test_a_fen_short_earns_nothing() -> None:
    one = bill(100_000, "2026-12-31")
    debt = folded("2026-12-31", one, payment(98_999, "2026-11-16")).debts[one.key]
    assert (debt.discount, debt.principal_left) == (0, 1001)


def test_who_pays_the_whole_in_time_gets_the_reward_as_credit() -> None:
    one = bill(100_000, "2026-12-31")
    ledger = folded("2026-12-31", one, payment(100_000, "2026-11-16"))
    assert (ledger.balance, ledger.credit) == (-1000, 1000)


def test_two_payments_that_together_settle_the_rest_in_time_earn_the_reward() -> None:
    one = bill(100_000, "2026-12-31")
    ledger = folded("2026-12-31", one, payment(40_000, "2026-10-10"), payment(59_000, "2026-11-16"))
    assert ledger.balance == 0
    assert paid_parts(ledger) == [("2026-Q4", "principal", 40_000), ("2026-Q4", "principal", 59_000)]


def test_credit_that_lies_ready_when_the_bill_comes_earns_the_reward() -> None:
    one = bill(100_000, "2026-12-31")
    assert folded("2026-12-31", payment(99_000, "2026-01-10"), one).balance == 0


def test_a_reward_earned_by_a_payment_that_did_not_stand_is_taken_back() -> None:
    one, paid = bill(100_000, "2026-12-31"), payment(99_000, "2026-11-10", id="bank#A#1")
    back = payment(99_000, "2026-11-20", id="bank#B#1", reverses="bank#A#1")
    assert folded("2026-11-19", one, paid, back).balance == 0
    assert folded("2026-11-20", one, paid, back).balance == 100_000


def test_a_kind_without_a_reward_has_no_offer() -> None:
    one = bill(21_000, "2026-12-31", unit="P-17", kind="parking")
    assert folded("2026-12-31", one, payment(20_790, "2026-10-10")).balance == 210
