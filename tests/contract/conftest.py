"""The tables one contract is held by: in memory, in moto behind one lock, and in dynalite."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest

from chalicelib.edge.table import DynamoTable
from chalicelib.flows.ports import Table
from staff.memory import MemoryTable
from tests.conftest import fake_aws
from tests.contract.judges import client, made_table, serving


@pytest.fixture(scope="session")
def dynalite() -> Iterator[Any]:
    with serving("dynalite") as url, client("dynamodb", url) as dynamodb:
        yield dynamodb


class Judge(NamedTuple):
    """Who the contract is held by; the table in memory needs no client."""

    name: str
    client: Any = None


@pytest.fixture(scope="module", params=["memory", "moto", "dynalite"])
def judge(request: pytest.FixtureRequest, atomic_dynamodb: None) -> Iterator[Judge]:
    if request.param == "moto":
        with fake_aws():
            yield Judge("moto", boto3.client("dynamodb"))
    elif request.param == "dynalite":
        yield Judge("dynalite", request.getfixturevalue("dynalite"))
    else:
        yield Judge("memory")


@pytest.fixture
def table(judge: Judge) -> Table:
    return MemoryTable() if judge.client is None else DynamoTable(judge.client, made_table(judge.client))
