"""The demo's outbox: every e-mail and text message as the owner gets it."""

from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape
from typing import Literal, NamedTuple

from chalicelib.flows.ports import Delivery


class Sent(NamedTuple):
    """One message as it went out."""

    sent_at: datetime
    channel: Literal["email", "sms"]
    recipient: str
    content: bytes


@dataclass
class Outbox:
    """Messages in the order they went out; as a mail and an SMS port it takes them itself."""

    now: datetime
    messages: list[Sent] = field(default_factory=list)

    def keep(self, channel: Literal["email", "sms"], recipient: str, content: bytes) -> Delivery:
        self.messages.append(Sent(self.now, channel, recipient, content))
        return Delivery("sent", f"demo-{len(self.messages)}")


@dataclass(frozen=True)
class OutboxMail:
    """The mail port of the fast-forward."""

    outbox: Outbox

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        return self.outbox.keep("email", recipient, mime)


@dataclass(frozen=True)
class OutboxSms:
    """The SMS port of the fast-forward."""

    outbox: Outbox

    def send(self, text: str, *, phone: str, notice: str) -> Delivery:
        return self.outbox.keep("sms", phone, text.encode())

    def is_opted_out(self, phone: str) -> bool:
        return False


def mail_of(content: bytes) -> EmailMessage:
    """A raw message, parsed."""
    parsed = message_from_bytes(content, policy=policy.default)
    assert isinstance(parsed, EmailMessage)  # noqa: S101  # the policy makes it one
    return parsed


def html_of(content: bytes) -> str:
    """The HTML an owner's mail program shows; like there, its links open a page of their own."""
    body = mail_of(content).get_body(("html",))
    html = str(body.get_content()) if body else ""
    return html.replace("<head>", '<head><base target="_blank">', 1)


def text_of(content: bytes) -> str:
    """The plain text beside it."""
    body = mail_of(content).get_body(("plain",))
    return str(body.get_content()) if body else ""


def subject_of(message: Sent) -> str:
    """What a list shows of a message."""
    return str(mail_of(message.content)["Subject"]) if message.channel == "email" else message.content.decode()


PAGE = 100


def index_page(messages: list[Sent], start: int, channel: str = "") -> str:
    """The newest messages first, a page at a time; only one channel's if asked."""
    newest = [pair for pair in list(enumerate(messages))[::-1] if channel in ("", pair[1].channel)]
    rows = "".join(
        f"<tr><td>{message.sent_at:%Y-%m-%d %H:%M}</td><td>{message.channel}</td>"
        f"<td>{escape(message.recipient)}</td>"
        f'<td><a href="/outbox/{number}">{escape(subject_of(message))}</a></td></tr>'
        for number, message in newest[start : start + PAGE]
    )
    choices = " · ".join(f'<a href="/outbox/?channel={name}">{name or "all"}</a>' for name in ("", "email", "sms"))
    pages = [("newer", start - PAGE)] * (start > 0) + [("older", start + PAGE)] * (start + PAGE < len(newest))
    links = " · ".join(f'<a href="/outbox/?channel={channel}&amp;from={at}">{name}</a>' for name, at in pages)
    counted = f"{start + 1}–{min(start + PAGE, len(newest))} of {len(newest)}"
    return _page(f"<h1>Outbox</h1><p>{choices}</p><table>{rows}</table><p>{counted} {links}</p>")


def message_page(number: int, message: Sent) -> str:
    """One message: headers, then HTML as the owner sees it, then the text beside it."""
    if message.channel == "sms":
        body = f"<pre>{escape(message.content.decode())}</pre>"
    else:
        names = ("From", "To", "Subject", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
        mail = mail_of(message.content)
        heads = "".join(f"<tr><th>{name}</th><td>{escape(str(mail[name]))}</td></tr>" for name in names)
        frame = f'<iframe title="HTML" src="/outbox/{number}.html"></iframe>'
        body = f"<table>{heads}</table>{frame}<pre>{escape(text_of(message.content))}</pre>"
    head = f"<p><a href='/outbox/'>Outbox</a> · {message.sent_at:%Y-%m-%d %H:%M} · {escape(message.recipient)}</p>"
    return _page(head + body)


def _page(body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1"><title>Outbox</title>'
        '<link rel="icon" href="/assets/favicon.svg">'
        '<link rel="stylesheet" href="/assets/tokens.css"><link rel="stylesheet" href="/outbox/style.css"></head>'
        f"<body>{body}</body></html>"
    )


STYLE = """
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
body { overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ccd5d5; vertical-align: top; }
td:first-child, th { white-space: nowrap; }
iframe { width: 100%; height: 52rem; border: 1px solid #ccd5d5; margin: 1rem 0; }
pre { white-space: pre-wrap; background: #f3f5f4; padding: 1rem; color: #14262a; }
"""
