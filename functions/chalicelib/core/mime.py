"""A message as raw MIME: text and HTML side by side, with the headers large mail hosts ask for."""

from base64 import encodebytes
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from .errors import BadInput
from .message import Message
from .voice import one_line

# The library folds what may need it; to lay out the rest with it, too, would take four times as long.
_HEAD = """\
Date: {date}
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="=_courtyard"
Content-Language: {language}

--=_courtyard
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

"""
_BETWEEN = """
--=_courtyard
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

"""
_END = "\n--=_courtyard--\n"  # a line no base64 has


def mime(
    message: Message,
    *,
    sender: str,
    recipient: str,
    recipient_name: str,
    language: str,
    notice: str,
    unsubscribe_url: str = "",
    now: datetime,
) -> bytes:
    """The bytes to hand to SES as `Raw`; names are flattened to one line, so none can add a header.

    List-Unsubscribe with One-Click as RFC 8058 asks, but for what the owner has just asked for; Auto-Submitted
    (RFC 3834) keeps auto-replies away.
    BadInput for an address that no mail host would take.
    """
    # The library would encode what does not fit its lines, and mail hosts read these byte by byte.
    as_it_is = f"X-Courtyard-Notice: {notice}\n"
    if unsubscribe_url:
        as_it_is += f"List-Unsubscribe: <{unsubscribe_url}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
    parts = (
        _lines(as_it_is),
        _from(sender),
        _folded("To", _address(recipient_name, recipient)),
        _folded("Subject", message.subject),
        _lines(_HEAD.format(date=format_datetime(now), language=language)),
        _body(message.text),
        _lines(_BETWEEN),
        _body(message.html),
        _lines(_END),
    )
    return b"".join(parts)


@lru_cache(maxsize=8)
def _from(sender: str) -> bytes:
    name, address = parseaddr(sender)
    return _folded("From", Address(name, addr_spec=address))


def _folded(name: str, value: str | Address) -> bytes:
    """A header in lines of a length every mail host takes, in ASCII."""
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


def _body(text: str) -> bytes:
    """Lines as mail has them, in base64."""
    content = b"".join(line + b"\r\n" for line in text.encode().splitlines())
    return encodebytes(content).replace(b"\n", b"\r\n")


def _lines(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("ascii")


def ascii_address(address: str) -> str:
    """An address as mail hosts take it: a host in other letters goes by its ASCII name; ValueError if there is none."""
    local, _, host = address.rpartition("@")
    plain = f"{local}@{host.encode('idna').decode('ascii')}"
    plain.encode("ascii")
    return plain


def _address(name: str, address: str) -> Address:
    try:
        return Address(one_line(name), addr_spec=ascii_address(address))
    except (ValueError, IndexError, HeaderParseError) as error:
        raise BadInput("email", "not an address") from error
