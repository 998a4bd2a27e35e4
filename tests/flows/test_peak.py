"""The day on which everybody is told: nobody is forgotten, nobody is told twice, and the account's pace is kept."""

import os
from collections import Counter
from datetime import timedelta

import app
from chalicelib.core.notice import State
from tests.flows.office import at
from tests.flows.peak import BEGINS, ON, RATE, Peak

OWNERS = int(os.environ.get("PEAK", "100000" if os.environ.get("HYPOTHESIS_PROFILE") == "soak" else "2000"))


def test_fault_44_on_a_peak_day_everybody_is_told_once_at_the_accounts_pace() -> None:
    seen = Peak(OWNERS, app.WORKERS)
    seen.run()
    print(  # noqa: T201  # `pytest -s` shows what docs/reliability.md gives
        f"{OWNERS} owners, {seen.invocations} starts of the planner, {seen.deliveries} deliveries,"
        f" the oldest message {seen.oldest}, all told after {seen.took}, {seen.busiest} in the busiest second"
    )
    everybody = [f"o-{number}" for number in range(OWNERS)]
    assert Counter(to for _, to in seen.mail.calls) == Counter(f"{id}@owner.example" for id in everybody)
    assert Counter(state for id in everybody for state in seen.office.states(id)) == {State.SENT: OWNERS}
    assert seen.queue.dead == []
    assert seen.busiest <= RATE + 1
    assert seen.oldest <= timedelta(seconds=OWNERS / RATE + 60), "the queue is no longer than the pace makes it"
    assert seen.deliveries <= OWNERS * 1.1, "and nobody works for nothing meanwhile"
    assert BEGINS + seen.took < at(f"{ON} 20:00")
