"""Made-up lives: looked at only on the days named, alike where nothing differs, and every promise kept."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.rulebook import Rulebook
from staff import behaviour, community
from staff.behaviour import Behaviour, profile
from staff.community import Tally, begun, lived, note, profiles, tally, world
from staff.life import Life
from tests.builders import day, shipped

FIRST, SEED = day("2026-01-01"), 7
WORLD = world(shipped(), FIRST, 365, SEED)


def steps(life: Life) -> list[tuple[str, str]]:
    return [(step.key, step.on.isoformat()) for step in life.steps]


def test_a_thousand_owners_looked_at_on_the_days_named_hear_the_same_as_when_looked_at_every_day() -> None:
    for one in profiles(WORLD, range(1000)):
        named, daily = lived(WORLD, one), lived(WORLD, one, is_daily=True)
        assert steps(named) == steps(daily), one
        assert named.visits <= daily.visits


def test_no_promise_is_broken_and_every_behaviour_occurs() -> None:
    found = tally(WORLD, profiles(WORLD, range(1500)))
    assert found.broken == Counter()
    assert found.behaviours.keys() == {one.label for one in Behaviour}
    assert sum(found.behaviours.values()) == found.owners == 1500


def test_a_broken_promise_is_seen() -> None:
    """The checks can fail: a life whose last contact is forgotten breaks the interval."""

    class Forgetful(Life):
        def _check(self, step: object, ledger: object, on: object) -> None:
            self.account = replace(self.account, last_notice_on=on)  # type: ignore[arg-type]
            super()._check(step, ledger, on)  # type: ignore[arg-type]

    late = next(one for n in range(99) if (one := profile(n, SEED)).behaviour is Behaviour.LATE)
    life = Forgetful(WORLD.rules, begun(WORLD, late).account)
    life.run(WORLD.first, WORLD.last)
    assert "interval" in life.broken


def test_owners_in_parts_add_up_to_owners_together() -> None:
    whole, parts = tally(WORLD, profiles(WORLD, range(200))), Tally()
    for part in (range(70), range(70, 200)):
        parts.add(tally(WORLD, profiles(WORLD, part)))
    assert parts == whole


def test_the_same_seed_gives_the_same_community_and_another_seed_another() -> None:
    assert tally(WORLD, profiles(WORLD, range(100))) == tally(WORLD, profiles(WORLD, range(100)))
    assert tally(WORLD, profiles(WORLD, range(100))) != tally(
        replace(WORLD, seed=8), profiles(replace(WORLD, seed=8), range(100))
    )


def test_who_pays_late_is_charged_and_who_pays_in_time_is_not() -> None:
    in_time, late = (
        next(one for n in range(999) if (one := profile(n, SEED)).behaviour is kind and not 0 < one.habit < 60)
        for kind in (Behaviour.ON_TIME, Behaviour.LATE)
    )
    charged = [Tally(), Tally()]
    for found, one in zip(charged, (in_time, late), strict=True):
        note(found, lived(WORLD, one), one, WORLD.last)
    assert charged[0].late_fees == 0 < charged[1].late_fees


def test_the_share_paid_never_falls_with_time() -> None:
    found = tally(WORLD, profiles(WORLD, range(300)))
    paid = [1 - found.unpaid[days] / found.due[days] for days in community.CURVE_DAYS if found.due[days]]
    assert paid == sorted(paid)


def test_an_owner_without_bills_is_left_in_peace() -> None:
    moved = next(one for n in range(9999) if (one := profile(n, SEED)).behaviour is Behaviour.MOVED)
    gone = replace(WORLD, billed=())
    assert lived(gone, moved).visits == 0


def rules_with_interval(days: int) -> Rulebook:
    rules = shipped()
    limits = replace(rules.collection.limits, min_interval_days=days)
    return replace(rules, collection=replace(rules.collection, limits=limits))


@pytest.mark.parametrize("days", [1, 10])
def test_another_policy_makes_another_year_in_which_promises_are_kept_too(days: int) -> None:
    other = world(rules_with_interval(days), FIRST, 365, SEED)
    found = tally(other, profiles(other, range(300)))
    assert found.broken == Counter()
    assert found.told != tally(WORLD, profiles(WORLD, range(300))).told


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_profile_is_of_its_number_alone(index: int, seed: int) -> None:
    one = profile(index, seed)
    assert one == profile(index, seed)
    assert (one.chance is None) is (one.behaviour in (Behaviour.ON_TIME, Behaviour.LATE))
    assert one.area in behaviour.AREAS
