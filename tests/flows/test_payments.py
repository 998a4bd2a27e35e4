"""Money a provider tells of: once, for one owner, whatever is repeated, changed, cut short or told by the bank too."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.account import Holder, Payment
from chalicelib.core.errors import Conflict, NotFound
from chalicelib.core.remittance import Remittance
from chalicelib.core.rulebook import Method, Rulebook
from chalicelib.edge.table import DynamoTable
from chalicelib.flows import payments
from chalicelib.flows.ports import Table
from chalicelib.flows.records import Records
from staff.memory import MemoryTable
from tests.builders import UNIT, day, owner, rules, tenure
from tests.crash import crashing
from tests.flows.office import at
from tests.race import THREADS, race

NOW = at("2026-06-30 10:00")
SELLER, BUYER, NEXT = "o-1", "o-2", "o-3"
OTHER_UNIT = "P 101"


def with_provider() -> Rulebook:
    """The test's rules with bank transfers told of by a provider called `gate`."""
    plain = rules()
    bank, *others = plain.payments.methods
    return replace(plain, payments=replace(plain.payments, methods=(replace(bank, provider="gate"), *others)))


RULES = with_provider()
METHOD: Method = RULES.payments.methods[0]


def furnished(table: Table) -> Records:
    """A flat sold on 1 May, and a parking space."""
    records = Records(table)
    for id, unit, since, until in (
        (SELLER, UNIT, "2021-05-01", "2026-04-30"),
        (BUYER, UNIT, "2026-05-01", None),
        (NEXT, OTHER_UNIT, "2022-01-01", None),
    ):
        records.save_owner(owner(id))
        records.add_facts(id, [tenure(unit, since, until)])
        holder = Holder(owner=id, from_=day(since), until=day(until) if until else None)
        records.add_holder(unit, holder)
    return records


@pytest.fixture
def records() -> Records:
    return furnished(MemoryTable())


def told(transaction: str = "T-1", **changes: Any) -> Remittance:
    money = Remittance(
        transaction=transaction,
        amount=50_000,
        currency="CNY",
        paid_at=at("2026-06-29 23:30"),
        reference=f"{UNIT} 2026Q2",
    )
    return replace(money, **changes)


def receive(records: Records, money: Remittance) -> None:
    payments.receive(records, RULES, METHOD, money, now=NOW)


def paid(records: Records) -> dict[str, list[Payment]]:
    """Every payment on an account, by owner."""
    accounts = {id: records.load_account(id) for id in (SELLER, BUYER, NEXT)}
    return {id: list(account.payments) for id, account in accounts.items() if account and account.payments}


def aside(records: Records) -> list[tuple[str, str]]:
    return [(one.money.transaction, one.problem) for one in payments.unmatched(records)]


# whose money it is


def test_money_counts_for_who_holds_the_unit_on_the_local_day_it_was_paid(records: Records) -> None:
    receive(records, told())

    (payment,) = paid(records)[BUYER]
    assert payment == Payment(
        id="bank#T-1#1",
        paid_on=day("2026-06-29"),
        received_on=day("2026-06-29"),
        method="bank",
        reference="T-1",
        amount=payment.amount,
        unit=UNIT,
    )
    assert (payment.amount, aside(records)) == (50_000, [])


@pytest.mark.parametrize(
    ("reference", "payer"),
    [
        (UNIT, BUYER),
        (f"  {UNIT}　2026Q2 物业费 王小明", BUYER),
        (f"{OTHER_UNIT} 2026Q2", NEXT),
        (OTHER_UNIT, NEXT),
        (NEXT, NEXT),
        (SELLER, SELLER),
    ],
)
def test_the_reference_names_a_unit_with_or_without_a_period_or_an_owner(
    records: Records, reference: str, payer: str
) -> None:
    receive(records, told(reference=reference))
    assert list(paid(records)) == [payer]


@pytest.mark.parametrize(
    ("paid_at", "payer"), [("2026-04-30 23:59", SELLER), ("2026-05-01 00:00", BUYER), ("2021-05-01 00:00", SELLER)]
)
def test_the_day_decides_between_seller_and_buyer(records: Records, paid_at: str, payer: str) -> None:
    receive(records, told(paid_at=at(paid_at)))
    assert list(paid(records)) == [payer]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reference": "9-9-9 2026Q2"}, "reference-unclear"),
        ({"reference": "2026Q2"}, "reference-unclear"),
        ({"reference": "  "}, "reference-unclear"),
        ({"reference": ""}, "reference-unclear"),
        ({"paid_at": at("2021-04-30 23:59")}, "reference-unclear"),
        ({"paid_at": NOW + timedelta(minutes=5, seconds=1)}, "in-the-future"),
    ],
)
def test_money_that_is_nobodys_is_kept_and_counts_for_nobody(
    records: Records, changes: dict[str, Any], problem: str
) -> None:
    receive(records, told(**changes))
    assert (paid(records), aside(records)) == ({}, [("T-1", problem)])


