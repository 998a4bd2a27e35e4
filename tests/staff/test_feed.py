"""The feed is what RFC 4287 asks for, and the same bytes from the same notices."""

from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from chalicelib.core.rulebook import Language
from staff import feed, noticeboard
from staff.noticeboard import Notice

SITE = Path(__file__).parents[2] / "site"
BOARD = noticeboard.read(SITE, ("zh", "en"))
ATOM = "{http://www.w3.org/2005/Atom}"
HOMES: dict[Language, str] = {"zh": "https://a.example/", "en": "https://a.example/en/"}


def made(notices: list[Notice], language: Language = "en") -> bytes:
    return feed.atom(
        notices,
        home=HOMES[language],
        title="Notices <&>",
        author="Company",
        zone="Asia/Shanghai",
        since=date(2026, 3, 20),
        kind_name=str.upper,
    )


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_feed_has_all_that_a_reader_needs(language: Language) -> None:
    notices = BOARD.shown(language, date(2026, 11, 26))
    root = ElementTree.fromstring(made(notices, language))  # noqa: S314  # made here
    links = {link.get("rel"): link.get("href") for link in root.findall(f"{ATOM}link")}
    assert root.tag == f"{ATOM}feed"
    assert root.findtext(f"{ATOM}title") == "Notices <&>"
    assert links == {"self": f"{HOMES[language]}notices/feed.xml", "alternate": f"{HOMES[language]}notices/"}
    entries = root.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == [one.front.title for one in notices]
    for entry in entries:
        for name in ("id", "title", "updated", "published", "summary"):
            assert entry.findtext(f"{ATOM}{name}")
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").utcoffset()
    assert root.findtext(f"{ATOM}updated") == max(entry.findtext(f"{ATOM}updated") or "" for entry in entries)


def test_ids_are_unique_and_do_not_follow_the_address() -> None:
    notices = [*BOARD.shown("zh", date.max), *BOARD.shown("en", date.max)]
    ids = [entry.findtext(f"{ATOM}id") for entry in ElementTree.fromstring(made(notices)).iter(f"{ATOM}entry")]  # noqa: S314
    assert len(set(ids)) == len(ids)
    assert all((one or "").startswith("tag:a.example,20") for one in ids)


def test_a_corrected_notice_is_new_to_a_reader() -> None:
    notice = BOARD.shown("en", date.max)[0]
    front = noticeboard.Front(title="T", kind=notice.front.kind, summary="S", published_on=date(2026, 1, 1))
    changed = noticeboard.Front(
        title="T", kind=notice.front.kind, summary="S", published_on=date(2026, 1, 1), changed_on=date(2026, 2, 1)
    )
    before, after = (made([notice._replace(front=one)]).decode() for one in (front, changed))
    assert "<updated>2026-01-01T00:00:00+08:00</updated>" in before
    assert "<updated>2026-02-01T00:00:00+08:00</updated>" in after
    assert "<published>2026-01-01T00:00:00+08:00</published>" in after


def test_the_same_notices_make_the_same_bytes() -> None:
    notices = BOARD.shown("zh", date.max)
    assert made(notices, "zh") == made(notices, "zh")


def test_a_feed_without_notices_is_still_a_feed() -> None:
    root = ElementTree.fromstring(made([]))  # noqa: S314  # made here
    assert root.findtext(f"{ATOM}updated") == "2026-03-20T00:00:00+08:00"
