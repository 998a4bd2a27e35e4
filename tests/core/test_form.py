"""What people send us: everything that is wrong is told at once, by field and code, and nothing breaks on the way."""

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from chalicelib.core.errors import BadForm, TooLarge
from chalicelib.core.form import MOST_BYTES, form
from chalicelib.core.wish import ReplyForm, wish
from tests.builders import day


class Sample(Struct, kw_only=True):
    name: Annotated[str, Meta(max_length=5)]
    count: int = 1


def faults(body: bytes | Any, kind: type[Any] = Sample) -> set[tuple[str, str]]:
    with pytest.raises(BadForm) as caught:
        form(body if isinstance(body, bytes) else msgspec.json.encode(body), kind)
    return set(caught.value.faults)


def test_a_form_is_read_and_what_it_leaves_out_is_what_it_usually_is() -> None:
    assert form(b'{"name": "a"}', Sample) == Sample(name="a", count=1)


def test_everything_wrong_is_told_at_once() -> None:
    assert faults({"count": "2", "more": 1}) == {("name", "missing"), ("count", "invalid"), ("more", "unknown")}
    assert faults({"name": "123456"}) == {("name", "invalid")}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"1", b'{"name":', b"\xff\xfe", b'{"name": "a"} x'])
def test_what_is_no_form_at_all_is_told_so(body: bytes) -> None:
    assert faults(body) == {("", "json")}


def test_more_than_ten_kilobytes_are_not_even_read() -> None:
    form(b'{"name": "a"}'.ljust(MOST_BYTES), Sample)
    with pytest.raises(TooLarge):
        form(b'{"name": "a"}'.ljust(MOST_BYTES + 1), Sample)


VALUES = st.integers() | st.text() | st.none()


@given(st.binary(max_size=200) | st.dictionaries(st.text(max_size=9), VALUES).map(msgspec.json.encode))
def test_whatever_is_sent_is_a_form_or_told(body: bytes) -> None:
    try:
        form(body, ReplyForm)
    except BadForm as bad:
        assert bad.faults


# replies


def reply(**said: Any) -> ReplyForm:
    return form(msgspec.json.encode({"id": "0123456789abcdef", **said}), ReplyForm)


def wrong(**said: Any) -> set[tuple[str, str]]:
    with pytest.raises(BadForm) as caught:
        wish(reply(**said), {"Q1/3-2-1201/property"}, day("2026-04-15"))
    return set(caught.value.faults)


def test_each_kind_of_reply_has_what_it_needs_and_nothing_of_another() -> None:
    assert wrong(kind="promise") == {("on", "missing")}
    assert wrong(kind="plan") == {("parts", "missing")}
    assert wrong(kind="invoice", title=" \u202e") == {("title", "missing")}
    assert wrong(kind="help", parts=3, title="x", on="2026-05-01") == {
        ("parts", "not-here"),
        ("title", "not-here"),
        ("on", "not-here"),
    }


def test_nobody_promises_yesterday_nor_has_paid_tomorrow_nor_names_a_bill_they_do_not_have() -> None:
    assert wrong(kind="promise", on="2026-04-14") == {("on", "past")}
    assert wrong(kind="paid", on="2026-04-16") == {("on", "future")}
    assert wrong(kind="dispute", bills=["Q2/3-2-1201/property"]) == {("bills", "unknown")}


@pytest.mark.parametrize("id", ["", "short", "x" * 65, "x" * 15 + "#", "x" * 15 + "\n", "../../../../../../x"])
def test_a_name_that_is_none_is_told(id: str) -> None:
    assert faults({"id": id, "kind": "call"}, ReplyForm) == {("id", "invalid")}


def test_what_is_typed_is_kept_as_lines_of_text_without_what_cannot_be_seen() -> None:
    said = wish(reply(kind="help", message="第一行\r\n\n第二行\u202e\x1b[31m  ok "), frozenset(), day("2026-04-15"))
    assert said.message == "第一行\n第二行 [31m ok"