def test_a_clock_that_is_a_little_fast_is_no_reason_to_doubt(records: Records) -> None:
    receive(records, told(paid_at=NOW + timedelta(minutes=5)))
    assert list(paid(records)) == [BUYER]


def test_money_set_aside_is_settled_once_its_reference_counts_to_the_fen(records: Records) -> None:
    receive(records, told(reference="?"))
    receive(records, told("T-2", reference="?", paid_at=at("2026-06-01 10:00")))
    assert aside(records) == [("T-2", "reference-unclear"), ("T-1", "reference-unclear")], "the oldest first"

    by_hand = payment_of("T-1", 50_000)
    records.record_payment(BUYER, by_hand)
    assert aside(records) == [("T-2", "reference-unclear")]

    records.record_payment(BUYER, payment_of("T-2", 49_999))
    assert aside(records) == [("T-2", "reference-unclear")], "a fen is missing"


def test_a_repeat_after_the_unit_was_entered_settles_itself(records: Records) -> None:
    money = told(reference="8-8-8 2026Q2")
    receive(records, money)
    records.add_holder("8-8-8", Holder(owner=NEXT, from_=day("2022-01-01")))
    receive(records, money)
    assert (list(paid(records)), aside(records)) == ([NEXT], [])


def test_only_a_provider_the_rules_name_is_known() -> None:
    assert payments.method_of("gate", RULES) == METHOD
    for name in ("", "bank", "Gate", "gate ", "cash"):
        with pytest.raises(NotFound):
            payments.method_of(name, RULES)
    with pytest.raises(NotFound):
        payments.method_of("gate", rules())


# the bank tells of it too


def payment_of(reference: str, amount: int, line: int = 1, **changes: Any) -> Payment:
    """A payment as a bank's list has it: entered two days after it was made."""
    made = Payment(
        id=f"bank#{reference}#{line}",
        paid_on=day("2026-06-29"),
        received_on=day("2026-07-01"),
        method="bank",
        reference=reference,
        amount=amount,  # type: ignore[arg-type]
        unit=UNIT,
    )
    return replace(made, **changes)


@pytest.mark.parametrize("lines", [[50_000], [30_000, 20_000], [1, 2, 49_997]])
def test_what_the_banks_list_has_already_is_not_counted_again(records: Records, lines: list[int]) -> None:
    for number, amount in enumerate(lines, 1):
        records.record_payment(BUYER, payment_of("T-1", amount, number))
    before = paid(records)
    receive(records, told())
    assert (paid(records), aside(records)) == (before, [])


@pytest.mark.parametrize("lines", [[50_000], [30_000, 20_000]])
def test_a_reference_that_names_nobody_is_no_matter_where_the_banks_list_has_named_somebody(
    records: Records, lines: list[int]
) -> None:
    for number, amount in enumerate(lines, 1):
        records.record_payment(BUYER, payment_of("T-1", amount, number))
    receive(records, told(reference="?"))
    assert (len(paid(records)[BUYER]), aside(records)) == (len(lines), [])


def test_whose_it_is_was_decided_by_whoever_told_first(records: Records) -> None:
    records.record_payment(NEXT, payment_of("T-1", 50_000))
    receive(records, told())
    assert (list(paid(records)), aside(records)) == ([NEXT], [])


@pytest.mark.parametrize("amount", [49_999, 50_001])
def test_another_sum_than_the_banks_is_not_counted_and_shown_to_staff(records: Records, amount: int) -> None:
    records.record_payment(BUYER, payment_of("T-1", amount))
    receive(records, told())
    assert [one.amount for one in paid(records)[BUYER]] == [amount]
    (found,) = payments.unmatched(records)
    assert (found.problem, found.values) == ("record-conflict", {"known": f"{amount / 100:.2f}"})


def test_a_banks_line_that_is_only_half_on_record_is_finished(records: Records) -> None:
    """A kill between claim and account must not make the money vanish because a provider tells of it too."""
    whole = payment_of("T-1", 50_000)
    records.record_payment(BUYER, whole)
    del records.table.partitions[f"O#{BUYER}"]["PAY#2026-06-29#bank#T-1#1"]  # type: ignore[attr-defined]
    receive(records, told())
    assert paid(records) == {BUYER: [whole]}


# told twice, changed, cut short, at once


