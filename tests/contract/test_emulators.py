"""Where the stand-ins for AWS differ: every line of `docs/emulators.md` is asked of each, so that none goes stale."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import moto
import pytest
from botocore.exceptions import ClientError

from chalicelib.flows.ports import Condition, Table
from staff.judges import HOME
from tests.builders import TESTS
from tests.conftest import fake_aws
from tests.contract.conftest import Judge
from tests.contract.judges import client, made_table, serving

PAGE = TESTS.parent / "docs" / "emulators.md"
KEY: dict[str, Any] = {"pk": {"S": "a"}, "sk": {"S": "a"}}
CONDITION = "attribute_not_exists(pk)"


def page(judge: str) -> dict[str, str]:
    """What the page says of a judge: what was asked of it, and what it made of that; a meter changes nothing."""
    judge = "memory" if judge == "metered" else judge
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    said, column = {}, None
    for asked, *cells in rows:
        if asked.startswith("asked"):
            column = cells.index(judge) if judge in cells else None
        elif column is not None and not asked.startswith("---"):
            said[asked] = cells[column]
    return said


def answer(ask: Callable[[], Any]) -> str:
    """What came of it, in the words of the page."""
    try:
        made = ask()
    except NotImplementedError:
        return "unknown"
    except ClientError as error:
        return "unknown" if error.response["Error"]["Code"] == "UnknownOperationException" else "refused"
    except (TypeError, UnicodeDecodeError):
        return "breaks"
    return made if isinstance(made, str) else "taken"


# tables


def compared(table: Table) -> str:
    table.put_new({"pk": "a", "sk": "a", "n": 1})
    return "done" if table.change("a", "a", {"m": 1}, all_of=[Condition("n", "below", "2")]) else "not done"


BY_PORT: dict[str, Callable[[Table], Any]] = {
    "an empty key": lambda table: table.put_new({"pk": "", "sk": "a"}),
    "an empty day in the index": lambda table: table.put_new({"pk": "a", "sk": "a", "due_day": ""}),
    "a number for a day in the index": lambda table: table.put_new({"pk": "a", "sk": "a", "due_day": 1}),
    "a number of 39 digits": lambda table: table.put_new({"pk": "a", "sk": "a", "n": 10**39 - 1}),
    "an item of 400 KB": lambda table: table.put_new({"pk": "a", "sk": "a", "fact": "x" * 400 * 1024}),
    "a change of nothing": lambda table: table.change("a", "a", {}),
    "an attribute set and counted at once": lambda table: table.change("a", "a", {"n": 1}, add={"n": 1}),
    "a number compared with a text": compared,
}


def ended(dynamodb: Any, name: str) -> str:
    dynamodb.put_item(TableName=name, Item=KEY)
    found = dynamodb.query(
        TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"S": "a"}}, Limit=1
    )
    return "goes on" if "LastEvaluatedKey" in found else "ends"


def failed(dynamodb: Any, name: str) -> str:
    dynamodb.put_item(TableName=name, Item=KEY)
    try:
        dynamodb.put_item(
            TableName=name, Item=KEY, ConditionExpression=CONDITION, ReturnValuesOnConditionCheckFailure="ALL_OLD"
        )
    except ClientError as error:
        return "given" if "Item" in error.response else "left out"
    return "done"


BY_CLIENT: dict[str, Callable[[Any, str], Any]] = {
    "a value that a query does not use": lambda dynamodb, name: dynamodb.query(
        TableName=name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "a"}, ":other": {"S": "a"}},
    ),
    "a value that a put does not use": lambda dynamodb, name: dynamodb.put_item(
        TableName=name, Item=KEY, ConditionExpression=CONDITION, ExpressionAttributeValues={":other": {"S": "a"}}
    ),
    "names given as an empty map": lambda dynamodb, name: dynamodb.update_item(
        TableName=name,
        Key=KEY,
        UpdateExpression="SET n = :n",
        ExpressionAttributeNames={},
        ExpressionAttributeValues={":n": {"N": "1"}},
    ),
    "a query for a key of another type": lambda dynamodb, name: dynamodb.query(
        TableName=name, KeyConditionExpression="pk = :pk", ExpressionAttributeValues={":pk": {"N": "1"}}
    ),
    "26 items in a batch": lambda dynamodb, name: dynamodb.batch_write_item(
        RequestItems={name: [{"PutRequest": {"Item": {**KEY, "sk": {"S": str(number)}}}} for number in range(26)]}
    ),
    "a key twice in a batch, with other content": lambda dynamodb, name: dynamodb.batch_write_item(
        RequestItems={name: [{"PutRequest": {"Item": {**KEY, "n": {"N": number}}}} for number in "12"]}
    ),
    "a query that ends at its limit": ended,
    "the item with a failed condition": failed,
    "a transaction": lambda dynamodb, name: dynamodb.transact_write_items(
        TransactItems=[{"Put": {"TableName": name, "Item": KEY}}]
    ),
    "an expiry (TTL)": lambda dynamodb, name: dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    ),
}


@pytest.mark.parametrize("asked", BY_PORT)
def test_fault_42_what_a_table_takes_is_as_the_page_says(judge: Judge, table: Table, asked: str) -> None:
    assert answer(lambda: BY_PORT[asked](table)) == page(judge.name)[asked]


@pytest.mark.parametrize("judge", ["moto", "dynalite"], indirect=True, scope="module")
@pytest.mark.parametrize("asked", BY_CLIENT)
def test_fault_42_what_a_server_takes_is_as_the_page_says(judge: Judge, asked: str) -> None:
    name = made_table(judge.client)
    assert answer(lambda: BY_CLIENT[asked](judge.client, name)) == page(judge.name)[asked]
    assert page("memory")[asked] == "–"


# mail


MIME = b"From: service@sample.example\r\nTo: wang@owner.example\r\nSubject: x\r\n\r\nx"


def send(ses: Any, mime: bytes = MIME, to: tuple[str, ...] = ("wang@owner.example",), **more: Any) -> None:
    ses.send_email(Destination={"ToAddresses": to}, Content={"Raw": {"Data": mime}}, **more)


BY_MAIL: dict[str, Callable[[Any], Any]] = {
    "a sender nobody has verified": lambda ses: send(ses, MIME.replace(b"service", b"other")),
    "51 recipients": lambda ses: send(ses, to=tuple(f"o-{number}@owner.example" for number in range(51))),
    "a recipient that is no address": lambda ses: send(ses, to=("wang",)),
    "a recipient at a host in other letters": lambda ses: send(ses, to=("wang@例子.example",)),
    "a configuration set nobody made": lambda ses: send(ses, ConfigurationSetName="nobody-s"),
    "a tag with a character SES does not allow": lambda ses: send(ses, EmailTags=[{"Name": "notice", "Value": "a=b"}]),
    "bytes that are no UTF-8": lambda ses: send(ses, MIME + b"\xff"),
    "what the account may send": lambda ses: ses.get_account(),
}


@pytest.fixture(scope="module", params=["moto", "aws-ses-v2-local"])
def provider(request: pytest.FixtureRequest) -> Iterator[Judge]:
    if request.param == "moto":
        with fake_aws():
            ses = boto3.client("sesv2")
            ses.create_email_identity(EmailIdentity="service@sample.example")
            yield Judge("moto", ses)
    else:
        with serving("aws-ses-v2-local") as url, client("sesv2", url) as ses:
            yield Judge("aws-ses-v2-local", ses)


@pytest.mark.parametrize("asked", BY_MAIL)
def test_fault_42_what_a_mail_provider_takes_is_as_the_page_says(provider: Judge, asked: str) -> None:
    assert answer(lambda: BY_MAIL[asked](provider.client)) == page(provider.name)[asked]


def test_fault_42_every_difference_on_the_page_is_measured() -> None:
    headers = "the headers of a raw message"  # how messages are read at all, in test_mail
    assert page("moto").keys() == {*BY_PORT, *BY_CLIENT, *BY_MAIL, headers}


def test_fault_42_the_page_names_the_versions_it_was_measured_with() -> None:
    pinned = json.loads((HOME / "package.json").read_text("utf-8"))["dependencies"]
    for name, version in {"moto": moto.__version__, **pinned}.items():
        assert name in ("axe-core", "mailparser") or f"{name} {version}" in PAGE.read_text("utf-8")
