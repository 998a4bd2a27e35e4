"""Delivery: one request to a provider for a notice, whatever is delivered twice, late, at once or cut off."""

import re
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from datetime import timedelta
from typing import get_args

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Hold, Payment
from chalicelib.core.bundle import Bundle
from chalicelib.core.errors import NotFound
from chalicelib.core.link import Scope
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel, SmsProfile
from chalicelib.flows import delivery
from chalicelib.flows.links import open_link
from chalicelib.flows.statements import statement_by_link
from tests import builders
from tests.builders import OWNER, SPACE, bill, contact, day, hold, owner, payment
from tests.fakes import REFUSED, RETRY, SENT, UNKNOWN, Crash, CrashingTable, FakeMail
from tests.flows.office import Office, at, job

Q1 = bill()
BODY = job(Q1, "bill-issued")


def planned(mail: FakeMail | None = None, **how: object) -> Office:
    """A centre in which one owner's bill was planned to be told of today."""
    office = Office(mail=mail or FakeMail(), **how)  # type: ignore[arg-type]
    office.enter(Q1)
    office.plan("2026-03-01")
    return office


def test_a_notice_goes_out_once_and_is_recorded_as_sent() -> None:
    office = planned()
    assert office.deliver("2026-03-01 10:00") == [State.SENT]
    (sent,) = office.mail.sent
    assert sent.recipient == "wang@owner.example"
    assert "1,234.56" in sent.text
    (notice,) = office.notices()
    assert (notice.state, notice.reason, notice.told_on) == (State.SENT, "id-1", day("2026-03-01"))
    account = office.records.load_account(OWNER)
    assert account is not None
    assert (account.last_notice, account.last_notice_on) == (f"{Q1.key}#bill-issued", day("2026-03-01"))
    assert account.due_day == day("2026-03-02"), "the next run looks again and sets the day that follows"


def test_the_tag_of_a_message_names_its_notice_as_ses_allows() -> None:
    office = planned()
    office.deliver("2026-03-01 10:00")
    tag = office.mail.sent[0].notice
    assert tag.replace("-", "").replace("_", "").isalnum()
    assert len(tag) <= 256
    assert urlsafe_b64decode(tag + "=" * (-len(tag) % 4)).decode() == f"{OWNER}#{Q1.key}#bill-issued"


def test_a_message_delivered_many_times_is_sent_once() -> None:
    office = planned()
    states = [office.deliver("2026-03-01 10:00", BODY) for _ in range(5)]
    assert states == [[State.SENT]] * 5
    assert len(office.mail.sent) == 1


def test_a_day_run_many_times_sends_once() -> None:
    office = planned()
    for _ in range(3):
        office.run("2026-03-01")
    assert len(office.mail.sent) == 1


def test_many_workers_at_once_send_once() -> None:
    office = planned()
    start = threading.Barrier(16)

    def work() -> None:
        start.wait()
        office.deliver("2026-03-01 10:00", BODY)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(office.mail.sent) == 1
    assert office.states() == [State.SENT]


def test_run_day_after_day_each_step_is_told_once() -> None:
    office = Office()
    office.enter(Q1)
    for days in range(60):
        office.run((day("2026-02-20") + timedelta(days=days)).isoformat())
    assert [notice.step for notice in sorted(office.notices(), key=lambda notice: notice.planned_on)] == [
        "bill-issued",
        "due-soon-15",
        "due-soon-3",
        "first-demand",
    ]
    assert office.states() == [State.SENT] * 4
    assert len(office.mail.sent) == 4


# what changed between plan and delivery


def test_a_payment_that_lands_in_between_stops_the_message() -> None:
    office = planned()
    office.records.record_payment(OWNER, payment(123456, "2026-03-01"))
    assert office.deliver("2026-03-01 10:00") == [State.SKIPPED]
    assert office.mail.sent == []
    assert office.notices()[0].reason == "nothing-owed"


def test_after_a_payment_taken_back_the_message_goes_out_after_all() -> None:
    office = planned()
    paid = payment(123456, "2026-03-01", id="bank#A#1")
    office.records.record_payment(OWNER, paid)
    office.deliver("2026-03-01 10:00")
    office.records.record_payment(OWNER, payment(123456, "2026-03-02", id="bank#B#1", reverses="bank#A#1"))
    assert office.run("2026-03-02") == [State.SENT]
    assert len(office.mail.sent) == 1


