"""What the functions run by: rules, words and messages as compiled from `site/`, with their revision."""

import hashlib
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from .errors import BundleMissing
from .lawbook import Lawbook
from .rulebook import Language, Rulebook
from .words import Words


class Tone(StrEnum):
    """How a message speaks, from the friendliest to the most formal; always politely."""

    WARM = "warm"
    PLAIN = "plain"
    FIRM = "firm"
    FORMAL = "formal"


class MessageText(Struct, frozen=True, kw_only=True):
    """One message in one language, as Jinja templates for each way it leaves.

    `sms_segments` is how many parts its text message may take, where that is fewer than the community allows.
    """

    subject: str
    html: str
    text: str
    sms: str | None = None
    sms_segments: int | None = None
    tone: Tone = Tone.PLAIN


class Bundle(Struct, frozen=True, kw_only=True):
    """Everything compiled: `revision` is the Git commit of `site/`; `pages` are the few pages the API serves."""

    revision: str
    rules: Rulebook
    words: Words
    compliance: Lawbook
    messages: dict[str, dict[Language, MessageText]]
    pages: dict[str, dict[Language, str]]


def encoded(bundle: Bundle) -> bytes:
    """A bundle as it is written; the same files always give the same bytes."""
    return msgspec.json.encode(bundle, order="sorted")


def decoded(content: bytes) -> Bundle:
    """A bundle as it was written."""
    return msgspec.json.decode(content, type=Bundle)


def rules_digest(rules: Rulebook) -> str:
    """What tells these rules from others, whatever else of `site/` has changed and wherever the site is served."""
    anywhere = replace(rules, community=replace(rules.community, site_url=""))
    return hashlib.sha256(msgspec.json.encode(anywhere, order="sorted")).hexdigest()


def load(path: Path) -> Bundle:
    """The bundle of a file; BundleMissing says in one line how to make it."""
    try:
        return decoded(path.read_bytes())
    except FileNotFoundError as error:
        raise BundleMissing(f"{path.name} is missing: run `python build_notices.py`") from error
    except msgspec.DecodeError as error:
        raise BundleMissing(f"{path.name} is not readable: run `python build_notices.py` ({error})") from error


def served_at(bundle: Bundle, site_url: str | None) -> Bundle:
    """The bundle for a site that is served elsewhere than the rules say, such as a trial."""
    if site_url is None:
        return bundle
    community = replace(bundle.rules.community, site_url=site_url)
    return replace(bundle, rules=replace(bundle.rules, community=community))
