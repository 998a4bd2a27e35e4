"""Send me my bill: only who is on file gets anything, nobody learns who is, and nobody is mailed without end."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from chalicelib.core.account import Holder
from chalicelib.core.address import network
from chalicelib.core.errors import BadForm, NotFound
from chalicelib.core.notice import State
from chalicelib.flows import sessions
from chalicelib.flows.asks import AskForm, ask
from chalicelib.flows.ports import Item
from chalicelib.flows.quota import FORGOTTEN, Quota
from chalicelib.flows.sessions import MINUTES, Session, SessionForm, exchange
from chalicelib.flows.statements import statement_by_link
from staff.memory import MemoryTable
from tests.builders import OWNER, UNIT, bill, contact, day, owner, shipped_bundle
from tests.fakes import RETRY, UNKNOWN, Crash, CrashingTable, FakeMail
from tests.flows.office import Office, at
from tests.race import race

TEN = "2026-04-06 10:00"
MAIL, PHONE = "wang@owner.example", "13800000001"


class CountingTable(MemoryTable):
    """A table that writes down which calls were made, without their values."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    def get(self, pk: str, sk: str) -> Item | None:
        self.calls.append(f"get {pk[:2]}")
        return super().get(pk, sk)

    def query(self, pk: str) -> list[Item]:
        self.calls.append(f"query {pk[:2]}")
        return super().query(pk)

    def change(self, pk: str, sk: str, values: Item, **named: Any) -> bool:
        self.calls.append(f"change {pk[:2]}")
        return super().change(pk, sk, values, **named)


def centre(**how: Any) -> Office:
    office = Office(bundle=shipped_bundle(), **how)
    office.enter(bill(issued="2026-02-20"))
    office.records.add_holder(UNIT, Holder(owner=OWNER, from_=day("2021-05-01")))
    return office


def want(office: Office, who: str = MAIL, unit: str = UNIT, now: str = TEN, peer: str = "192.0.2.1") -> None:
    form = AskForm(unit=unit, contact=who)
    ask(office.records, office.bundle, office.queue, form, network=network(peer), now=at(now))


def told(office: Office) -> str:
    """The code of the last text message."""
    text = office.sms.sent[-1][0]
    return next(part for part in text.replace("，", "是").split("是") if part.isdigit() and len(part) == 6)


def enter(office: Office, code: str, now: str = TEN, phone: str = PHONE, unit: str = UNIT) -> Session:
    form = SessionForm(unit=unit, phone=phone, code=code)
    return exchange(office.records, office.bundle, form, network=network("192.0.2.1"), now=at(now))


def test_the_bill_goes_to_the_address_on_file_and_its_link_opens_it() -> None:
    office = centre()
    want(office, "WANG@owner.example ")
    assert office.deliver(TEN) == [State.SENT]
    (sent,) = office.mail.sent
    assert sent.recipient == MAIL
    on = day("2026-04-06")
    assert statement_by_link(office.records, office.bundle, sent.code, on=on, today=on).owner == OWNER
    assert list(office.records.notices.load_history(OWNER).contacts()) == []


def test_whoever_types_with_a_chinese_keyboard_gets_theirs_too() -> None:
    office = centre()
    want(office, "ｗａｎｇ＠owner.example", unit="３－２—１２０１ ")
    want(office, "１３８０００００００１", unit="３－２—１２０１")
    assert office.deliver(TEN) == [State.SENT, State.SENT]
    assert enter(office, told(office), phone="１３８ ００００ ０００１", unit="３－２－１２０１")


def test_capitals_in_the_name_of_a_unit_make_no_difference() -> None:
    office = centre()
    office.records.add_holder("P-180", Holder(owner=OWNER, from_=day("2021-05-01")))
    want(office, unit="p-180")
    assert office.deliver(TEN) == [State.SENT]


