"""An e-mail from plan to mailbox by two stand-ins for SES: what a mailbox shows is what was made, to the letter."""

import json
from collections.abc import Callable, Iterator
from email.utils import parseaddr
from typing import Any, NamedTuple, cast
from urllib.request import urlopen

import boto3
import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.sesv2.models import sesv2_backends

from chalicelib.core.notice import State
from chalicelib.core.rulebook import Language
from chalicelib.core.voice import one_line
from chalicelib.edge.mail import SesMail
from chalicelib.flows.ports import Delivery
from tests.builders import OWNER, bill, contact, owner
from tests.conftest import REGION, fake_aws
from tests.contract.judges import client, serving
from tests.fakes import FakeMail, Mailed
from tests.flows.office import Office


class Shown(NamedTuple):
    """One e-mail as a mailbox shows it."""

    name: str
    address: str
    subject: str
    text: str
    html: str


class Post(NamedTuple):
    """A stand-in for SES: the client to send by, and what it made of the message with an id."""

    client: Any
    shown: Callable[[str], Shown]


@pytest.fixture(scope="module")
def mailparser() -> Iterator[str]:
    with serving("mailparser") as url:
        yield url


@pytest.fixture(scope="module")
def ses_local() -> Iterator[str]:
    with serving("aws-ses-v2-local") as url:
        yield url


@pytest.fixture
def moto(mailparser: str) -> Iterator[Post]:
    """moto keeps a message as it came; mailparser reads it."""
    with fake_aws():
        ses = boto3.client("sesv2")
        ses.create_email_identity(EmailIdentity="service@sample.example")
        yield Post(ses, lambda id: shown_by_mailparser(mailparser, kept_by_moto(id)[0]))


@pytest.fixture
def aws_ses_v2_local(ses_local: str) -> Iterator[Post]:
    """aws-ses-v2-local reads a message itself."""
    with client("sesv2", ses_local) as ses:
        yield Post(ses, lambda id: shown_by_ses_local(ses_local, id))


@pytest.fixture(params=["moto", "aws_ses_v2_local"])
def post(request: pytest.FixtureRequest) -> Post:
    return cast(Post, request.getfixturevalue(request.param))


def kept_by_moto(id: str) -> tuple[bytes, str]:
    """A message, and whom it was to go to whatever its own headers say."""
    sent = sesv2_backends[DEFAULT_ACCOUNT_ID][REGION].core_backend.sent_messages
    (kept,) = (one for one in sent if one.id == id)
    return kept.raw_data.encode(), kept.destinations[0]


def read(mailparser: str, mime: bytes) -> Any:
    """Everything mailparser finds in a message."""
    with urlopen(mailparser, mime) as answer:  # noqa: S310  # loopback
        return json.load(answer)


def shown_by_mailparser(mailparser: str, mime: bytes) -> Shown:
    mail = read(mailparser, mime)
    (to,) = mail["to"]["value"]
    return Shown(to["name"], to["address"], mail["subject"], mail["text"], mail["html"])


def shown_by_ses_local(url: str, id: str) -> Shown:
    with urlopen(f"{url}/store") as answer:  # noqa: S310  # loopback
        (mail,) = (one for one in json.load(answer)["emails"] if one["messageId"] == id)
    (to,) = mail["destination"]["to"]
    return Shown(*parseaddr(to), mail["subject"], mail["body"]["text"], mail["body"]["html"])


class CopiedMail(FakeMail):
    """Sends by SES and keeps a copy."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self._ses = SesMail(client, "courtyard")

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        super().send(mime, recipient=recipient, notice=notice, attempt=attempt)
        return self._ses.send(mime, recipient=recipient, notice=notice, attempt=attempt)


def sent(client: Any, language: Language = "zh", **how: Any) -> tuple[Mailed, str]:
    """A message from plan to provider, and the id that the provider gave it."""
    office = Office(mail=CopiedMail(client))
    office.enter(bill(), owner=owner(OWNER, contact(**how), language=language))
    assert office.run("2026-03-01") == [State.SENT]
    (made,) = office.mail.sent
    (notice,) = office.notices()
    return made, notice.reason


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("王小明", "wang@owner.example"),
        ("王", "wang@例子.example"),
        ('O\'Neil, "Peg" <x@y.example>;', "peg.o'neil+home@owner.example"),
        ("王\r\nBcc: all@thief.example", "wang@owner.example"),
        ("🀄王" * 60, "wang@owner.example"),
    ],
)
def test_a_mailbox_shows_what_was_made(post: Post, language: Language, name: str, email: str) -> None:
    made, id = sent(post.client, language, name=name, email=email)
    parts = [part.get_content().replace("\r\n", "\n") for part in made.mail.iter_parts()]
    assert post.shown(id) == Shown(one_line(name), email, made.mail["Subject"], *parts)


@pytest.mark.parametrize(
    ("email", "recipient"),
    [("wang@owner.example", "wang@owner.example"), ("wang@例子.example", "wang@xn--fsqu00a.example")],
)
def test_not_a_byte_is_changed_on_the_way_to_the_one_recipient(moto: Post, email: str, recipient: str) -> None:
    made, id = sent(moto.client, email=email)
    assert kept_by_moto(id) == (made.mime, recipient)


def test_a_mail_program_finds_the_one_click_address(moto: Post, mailparser: str) -> None:
    made, id = sent(moto.client)
    found = read(mailparser, kept_by_moto(id)[0])["headers"]["list"]
    assert found["unsubscribe"] == {"url": f"https://sample.example/v1/unsubscribe?t={made.stop_code}"}
    assert found["unsubscribe-post"] == {"name": "List-Unsubscribe=One-Click"}
