"""What a notification's body must be; anything else is told and never breaks."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import BadInput
from chalicelib.core.remittance import Remittance, decoded

TOLD: dict[str, Any] = {
    "transaction": "4200001234567891234567891234",
    "amount": 86400,
    "currency": "CNY",
    "paid_at": "2026-06-02T09:15:00+08:00",
    "reference": "3-2-1202 2026Q2",
}


def body(**changes: Any) -> bytes:
    return msgspec.json.encode({**TOLD, **changes})


def test_a_notification_says_which_transaction_how_much_when_and_what_the_payer_wrote() -> None:
    money = decoded(body())
    assert msgspec.json.decode(msgspec.json.encode(money)) == TOLD
    assert money.paid_at.utcoffset() == timedelta(hours=8)


def test_what_else_a_provider_tells_is_passed_over() -> None:
    assert decoded(body(attempt=3, payer={"name": "王小明"})) == decoded(body())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", 0),
        ("amount", -1),
        ("amount", 864.0),
        ("amount", "86400"),
        ("amount", True),
        ("amount", None),
        ("amount", 10**14),
        ("transaction", ""),
        ("transaction", "T 1"),
        ("transaction", "T#1"),
        ("transaction", "T-1\n"),
        ("transaction", "T" * 65),
        ("transaction", 42),
        ("currency", "cny"),
        ("currency", "USD"),
        ("currency", "人民币"),
        ("paid_at", "2026-06-02"),
        ("paid_at", "2026-06-02T09:15:00"),
        ("paid_at", 1780362900),
        ("paid_at", "0001-01-01T00:00:00+08:00"),
        ("paid_at", "9999-12-31T23:59:59-08:00"),
        ("reference", "3" * 201),
        ("reference", None),
    ],
)
def test_a_field_that_is_not_as_it_must_be_is_told_by_name(field: str, value: object) -> None:
    with pytest.raises(BadInput, match=field):
        decoded(body(**{field: value}))


@pytest.mark.parametrize("field", TOLD)
def test_a_field_that_is_missing_is_told_by_name(field: str) -> None:
    with pytest.raises(BadInput, match=field):
        decoded(msgspec.json.encode({name: value for name, value in TOLD.items() if name != field}))


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b"{", b'{"x":' + b"[" * 100_000, b'{"reference":"\xff"}'])
def test_what_is_no_notification_at_all_is_told(content: bytes) -> None:
    with pytest.raises(BadInput):
        decoded(content)


@given(st.binary(max_size=200))
def test_no_body_whatever_breaks_the_reader(content: bytes) -> None:
    try:
        assert isinstance(decoded(content), Remittance)
    except BadInput as told:
        assert told.problem


def test_what_is_told_of_a_bad_body_repeats_nothing_of_it() -> None:
    with pytest.raises(BadInput) as told:
        decoded(body(transaction="王小明 13800000001"))
    assert "王小明" not in str(told.value)