@pytest.mark.parametrize(
    ("pause", "state"),
    [(hold("2026-03-01", "2026-03-10"), State.RETRY), (hold("2026-03-01"), State.RETRY)],
)
def test_a_pause_noted_in_between_stops_the_message(pause: Hold, state: State) -> None:
    office = planned()
    office.records.add_facts(OWNER, [pause])
    assert office.deliver("2026-03-01 10:00") == [state]
    assert office.mail.sent == []


Q2 = bill(due="2026-04-03", id="extra")


def test_a_bill_paused_in_between_is_not_told_and_its_demand_is_still_to_come() -> None:
    office = Office()
    office.enter(Q1, Q2)
    office.plan("2026-04-10")
    office.records.add_facts(OWNER, [hold("2026-04-10", "2026-04-20", bills=(Q2.key,))])
    office.deliver("2026-04-10 10:00")
    assert told(office) == {Q1.key: ["first-demand"]}
    office.run("2026-04-21")
    assert told(office) == {Q1.key: ["first-demand"], Q2.key: ["first-demand"]}


def test_a_bill_that_fell_overdue_in_between_is_told_and_not_told_again() -> None:
    office = Office()
    office.enter(Q1, Q2)
    office.plan("2026-04-07")
    assert office.notices()[0].bills == (Q1.key,)
    office.records.set_ledger_through(day("2026-04-10"))
    office.deliver("2026-04-10 10:00")
    assert "2,469.12" in office.mail.sent[0].text, "both bills"
    office.run("2026-04-14")
    assert told(office) == {Q1.key: ["first-demand"], Q2.key: ["first-demand"]}
    assert len(office.mail.sent) == 1


def told(office: Office) -> dict[str, list[str]]:
    """The steps that went out about each bill."""
    sent = [one for one in office.notices() if one.state is State.SENT]
    return {key: [one.step for one in sent if key in one.bills] for one in sent for key in one.bills}


def test_what_was_paused_goes_out_once_the_pause_is_over() -> None:
    office = planned()
    office.records.add_facts(OWNER, [hold("2026-03-01", "2026-03-10")])
    office.deliver("2026-03-01 10:00")
    assert office.run("2026-03-02") == []
    assert office.run("2026-03-11") == [State.SENT]
    assert len(office.mail.sent) == 1


def test_a_demand_waits_when_the_ledger_is_no_longer_fresh() -> None:
    office = Office()
    office.enter(Q1)
    office.plan("2026-04-07")
    assert office.deliver("2026-04-11 10:00") == [State.RETRY]
    assert office.mail.sent == []
    assert office.notices()[0].reason == "ledger-stale"


def test_a_message_that_lay_in_the_queue_until_the_next_step_is_not_sent() -> None:
    office = planned()
    assert office.deliver("2026-03-16 10:00") == [State.SKIPPED]
    assert office.notices()[0].reason == "superseded"
    assert office.run("2026-03-16") == [State.SENT]
    assert [notice.step for notice in office.notices() if notice.state is State.SENT] == ["due-soon-15"]


def test_a_message_about_a_notice_or_owner_nobody_knows_is_dropped() -> None:
    office = planned()
    assert office.deliver("2026-03-01 10:00", job(Q1, "bill-issued", "o-404")) == [State.SKIPPED]
    assert office.deliver("2026-03-01 10:00", job(Q1, "never-planned")) == [State.SKIPPED]
    assert office.mail.sent == []


# when


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("2026-03-01 08:59", State.RETRY),
        ("2026-03-01 09:00", State.SENT),
        ("2026-03-01 19:59", State.SENT),
        ("2026-03-01 20:00", State.RETRY),
        ("2026-03-02 03:00", State.RETRY),
    ],
)
def test_nothing_goes_out_outside_the_hours(now: str, state: State) -> None:
    office = planned()
    assert office.deliver(now) == [state]
    assert len(office.mail.sent) == (1 if state is State.SENT else 0)


def test_what_came_too_late_in_the_day_goes_out_the_next_day_once() -> None:
    office = planned()
    assert office.deliver("2026-03-01 21:00") == [State.RETRY]
    assert office.notices()[0].reason == "hours"
    assert office.run("2026-03-02") == [State.SENT]
    assert office.run("2026-03-03") == []
    assert len(office.mail.sent) == 1


def test_nothing_goes_out_on_a_holiday() -> None:
    office = Office()
    office.enter(bill(1000, "2026-04-23"))
    office.plan("2026-04-30")
    assert office.deliver("2026-05-01 10:00") == [State.RETRY]
    assert office.run("2026-05-04") == []
    assert office.run("2026-05-06") == [State.SENT]


