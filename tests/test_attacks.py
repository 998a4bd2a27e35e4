"""What people try who are not the owner, and what machines send that look at everything."""

import json
import random
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.link import digest
from chalicelib.core.receipt import number_of
from chalicelib.edge.request import FORM
from chalicelib.flows.links import new_code
from tests.builders import bill, contact, owner, payment, tenure
from tests.portal import Answer, Portal, bearer, opened

OWNERS = [f"o-{number:02}" for number in range(50)]
NAMES = ["owner", "owner_id", "ownerId", "id", "user", "pk", "sub", "account", "unit", "link", "t"]
HEADERS = ["X-Owner", "X-Owner-Id", "X-User", "X-Forwarded-User", "X-Amzn-Oidc-Identity", "From", "Cookie"]
URLENCODED = {"Content-Type": FORM}
ONE_CLICK = "List-Unsubscribe=One-Click"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(scope="module")
def portal() -> Iterator[Portal]:
    """Fifty owners with a bill each, of another amount for another unit, of which each has paid one fen."""
    with opened() as made:
        for number, id in enumerate(OWNERS):
            unit = f"9-1-{1000 + number}"
            paid = payment(1, "2026-02-01", id=f"bank#T-{number}#1", unit=unit)
            held = [tenure(unit), bill(1_000_004 + 7919 * number, unit=unit)]
            made.enter(*held, paid, owner=owner(id, contact(name=f"业主之{number:02}")))
        yield made


@pytest.fixture(scope="module")
def codes(portal: Portal) -> dict[str, str]:
    return {id: portal.code(id) for id in OWNERS}


@pytest.fixture(scope="module")
def own(portal: Portal, codes: dict[str, str]) -> dict[str, Answer]:
    """What each owner sees."""
    return {id: portal.look(code) for id, code in codes.items()}


# another owner's account


def test_fault_27_of_fifty_owners_each_link_opens_its_owners_account_and_nobody_elses(own: dict[str, Answer]) -> None:
    for number, (id, answer) in enumerate(own.items()):
        seen: Any = json.loads(answer.body)
        assert (answer.status, seen["owner"], seen["balance"]) == (200, id, 1_000_003 + 7919 * number)
        assert [unit["unit"] for unit in seen["units"]] == [f"9-1-{1000 + number}"]
        others = [word for other in range(50) if other != number for word in (OWNERS[other], f"9-1-{1000 + other}")]
        assert not [word for word in others if word in answer.body]


def test_fault_27_another_owners_id_anywhere_in_a_request_changes_nothing(
    portal: Portal, codes: dict[str, str], own: dict[str, Answer]
) -> None:
    for mine, other in permutations(OWNERS, 2):
        query = {name: [other] for name in NAMES}
        headers = {**dict.fromkeys(HEADERS, other), "Cookie": f"owner={other}", **bearer(codes[mine])}
        answer = portal.ask(query=query, headers=headers, body=json.dumps(dict.fromkeys(NAMES, other)))
        assert answer == own[mine]


@given(
    st.sampled_from(OWNERS),
    st.dictionaries(st.text(max_size=12), st.lists(st.sampled_from(OWNERS), min_size=1, max_size=3)),
    st.dictionaries(st.text(max_size=12), st.sampled_from(OWNERS)),
    st.sampled_from(["{}", "O#{}", "owner={}", '{{"owner":"{}"}}', "Bearer {}"]),
)
def test_fault_27_whatever_a_request_calls_an_owner_the_code_alone_says_who_it_is(
    portal: Portal,
    codes: dict[str, str],
    own: dict[str, Answer],
    mine: str,
    query: dict[str, list[str]],
    headers: dict[str, str],
    form: str,
) -> None:
    given = {name: form.format(other) for name, other in headers.items() if name.lower() != "accept-language"}
    query.pop("on", None)
    answer = portal.ask(query=query, headers={**given, **bearer(codes[mine])}, body=form.format(mine))
    assert answer == own[mine]