@pytest.mark.parametrize(
    ("unit", "who"), [(UNIT, "other@owner.example"), (UNIT, "13800000009"), ("9-9-9999", MAIL), ("9-9-9999", PHONE)]
)
def test_nobody_else_gets_anything(unit: str, who: str) -> None:
    office = centre()
    want(office, who, unit)
    assert office.deliver(TEN) == [State.SKIPPED]
    assert (office.mail.sent, office.sms.sent, office.notices()) == ([], [], ())


def test_who_has_sold_the_unit_gets_nothing_of_the_buyers() -> None:
    office = centre()
    office.enter(bill(777), owner=owner("o-2", contact(email="new@owner.example")))
    office.records.add_holder(UNIT, Holder(owner="o-2", from_=day("2026-04-01")))
    office.records.table.put_new({"pk": f"U#{UNIT}", "sk": f"END#HOLDER#2021-05-01#{OWNER}", "until": "2026-03-31"})
    want(office)
    want(office, "new@owner.example")
    assert office.deliver(TEN) == [State.SKIPPED, State.SENT]
    assert [sent.recipient for sent in office.mail.sent] == ["new@owner.example"]


def test_what_is_queued_names_nobody() -> None:
    office = centre()
    want(office)
    want(office, PHONE)
    queued = "".join(office.queue.bodies)
    assert MAIL not in queued and PHONE not in queued and OWNER not in queued


def test_asked_once_and_delivered_often_it_is_sent_once() -> None:
    office = centre()
    want(office)
    (body,) = office.queue.bodies
    assert [office.deliver(TEN, body) for _ in range(3)] == [[State.SENT]] * 3
    assert len(office.mail.sent) == 1


def test_what_is_no_address_is_told_at_once() -> None:
    with pytest.raises(BadForm):
        want(centre(), "me")


def test_a_mail_that_cannot_be_delivered_goes_nowhere_else() -> None:
    office = centre(mail=FakeMail(UNKNOWN))
    want(office)
    assert office.deliver(TEN) == [State.UNKNOWN]
    assert office.sms.sent == []


# a code by text message


def test_a_code_comes_by_text_message_and_opens_the_statement_once() -> None:
    office = centre()
    want(office, PHONE)
    assert office.deliver(TEN) == [State.SENT]
    made = enter(office, told(office), phone="+86 138-0000-0001")
    on = day("2026-04-06")
    assert statement_by_link(office.records, office.bundle, made.code, on=on, today=on).owner == OWNER
    assert made.expires == day("2026-04-07")
    with pytest.raises(NotFound):
        enter(office, told(office))


def test_fault_21_a_code_lives_five_minutes_and_no_second_longer_though_its_item_is_still_there() -> None:
    assert MINUTES == 5
    for now, is_open in [("2026-04-06 10:04:59", True), ("2026-04-06 10:05:00", False), ("2026-04-07 10:00", False)]:
        office = centre()
        want(office, PHONE)
        office.deliver(TEN)
        if is_open:
            assert enter(office, told(office), now)
        else:
            with pytest.raises(NotFound):
                enter(office, told(office), now)


def test_after_five_wrong_tries_the_right_code_is_wrong_too() -> None:
    office = centre()
    want(office, PHONE)
    office.deliver(TEN)
    right = told(office)
    for number in range(5):
        with pytest.raises(NotFound):
            enter(office, f"{(int(right) + number + 1) % 1_000_000:06d}")
    with pytest.raises(NotFound):
        enter(office, right)


def test_a_network_that_has_tried_too_often_uses_up_nobodys_tries_and_gets_in_nowhere() -> None:
    office = centre()
    for number in range(60):
        with pytest.raises(NotFound):
            enter(office, "000000", unit=f"u-{number}")
    want(office, PHONE)
    office.deliver(TEN)
    for code in (told(office), *["000000"] * 9):
        with pytest.raises(NotFound):
            enter(office, code)
    form = SessionForm(unit=UNIT, phone=PHONE, code=told(office))
    elsewhere = network("198.51.100.1")
    assert exchange(office.records, office.bundle, form, network=elsewhere, now=at(TEN))