def test_two_notices_never_lie_closer_than_the_interval() -> None:
    office = Office()
    office.enter(Q1)
    office.run("2026-03-14")
    office.run("2026-03-15")
    office.run("2026-03-16")
    assert len(office.mail.sent) == 1
    office.run("2026-03-17")
    assert len(office.mail.sent) == 2


def test_two_notices_planned_apart_and_delivered_together_keep_the_interval() -> None:
    office = planned()
    first = office.queue.bodies.pop()
    office.records.add_facts(OWNER, [bill(5000, "2025-12-31", unit=SPACE, kind="parking")])
    office.records.set_due_day(OWNER, day("2026-03-02"))
    office.plan("2026-03-02")
    (second,) = office.queue.bodies
    office.deliver("2026-03-02 10:00", second)
    office.deliver("2026-03-02 10:00", first)
    assert len(office.mail.sent) == 1


# what providers answer


@pytest.mark.parametrize("later", ["2026-03-01 11:00", "2026-03-02 10:00", "2026-03-05 10:00"])
def test_a_send_whose_outcome_is_unknown_is_shown_so_and_never_made_again(later: str) -> None:
    office = planned(FakeMail(UNKNOWN, SENT))
    assert office.deliver("2026-03-01 10:00") == [State.UNKNOWN]
    assert office.deliver(later, BODY) == [State.UNKNOWN]
    office.run("2026-03-02")
    office.run("2026-03-10")
    assert len(office.mail.sent) == 1
    assert office.notices()[0].reason == "ReadTimeoutError"


def test_a_refused_message_is_not_tried_again_there_but_goes_by_the_next_channel_at_once() -> None:
    office = planned(FakeMail(REFUSED))
    assert office.deliver("2026-03-01 10:00") == [State.SENT]
    office.deliver("2026-03-01 10:00", BODY)
    office.run("2026-03-02")
    assert (len(office.mail.sent), len(office.sms.sent)) == (1, 1)
    (notice,) = office.notices()
    assert (notice.channel, notice.attempt) == (Channel.SMS, 2)
    assert office.tasks() == ()


def test_where_no_machine_has_another_way_a_refused_message_becomes_a_task() -> None:
    office = Office(mail=FakeMail(REFUSED))
    office.enter(Q1, owner=owner(OWNER, contact(phone=None)))
    assert office.run("2026-03-01") == [State.FAILED]
    office.deliver("2026-03-01 10:00", BODY)
    office.run("2026-03-02")
    assert len(office.mail.sent) == 1
    (task,) = office.tasks()
    assert (task.task, task.step) == ("letter", "bill-issued")
    assert office.notices()[0].reason == "MessageRejected"


def test_a_provider_that_wants_it_later_gets_it_later_once() -> None:
    office = planned(FakeMail(RETRY, SENT))
    assert office.deliver("2026-03-01 10:00") == [State.RETRY]
    assert office.run("2026-03-02") == [State.SENT]
    office.run("2026-03-03")
    assert [len(office.mail.sent), office.states()] == [2, [State.SENT]]


def test_a_provider_that_is_down_for_days_loses_nothing() -> None:
    office = planned(FakeMail(*[RETRY] * 4, SENT))
    office.deliver("2026-03-01 10:00")
    for number in range(2, 10):
        office.run(f"2026-03-0{number}")
    assert office.states() == [State.SENT]
    assert len(office.mail.sent) == 5


# cut off


def test_a_kill_before_or_after_any_write_leaves_at_most_one_request_and_no_silence() -> None:
    """After the message is delivered again and the days go on, a notice is SENT (once) or shown as UNKNOWN."""
    steady = planned()
    table = CrashingTable(steady.table)
    steady.through(table).deliver("2026-03-01 10:00")
    assert table.writes > 5
    seen = set()
    for number in range(table.writes):
        for is_done in (False, True):
            office = planned()
            crashing = office.through(CrashingTable(office.table, at=number, is_done=is_done))
            with pytest.raises(Crash):
                crashing.deliver("2026-03-01 10:00", BODY)
            office.deliver("2026-03-01 10:05", BODY)
            office.deliver("2026-03-01 10:13", BODY)
            office.run("2026-03-02")
            (state,) = office.states()
            assert len(office.mail.sent) <= 1
            assert (state, len(office.mail.sent)) in {
                (State.SENT, 1),
                (State.UNKNOWN, 1),
                (State.UNKNOWN, 0),
            }
            seen.add((state, len(office.mail.sent)))
    assert seen == {(State.SENT, 1), (State.UNKNOWN, 1), (State.UNKNOWN, 0)}


