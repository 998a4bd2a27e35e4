"""Facts as they lie in the table's items: read by many at once, each as it was written."""

import threading
from typing import Any

import msgspec
import pytest

from chalicelib.flows.item import decoded, encoded
from tests.race import race


def test_what_a_fact_is_made_of_is_learnt_by_one_thread_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that learn the same type at once end the whole process, about once in a dozen times."""
    fact = msgspec.defstruct("Fact", [("amount", int)])
    learn, learning, met = msgspec.json.Decoder, threading.Semaphore(1), []

    def watched(kind: Any) -> Any:
        if not learning.acquire(blocking=False):
            met.append(kind)
            return learn(kind)
        try:
            threading.Event().wait(0.01)  # lets the others run
            return learn(kind)
        finally:
            learning.release()

    monkeypatch.setattr(msgspec.json, "Decoder", watched)
    read = race(lambda number: decoded({"fact": encoded(fact(amount=number))}, fact))
    assert [one.amount for one in read] == list(range(len(read)))
    assert met == []
