"""Every notice is counted once, so whichever way a day is counted, the total is the same."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.notice import Notice, State
from chalicelib.core.rulebook import Channel
from staff.tally import GROUPS, NONE, Tally, entry
from tests.builders import OWNER, day

REASONS = ["", "hours", "mode:test", "bounce:Permanent:General", "0100018f-message-id"]


def notice(state: State = State.SENT, **changes: Any) -> Notice:
    made = Notice(
        owner=OWNER,
        anchor="2026-Q1/3-2-1201/property",
        stage="due-soon",
        step="due-soon-3",
        bills=("2026-Q1/3-2-1201/property",),
        channel=Channel.EMAIL,
        planned_on=day("2026-03-28"),
        state=state,
    )
    return msgspec.structs.replace(made, **changes)


NOTICES = st.builds(
    notice,
    st.sampled_from(State),
    stage=st.sampled_from(["bill-issued", "due-soon", "first-demand"]),
    channel=st.sampled_from([Channel.EMAIL, Channel.SMS]),
    reason=st.sampled_from(REASONS),
)


@given(st.lists(NOTICES | st.none(), max_size=30))
def test_every_way_of_counting_comes_to_the_number_of_the_list(listed: list[Notice | None]) -> None:
    tally = Tally([entry(one) for one in listed])
    whole = len(listed)
    assert sum(tally.by_state.values()) == whole
    assert sum(tally.by_stage.values()) == whole
    assert sum(tally.by_channel.values()) == whole
    assert sum(row["planned"] for row in tally.rows.values()) == whole
    for row in tally.rows.values():
        assert sum(row[group] for group in GROUPS) == row["planned"]
    for (stage, _), row in tally.rows.items():
        assert row["planned"] <= tally.by_stage[stage]
    for state in (State.SKIPPED, State.FAILED):
        assert sum(tally.by_reason.get(state.value, {}).values()) == tally.by_state[state.value]


def test_every_state_is_told_whether_anything_is_in_it_or_not() -> None:
    assert list(Tally([]).by_state) == [state.value for state in State]


def test_each_state_is_in_the_group_people_would_look_for_it() -> None:
    groups = {state.value: entry(notice(state)).group for state in State}
    assert {name for name, group in groups.items() if group == "reached"} == {"SENT", "DELIVERED", "COMPLAINED"}
    assert {name for name, group in groups.items() if group == "lost"} == {"UNKNOWN"}
    assert {name for name, group in groups.items() if group == "not-sent"} == {"SKIPPED", "FAILED"}
    assert groups["BOUNCED"] == "coming", "it goes another way"


def test_a_message_that_was_only_recorded_is_told_from_one_that_went_out() -> None:
    sent = [notice(reason="0100018f-message-id"), notice(reason="mode:test"), notice(reason="mode:test")]
    assert Tally([entry(one) for one in sent]).by_reason == {"SENT": {"mode:test": 2}}


def test_what_was_listed_and_never_put_on_record_is_counted_as_not_sent() -> None:
    tally = Tally([entry(None)])
    assert tally.by_reason == {"SKIPPED": {"not-recorded": 1}}
    assert (tally.by_stage, tally.by_channel) == ({NONE: 1}, {NONE: 1})