def test_a_kill_inside_the_call_ends_as_unknown() -> None:
    office = planned(FakeMail(None))
    with pytest.raises(Crash):
        office.deliver("2026-03-01 10:00", BODY)
    assert office.states() == [State.CALLING]
    assert office.deliver("2026-03-01 10:05", BODY) == [State.CALLING]
    assert office.deliver("2026-03-01 10:10", BODY) == [State.UNKNOWN]
    office.run("2026-03-02")
    assert len(office.mail.sent) == 1


def claimed(office: Office) -> int | None:
    """The attempt of a worker that has taken the notice at ten, and is not heard of for ten minutes."""
    (notice,) = office.notices()
    ten, ten_past = at("2026-03-01 10:00"), at("2026-03-01 10:10")
    return office.records.notices.claim(notice, notice.bills, Channel.EMAIL, now=ten, leased_until=ten_past)


def test_a_worker_cut_off_before_its_call_is_followed_by_another_once_its_claim_has_run_out() -> None:
    office = planned()
    claimed(office)
    assert office.deliver("2026-03-01 10:09", BODY) == [State.CLAIMED]
    assert office.deliver("2026-03-01 10:11", BODY) == [State.SENT]


def test_a_slow_worker_taken_for_dead_does_not_send_after_all() -> None:
    """Its claim has run out and another has sent: its own attempt number stops it before the call."""
    office = planned()
    (notice,) = office.notices()
    attempt = claimed(office)
    assert office.deliver("2026-03-01 10:11", BODY) == [State.SENT]
    slow = replace(notice, attempt=attempt, state=State.CLAIMED)
    may_call = office.records.notices.advance(slow, State.CALLING, only_from=(State.CLAIMED,), attempt=attempt)
    assert not may_call
    assert office.states() == [State.SENT]


# by which channel, to whom


def test_who_unsubscribed_in_between_gets_a_text_message_instead() -> None:
    office = planned()
    office.records.unsubscribe(OWNER, Channel.EMAIL)
    assert office.deliver("2026-03-01 10:00") == [State.SENT]
    assert office.mail.sent == []
    ((text, phone, _),) = office.sms.sent
    assert phone == "+8613800000001"
    assert "1234.56" in text
    assert "http" not in text


def test_who_unsubscribed_from_a_demand_in_between_is_called_by_a_person() -> None:
    office = Office()
    office.enter(Q1)
    office.plan("2026-04-07")
    office.records.unsubscribe(OWNER, Channel.EMAIL)
    assert office.deliver("2026-04-07 10:00") == [State.SKIPPED]
    assert (office.mail.sent, office.sms.sent) == ([], [])
    assert [task.task for task in office.tasks()] == ["call"]
    office.run("2026-04-08")
    assert len(office.tasks()) == 1


def test_where_carriers_allow_it_a_text_message_holds_the_link() -> None:
    rules = builders.rules_with(sms={"profile": SmsProfile.INTERNATIONAL})
    shipped: Bundle = builders.bundle()
    text = replace(shipped.messages["bill-issued"]["zh"], sms="{{ amount }} {{ url }}")
    messages = {**shipped.messages, "bill-issued": {"zh": text}}
    office = planned(bundle=replace(shipped, rules=rules, messages=messages))
    office.records.unsubscribe(OWNER, Channel.EMAIL)
    office.deliver("2026-03-01 10:00")
    assert office.sms.sent[0][0].startswith("1234.56 https://sample.example/balance/#")


def test_in_test_mode_everything_is_recorded_and_nothing_is_sent() -> None:
    office = planned(mode="test")
    assert office.deliver("2026-03-01 10:00") == [State.SENT]
    assert office.mail.sent == []
    assert office.notices()[0].reason == "mode:test"


def test_in_team_mode_only_the_team_is_written_to() -> None:
    office = Office(mode="team", team=frozenset({"me@team.example"}))
    office.enter(Q1, owner=owner("o-1", contact(email="me@team.example")))
    office.enter(Q1, owner=owner("o-2", contact(email="you@owner.example")))
    assert office.run("2026-03-01") == [State.SENT, State.SENT]
    assert [sent.recipient for sent in office.mail.sent] == ["me@team.example"]
    assert office.notices("o-2")[0].reason == "mode:team"


