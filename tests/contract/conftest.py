"""The tables one contract is held by: in memory, alone and with a meter, in moto behind one lock, and in dynalite."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import boto3
import pytest

from benchmarks.metered import MeteredTable
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
    is_metered: bool = False


@pytest.fixture(scope="module", params=["memory", "metered", "moto", "dynalite"])
def judge(request: pytest.FixtureRequest, atomic_dynamodb: None) -> Iterator[Judge]:
    if request.param == "moto":
        with fake_aws():
            yield Judge("moto", boto3.client("dynamodb"))
    elif request.param == "dynalite":
        yield Judge("dynalite", request.getfixturevalue("dynalite"))
    else:
        yield Judge("memory", is_metered=request.param == "metered")


@pytest.fixture
def table(judge: Judge) -> Table:
    if judge.client is not None:
        return DynamoTable(judge.client, made_table(judge.client))
    return MeteredTable() if judge.is_metered else MemoryTable()