def test_many_who_try_at_once_have_five_tries_among_them_and_one_gets_in() -> None:
    office = centre()
    want(office, PHONE)
    office.deliver(TEN)
    right = told(office)
    answers = race(lambda _: enter(office, right), 8)
    assert sum(isinstance(answer, Session) for answer in answers) == 1
    (session,) = [item for item in office.table.items() if str(item["pk"]).startswith("S#")]  # type: ignore[attr-defined]
    assert session["tries"] <= 5


def test_a_new_code_ends_the_one_before() -> None:
    office = centre()
    want(office, PHONE)
    office.deliver(TEN)
    first = told(office)
    want(office, PHONE)
    office.deliver(TEN)
    assert first != told(office), "one time in a million this fails"
    with pytest.raises(NotFound):
        enter(office, first)
    assert enter(office, told(office))


def test_fault_30_no_code_is_stored_as_it_is() -> None:
    office = centre()
    want(office, PHONE)
    office.deliver(TEN)
    sessions_kept = [item for item in office.table.items() if str(item["pk"]).startswith("S#")]  # type: ignore[attr-defined]
    assert len(sessions_kept) == 1
    assert told(office) not in repr(sessions_kept)


def test_nothing_of_who_asked_stays_on_record() -> None:
    office = centre()
    before = {(item["pk"], item["sk"]) for item in office.table.items()}  # type: ignore[attr-defined]
    want(office, PHONE)
    office.deliver(TEN)
    enter(office, told(office))
    made = [item for item in office.table.items() if (item["pk"], item["sk"]) not in before]  # type: ignore[attr-defined]
    staying = {str(item["pk"])[:2] for item in made if FORGOTTEN not in item}
    assert staying <= {"H#", "L#", "T#", "C#"}
    assert {str(item["pk"]) for item in made if FORGOTTEN not in item and str(item["pk"]).startswith("C#")} <= {
        "C#pace-sms",
        "C#sms-2026-04",
    }


