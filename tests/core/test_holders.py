import pytest

from chalicelib.core.account import Holder
from chalicelib.core.holders import holder_on, latest_holder
from tests.builders import day

HOLDERS = [
    Holder(owner="o-1", from_=day("2021-05-01"), until=day("2026-04-30")),
    Holder(owner="o-2", from_=day("2026-06-01"), until=day("2026-06-30")),
]


@pytest.mark.parametrize(
    ("on", "holds", "answers"),
    [
        ("2021-04-30", None, None),
        ("2021-05-01", "o-1", "o-1"),
        ("2026-04-30", "o-1", "o-1"),
        ("2026-05-01", None, "o-1"),
        ("2026-06-01", "o-2", "o-2"),
        ("2026-07-01", None, "o-2"),
    ],
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_unit_is_its_holders_and_between_two_still_the_last_ones(
    on: str, holds: str | None, answers: str | None, order: int
) -> None:
    assert holder_on(HOLDERS[::order], day(on)) == holds
    assert latest_holder(HOLDERS[::order], day(on)) == answers