def test_fault_27_an_owner_sees_no_receipt_but_their_own(portal: Portal, codes: dict[str, str]) -> None:
    numbers = {id: number_of(f"bank#T-{at}#1") for at, id in enumerate(OWNERS)}

    def receipt(mine: str, other: str) -> Answer:
        parameters = {"number": numbers[other]}
        return portal.ask(path="/v1/receipts/{number}", headers=bearer(codes[mine]), pathParameters=parameters)

    assert {receipt(id, id).status for id in OWNERS} == {200}
    answers = [receipt(mine, other) for mine, other in permutations(OWNERS, 2)]
    assert {(answer.status, answer.body) for answer in answers} == {(404, portal.look("x").body)}


def test_fault_27_an_owner_unsubscribes_nobody_else() -> None:
    with opened() as portal:
        for id in OWNERS[:3]:
            portal.enter(bill(), owner=owner(id))
        query = {"owner": ["o-01"], "t": [portal.code("o-00", "unsubscribe")]}
        assert (
            portal.ask(
                "POST", "/v1/unsubscribe", query=query, headers=URLENCODED, body=f"{ONE_CLICK}&owner=o-02"
            ).status
            == 200
        )
        accounts = [portal.records.load_account(id) for id in OWNERS[:3]]
    assert [bool(account and account.unsubscribed) for account in accounts] == [True, False, False]


# guessing


def test_fault_28_a_code_is_256_random_bits_and_none_comes_twice() -> None:
    """Bounds at eight standard deviations: chance alone breaks them once in 10^12 runs."""
    count = 20_000
    random.seed(1)
    made = [new_code() for _ in range(count)]
    random.seed(1)
    made += [new_code() for _ in range(count)]
    assert len(set(made)) == 2 * count, "not from a source that can be wound back"
    numbers = [int.from_bytes(urlsafe_b64decode(code + "=")) for code in made]
    assert {len(urlsafe_b64decode(code + "=")) for code in made} == {32}
    for bit in range(256):
        ones = sum(number >> bit & 1 for number in numbers)
        assert abs(ones - count) < 8 * (count / 2) ** 0.5
    alike = [256 - (one ^ next).bit_count() for one, next in pairwise(numbers)]
    assert max(alike) < 128 + 10 * 8, "one tells nothing of the next"


def near(codes: list[str], chance: random.Random) -> str:
    """A guess: most are random, others come close to a code, or are what a copy of the table holds."""
    code, place = chance.choice(codes), chance.randrange(43)
    letter = chance.choice(LETTERS.replace(code[place], ""))
    return chance.choice(
        [
            *["".join(chance.choices(LETTERS, k=43))] * 6,
            code[:place] + letter + code[place + 1 :],
            code[:place] + code[place + 1 :],
            code.swapcase(),
            digest(code)[:43],
            digest(code),
            code + letter,
        ]
    )


def test_fault_28_a_hundred_thousand_guesses_get_one_answer_to_the_byte(portal: Portal, codes: dict[str, str]) -> None:
    chance, known = random.Random(28), list(codes.values())  # noqa: S311  # the guesses are what is made up
    guesses = [near(known, chance) for _ in range(100_000)]
    answers = {json.dumps(portal.look(guess)) for guess in guesses}
    assert len(answers) == 1
    assert json.loads(answers.pop())[0] == 404
    assert portal.look(known[0]).status == 200


# machines that look at everything


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
def test_fault_31_a_scanner_changes_nothing_and_the_owner_still_gets_in(method: str) -> None:
    with opened() as portal:
        portal.enter(bill(), owner=owner("o-00"))
        code, stop = portal.code("o-00"), {"t": [portal.code("o-00", "unsubscribe")]}
        seen, before = portal.look(code), portal.dump()
        for _ in range(20):
            portal.ask(method, headers=bearer(code))
            for headers in (
                {},
                URLENCODED,
                {"Content-Type": "multipart/form-data"},
                {"Content-Type": "application/json"},
            ):
                for body in (None, "", "{}", "List-Unsubscribe", b"\xff"):
                    answer = portal.ask(method, "/v1/unsubscribe", query=stop, headers=headers, body=body)
                    assert answer.status < 500
        assert portal.dump() == before
        assert portal.look(code) == seen
        assert portal.ask("POST", "/v1/unsubscribe", query=stop, headers=URLENCODED, body=ONE_CLICK).status == 200
        assert portal.dump() != before
