"""Feedback: a notice moves as far as providers say, a dead address is closed, and the owner is told another way."""

from itertools import permutations
from typing import Any

import pytest

from chalicelib.core.feedback import Feedback
from chalicelib.core.notice import Notice, State
from chalicelib.core.reach import mark
from chalicelib.core.rulebook import Channel
from chalicelib.flows.feedback import note_feedback
from chalicelib.flows.sender import notice_tag
from tests.builders import OWNER, bill, contact, day, owner, payment
from tests.fakes import UNKNOWN, FakeMail, FakeSms
from tests.flows.office import Office, at

ADDRESS = "wang@owner.example"
CO_OWNER = contact(name="李大力", role="co-owner", email="li@owner.example", phone=None)


def sent_to(*contacts: Any, mail: FakeMail | None = None) -> Office:
    """A centre whose one owner was told of a bill this morning."""
    office = Office(mail=mail or FakeMail())
    office.enter(bill(), owner=owner(OWNER, *(contacts or (contact(),))))
    office.run("2026-03-01")
    return office


def hear(office: Office, said: Any, when: str = "2026-03-01 11:00", **how: Any) -> Notice | None:
    """SES reports of the notice's last attempt, or of another one."""
    (notice,) = office.notices()
    feedback = Feedback(
        said=said,
        channel=Channel.EMAIL,
        notice=how.pop("tag", notice_tag(notice)),
        attempt=how.pop("attempt", notice.attempt),
        addresses=how.pop("addresses", (ADDRESS,)),
        at=at(when),
        detail=how.pop("detail", f"about-{said}"),
        **how,
    )
    return note_feedback(office.records, office.bundle, office.again, feedback)


def go_on(office: Office, now: str = "2026-03-01 11:05") -> list[State]:
    """The worker takes what the feedback has put into the queue."""
    office.queue.bodies, office.again.bodies = office.again.bodies, []
    return office.deliver(now)


def closed(office: Office) -> list[tuple[Channel, str, str, str]]:
    account = office.records.load_account(OWNER)
    assert account is not None
    return [(one.channel, one.mark, one.reason, str(one.on)) for one in account.suppressions]


# how far a notice comes


@pytest.mark.parametrize(
    ("said", "state"),
    [("sent", State.SENT), ("delivered", State.DELIVERED), ("delayed", State.SENT), ("complained", State.COMPLAINED)],
)
def test_a_notice_comes_as_far_as_its_provider_says(said: str, state: State) -> None:
    office = sent_to()
    heard = hear(office, said)
    assert heard is not None
    assert office.states() == [heard.state] == [state]


def test_in_whatever_order_and_however_often_events_come_the_notice_ends_the_same() -> None:
    words = ["sent", "delivered", "bounced", "complained", "delivered"]
    ends = set()
    for order in permutations(words):
        office = sent_to()
        for said in order:
            hear(office, said, is_lasting=True)
        ((channel, address, _, _),) = closed(office)  # the reason is the first that was heard
        ends.add((office.states()[0], channel, address, len(office.tasks())))
    assert ends == {(State.COMPLAINED, Channel.EMAIL, mark(ADDRESS), 1)}


def test_what_an_earlier_attempt_came_to_does_not_move_a_later_one() -> None:
    office = sent_to()
    hear(office, "bounced")
    assert go_on(office) == [State.SENT], "by SMS"
    hear(office, "delivered", attempt=1)
    assert office.states() == [State.SENT]
    hear(office, "complained", attempt=1)
    assert office.states() == [State.SENT]
    assert closed(office) == [(Channel.EMAIL, mark(ADDRESS), "complained", "2026-03-01")], "yet nobody writes there"


def test_a_message_that_is_none_of_ours_changes_nothing() -> None:
    office = sent_to()
    for tag in ("", "x", "bm90LWE-a2V5", "房", notice_tag(office.notices()[0])[:-4]):
        assert hear(office, "bounced", tag=tag, is_lasting=True) is None
    assert office.states() == [State.SENT]
    assert closed(office) == []


