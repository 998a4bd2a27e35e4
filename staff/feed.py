"""The notices as an Atom feed (RFC 4287), the same bytes from the same notices."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement
from zoneinfo import ZoneInfo

from .noticeboard import FOLDER, Notice

FILE = f"{FOLDER}/feed.xml"
_NEWEST = 30  # a feed reader has seen what is older
_HTML_LANGUAGE = {"zh": "zh-CN", "en": "en"}


def atom(
    notices: Sequence[Notice],
    *,
    home: str,
    title: str,
    author: str,
    zone: str,
    since: date,
    kind_name: Callable[[str], str],
) -> bytes:
    """The newest notices of one language; `since` dates a feed that has none, `home` ends with a slash."""
    language = notices[0].language if notices else "zh"
    feed = Element("feed", {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": _HTML_LANGUAGE[language]})
    SubElement(feed, "id").text = f"{home}{FOLDER}/"
    SubElement(feed, "title").text = title
    latest = max((notice.updated_on for notice in notices), default=since)
    SubElement(feed, "updated").text = _instant(latest, zone)
    SubElement(SubElement(feed, "author"), "name").text = author
    SubElement(feed, "link", {"rel": "self", "type": "application/atom+xml", "href": f"{home}{FILE}"})
    SubElement(feed, "link", {"rel": "alternate", "type": "text/html", "href": f"{home}{FOLDER}/"})
    for notice in notices[:_NEWEST]:
        _entry(feed, notice, home, zone, kind_name)
    ElementTree.indent(feed)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(feed, encoding="unicode")}\n'.encode()


def _entry(feed: Element, notice: Notice, home: str, zone: str, kind_name: Callable[[str], str]) -> None:
    front, entry = notice.front, SubElement(feed, "entry")
    SubElement(entry, "id").text = _id(notice, home)
    SubElement(entry, "title").text = front.title
    SubElement(entry, "published").text = _instant(front.published_on, zone)
    SubElement(entry, "updated").text = _instant(notice.updated_on, zone)
    SubElement(entry, "category", {"term": front.kind.value, "label": kind_name(front.kind.value)})
    SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": f"{home}{notice.address}"})
    SubElement(entry, "summary").text = front.summary


def _id(notice: Notice, home: str) -> str:
    """A tag (RFC 4151) that stays the same when the site moves to https or another path."""
    host = urlsplit(home).hostname
    return f"tag:{host},{notice.front.published_on}:{FOLDER}/{notice.language}/{notice.id}"


def _instant(day: date, zone: str) -> str:
    """The beginning of a day where the community is."""
    return datetime.combine(day, time(), ZoneInfo(zone)).isoformat()
