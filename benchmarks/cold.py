"""One cold start, timed from inside a fresh process: `python -m benchmarks.cold floor|ours FILE`."""

import os
import sys
from pathlib import Path
from time import perf_counter

START = perf_counter()
os.environ |= {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x", "AWS_DEFAULT_REGION": "us-east-1"}


def floor() -> None:
    import boto3
    import chalice

    boto3.client("dynamodb")
    assert chalice  # noqa: S101


def ours() -> None:
    from benchmarks import stub

    stub.install(Path(sys.argv[2]))
    import app
    from benchmarks.event import statement_event

    status = app.app(statement_event(), None)["statusCode"]
    assert status == 200, status  # noqa: S101


if __name__ == "__main__":
    {"floor": floor, "ours": ours}[sys.argv[1]]()
    sys.stdout.write(str(perf_counter() - START))
