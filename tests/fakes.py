"""What stands in for the world outside: each records what it was handed, and answers as a test wants."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from io import StringIO
from typing import Any, NamedTuple, cast

from chalicelib.edge.journal import StandardOutput
from chalicelib.flows.ports import Condition, Delivery, Item, Table
from staff.memory import MemoryTable

SENT = Delivery("sent", "id-1")
RETRY = Delivery("retry", "TooManyRequestsException")
STOPPED = Delivery("stopped", "SendingPausedException")
OPTED_OUT = Delivery("opted-out", "OptedOut")
REFUSED = Delivery("refused", "MessageRejected")
UNKNOWN = Delivery("unknown", "ReadTimeoutError")


class Crash(Exception):
    """The process died here."""


class Mailed(NamedTuple):
    """One e-mail as a provider got it."""

    mime: bytes
    recipient: str
    notice: str
    attempt: int

    @property
    def mail(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.mime, policy=default))

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def code(self) -> str:
        """The code of the link in the message."""
        found = re.search(r"/balance/#([A-Za-z0-9_-]{43})", self.text)
        assert found
        return found[1]

    @property
    def stop_code(self) -> str:
        found = re.search(r"unsubscribe\?t=([A-Za-z0-9_-]{43})>", str(self.mail["List-Unsubscribe"]))
        assert found
        return found[1]


class FakeMail:
    """A mail provider that answers one thing after another, the last one for good; None is a crash in the call."""

    def __init__(self, *answers: Delivery | None) -> None:
        self.sent: list[Mailed] = []
        self._answers = list(answers) or [SENT]

    def send(self, mime: bytes, *, recipient: str, notice: str, attempt: int) -> Delivery:
        self.sent.append(Mailed(mime, recipient, notice, attempt))
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is None:
            raise Crash("in the call")
        return answer


class FakeSms:
    """An SMS provider with one answer for everything; `opted_out` are phones that want nothing."""

    def __init__(self, answer: Delivery = SENT, opted_out: frozenset[str] = frozenset()) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.opted_out = opted_out
        self._answer = answer

    def send(self, text: str, *, phone: str, notice: str) -> Delivery:
        self.sent.append((text, phone, notice))
        return self._answer._replace(detail=f"sms-{len(self.sent)}") if self._answer == SENT else self._answer

    def is_opted_out(self, phone: str) -> bool:
        return phone in self.opted_out


class FakeQueue:
    """Keeps what it was sent; a test decides how often and in which order it is delivered."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self.delays: list[int] = []

    def send(self, bodies: Sequence[str], *, delay_seconds: int = 0) -> None:
        self.bodies += bodies
        self.delays += [delay_seconds] * len(bodies)


class FakeJournal:
    """Keeps what it was told, once it has been written down as the real one does."""

    def __init__(self) -> None:
        self.notes: list[dict[str, str | int]] = []
        self._written = StandardOutput(lambda: datetime(2026, 3, 1, tzinfo=UTC), StringIO())

    def note(self, event: str, **fields: str | int) -> None:
        self._written.note(event, **fields)
        self.notes.append({"event": event, **fields})


class CrashingTable:
    """A table whose process dies before or after one of its writes; `writes` counts them."""

    def __init__(self, table: Table, *, at: int | None = None, is_done: bool = False) -> None:
        self._table = table
        self._at = at
        self._is_done = is_done
        self.writes = 0

    def get(self, pk: str, sk: str) -> Item | None:
        return self._table.get(pk, sk)

    def query(self, pk: str) -> list[Item]:
        return self._table.query(pk)

    def due(self, until: str) -> list[str]:
        return self._table.due(until)

    def put_new(self, item: Item) -> bool:
        return bool(self._write(self._table.put_new, item))

    def put_all(self, items: Any) -> None:
        for item in items:
            self._write(self._table.put_all, [item])

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
        return bool(self._write(self._table.change, pk, sk, values, add=add, all_of=all_of, any_of=any_of))

    def _write(self, write: Any, *values: Any, **named: Any) -> Any:
        number, self.writes = self.writes, self.writes + 1
        if number == self._at and not self._is_done:
            raise Crash(f"before write {number}")
        result = write(*values, **named)
        if number == self._at:
            raise Crash(f"after write {number}")
        return result


class BeatenTable(MemoryTable):
    """A table in which somebody else is quicker: just before an item of a partition is put, something happens once."""

    def __init__(self) -> None:
        super().__init__()
        self._before: tuple[str, Callable[[], object]] | None = None

    def beat(self, pk: str, first: Callable[[], object]) -> None:
        self._before = pk, first

    def put_new(self, item: Item) -> bool:
        if self._before and item["pk"] == self._before[0]:
            (_, first), self._before = self._before, None
            first()
        return super().put_new(item)


class InterruptedTable:
    """A table before whose n-th call (from 0) something else happens first, once; `calls` names each one made."""

    def __init__(self, table: Table, *, at: int | None = None, act: Callable[[], Any] = lambda: None) -> None:
        self._table = table
        self._at = at
        self._act = act
        self.calls: list[str] = []

    def get(self, pk: str, sk: str) -> Item | None:
        self._begin(f"get {pk}")
        return self._table.get(pk, sk)

    def query(self, pk: str) -> list[Item]:
        self._begin(f"query {pk}")
        return self._table.query(pk)

    def due(self, until: str) -> list[str]:
        self._begin("due")
        return self._table.due(until)

    def put_new(self, item: Item) -> bool:
        self._begin(f"put {item['pk']}")
        return self._table.put_new(item)

    def put_all(self, items: Iterable[Item]) -> None:
        self._begin("put all")
        self._table.put_all(items)

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
        self._begin(f"change {pk} {values.get('state', '')}".strip())
        return self._table.change(pk, sk, values, add=add, all_of=all_of, any_of=any_of)

    def _begin(self, call: str) -> None:
        if len(self.calls) == self._at:
            self._at = None
            self._act()
        self.calls.append(call)
