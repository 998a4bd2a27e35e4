"""The circuit: while a provider takes nothing, one message tries now and then, and nothing is lost."""

from datetime import timedelta

import pytest

from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from chalicelib.flows.circuit import PROBED_EVERY, Circuit, circuit, close_circuit, load_stop, open_circuit
from chalicelib.flows.records import Records
from staff.memory import MemoryTable
from tests.builders import bill, owner
from tests.fakes import SENT, STOPPED, FakeMail
from tests.flows.office import Office, at

NOW = at("2026-03-01 10:00")
LATER = NOW + PROBED_EVERY


@pytest.fixture
def records() -> Records:
    return Records(MemoryTable())


def test_a_channel_that_was_never_stopped_may_be_called(records: Records) -> None:
    assert circuit(records, Channel.EMAIL, NOW) is Circuit.CLOSED
    assert load_stop(records, Channel.EMAIL) is None


def test_a_stopped_channel_may_not_be_called_until_a_try_is_due(records: Records) -> None:
    assert open_circuit(records, Channel.EMAIL, "SendingPausedException", NOW)
    assert circuit(records, Channel.EMAIL, LATER - timedelta(seconds=1)) is Circuit.OPEN
    assert circuit(records, Channel.SMS, NOW) is Circuit.CLOSED, "the other channel goes on"
    stop = load_stop(records, Channel.EMAIL)
    assert stop is not None
    assert (stop.reason, stop.since, stop.probe_at) == ("SendingPausedException", NOW, LATER)


def test_of_all_who_ask_when_a_try_is_due_one_makes_it(records: Records) -> None:
    open_circuit(records, Channel.EMAIL, "x", NOW)
    asked = [circuit(records, Channel.EMAIL, LATER) for _ in range(5)]
    assert asked == [Circuit.HALF_OPEN, *[Circuit.OPEN] * 4]
    assert circuit(records, Channel.EMAIL, LATER + PROBED_EVERY) is Circuit.HALF_OPEN, "should the first have died"


def test_a_try_that_fails_keeps_it_stopped_since_when_it_was(records: Records) -> None:
    open_circuit(records, Channel.EMAIL, "x", NOW)
    circuit(records, Channel.EMAIL, LATER)
    assert not open_circuit(records, Channel.EMAIL, "y", LATER), "nobody needs to be told again"
    stop = load_stop(records, Channel.EMAIL)
    assert stop is not None
    assert (stop.reason, stop.since) == ("y", NOW)


def test_once_a_try_succeeds_everybody_may_call_again(records: Records) -> None:
    open_circuit(records, Channel.EMAIL, "x", NOW)
    assert close_circuit(records, Channel.EMAIL)
    assert not close_circuit(records, Channel.EMAIL)
    assert circuit(records, Channel.EMAIL, NOW) is Circuit.CLOSED
    assert open_circuit(records, Channel.EMAIL, "z", LATER), "a new stop is told anew"


def test_a_stop_loses_nothing_and_calls_nobody_in_vain() -> None:
    """Ten owners while SES is paused: one call is made, then one each quarter of an hour; then all goes out."""
    office = Office(mail=FakeMail(STOPPED, STOPPED, SENT))
    for number in range(10):
        office.enter(bill(), owner=owner(f"o-{number}"))
    office.plan("2026-03-01")
    assert set(office.deliver("2026-03-01 10:00")) == {State.RETRY}
    assert len(office.mail.sent) == 1
    assert set(office.again.delays) == {900}
    for hour, calls in (("10:15", 2), ("10:30", 12)):
        office.queue.bodies, office.again.bodies = office.again.bodies, []
        office.deliver(f"2026-03-01 {hour}")
        assert len(office.mail.sent) == calls, hour
    assert {office.states(f"o-{number}")[0] for number in range(10)} == {State.SENT}
    notes = [note for note in office.journal.notes if note["event"] == "circuit"]
    assert [note["state"] for note in notes] == ["open", "closed"]


def test_what_is_stopped_until_the_evening_goes_out_with_the_next_run() -> None:
    office = Office(mail=FakeMail(STOPPED, SENT))
    office.enter(bill())
    office.plan("2026-03-01")
    assert office.deliver("2026-03-01 19:50") == [State.RETRY]
    assert office.again.bodies == [], "by the time it came again, nobody might be written to"
    assert office.run("2026-03-02") == [State.SENT]
