"""Days as calendar programs read them: an `.ics` file (RFC 5545), the same bytes from the same events."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib.core.calendar import ONE_DAY

_LONGEST = 75  # octets in a line


class Event(NamedTuple):
    """Whole days, both ends included; `uid` is the event's for ever, `said_on` the day it was last said."""

    uid: str
    first: date
    last: date
    title: str
    text: str
    url: str
    said_on: date


def calendar(name: str, events: Sequence[Event]) -> bytes:
    """A calendar to subscribe to; its events leave nobody busy."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Courtyard//Notices//EN", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", f"X-WR-CALNAME:{_text(name)}", f"NAME:{_text(name)}"]
    lines += ["REFRESH-INTERVAL;VALUE=DURATION:P1D", "X-PUBLISHED-TTL:P1D"]  # those who subscribe look again daily
    for event in events:
        lines += _event(event)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _event(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{event.said_on:%Y%m%d}T000000Z"
    yield f"DTSTART;VALUE=DATE:{event.first:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{event.last + ONE_DAY:%Y%m%d}"  # the first day after it
    yield f"SUMMARY:{_text(event.title)}"
    yield f"DESCRIPTION:{_text(event.text)}"
    yield f"URL:{event.url}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def _text(value: str) -> str:
    """A text value: what separates values is escaped, a line break spelt out."""
    plain = "\n".join(value.splitlines())
    for char in ("\\", ";", ","):
        plain = plain.replace(char, f"\\{char}")
    return plain.replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in parts of 75 octets at most, never within a character; each further part begins with a space."""
    parts, part = [], ""
    for char in line:
        if len(f"{part}{char}".encode()) > _LONGEST:
            parts.append(part)
            part = " "
        part += char
    return "\r\n".join([*parts, part])
