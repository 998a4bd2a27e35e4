from chalicelib.core.notice import CLAIMABLE, TOLD, Notice, State
from chalicelib.core.rulebook import Channel
from tests.builders import day


def test_a_notice_is_named_by_its_first_bill_and_its_step() -> None:
    notice = Notice(
        owner="o-1",
        anchor="2026-Q1/3-2-1201/property",
        stage="due-soon",
        step="due-soon-3",
        bills=("2026-Q1/3-2-1201/property",),
        channel=Channel.EMAIL,
        planned_on=day("2026-03-28"),
    )
    assert notice.key == "2026-Q1/3-2-1201/property#due-soon-3"


def test_what_may_be_sent_was_never_told_and_what_was_told_may_never_be_sent() -> None:
    assert not set(CLAIMABLE) & set(TOLD)
    assert set(State) - set(CLAIMABLE) - set(TOLD) == {State.CLAIMED}
