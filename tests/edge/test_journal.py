"""What is written down: one JSON object a line, metrics as CloudWatch takes them out of it, nothing else.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.edge.journal import METRICS, NAMESPACE, StandardOutput

NOW = datetime(2026, 3, 1, 1, 2, 3, 456_000, tzinfo=UTC)
RESOURCES = Path(__file__).parents[2] / "functions" / "resources.yml"
NOTES: list[tuple[str, dict[str, str | int]]] = [
    ("circuit", {"channel": "email", "state": "open", "reason": "SendingPausedException"}),
    ("circuit", {"channel": "email", "state": "closed"}),
    ("run", {"on": "2026-03-01", "phase": "done", "held": 0, "notices": 317, "tasks": 8, "waits": 199}),
    ("sms-budget", {"percent": 81}),
]


def written(event: str, **fields: str | int) -> str:
    out = io.StringIO()
    StandardOutput(lambda: NOW, out).note(event, **fields)
    return out.getvalue()


def document(event: str, **fields: str | int) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(event, **fields))
    return found


@pytest.mark.parametrize(("event", "fields"), NOTES)
def test_every_document_with_metrics_is_what_the_specification_asks_for(
    event: str, fields: dict[str, str | int]
) -> None:
    root = document(event, **fields)
    assert len(written(event, **fields).encode()) < 256 * 1024

    metadata = root["_aws"]
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}, "members unknown to the specification are not allowed"
    assert type(metadata["Timestamp"]) is int
    assert datetime.fromtimestamp(metadata["Timestamp"] / 1000, UTC) == NOW, "milliseconds since 1970"

    (directive,) = metadata["CloudWatchMetrics"]
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert 1 <= len(directive["Namespace"]) <= 1024
    assert directive["Dimensions"], "at least one set, which may be empty"
    for dimensions in directive["Dimensions"]:
        assert len(dimensions) <= 30
        assert all(isinstance(root[name], str) and len(root[name]) <= 1024 for name in dimensions)

    assert 1 <= len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert {"Name"} <= set(metric) <= {"Name", "Unit", "StorageResolution"}
        assert 1 <= len(metric["Name"]) <= 1024
        assert type(root[metric["Name"]]) is int, "a target on the root, a number, neither text nor boolean"


def test_a_metric_is_the_number_it_is_taken_from_or_one_for_the_text_that_counts() -> None:
    values = [
        (document("circuit", channel="sms", state="open"), {"CircuitOpened": 1}),
        (document("circuit", channel="sms", state="closed"), {"CircuitOpened": 0}),
        (document("run", held=400, notices=0), {"RunHeld": 400, "NoticesPlanned": 0}),
        (document("sms-budget", percent=100), {"SmsBudgetPercent": 100}),
    ]
    for root, expected in values:
        names = [metric["Name"] for metric in root["_aws"]["CloudWatchMetrics"][0]["Metrics"]]
        assert {name: root[name] for name in names} == expected


def test_an_event_without_metrics_is_the_event_alone() -> None:
    assert document("notice", notice="de8efb82f90d578d", state="SENT") == {
        "event": "notice",
        "notice": "de8efb82f90d578d",
        "state": "SENT",
    }
    assert "_aws" not in document("run"), "a field that is not there is no metric"


def test_the_fields_of_an_event_stay_as_they_were_said() -> None:
    for event, fields in NOTES:
        root = document(event, **fields)
        assert {name: root[name] for name in fields} == fields
        assert root["event"] == event


def test_every_alarm_on_our_metrics_watches_one_that_is_written_without_dimensions() -> None:
    class Loader(yaml.SafeLoader):
        """The template's own tags, such as !Ref, are of no interest here."""

    Loader.add_multi_constructor("!", lambda loader, tag, node: None)
    template = yaml.load(RESOURCES.read_text(encoding="utf-8"), Loader)  # noqa: S506  # a safe loader
    alarms = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    ours = {one["MetricName"]: one for one in alarms if one["Namespace"] == NAMESPACE}
    written_ones = {name for metrics in METRICS.values() for name, _, _ in metrics}
    assert ours
    assert set(ours) <= written_ones
    assert [one for one in ours.values() if "Dimensions" in one] == []


@given(st.text(max_size=20), st.text(max_size=20), st.integers(0, 100))
def test_one_event_is_one_line_whatever_its_fields_hold(text: str, event: str, number: int) -> None:
    line = written(event, reason=text, percent=number)
    assert line.endswith("\n")
    assert len(line.splitlines()) == 1, "no reader of lines sees two"
    assert line.isascii()
    assert json.loads(line)["reason"] == text


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\u2028b", "a\u0085b", 'x"}\n{"event": "run", "held": 9'])
def test_nothing_in_a_field_begins_a_line_of_its_own(text: str) -> None:
    (line,) = written("fault", where=text).splitlines()
    assert json.loads(line) == {"event": "fault", "where": text}


def test_without_a_place_of_its_own_it_writes_where_lambda_reads(capsys: pytest.CaptureFixture[str]) -> None:
    StandardOutput(lambda: NOW).note("stranger", where="feedback")
    assert json.loads(capsys.readouterr().out) == {"event": "stranger", "where": "feedback"}
