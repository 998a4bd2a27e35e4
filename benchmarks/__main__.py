"""`make bench`: each speed claim against its floor, in one run, interleaved; medians and their ratio.

`python -m benchmarks notices planrun` measures those alone.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

from . import account, community, lighthouse, notices, pages, planrun, portal, printrun, stub
from .event import CODE, statement_event
from .process import ROOT
from .result import Line, Result, interleaved, timed


def cold_start(answers: Path) -> Result:
    def start(which: str) -> Callable[[], float]:
        command = [sys.executable, "-m", "benchmarks.cold", which, str(answers)]
        return lambda: float(subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout)  # noqa: S603

    return interleaved("cold start: import and first statement", 1.25, 15, start("floor"), start("ours"))


def warm_statement(answers: Path) -> Result:
    stub.install(answers)
    import boto3

    import app
    from chalicelib.core.link import digest

    client = boto3.client("dynamodb")

    def two_reads() -> None:
        link = {"pk": {"S": f"L#{digest(CODE)}"}, "sk": {"S": "LINK"}}
        client.get_item(TableName="courtyard", Key=link, ConsistentRead=True)
        client.query(
            TableName="courtyard",
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": "O#o-1"}},
            ConsistentRead=True,
        )

    def statement() -> None:
        assert app.app(statement_event(), None)["statusCode"] == 200  # noqa: S101

    statement()
    return interleaved("statement, warm: whole answer", 1.5, 15, timed(two_reads, 20), timed(statement, 20))


def community_year(owners: int) -> Line:
    """What a year of so many owners took, and whether it kept within what is allowed."""
    took = community.year(ROOT, owners)
    is_kept = took.seconds <= took.seconds_allowed and took.megabytes <= community.MEGABYTES
    said = f"{took.seconds:.1f} s of {took.seconds_allowed:.0f} s   {took.megabytes} MB of {community.MEGABYTES} MB"
    return Line(f"simulate: a year of {owners:,} owners", said, is_kept)


def letters() -> Line:
    """How many letters a second one core prints, and whether they are as many as asked."""
    made = printrun.letters_a_second(ROOT)
    is_kept = made >= printrun.ASKED_A_SECOND
    return Line("letters: laid out and written", f"{made:.1f} a second of {printrun.ASKED_A_SECOND:.0f}", is_kept)


def claims(folder: Path) -> dict[str, Callable[[], Iterable[Line]]]:
    """Every claim by its name, measured when it is asked."""
    answers = folder / "answers.json"
    account.write(answers, date.today())
    owners = int(os.environ.get("OWNERS", "100000"))
    return {
        "cold": lambda: [cold_start(answers).line()],
        "warm": lambda: [warm_statement(answers).line()],
        "pages": lambda: pages.lines(folder),
        "lighthouse": lambda: lighthouse.lines(folder),
        "letters": lambda: [letters()],
        "year": lambda: [community_year(owners)],
        "notices": notices.lines,
        "planrun": planrun.lines,
        "portal": portal.lines,
    }


def printed(lines: Iterable[Line]) -> int:
    """Prints each line as it comes; 1 if one was missed."""
    are_kept = []
    for line in lines:
        print(line, flush=True)  # noqa: T201
        are_kept.append(line.is_kept)
    return 0 if all(are_kept) else 1


def main(names: Sequence[str]) -> int:
    """All claims, or those named."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}
    with tempfile.TemporaryDirectory() as folder:
        every = claims(Path(folder))
        return printed(chain.from_iterable(every[name]() for name in names or every))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
