"""What a process takes is read where the system keeps it."""

import os

from benchmarks import burden


def test_memory_that_is_held_is_counted_and_what_was_held_at_most() -> None:
    before = burden.held()
    much = bytearray(os.urandom(1)) * (60 * 1024 * 1024)

    assert before + 50 <= burden.held(os.getpid()) <= burden.peak()
    del much


def test_a_core_that_is_kept_busy_is_counted() -> None:
    before = burden.seconds()
    sum(range(10_000_000))

    assert burden.seconds(os.getpid()) > before
