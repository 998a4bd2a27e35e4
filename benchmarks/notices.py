"""Notices a second and core: filled in and as MIME, and through the worker: `python -m benchmarks.notices COUNT`."""

import sys
from collections.abc import Iterator
from datetime import datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from itertools import cycle
from time import process_time
from typing import NamedTuple

from chalicelib.core.account import Owner
from chalicelib.core.bundle import Bundle, load
from chalicelib.core.calendar import instant
from chalicelib.core.message import Message, rendered
from chalicelib.core.mime import mime
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from chalicelib.edge.mail import SesMail
from chalicelib.edge.sms import SnsSms
from chalicelib.flows.delivery import deliver
from chalicelib.flows.links import balance_url, new_code, unsubscribe_url
from chalicelib.flows.records import Records
from chalicelib.flows.run import queue_run
from chalicelib.flows.sender import Sender
from staff.memory import MemoryTable
from staff.specimen import ORDINARY, Specimen, of_stage

from . import account, burden, stub
from .planrun import BUNDLE, ON, Belt, enter_due, open_day
from .process import answer, say
from .result import Line, Result, interleaved, timed

TO, TAG = "owner1@mail.example", "b28tMDAwMDAwMQ"


class Made(NamedTuple):
    """Both claims, and the most memory their process held."""

    messages: Result
    deliveries: Result
    megabytes: int


def made(count: int) -> Made:
    """So many notices in each round, each to another owner."""
    bundle = load(BUNDLE)
    return Made(messages(bundle, count), deliveries(bundle, count), burden.peak())


def messages(bundle: Bundle, count: int) -> Result:
    """Every stage's message in both languages, e-mail and text message; the floor has the words ready."""
    now = instant(ON, time(10), bundle.rules.community.time_zone)
    every = cycle(specimens(bundle))
    ready = cycle([(one, words(bundle, one)) for one in specimens(bundle)])

    def floor() -> bytes:
        specimen, said = next(ready)
        return plain_mime(bundle, said, specimen.account.owner, now)

    def ours() -> bytes:
        specimen = next(every)
        return own_mime(bundle, words(bundle, specimen), specimen.account.owner, now)

    clocks = timed(floor, count, process_time), timed(ours, count, process_time)
    return interleaved("message: filled in, and as MIME", 1.0, ROUNDS, *clocks)


def specimens(bundle: Bundle) -> list[Specimen]:
    stages = [stage for stage in bundle.rules.collection.stages if stage.message]
    return [of_stage(bundle.rules, stage, ORDINARY[one], one) for stage in stages for one in ORDINARY]


def words(bundle: Bundle, specimen: Specimen) -> Message:
    """A message filled in, with a code that no other has."""
    language, code = specimen.account.owner.language, new_code()
    site_url = bundle.rules.community.site_url
    url, stop_url = balance_url(site_url, language, code), unsubscribe_url(site_url, code)
    values = specimen.values(bundle, url=url, unsubscribe_url=stop_url)
    return rendered(bundle.messages[specimen.message][language], values)


def own_mime(bundle: Bundle, said: Message, owner: Owner, now: datetime) -> bytes:
    community = bundle.rules.community
    return mime(
        said,
        sender=community.sender,
        recipient=TO,
        recipient_name=owner.contacts[0].name,
        language=owner.language,
        notice=TAG,
        unsubscribe_url=unsubscribe_url(community.site_url, account.CODE),
        now=now,
    )


def plain_mime(bundle: Bundle, said: Message, owner: Owner, now: datetime) -> bytes:
    """The same e-mail as the standard library alone makes it of words that are ready."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = bundle.rules.community.sender
    mail["To"] = formataddr((owner.contacts[0].name, TO))
    mail["Subject"] = said.subject
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Courtyard-Notice"] = TAG
    mail["List-Unsubscribe"] = f"<{unsubscribe_url(bundle.rules.community.site_url, account.CODE)}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(said.text, cte="base64")
    mail.add_alternative(said.html, subtype="html", cte="base64")
    mail["Content-Language"] = owner.language
    return mail.as_bytes()


def deliveries(bundle: Bundle, count: int) -> Result:
    """Queued notices through the worker; the floor makes and sends the same e-mails of words that are ready.

    Records are in memory; both go through boto3's own clients, whose HTTP layer is stubbed.
    """
    now = instant(ON, time(10), bundle.rules.community.time_zone)
    records, bodies = _queued(bundle, count * ROUNDS)
    mail = SesMail(stub.client("sesv2", {"SendEmail": b'{"MessageId": "1"}'}), "courtyard")
    sender = Sender(mail, SnsSms(stub.client("sns", _SNS)), "live", rates=dict.fromkeys(Channel, 10_000))
    ready = cycle([(one, words(bundle, one)) for one in specimens(bundle)])

    def floor() -> None:
        specimen, said = next(ready)
        mail.send(plain_mime(bundle, said, specimen.account.owner, now), recipient=TO, notice=TAG, attempt=1)

    def ours() -> None:
        state = deliver(records, bundle, sender, next(bodies), now=now)
        assert state is State.SENT, state  # noqa: S101

    clocks = timed(floor, count, process_time), timed(ours, count, process_time)
    return interleaved("notice: through the worker", 1.5, ROUNDS, *clocks)


_SNS = {
    "CheckIfPhoneNumberIsOptedOut": b"<CheckIfPhoneNumberIsOptedOutResponse><CheckIfPhoneNumberIsOptedOutResult>"
    b"<isOptedOut>false</isOptedOut></CheckIfPhoneNumberIsOptedOutResult></CheckIfPhoneNumberIsOptedOutResponse>",
    "Publish": b"<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>",
}


def _queued(bundle: Bundle, count: int) -> tuple[Records, Iterator[str]]:
    """So many owners' notices as the planner queues them."""
    records, belt = Records(MemoryTable()), Belt()
    open_day(records, bundle)
    enter_due(records, count)
    queue_run(records, bundle, belt, on=ON)
    return records, iter(belt.bodies)


COUNT, ROUNDS = 32, 15  # one run tells 500 at most without a manager's word
MESSAGES_ASKED, NOTICES_ASKED = 500, 100
"""A second and core; a new account at SES may send 14 a second."""


def lines() -> Iterator[Line]:
    """What one core makes of both, beside its floor."""
    messages, deliveries, megabytes = answer("notices", COUNT)
    made = Made(Result(*messages), Result(*deliveries), megabytes)
    yield made.messages.line(megabytes)
    yield made.messages.rate("message: on one core", MESSAGES_ASKED, megabytes)
    yield made.deliveries.line(megabytes)
    yield made.deliveries.rate("notice: on one core", NOTICES_ASKED, megabytes)


if __name__ == "__main__":
    say(made(int(sys.argv[1])))
