import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.policy import default as modern
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import BadInput
from chalicelib.core.message import Message
from chalicelib.core.mime import mime
from chalicelib.core.voice import one_line

CODE = "x" * 43
URL = f"https://sample.example/v1/unsubscribe?t={CODE}"
TAG = "by0xIzIwMjYtUTEvMy0yLTEyMDEvcHJvcGVydHkjYmlsbC1pc3N1ZWQ"
MESSAGE = Message(subject="样板苑：2026年第1季度账单已出", html="<p>您好</p>", text="您好 1,234.56\n", sms=None)
HEADERS = [
    "from",
    "to",
    "subject",
    "date",
    "content-language",
    "auto-submitted",
    "x-courtyard-notice",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "mime-version",
    "content-type",
]


def raw(message: Message = MESSAGE, recipient: str = "wang@owner.example", name: str = "王小明") -> bytes:
    return mime(
        message,
        sender="样板苑服务中心 <service@sample.example>",
        recipient=recipient,
        recipient_name=name,
        language="zh",
        notice=TAG,
        unsubscribe_url=URL,
        now=datetime(2026, 3, 1, 1, 30, tzinfo=UTC),
    )


def read(content: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(content, policy=modern))


def test_names_subject_and_both_bodies_arrive_as_they_were_written() -> None:
    mail = read(raw())
    assert str(mail["From"]) == "样板苑服务中心 <service@sample.example>"
    assert str(mail["To"]) == "王小明 <wang@owner.example>"
    assert mail["Subject"] == MESSAGE.subject
    plain, html = mail.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert cast(EmailMessage, plain).get_content().splitlines() == MESSAGE.text.splitlines()
    assert cast(EmailMessage, html).get_content().strip() == MESSAGE.html


@given(st.text(max_size=200), st.text(min_size=1, max_size=200), st.text(min_size=1, max_size=200))
def test_whatever_is_written_arrives(subject: str, text: str, html: str) -> None:
    mail = read(raw(Message(subject=one_line(subject), text=text, html=html, sms=None)))
    plain, marked = (cast(EmailMessage, part).get_payload(decode=True) for part in mail.iter_parts())
    assert (mail.defects, one_line(mail["Subject"])) == ([], one_line(subject))
    assert [plain.splitlines(), marked.splitlines()] == [text.encode().splitlines(), html.encode().splitlines()]


def test_no_body_ends_before_its_end() -> None:
    boundary = str(read(raw()).get_boundary())
    text = f"您好\n--{boundary}--\n--{boundary}\n\n再见\n"
    plain, _ = read(raw(Message(subject="x", text=text, html="<p/>", sms=None))).iter_parts()
    assert cast(EmailMessage, plain).get_content().splitlines() == text.splitlines()


def test_the_date_is_the_instant_given() -> None:
    assert read(raw())["Date"] == "Sun, 01 Mar 2026 01:30:00 +0000"


def test_the_language_and_that_no_one_is_at_the_keyboard_are_told() -> None:
    mail = read(raw())
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("zh", "auto-generated")


def test_one_click_headers_are_on_the_wire_as_mail_hosts_read_them() -> None:
    """Mail hosts compare bytes: a header folded inside or encoded is no one-click header to them."""
    lines = raw().split(b"\r\n\r\n", 1)[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{URL}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert f"X-Courtyard-Notice: {TAG}".encode() in lines


def test_every_line_of_the_head_is_ascii_and_short_enough_for_smtp() -> None:
    head = raw(name="王" * 200).split(b"\r\n\r\n", 1)[0]
    assert head.isascii()
    assert max(map(len, head.split(b"\r\n"))) < 998
    assert b"\n" not in head.replace(b"\r\n", b"")


@given(st.text(max_size=80), st.text(max_size=120))
def test_whatever_an_owner_is_called_no_header_is_added(name: str, subject: str) -> None:
    mail = read(raw(Message(subject=" ".join(subject.split()) or "x", html="<p/>", text="x", sms=None), name=name))
    assert sorted(key.lower() for key in mail) == sorted(HEADERS)
    assert [address.addr_spec for address in mail["To"].addresses] == ["wang@owner.example"]


def test_a_name_with_a_line_break_stays_a_name() -> None:
    mail = read(raw(name="王\r\nBcc: thief@example.com\r\n\r\n小明"))
    assert mail["Bcc"] is None
    assert mail["To"].addresses[0].display_name == "王 Bcc: thief@example.com 小明"


def test_the_bodies_hold_no_line_too_long_for_a_mail_server() -> None:
    long = Message(subject="x", html="<p>" + "房" * 5000 + "</p>", text="y" * 5000, sms=None)
    assert max(len(line) for line in re.split(rb"\r\n", raw(long))) < 998


def test_the_message_can_be_read_by_the_policy_that_wrote_it() -> None:
    assert message_from_bytes(raw(), policy=SMTP).defects == []


def test_a_mail_host_in_other_letters_goes_by_its_ascii_name() -> None:
    assert b"@xn--fsqu00a.example" in raw(recipient="wang@例子.example")
    with pytest.raises(BadInput):
        raw(recipient="王@owner.example")
