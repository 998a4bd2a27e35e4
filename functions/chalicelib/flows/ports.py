"""What the flows need of the world outside, as protocols; `app.py` and the commands pass the real ones in."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, Protocol

Item = dict[str, str | int]

Mode = Literal["test", "team", "live"]
"""How far messages go: nowhere (rendered and recorded), to the allow-listed, to everybody."""


class Condition(NamedTuple):
    """What must be true of one attribute: absent (no value needed), equal to a value, or on one side of it."""

    attribute: str
    test: Literal["absent", "equals", "below", "above"]
    value: str | int = ""


class Table(Protocol):
    """One table of items with `pk` and `sk`; every change of state is one conditional write."""

    def get(self, pk: str, sk: str) -> Item | None:
        """One item, strongly consistent."""

    def query(self, pk: str) -> list[Item]:
        """All items of a partition by `sk`, strongly consistent, read to the end."""

    def put_new(self, item: Item) -> bool:
        """Writes an item unless its key is taken; whether it did."""

    def put_all(self, items: Iterable[Item]) -> None:
        """Writes items whose content follows from their key, so that writing one again changes nothing."""

    def change(
        self,
        pk: str,
        sk: str,
        values: Item,
        *,
        add: Item | None = None,
        all_of: Sequence[Condition] = (),
        any_of: Sequence[Condition] = (),
    ) -> bool:
        """Sets (and counts up) attributes if all of some and any of other conditions hold; whether it did."""

    def due(self, until: str) -> list[str]:
        """The keys of owners whose `due_day` has come by a day; a hint, possibly stale."""


class Queue(Protocol):
    """Carries work from the planner to the worker; may deliver twice and in any order."""

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        """Hands over messages that nobody sees for some seconds, a quarter of an hour at most."""


class Delivery(NamedTuple):
    """What became of one attempt to send: `sent` with the provider's id, or why not.

    `retry`: nothing was accepted and it may be tried again. `refused`: never will be, at this address.
    `stopped`: nothing was accepted, nor will anything else be for now. `unknown`: the provider may have it; never to
    be sent again blindly. `opted-out`: refused, because whoever has the address wants nothing by this channel.
    """

    outcome: Literal["sent", "retry", "refused", "opted-out", "stopped", "unknown"]
    detail: str


NOT_TAKEN = ("retry", "refused", "opted-out", "stopped")
"""The outcomes by which it is certain that nothing went out."""


class Journal(Protocol):
    """What is written down for those who run the installation; never anything personal."""

    def note(self, event: str, **fields: str | int) -> None: ...


class Silence:
    """A journal that keeps nothing."""

    def note(self, event: str, **fields: str | int) -> None:
        return None


class Mail(Protocol):
    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        """One attempt on the wire to hand over a raw MIME message, tagged with its notice and attempt."""


class Sms(Protocol):
    def send(self, text: str, *, phone: str, notice: str) -> Delivery:
        """One attempt on the wire to hand over a text message."""

    def is_opted_out(self, phone: str) -> bool:
        """Whether whoever has the phone wants no text messages, as its carrier has told the provider."""
