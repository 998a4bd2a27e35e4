"""What is written down for those who run the installation: one JSON object a line, and the metrics they watch."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import IO

NAMESPACE = "Courtyard"

METRICS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "circuit": (("CircuitOpened", "state", "open"),),
    "run": (("RunHeld", "held", ""), ("NoticesPlanned", "notices", "")),
    "sms-budget": (("SmsBudgetPercent", "percent", ""),),
}
"""By event: a metric, the field it is taken from, and the text that counts as one where the field is no number."""


class StandardOutput:
    """Lambda's log: lines of JSON, those with a metric in CloudWatch's embedded metric format."""

    def __init__(self, clock: Callable[[], datetime], out: IO[str] | None = None) -> None:
        self._clock, self._out = clock, out

    def note(self, event: str, **fields: str | int) -> None:
        """Writes one event; only codes, counts and names of notices may be said of anybody."""
        self.write(json.dumps({"event": event, **fields, **_metrics(event, fields, self._clock())}))

    def write(self, line: str) -> None:
        (self._out or sys.stdout).write(line + "\n")


def _metrics(event: str, fields: Mapping[str, str | int], at: datetime) -> dict[str, object]:
    """The metrics of an event, as CloudWatch takes them out of a log.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
    """
    values = {}
    for name, field, text in METRICS.get(event, ()):
        if field in fields:
            said = fields[field]
            values[name] = said if isinstance(said, int) else int(said == text)
    if not values:
        return {}
    directive = {"Namespace": NAMESPACE, "Dimensions": [[]], "Metrics": [{"Name": name} for name in values]}
    return {**values, "_aws": {"Timestamp": round(at.timestamp() * 1000), "CloudWatchMetrics": [directive]}}
