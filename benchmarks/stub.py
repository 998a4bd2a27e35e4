"""Answers AWS calls before anything reaches the network: boto3 itself is the real one."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any


class _Raw:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._content


def install(path: Path) -> None:
    """From now on, clients of boto3's default session get the file's answers."""
    import boto3

    contents = {name: json.dumps(body).encode() for name, body in json.loads(path.read_text("utf-8")).items()}

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("before-send.dynamodb.*", _answering(contents))


def client(service: str, contents: Mapping[str, bytes]) -> Any:
    """A client that gets the same answer each time it asks for one thing, with one attempt on the wire."""
    import boto3
    from botocore.config import Config

    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    once = Config(retries={"total_max_attempts": 1})
    made = boto3.client(service, region_name="us-east-1", config=once, **keys)
    made.meta.events.register("before-send", _answering(contents))
    return made


def _answering(contents: Mapping[str, bytes]) -> Callable[..., Any]:
    from botocore.awsrequest import AWSResponse

    def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
        content = contents[event_name.rsplit(".", 1)[1]]
        headers = {"content-type": "application/x-amz-json-1.0"}
        return AWSResponse(request.url, 200, headers, _Raw(content))

    return answer
