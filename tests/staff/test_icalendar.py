"""The calendar file is what RFC 5545 asks for, whatever is written in it."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from staff.icalendar import Event, calendar

EVENT = Event(
    "due-2026-q4@a.example",
    date(2026, 12, 1),
    date(2026, 12, 31),
    "到期日",
    "a, b; c\\d\ne",
    "https://a.example/",
    date(2026, 12, 1),
)


def unfolded(made: bytes) -> list[str]:
    return made.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_lasts_to_the_end_of_its_last_day() -> None:
    lines = unfolded(calendar("Dues", [EVENT]))
    assert {"DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20270101"} <= set(lines)


def test_whoever_subscribes_is_asked_to_look_again_every_day() -> None:
    assert {"REFRESH-INTERVAL;VALUE=DURATION:P1D", "X-PUBLISHED-TTL:P1D"} <= set(unfolded(calendar("Dues", [EVENT])))


def test_what_separates_values_is_escaped() -> None:
    assert "DESCRIPTION:a\\, b\\; c\\\\d\\ne" in unfolded(calendar("Dues", [EVENT]))


def test_an_event_keeps_its_name_and_its_stamp() -> None:
    lines = unfolded(calendar("Dues", [EVENT]))
    assert {"UID:due-2026-q4@a.example", "DTSTAMP:20261201T000000Z"} <= set(lines)
    assert calendar("Dues", [EVENT]) == calendar("Dues", [EVENT])


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_no_line_is_longer_than_75_octets_and_no_text_breaks_out(text: str) -> None:
    made = calendar(text, [EVENT._replace(title=text, text=text)])
    lines = made.split(b"\r\n")
    assert all(len(line) <= 75 and b"\n" not in line and b"\r" not in line for line in lines)
    assert all(line.decode() for line in lines[:-1])  # never cut within a character
    assert [line.split(":")[0].split(";")[0] for line in unfolded(made)] == [
        *("BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "NAME"),
        *("REFRESH-INTERVAL", "X-PUBLISHED-TTL", "BEGIN", "UID", "DTSTAMP"),
        *("DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "URL", "TRANSP", "END", "END", ""),
    ]