# the links in messages


def test_every_message_mints_its_own_code_and_its_link_opens_the_statement() -> None:
    office = planned()
    office.deliver("2026-03-01 10:00")
    office.run("2026-03-16")
    codes = [sent.code for sent in office.mail.sent]
    assert len(set(codes)) == 2
    for code in codes:
        on = day("2026-03-16")
        seen = statement_by_link(office.records, office.bundle, code, on=on, today=on)
        assert (seen.owner, seen.balance) == (OWNER, 123456)


def test_the_links_of_a_message_work_in_the_owners_language() -> None:
    office = Office()
    office.enter(Q1, owner=owner(language="en"))
    office.run("2026-03-01")
    assert "https://sample.example/en/balance/#" in office.mail.sent[0].text
    assert office.mail.sent[0].mail["Content-Language"] == "en"


def test_fault_30_nothing_in_a_copy_of_the_table_opens_anything() -> None:
    """Every stretch of what is stored that could be a code, and what a hash could be written as, is tried."""
    office = planned()
    office.deliver("2026-03-01 10:00")
    (sent,) = office.mail.sent
    stored = [str(value) for item in office.table.items() for value in item.values()]  # type: ignore[attr-defined]
    hashes = re.findall(r"\b[0-9a-f]{64}\b", "\n".join(stored))
    tries = {text[at : at + 43] for text in stored for at in range(len(text) - 42)}
    tries |= {urlsafe_b64encode(bytes.fromhex(one)).decode().rstrip("=") for one in hashes}
    assert len(hashes) >= 2 and len(tries) > 100
    assert [code for code in tries if opens(office, code)] == []
    assert opens(office, sent.code) and opens(office, sent.stop_code)


def opens(office: Office, code: str) -> bool:
    for scope in get_args(Scope):
        with suppress(NotFound):
            return bool(open_link(office.records, code, scope=scope, on=day("2026-03-01")))
    return False


def test_the_first_moment_to_send_is_now_or_the_next_opening() -> None:
    bundle = builders.bundle()
    assert delivery.next_moment(bundle, at("2026-03-01 10:00")) == at("2026-03-01 10:00")
    assert delivery.next_moment(bundle, at("2026-04-30 20:00")) == at("2026-05-06 09:00")


def test_a_payment_for_part_leaves_the_message_with_the_rest() -> None:
    office = planned()
    part: Payment = payment(100_000, "2026-03-01")
    office.records.record_payment(OWNER, part)
    assert office.deliver("2026-03-01 10:00") == [State.SENT]
    assert "234.56" in office.mail.sent[0].text
    assert "1,234.56" not in office.mail.sent[0].text


# what may not be said


def saying(text: str) -> Bundle:
    """The bundle with something more in the message of the first stage, as if it had never been checked."""
    bundle = builders.bundle()
    message = bundle.messages["bill-issued"]["zh"]
    changed = replace(message, text=message.text + text, html=message.html + text, sms=(message.sms or "") + text)
    return replace(bundle, messages={**bundle.messages, "bill-issued": {"zh": changed}})


@pytest.mark.parametrize(
    ("text", "rule"),
    [("\n不缴费就停 水。", "cut-off"), ("\n逾期加收违约金。", "late-fee-early"), ("\n每天 5% 。", "rate-over-ceiling")],
)
def test_a_message_that_breaks_a_rule_is_not_sent_but_given_to_staff(text: str, rule: str) -> None:
    office = planned(bundle=saying(text))
    assert office.deliver("2026-03-01 10:00") == [State.FAILED]
    assert office.mail.sent == []
    assert office.notices()[0].reason == f"compliance:{rule}"
    assert [(task.task, task.step) for task in office.tasks()] == [("letter", "bill-issued")]
    office.run("2026-03-02")
    assert office.mail.sent == []


def test_a_text_message_that_breaks_a_rule_is_not_sent_either() -> None:
    office = Office(bundle=saying("否则起诉"))
    office.enter(Q1, owner=owner(OWNER, contact(email=None)))
    office.run("2026-03-01")
    assert (office.sms.sent, office.states()) == ([], [State.FAILED])
    assert office.notices()[0].reason == "compliance:legal-early"


def test_an_owner_whose_name_has_a_forbidden_word_in_it_is_written_to_like_any_other() -> None:
    office = Office()
    office.enter(Q1, owner=owner(OWNER, contact(name="江州第一律师事务所")))
    assert office.run("2026-03-01") == [State.SENT]