# what was unknown


def test_a_send_of_unknown_outcome_is_settled_by_the_event_that_carries_its_tag() -> None:
    office = sent_to(mail=FakeMail(UNKNOWN))
    assert office.states() == [State.UNKNOWN]
    hear(office, "sent")
    assert office.states() == [State.SENT]
    office.run("2026-03-02")
    assert office.tasks() == ()


def test_what_stays_unknown_for_the_hours_of_the_rules_becomes_a_case_and_is_never_sent_again() -> None:
    office = sent_to(mail=FakeMail(UNKNOWN))
    office.run("2026-03-02")
    (task,) = office.tasks()
    assert (task.stage, task.task, task.opened_on) == ("unknown", "case", day("2026-03-02"))
    for number in range(3, 10):
        office.run(f"2026-03-0{number}")
    assert len(office.mail.sent) == 1
    assert len(office.tasks()) == 1


def test_an_event_that_comes_after_all_closes_the_case() -> None:
    office = sent_to(mail=FakeMail(UNKNOWN))
    office.run("2026-03-02")
    hear(office, "delivered", "2026-03-03 09:00")
    (task,) = office.tasks()
    assert (task.outcome, task.done_on) == ("settled", day("2026-03-03"))


# what came back


def test_mail_that_comes_back_for_good_closes_the_address_tells_staff_and_goes_by_the_next_channel() -> None:
    office = sent_to()
    hear(office, "bounced", is_lasting=True)
    assert closed(office) == [(Channel.EMAIL, mark(ADDRESS), "bounced", "2026-03-01")]
    (task,) = office.tasks()
    assert (task.stage, task.task, task.reason) == ("unreachable", "case", "bounced")
    assert go_on(office) == [State.SENT]
    assert [phone for _, phone, _ in office.sms.sent] == ["+8613800000001"]
    office.run("2026-03-16")
    assert len(office.mail.sent) == 1, "the next reminder does not go there either"
    assert len(office.sms.sent) == 2


def test_a_mailbox_that_is_full_is_not_closed_but_this_notice_goes_another_way() -> None:
    office = sent_to()
    hear(office, "bounced")
    assert closed(office) == []
    assert office.tasks() == ()
    assert go_on(office) == [State.SENT]
    assert (len(office.mail.sent), len(office.sms.sent)) == (1, 1)
    office.run("2026-03-16")
    assert len(office.mail.sent) == 2, "the next one tries it again"


def test_where_another_of_the_owners_has_an_address_it_is_tried_before_any_other_channel() -> None:
    office = sent_to(contact(), CO_OWNER)
    hear(office, "bounced", is_lasting=True)
    assert go_on(office) == [State.SENT]
    assert [one.recipient for one in office.mail.sent] == [ADDRESS, "li@owner.example"]
    assert office.sms.sent == []


def test_where_no_machine_has_another_way_people_deliver_it() -> None:
    office = sent_to(contact(phone=None))
    hear(office, "bounced", is_lasting=True)
    assert go_on(office) == [State.FAILED]
    assert sorted(task.task for task in office.tasks()) == ["case", "letter"]


def test_an_event_heard_twice_sends_nothing_twice() -> None:
    office = sent_to()
    for _ in range(3):
        hear(office, "bounced", is_lasting=True)
    assert len(go_on(office)) == 3
    hear(office, "bounced", attempt=1, is_lasting=True)
    go_on(office)
    assert (len(office.mail.sent), len(office.sms.sent), len(office.tasks())) == (1, 1, 1)


def test_what_came_back_after_hours_goes_on_the_next_day() -> None:
    office = sent_to()
    hear(office, "bounced", "2026-03-05 22:00", is_lasting=True)
    assert go_on(office, "2026-03-05 22:01") == [State.RETRY]
    assert office.run("2026-03-06") == [State.SENT]
    assert len(office.sms.sent) == 1


