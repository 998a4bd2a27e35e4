"""How the notices of a day stand: each is counted once, so that every way of counting comes to the same total."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from chalicelib.core.notice import REACHED, Notice, State

NONE = "none"
"""What a notice is counted under that was put on the list and never on record: by then nothing was to be told."""

_BY_REASON = (State.RETRY, State.SKIPPED, State.UNKNOWN, State.FAILED, State.BOUNCED, State.COMPLAINED)
_MODE = "mode:"
_GROUPS = {
    **{state.value: "reached" for state in REACHED},
    **{state.value: "lost" for state in (State.UNKNOWN,)},
    **{state.value: "not-sent" for state in (State.SKIPPED, State.FAILED)},
}
GROUPS = ("reached", "coming", "lost", "not-sent")
"""What people ask of a notice: did it go out, will it, does nobody know, or will it not."""


class Entry(NamedTuple):
    """One notice of a day's list, as it is counted."""

    stage: str
    channel: str
    state: str
    reason: str

    @property
    def group(self) -> str:
        return _GROUPS.get(self.state, "coming")


def entry(notice: Notice | None) -> Entry:
    """How a notice of the list is counted, on record or not."""
    if notice is None:
        return Entry(NONE, NONE, State.SKIPPED.value, "not-recorded")
    return Entry(notice.stage, notice.channel.value, notice.state.value, _reason(notice))


def _reason(notice: Notice) -> str:
    """Why a notice stands where it does; of a message that went out, only whether it went out at all."""
    is_said = notice.state in _BY_REASON or notice.reason.startswith(_MODE)
    return (notice.reason or NONE) if is_said else ""


class Tally(NamedTuple):
    """The notices of a day."""

    entries: Sequence[Entry]

    @property
    def by_state(self) -> dict[str, int]:
        """Every state in the order of a notice's life, with how many are in it."""
        counts = Counter(one.state for one in self.entries)
        return {state.value: counts[state.value] for state in State}

    @property
    def by_reason(self) -> dict[str, dict[str, int]]:
        """Where a state has a reason, how many have which."""
        found: dict[str, Counter[str]] = {}
        for one in self.entries:
            if one.reason:
                found.setdefault(one.state, Counter())[one.reason] += 1
        return {state: dict(sorted(reasons.items())) for state, reasons in sorted(found.items())}

    @property
    def by_stage(self) -> dict[str, int]:
        return dict(sorted(Counter(one.stage for one in self.entries).items()))

    @property
    def by_channel(self) -> dict[str, int]:
        return dict(sorted(Counter(one.channel for one in self.entries).items()))

    @property
    def rows(self) -> dict[tuple[str, str], dict[str, int]]:
        """By stage and channel: how many there are, and how many of each group."""
        found: dict[tuple[str, str], Counter[str]] = {}
        for one in self.entries:
            found.setdefault((one.stage, one.channel), Counter())[one.group] += 1
        return {key: {"planned": groups.total(), **{g: groups[g] for g in GROUPS}} for key, groups in found.items()}
