"""A provider's signature: whatever is changed, and whatever is too old or too new, is not taken for genuine."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.signature import WINDOW, is_genuine, signed

NOW = datetime(2026, 6, 30, 2, 0, 0, tzinfo=UTC)
BODY = '{"transaction":"T-1","amount":50000,"reference":"3-2-1201 2026Q2 王"}'.encode()
SECRET, OTHER = b"whsec_0123456789abcdef", b"whsec_fedcba9876543210"
HEADER = signed(BODY, SECRET, at=NOW)


def test_the_header_is_the_instant_and_the_hmac_of_it_and_the_body() -> None:
    seconds = str(int(NOW.timestamp()))
    expected = hmac.new(SECRET, f"{seconds}.".encode() + BODY, hashlib.sha256).hexdigest()
    assert f"t={seconds},v1={expected}" == HEADER
    assert is_genuine(HEADER, BODY, [SECRET], now=NOW)


def flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_fault_24_a_body_with_any_bit_changed_is_refused() -> None:
    assert [bit for bit in range(8 * len(BODY)) if is_genuine(HEADER, flipped(BODY, bit), [SECRET], now=NOW)] == []


def test_fault_24_an_instant_or_a_signature_with_any_bit_changed_is_refused() -> None:
    headers = [flipped(HEADER.encode(), bit).decode("latin-1") for bit in range(8 * len(HEADER))]
    assert [header for header in headers if is_genuine(header, BODY, [SECRET], now=NOW)] == []


def test_fault_24_a_secret_with_any_bit_changed_is_refused() -> None:
    assert [bit for bit in range(8 * len(SECRET)) if is_genuine(HEADER, BODY, [flipped(SECRET, bit)], now=NOW)] == []


@pytest.mark.parametrize(("seconds", "expected"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)])
def test_fault_24_what_is_older_or_newer_than_five_minutes_is_refused(seconds: int, expected: bool) -> None:
    assert timedelta(minutes=5) == WINDOW
    header = signed(BODY, SECRET, at=NOW + timedelta(seconds=seconds))
    assert is_genuine(header, BODY, [SECRET], now=NOW) is expected


def test_fault_24_a_signature_is_not_carried_over_to_a_later_instant() -> None:
    """The instant is signed too: writing a new one into an old header does not make it young."""
    old = signed(BODY, SECRET, at=NOW - timedelta(hours=1))
    young = f"t={int(NOW.timestamp())},{old.split(',')[1]}"
    assert not is_genuine(young, BODY, [SECRET], now=NOW)


def test_fault_24_where_the_instant_ends_and_the_body_begins_cannot_be_moved() -> None:
    """`t.body` with a digit moved from one to the other is another content."""
    seconds, digest = HEADER.removeprefix("t=").split(",")
    assert not is_genuine(f"t={seconds[:-1]},{digest}", seconds[-1:].encode() + BODY, [SECRET], now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        HEADER.split(",")[0],
        HEADER.split(",")[1],
        HEADER + ",",
        HEADER + "\n",
        " " + HEADER,
        HEADER.replace(",", ", "),
        HEADER.replace("v1", "v0"),
        HEADER.upper(),
        HEADER[:-1],
        HEADER.replace("t=", "t=-"),
        HEADER.replace("t=", "t=+"),
        HEADER.replace("t=", "t=0"),
        "t=99999999999999999999," + HEADER.split(",")[1],
        "t=１７８２７８４８００," + HEADER.split(",")[1],
        f"t={int(NOW.timestamp())},v1={'0' * 64}",
        "房" * 80,
    ],
)
def test_fault_24_what_is_not_written_like_a_signature_is_none(header: str) -> None:
    assert not is_genuine(header, BODY, [SECRET], now=NOW)


@given(st.text(max_size=120), st.binary(max_size=60))
def test_no_header_whatever_breaks_the_check(header: str, body: bytes) -> None:
    assert not is_genuine(header, body, [SECRET], now=NOW)


# several secrets, so that they can be exchanged


@pytest.mark.parametrize(
    ("ours", "expected"), [([SECRET], True), ([OTHER, SECRET], True), ([OTHER], False), ([], False)]
)
def test_any_secret_in_use_here_will_do(ours: list[bytes], expected: bool) -> None:
    assert is_genuine(HEADER, BODY, ours, now=NOW) is expected


def test_any_secret_in_use_there_will_do() -> None:
    both = signed(BODY, OTHER, SECRET, at=NOW)
    assert both.count("v1=") == 2
    assert is_genuine(both, BODY, [SECRET], now=NOW)
    assert is_genuine(both, BODY, [OTHER], now=NOW)
    assert not is_genuine(both, BODY, [b"whsec_neither"], now=NOW)
