"""What all tests share: how Hypothesis searches, AWS as moto stands in for it, and the rules to test by."""

import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from hypothesis import Phase, settings
from moto import mock_aws
from moto.dynamodb.responses import DynamoHandler

from chalicelib.core.bundle import Bundle
from chalicelib.core.rulebook import Rulebook
from tests import builders, witness
from tests.provider import Provider, running

settings.register_profile("ci", derandomize=True, max_examples=80, deadline=None, database=None)
settings.register_profile("soak", deadline=None, max_examples=2000)
settings.register_profile(
    "mutants", settings.get_profile("ci"), max_examples=30, phases=[Phase.explicit, Phase.generate]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# Takes more than a third of the suite's time: of two workers, one would wait for the other if it began last.
LONGEST = builders.TESTS / "browser" / "test_demo.py"
REGION = "eu-west-1"
RESOURCES = builders.TESTS.parent / "functions" / "resources.yml"


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(witness)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.path != LONGEST)


@pytest.fixture
def rules() -> Rulebook:
    return builders.rules()


@pytest.fixture
def bundle() -> Bundle:
    return builders.bundle()


@pytest.fixture(scope="session")
def atomic_dynamodb() -> Iterator[None]:
    """moto checks a condition and writes in two steps; one lock makes them one, as they are on AWS."""
    unlocked: Callable[[DynamoHandler], Any] = DynamoHandler.call_action
    lock = threading.RLock()

    def call_action(self: DynamoHandler) -> Any:
        with lock:
            return unlocked(self)

    DynamoHandler.call_action = call_action
    yield
    DynamoHandler.call_action = unlocked


@contextmanager
def fake_aws() -> Iterator[None]:
    """AWS as moto stands in for it, with nothing of this machine's own account in reach."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_REGION"):
            patch.delenv(name, raising=False)
        patch.setattr(boto3, "DEFAULT_SESSION", None)
        with mock_aws():
            yield


def make_resources() -> None:
    """The resources of `functions/resources.yml`, as it stands, and a sender SES knows."""
    template = RESOURCES.read_text(encoding="utf-8")
    with warnings.catch_warnings():
        # moto makes the table and the queues, and says of the configuration set and the like that it knows none
        warnings.filterwarnings("ignore", "Tried to parse AWS::", UserWarning)
        boto3.client("cloudformation").create_stack(StackName="courtyard", TemplateBody=template)
    boto3.client("sesv2").create_email_identity(EmailIdentity="service@sample.example")


@pytest.fixture
def aws(atomic_dynamodb: None) -> Iterator[None]:
    with fake_aws():
        yield


@pytest.fixture
def stack(aws: None) -> None:
    make_resources()


@pytest.fixture(scope="module")
def dynamodb(atomic_dynamodb: None) -> Iterator[Any]:
    """A client of one table for all tests of a module; what is in it stays, so `clear` it."""
    with fake_aws():
        make_resources()
        yield boto3.client("dynamodb")


def clear(client: Any) -> None:
    """Leaves nothing in the table."""
    pages = client.get_paginator("scan").paginate(TableName="courtyard", ProjectionExpression="pk, sk")
    keys = [{"DeleteRequest": {"Key": item}} for page in pages for item in page["Items"]]
    for start in range(0, len(keys), 25):
        client.batch_write_item(RequestItems={"courtyard": keys[start : start + 25]})


@pytest.fixture(scope="session")
def provider_process() -> Iterator[Provider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(provider_process: Provider) -> Iterator[Provider]:
    """A provider of e-mail and text messages that nothing has reached yet."""
    provider_process.begin()
    yield provider_process
    provider_process.begin()  # whoever still waits for an answer is let go