def test_codes_are_six_figures_and_all_as_likely() -> None:
    codes = [sessions.new_pin() for _ in range(2000)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 1990
    assert any(code.startswith("0") for code in codes)


def test_a_code_opens_nothing_for_another_unit_or_telephone() -> None:
    office = centre()
    want(office, PHONE)
    office.deliver(TEN)
    for unit, phone in [("3-2-1202", PHONE), (UNIT, "13800000009"), (UNIT, MAIL)]:
        with pytest.raises(NotFound):
            enter(office, told(office), unit=unit, phone=phone)
    assert enter(office, told(office))


def test_a_code_that_must_wait_is_another_one_when_it_goes() -> None:
    office = centre()
    office.sms._answer = RETRY
    want(office, PHONE)
    assert office.deliver(TEN) == [State.RETRY]
    first = told(office)
    office.sms._answer = office.sms._answer._replace(outcome="sent", detail="id")
    assert office.deliver("2026-04-06 10:01", office.again.bodies[0]) == [State.SENT]
    with pytest.raises(NotFound):
        enter(office, first, "2026-04-06 10:02")
    assert enter(office, told(office), "2026-04-06 10:02")


@pytest.mark.parametrize("is_begun", [False, True])
def test_a_code_nobody_waits_for_any_more_is_not_sent_however_late_its_message_comes(is_begun: bool) -> None:
    office = centre()
    want(office, PHONE)
    (body,) = office.queue.bodies
    if is_begun:
        office.sms._answer = RETRY
        assert office.deliver(TEN, body) == [State.RETRY]
        (body,) = office.again.bodies
    sent = len(office.sms.sent)
    assert office.deliver("2026-04-07 03:00", body) == [State.SKIPPED]
    assert len(office.sms.sent) == sent
    assert [notice.reason for notice in office.notices()] == ["too-late"]


def test_a_bill_that_was_asked_for_is_sent_though_late() -> None:
    office = centre()
    want(office)
    assert office.deliver("2026-04-07 10:00") == [State.SENT]


def test_a_kill_at_any_write_leaves_at_most_one_mail() -> None:
    steady = centre()
    want(steady)
    table = CrashingTable(steady.table)
    steady.through(table).deliver(TEN)
    for number in range(table.writes):
        for is_done in (False, True):
            office = centre()
            want(office)
            (body,) = office.queue.bodies
            with pytest.raises(Crash):
                office.through(CrashingTable(office.table, at=number, is_done=is_done)).deliver(TEN)
            office.deliver("2026-04-06 10:05", body)
            office.deliver("2026-04-06 10:30", body)
            assert len(office.mail.sent) <= 1


# enumeration and bombing


def test_fault_32_whether_an_address_is_on_file_shows_neither_in_the_answer_nor_in_what_it_takes() -> None:
    seen = set()
    nobodys = [(UNIT, "other@owner.example"), ("9-9-9999", MAIL), ("9", "138 0000 0009")]
    for unit, who in [(UNIT, MAIL), (UNIT, PHONE), *nobodys]:
        office = centre(table=CountingTable())
        assert isinstance(office.table, CountingTable)
        office.table.calls.clear()
        want(office, who, unit)
        lengths = [len(msgspec.json.decode(body)) for body in office.queue.bodies]
        seen.add((tuple(office.table.calls), tuple(lengths)))
    assert len(seen) == 1


def test_fault_32_a_wrong_code_takes_the_same_calls_whether_or_not_one_was_sent() -> None:
    seen = set()
    for has_session in (True, False):
        for phone, unit in [(PHONE, UNIT), ("13800000009", UNIT), (PHONE, "9-9-9999"), (MAIL, UNIT)]:
            office = centre(table=CountingTable())
            assert isinstance(office.table, CountingTable)
            if has_session:
                want(office, PHONE)
                office.deliver(TEN)
            wrong = f"{(int(told(office)) + 1) % 1_000_000:06d}" if has_session else "000000"
            office.table.calls.clear()
            with pytest.raises(NotFound) as caught:
                enter(office, wrong, phone=phone, unit=unit)
            seen.add((tuple(office.table.calls), caught.value.args))
    assert len(seen) == 1


@pytest.mark.parametrize("who", [MAIL, PHONE])
def test_fault_33_a_thousand_requests_send_no_more_than_the_rules_allow(who: str) -> None:
    office = centre()
    most = office.bundle.rules.collection.limits.asks_by_address
    for number in range(1000):
        want(office, who, peer=f"198.51.{number // 250}.{number % 250}")
    office.deliver(TEN)
    assert len(office.mail.sent) + len(office.sms.sent) == most == 3


def test_fault_33_at_the_edge_between_two_windows_no_more_are_sent() -> None:
    office = centre()
    most, hours = office.bundle.rules.collection.limits.asks_by_address, Quota(1).hours
    sent = []
    for minute in range(0, 4 * hours * 60, 20):
        now = at("2026-04-06 00:00") + timedelta(minutes=minute)
        form = AskForm(unit=UNIT, contact=MAIL)
        ask(office.records, office.bundle, office.queue, form, network=network("192.0.2.1"), now=now)
        sent += [now] * len(office.queue.bodies)
        office.queue.bodies.clear()
    assert len(sent) >= most
    for start in sent:
        assert sum(start <= one < start + timedelta(hours=hours) for one in sent) <= most


def test_fault_33_one_network_cannot_ask_for_everybody_nor_many_for_one_unit() -> None:
    office = centre()
    limits = office.bundle.rules.collection.limits
    for number in range(200):
        want(office, f"a{number}@owner.example", unit=f"u-{number}")
    assert len(office.queue.bodies) == limits.asks_by_network
    office.queue.bodies.clear()
    for number in range(200):
        want(office, f"b{number}@owner.example", peer=f"198.51.100.{number}")
    assert len(office.queue.bodies) == limits.asks_by_unit


def test_fault_33_a_count_is_never_lost_when_many_ask_at_once() -> None:
    office = centre()
    race(lambda number: want(office, unit=f"u-{number}", peer=f"198.51.100.{number}"))
    assert len(office.queue.bodies) == office.bundle.rules.collection.limits.asks_by_address
