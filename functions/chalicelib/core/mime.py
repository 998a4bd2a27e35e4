"""A message as raw MIME: text and HTML side by side, with the headers large mail hosts ask for."""

from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from .errors import BadInput
from .message import Message
from .voice import one_line


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
    mail = EmailMessage(policy=SMTP)
    name, address = parseaddr(sender)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = _address(recipient_name, recipient)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text, cte="base64")
    mail.add_alternative(message.html, subtype="html", cte="base64")
    mail["Content-Language"] = language  # after the bodies: setting those drops what describes the content
    # The library would encode what does not fit its lines, and mail hosts read these byte by byte.
    as_it_is = f"X-Courtyard-Notice: {notice}\r\n"
    if unsubscribe_url:
        as_it_is += f"List-Unsubscribe: <{unsubscribe_url}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    return as_it_is.encode("ascii") + mail.as_bytes()


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
