"""Readers measure right answers only: what is not one is counted as a fault."""

import socket
from collections.abc import Iterator

import pytest
from werkzeug.wrappers import Request, Response

from benchmarks.portal import Served, told
from benchmarks.readers import Load, Visit, read, wait
from staff import webserver


def _answer(request: Request) -> Response:
    code = request.headers["Authorization"].removeprefix("Bearer ")
    return Response(f'{{"owner":"{code}"}}', 404 if code == "nobody" else 200)


@pytest.fixture
def port() -> Iterator[int]:
    with webserver.serving(0, _answer, {}) as port:
        yield port


def visit(code: str, owner: str = "") -> Visit:
    return Visit("/", code, f'"owner":"{owner or code}"'.encode())


def test_each_of_many_readers_gets_their_own_answer_each_time(port: int) -> None:
    load = read(port, [visit(f"o-{number}") for number in range(150)], 3)

    assert (len(load.waits), load.faults) == (450, [])
    assert load.each == load.seconds / 450


def test_a_refusal_and_another_owners_answer_are_faults(port: int) -> None:
    load = read(port, [visit("nobody"), visit("o-1", "o-2"), visit("o-1")], 1)

    assert sorted(load.faults) == ["200 /", "404 /"]


def test_a_server_that_is_not_there_is_a_fault() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))

        assert read(closed.getsockname()[1], [visit("o-1")], 2).faults == ["ConnectionRefusedError"] * 2


def test_so_many_in_a_hundred_waited_no_longer() -> None:
    loads = [Load([float(number) for number in range(1, 51)]), Load([float(number) for number in range(51, 101)])]

    assert [wait(loads, percent) for percent in (1, 50, 95, 100)] == [1, 50, 95, 100]


@pytest.mark.parametrize(
    ("faults", "after", "kept"),
    [({}, 310, [True] * 3), ({"500 /v1/statement": 1}, 310, [True, False, True]), ({}, 340, [True, True, False])],
)
def test_one_fault_is_too_many_and_so_is_a_server_that_grows(
    faults: dict[str, int], after: int, kept: list[bool]
) -> None:
    got = Served(0.001, 0.01, 80.0, [1.0, 2.0, 3.0], faults, [300, after, 350])

    assert [line.is_kept for line in told(200, got)] == kept