def test_what_came_back_is_not_sent_again_once_it_is_paid() -> None:
    office = sent_to()
    office.records.record_payment(OWNER, payment(123456, "2026-03-01"))
    hear(office, "bounced")
    assert go_on(office) == [State.SKIPPED]
    assert office.sms.sent == []


@pytest.mark.parametrize("late", ["sent", "delivered", "bounced"])
def test_fault_16_a_late_word_of_what_came_back_does_not_pass_for_the_next_attempt(late: str) -> None:
    """Paid, and the money was taken back; the notice waits for the morning, and still nobody was told."""
    office = sent_to()
    hear(office, "bounced")
    office.records.record_payment(OWNER, payment(123456, "2026-03-01", id="bank#A#1"))
    assert go_on(office) == [State.SKIPPED]
    back = payment(123456, "2026-03-01", id="bank#B#1", reverses="bank#A#1")
    office.records.record_payment(OWNER, back)
    hear(office, "bounced", attempt=1)
    office.plan("2026-03-02")
    assert office.deliver("2026-03-02 21:00") == [State.RETRY]
    hear(office, late, attempt=1)
    assert office.states() == [State.RETRY]
    assert office.run("2026-03-03") == [State.SENT]
    assert len(office.sms.sent) == 1


def test_a_reader_who_complains_has_been_told_and_is_not_written_to_again() -> None:
    office = sent_to()
    hear(office, "complained")
    assert closed(office) == [(Channel.EMAIL, mark(ADDRESS), "complained", "2026-03-01")]
    assert [task.reason for task in office.tasks()] == ["complained"]
    assert office.again.bodies == []
    office.run("2026-03-16")
    assert (len(office.mail.sent), len(office.sms.sent)) == (1, 1)


def test_a_new_address_is_written_to_although_the_old_one_is_closed() -> None:
    office = sent_to()
    hear(office, "bounced", is_lasting=True)
    office.records.save_owner(owner(OWNER, contact(email="new@owner.example")))
    assert go_on(office) == [State.SENT]
    assert [one.recipient for one in office.mail.sent] == [ADDRESS, "new@owner.example"]


def test_an_address_is_the_same_however_it_is_written() -> None:
    office = sent_to()
    hear(office, "bounced", addresses=(" Wang@Owner.EXAMPLE",), is_lasting=True)
    assert closed(office) == [(Channel.EMAIL, mark(ADDRESS), "bounced", "2026-03-01")]


# text messages


def report(office: Office, said: Any, id: str = "sms-1") -> Notice | None:
    feedback = Feedback(
        said=said,
        channel=Channel.SMS,
        notice=id,
        attempt=0,
        addresses=("+86138****0001",),
        at=at("2026-03-01 11:00"),
        detail="undelivered" if said == "bounced" else "",
    )
    return note_feedback(office.records, office.bundle, office.again, feedback)


def test_a_text_message_is_known_again_by_the_providers_own_id() -> None:
    office = sent_to(contact(email=None))
    report(office, "delivered")
    assert office.states() == [State.DELIVERED]
    assert report(office, "delivered", "sms-99") is None


def test_a_text_message_no_carrier_delivered_is_brought_by_people() -> None:
    office = sent_to(contact(email=None))
    report(office, "bounced")
    assert go_on(office) == [State.FAILED]
    assert [task.task for task in office.tasks()] == ["letter"]
    assert len(office.sms.sent) == 1


def test_who_opted_out_of_text_messages_gets_none_and_staff_are_told() -> None:
    office = Office(sms=FakeSms(opted_out=frozenset({"+8613800000001"})))
    office.enter(bill(), owner=owner(OWNER, contact(email=None)))
    assert office.run("2026-03-01") == [State.FAILED]
    assert office.sms.sent == []
    assert [(channel, reason) for channel, _, reason, _ in closed(office)] == [(Channel.SMS, "opted-out")]
    assert sorted(task.stage for task in office.tasks()) == ["bill-issued", "unreachable"]
