"""Addresses that do not work, from the provider's wire to staff's list: the notice goes another way, once."""

import boto3
import pytest

from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from chalicelib.edge.sms import SnsSms
from tests.builders import OWNER, bill, contact, owner
from tests.flows.office import Office
from tests.sweep.installation import Installation

DAYS = ("2026-03-01 10:30", "2026-03-02 10:00", "2026-03-16 10:00")


def closed(installation: Installation) -> list[tuple[Channel, str, str]]:
    account = installation.records.load_account(OWNER)
    assert account is not None
    return [(one.channel, one.reason, str(one.on)) for one in account.suppressions]


@pytest.mark.parametrize(
    ("email", "reason", "channels"),
    [
        # the notice itself by text message, and the one that follows
        ("bounce@owner.example", "bounced", ["email", "sms", "sms"]),
        # whoever complains has read it
        ("complaint@owner.example", "complained", ["email", "sms"]),
    ],
)
def test_fault_14_an_address_that_bounces_or_complains_is_closed_told_to_staff_and_never_written_to_again(
    installation: Installation, email: str, reason: str, channels: list[str]
) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email=email)))
    installation.plan()
    installation.work()
    installation.go_on(*DAYS)
    assert closed(installation) == [(Channel.EMAIL, reason, "2026-03-01")]
    assert [(task.stage, task.task, task.reason) for task in installation.tasks()] == [("unreachable", "case", reason)]
    assert [one.channel for one in installation.provider.taken] == channels
    assert installation.problems() == []


def test_fault_14_a_mailbox_that_is_full_is_tried_again_with_the_next_notice(installation: Installation) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email="soft@owner.example")))
    installation.plan()
    installation.work()
    installation.go_on(*DAYS)
    assert closed(installation) == []
    assert [one.channel for one in installation.provider.taken] == ["email", "sms"] * 2
    assert installation.problems() == []


def test_fault_17_a_telephone_whose_carrier_says_it_opted_out_gets_nothing_and_people_bring_the_bill(
    stack: None,
) -> None:
    """moto takes numbers that end in 99 for such, and would send to them all the same: our own question comes first."""
    sns = boto3.client("sns")
    published = []
    sns.meta.events.register("before-call.sns.Publish", lambda **call: published.append(call))
    office = Office(sms=SnsSms(sns))  # type: ignore[arg-type]  # the real one in the fake's place
    office.enter(bill(), owner=owner(OWNER, contact(email=None, phone="+8613800000099")))
    assert office.run("2026-03-01") == [State.FAILED]
    office.run("2026-03-16")
    account = office.records.load_account(OWNER)
    assert account is not None
    assert [(one.channel, one.reason) for one in account.suppressions] == [(Channel.SMS, "opted-out")]
    assert sorted((task.step.split("-sms")[0], task.task) for task in office.tasks()) == [
        ("bill-issued", "letter"),
        ("due-soon-15", "letter"),
        ("unreachable", "case"),
    ]
    assert published == []
    office.enter(bill(), owner=owner("o-2", contact(email=None)))
    office.run("2026-03-17")
    assert len(published) == 1, "others get theirs, and it would have been seen"


def test_fault_17_the_check_is_asked_of_the_provider_itself(installation: Installation) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email=None, phone="+8613800000099")))
    installation.plan()
    installation.work()
    installation.go_on(*DAYS)
    assert installation.provider.requests == []
    assert installation.problems() == []


def test_fault_18_a_text_message_no_carrier_delivers_is_brought_by_people_whatever_its_provider_said(
    installation: Installation,
) -> None:
    installation.enter(bill(), owner=owner(OWNER, contact(email=None, phone="+8613800000098")))
    installation.plan()
    installation.work()
    assert [notice.state for notice in installation.notices()] == [State.SENT], "an id, which promises nothing"
    installation.go_on(*DAYS[:2])
    assert [(task.step, task.task) for task in installation.tasks()] == [("bill-issued", "letter")]
    assert [notice.state for notice in installation.notices()] == [State.FAILED]
    assert len(installation.provider.taken) == 1
