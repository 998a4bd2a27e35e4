"""A table of claims is as good as its worst line."""

import pytest

from benchmarks.__main__ import printed
from benchmarks.result import Line


@pytest.mark.parametrize(("kept", "status"), [([True, True], 0), ([False, True], 1)])
def test_one_claim_missed_fails_the_whole_and_the_rest_is_measured_all_the_same(
    kept: list[bool], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printed(Line("a claim", "1 of 2", one) for one in kept) == status
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == [
        "ok" if one else "MISSED" for one in kept
    ]
