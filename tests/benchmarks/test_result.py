"""A claim that is not kept says so."""

from collections.abc import Iterator

import pytest

from benchmarks.result import Result, interleaved


@pytest.mark.parametrize(("ours", "verdict"), [(0.15, "ok"), (0.16, "MISSED")])
def test_a_ratio_is_kept_up_to_its_budget(ours: float, verdict: str) -> None:
    line = Result("x", floor=0.1, ours=ours, budget=1.5).line(80)

    assert str(line).split()[-1] == verdict
    assert line.is_kept == (verdict == "ok")
    assert "80 MB" in str(line)


@pytest.mark.parametrize(("asked", "is_kept"), [(10, True), (11, False)])
def test_a_rate_is_kept_from_what_is_asked(asked: float, is_kept: bool) -> None:
    assert Result("x", floor=1, ours=0.1, budget=1).rate("x", asked).is_kept == is_kept


def test_floor_and_ours_take_turns_and_their_medians_count() -> None:
    turns: list[str] = []
    floors, ours = iter([1.0, 9.0, 2.0]), iter([4.0, 3.0, 50.0])

    def turn(who: str, times: Iterator[float]) -> float:
        turns.append(who)
        return next(times)

    found = interleaved("x", 1.0, 3, lambda: turn("floor", floors), lambda: turn("ours", ours))

    assert turns == ["floor", "ours"] * 3
    assert (found.floor, found.ours, found.ratio) == (2.0, 4.0, 2.0)
