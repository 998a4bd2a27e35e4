from chalicelib.core.rulebook import Limits
from chalicelib.core.volume import Excess, excesses, with_run
from tests.builders import day, rules

LIMITS: Limits = rules().collection.limits
FLOOR, TIMES = LIMITS.run_floor, LIMITS.run_times
ON = day("2026-11-26")


def test_a_run_no_larger_than_the_floor_is_never_out_of_the_usual() -> None:
    assert excesses({"first-demand": FLOOR}, {}, LIMITS, ON) == []


def test_the_first_run_beyond_the_floor_waits_for_somebody() -> None:
    assert excesses({"first-demand": FLOOR + 1}, {}, LIMITS, ON) == [Excess("first-demand", FLOOR + 1, 0)]


def test_what_is_usual_is_the_largest_run_of_the_past_year_of_the_same_stage() -> None:
    volumes = {"bill-issued": {"2026-02": 900, "2026-05": 20}, "first-demand": {"2026-05": 60}}
    usual = {"bill-issued": 900 * TIMES, "first-demand": 60 * TIMES}
    assert excesses(usual, volumes, LIMITS, ON) == []
    many = {"bill-issued": 900, "first-demand": 900}
    assert excesses(many, volumes, LIMITS, ON) == [Excess("first-demand", 900, 60)]


def test_what_was_usual_more_than_a_year_ago_no_longer_is() -> None:
    assert excesses({"bill-issued": 500}, {"bill-issued": {"2025-11": 500}}, LIMITS, ON) == []
    assert excesses({"bill-issued": 500}, {"bill-issued": {"2025-10": 500}}, LIMITS, ON) != []


def test_a_run_is_remembered_as_its_months_largest_and_a_year_long() -> None:
    volumes = with_run({"a": {"2025-10": 7, "2025-11": 8}}, {"a": 3, "b": 4}, ON)
    assert volumes == {"a": {"2025-11": 8, "2026-11": 3}, "b": {"2026-11": 4}}
    assert with_run(volumes, {"a": 2, "b": 9}, ON) == {"a": {"2025-11": 8, "2026-11": 3}, "b": {"2026-11": 9}}
