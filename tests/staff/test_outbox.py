"""The demo's outbox: what owners were sent, shown as they get it and inert where it is listed."""

from datetime import UTC, datetime

from chalicelib.core.message import Message
from chalicelib.core.mime import mime
from staff.outbox import Outbox, OutboxMail, OutboxSms, html_of, index_page, message_page, text_of

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def raw(subject: str = "账单已出") -> bytes:
    return mime(
        Message(subject=subject, html="<p>¥1,234.56</p>", text="¥1,234.56", sms=None),
        sender="服务中心 <service@sample.example>",
        recipient="wang@owner.example",
        recipient_name="王小明",
        language="zh",
        notice="n",
        unsubscribe_url="https://sample.example/v1/unsubscribe?t=x",
        now=NOW,
    )


def filled() -> Outbox:
    outbox = Outbox(NOW)
    OutboxMail(outbox).send(raw(), recipient="wang@owner.example", notice="n", attempt=1)
    OutboxSms(outbox).send("<script>alert(1)</script>", phone="+8613800138000", notice="n")
    return outbox


def test_the_newest_message_comes_first() -> None:
    page = index_page(filled().messages, 0)

    assert page.index("/outbox/1") < page.index("/outbox/0")
    assert "账单已出" in page


def test_what_was_sent_cannot_run_where_it_is_listed() -> None:
    outbox = filled()

    assert "<script>" not in index_page(outbox.messages, 0) + message_page(1, outbox.messages[1])


def test_an_e_mail_is_shown_with_its_headers_and_both_its_bodies() -> None:
    message = filled().messages[0]
    page = message_page(0, message)

    assert "List-Unsubscribe=One-Click" in page
    assert '<iframe title="HTML" src="/outbox/0.html">' in page
    assert ("¥1,234.56" in html_of(message.content), text_of(message.content).strip()) == (True, "¥1,234.56")


def test_a_long_outbox_is_shown_a_page_at_a_time() -> None:
    outbox = Outbox(NOW)
    for number in range(101):
        OutboxSms(outbox).send(str(number), phone="+8613800138000", notice="n")

    assert "from=100" in index_page(outbox.messages, 0)
    assert index_page(outbox.messages, 100).count("<tr>") == 1
    assert "1–100 of 101" in index_page(outbox.messages, 0)


def test_one_channel_can_be_looked_at_alone() -> None:
    page = index_page(filled().messages, 0, "sms")

    assert ("/outbox/1" in page, "/outbox/0" in page) == (True, False)
