from typing import Any

import pytest

from chalicelib.core.feedback import Feedback, before, closes, state_of
from chalicelib.core.notice import State
from chalicelib.core.rulebook import Channel
from tests.flows.office import at


def said(what: Any, **how: Any) -> Feedback:
    return Feedback(
        said=what, channel=Channel.EMAIL, notice="n", attempt=1, addresses=("a@b.example",), at=at("2026-03-01"), **how
    )


@pytest.mark.parametrize(
    ("what", "state"),
    [
        ("sent", State.SENT),
        ("delivered", State.DELIVERED),
        ("bounced", State.BOUNCED),
        ("rejected", State.BOUNCED),
        ("complained", State.COMPLAINED),
        ("delayed", None),
    ],
)
def test_each_word_of_a_provider_means_a_state_and_a_delay_none(what: Any, state: State | None) -> None:
    assert state_of(said(what)) is state


def test_states_of_an_attempt_only_move_forward() -> None:
    order = [State.SENT, State.DELIVERED, State.BOUNCED, State.COMPLAINED]
    for number, state in enumerate(order):
        assert set(order) & set(before(state)) == set(order[:number])
        assert {State.CALLING, State.RETRY, State.UNKNOWN} <= set(before(state))
        assert not {State.SKIPPED, State.FAILED, State.PLANNED, State.CLAIMED} & set(before(state))


@pytest.mark.parametrize(
    ("feedback", "reason"),
    [
        (said("bounced", is_lasting=True), "bounced"),
        (said("bounced"), None),
        (said("rejected", is_lasting=True), None),
        (said("complained"), "complained"),
        (said("delivered"), None),
    ],
)
def test_only_an_address_that_never_takes_mail_or_whose_reader_complains_is_closed(
    feedback: Feedback, reason: str | None
) -> None:
    assert closes(feedback) == reason