def test_fault_23_the_same_notification_again_changes_nothing(records: Records) -> None:
    receive(records, told())
    before = paid(records)
    for _ in range(4):
        receive(records, told())
    assert paid(records) == before


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 50_001},
        {"reference": f"{OTHER_UNIT} 2026Q2"},
        {"reference": f"{UNIT} 2026Q3"},
        {"paid_at": at("2026-06-29 23:31")},
    ],
)
@pytest.mark.parametrize("first", [{}, {"reference": "nobody"}])
def test_fault_23_the_same_transaction_with_another_body_is_a_conflict_and_changes_nothing(
    records: Records, changes: dict[str, Any], first: dict[str, Any]
) -> None:
    receive(records, told(**first))
    before, left = paid(records), aside(records)
    with pytest.raises(Conflict, match="T-1"):
        receive(records, told(**changes))
    assert (paid(records), aside(records)) == (before, left)


NOTIFICATIONS = st.builds(
    told,
    st.sampled_from(["T-1", "T-2", "T-3"]),
    amount=st.integers(1, 3),
    reference=st.sampled_from([UNIT, OTHER_UNIT, SELLER, "nobody"]),
    paid_at=st.sampled_from([at("2026-04-30 12:00"), at("2026-06-29 12:00")]),
)


@given(st.lists(NOTIFICATIONS, max_size=12))
def test_fault_23_the_first_body_of_a_transaction_stands_and_each_fen_is_somewhere_once(told: list[Remittance]) -> None:
    """Stripe's rules: a key means its first body, the same again is accepted, another one refused."""
    records, first = furnished(MemoryTable()), dict[str, Remittance]()
    for money in told:
        if first.setdefault(money.transaction, money) == money:
            receive(records, money)
        else:
            with pytest.raises(Conflict):
                receive(records, money)
        counted = {one.reference: one.amount for many in paid(records).values() for one in many}
        waiting = {one.money.transaction: one.money.amount for one in payments.unmatched(records)}
        assert not counted.keys() & waiting.keys()
        assert counted | waiting == {name: one.amount for name, one in first.items()}
        assert sum(len(many) for many in paid(records).values()) == len(counted)


@pytest.fixture(params=["memory", "dynamodb"])
def shared(request: pytest.FixtureRequest) -> Table:
    """A table for many threads, fresh or at least with transactions of its own in each test."""
    if request.param == "memory":
        return MemoryTable()
    return DynamoTable(request.getfixturevalue("dynamodb"), "courtyard")


@pytest.mark.parametrize("round", range(3))
def test_fault_23_the_same_notification_many_times_at_once_counts_once(shared: Table, round: int) -> None:
    records = furnished(shared)
    money = told(f"same-{round}")
    assert race(lambda _: receive(records, money)) == [None] * THREADS
    assert [one.amount for one in paid(records)[BUYER] if one.reference == money.transaction] == [50_000]


@pytest.mark.parametrize("round", range(3))
def test_fault_23_of_many_bodies_of_one_transaction_at_once_one_wins(shared: Table, round: int) -> None:
    records = furnished(shared)
    bodies = [told(f"odd-{round}", amount=1 + number, reference=(UNIT, OTHER_UNIT)[number % 2]) for number in range(16)]
    ended = race(lambda number: receive(records, bodies[number]))
    (winner,) = [number for number, result in enumerate(ended) if result is None]
    assert all(isinstance(result, Conflict) for number, result in enumerate(ended) if number != winner)
    counted = [one for many in paid(records).values() for one in many if one.reference == f"odd-{round}"]
    assert [one.amount for one in counted] == [1 + winner]


@pytest.mark.parametrize("round", range(3))
def test_fault_23_the_banks_list_and_the_provider_at_once_count_once(shared: Table, round: int) -> None:
    records = furnished(shared)
    reference = f"both-{round}"

    def act(number: int) -> None:
        if number % 2:
            records.record_payment(NEXT, payment_of(reference, 50_000, unit=OTHER_UNIT))
        else:
            receive(records, told(reference))

    ended = race(act)
    assert all(result is None or (isinstance(result, Conflict) and at % 2) for at, result in enumerate(ended))
    counted = [one for many in paid(records).values() for one in many if one.reference == reference]
    assert [one.amount for one in counted] == [50_000]
    assert reference not in dict(aside(records))


@pytest.mark.parametrize("reference", [UNIT, "nobody"])
def test_fault_23_a_notification_cut_off_at_any_call_is_finished_by_the_next(dynamodb: Any, reference: str) -> None:
    records = furnished(DynamoTable(dynamodb, "courtyard"))
    expected = [] if reference == "nobody" else [50_000]

    def counted(name: str) -> list[int]:
        return [one.amount for many in paid(records).values() for one in many if one.reference == name]

    with crashing(dynamodb) as whole:
        receive(records, told(f"whole-{len(reference)}", reference=reference))
    assert whole.calls
    for n, when in whole.deaths():
        money = told(f"{when}-{n}-{len(reference)}", reference=reference)
        with crashing(dynamodb, at=n, when=when) as life:
            receive(records, money)
        assert life.is_over
        receive(records, money)
        assert counted(money.transaction) == expected
        assert (money.transaction in dict(aside(records))) is not bool(expected)
