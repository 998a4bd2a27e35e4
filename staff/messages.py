"""Compiles the messages of `site/messages/`: one Markdown file a message and language, to HTML, text and SMS."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Annotated, NamedTuple

import markdown
import msgspec
from jinja2 import Template, TemplateError, nodes
from msgspec import Meta, Struct

from chalicelib.core.bundle import MessageText, Tone
from chalicelib.core.fault import Fault
from chalicelib.core.message import HTML, html_template, plain_template
from chalicelib.core.rulebook import Language, SmsProfile, Word

from .documents import Document, document
from .rulefiles import decoded

_TABLE = "<!-- table -->"
_FRONT = re.compile(r"---\n(?P<front>.*?)\n---\n(?P<body>.*)", re.DOTALL)
_TAG = re.compile(r"{{.*?}}|{%.*?%}", re.DOTALL)
_STYLES = {
    "p": "margin:0 0 16px;font-size:16px;line-height:1.7;",
    "li": "margin:0 0 6px;font-size:16px;line-height:1.7;",
    "a": "color:#0b5d4e;",
}


class Front(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A message file's front matter: the subject, how it speaks, its other ways.

    `title` is what it is called, on a letter and where messages are listed; an occasion says `when` it goes out.
    `sms` is a text message for each profile of carriers, of no more than `sms_segments`.
    """

    subject: Word
    tone: Tone
    sms_segments: Annotated[int, Meta(ge=1, le=10)] | None = None
    sms: Annotated[dict[SmsProfile, Word], Meta(min_length=1)] | None = None
    title: Word | None = None
    when: Word | None = None


def file(site: Path, name: str, language: Language) -> Path:
    """Where a message is kept."""
    return site / "messages" / language / f"{name}.md"


def compiled(
    site: Path, name: str, language: Language, profile: SmsProfile
) -> tuple[MessageText | None, Document, list[Fault]]:
    """A message in one language, ready to be filled in; what is wrong with its file instead."""
    path = file(site, name, language)
    told_as = path.relative_to(site).as_posix()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return None, Document(), [Fault(told_as, (), "not-utf-8", {}, "UTF-8")]
    parts = _FRONT.fullmatch(text)
    if parts is None:
        return None, Document(), [Fault(told_as, (), "message-fault", {"key": "---", "detail": "front matter"})]
    read = document(told_as, "\n" + parts["front"])  # the line of `---`, so that line numbers are the file's
    front, faults, _ = decoded(told_as, read, Front)
    faults = [*read.faults, *faults]
    if faults:
        return None, read, faults
    found = MessageText(
        subject=front.subject,
        html=_in_layout(site, "layout.html", parts["body"], _html),
        text=_in_layout(site, "layout.txt", parts["body"], _plain),
        sms=(front.sms or {}).get(profile),
        sms_segments=front.sms_segments,
        tone=front.tone,
    )
    return found, read, [*_syntax_faults(told_as, found)]


class Paper(NamedTuple):
    """A message as a letter: the sheet, its words alone, and its title where it has one of its own."""

    title: str | None
    html: Template
    text: Template


def paper(site: Path, name: str, language: Language) -> Paper:
    """A message that `courtyard check` has passed, as it goes on paper."""
    front, body = _parts(site, name, language)
    sheet = html_template(_in_layout(site, "letter.html", body, _on_paper))
    text = plain_template(_in_layout(site, "layout.txt", body, _plain))
    return Paper(front.title, sheet, text)


def front(site: Path, name: str, language: Language) -> Front:
    """What a message that `courtyard check` has passed says of itself."""
    return _parts(site, name, language)[0]


def _parts(site: Path, name: str, language: Language) -> tuple[Front, str]:
    path = file(site, name, language)
    parts = _FRONT.fullmatch(path.read_text(encoding="utf-8-sig"))
    assert parts  # noqa: S101  # checked
    read, _, _ = decoded(path.name, document(path.name, parts["front"]), Front)
    return read, parts["body"]


def chatted(words: Template, said: Mapping[str, object]) -> str:
    """A WeChat text filled in, without the gaps that parts left out would leave."""
    lines = (line.rstrip() for line in words.render(said).strip().split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def chat(site: Path, name: str, language: Language) -> Template:
    """A message that `courtyard check` has passed, as one person writes it to another in WeChat."""
    return plain_template(_in_layout(site, "wechat.txt", _parts(site, name, language)[1], _plain))


def _on_paper(body: str) -> str:
    """HTML without the styles that mail needs; an address is printed behind its words."""
    bare = re.sub(r' style="[^"]*"', "", _html(body))
    return bare.replace("<a href", '<a class="printed" href')


def page(site: Path, name: str) -> str:
    """A small page the API serves itself, as a template."""
    return (site / "messages" / f"{name}.html").read_text(encoding="utf-8")


def _in_layout(site: Path, layout: str, body: str, form: Callable[[str], str]) -> str:
    frame = (site / "messages" / layout).read_text(encoding="utf-8")
    before, _, after = body.partition(_TABLE)
    return frame.replace("{{ body }}", form(before)).replace("{{ after }}", form(after))


@lru_cache(maxsize=512)
def _html(body: str) -> str:
    """Markdown as HTML with its Jinja tags untouched; tags that stand alone lose their paragraph."""
    tags: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        tags.append(match[0])
        return f"JINJA{len(tags) - 1}TAG"

    made = markdown.markdown(_TAG.sub(stand_in, body), output_format="html")
    made = re.sub(r"<p>(JINJA\d+TAG)</p>", r"\1", made)
    for tag, style in _STYLES.items():
        made = re.sub(rf"<{tag}(?=[ >])", f'<{tag} style="{style}"', made)
    return re.sub(r"JINJA(\d+)TAG", lambda match: tags[int(match[1])], made)


def _plain(body: str) -> str:
    """Markdown as text that reads well alone."""
    plain = re.sub(r"\*\*(.+?)\*\*", r"\1", body)
    return re.sub(r"\[([^\]'\"]+)\]\(([^)]+)\)", r"\1 \2", plain).strip() + "\n"


def _syntax_faults(file: str, message: MessageText) -> list[Fault]:
    sources = {key: source for key, source in msgspec.structs.asdict(message).items() if isinstance(source, str)}
    told = {key: _syntax_problem(source) for key, source in sources.items()}
    return [Fault(file, (), "message-fault", {"key": key, "detail": detail}) for key, detail in told.items() if detail]


@lru_cache(maxsize=1024)
def _syntax_problem(source: str) -> str | None:
    try:
        tree = HTML.parse(source)
    except TemplateError as error:
        return str(error)
    # what an owner is called must never become a tag
    return "| safe" if any(found.name == "safe" for found in tree.find_all(nodes.Filter)) else None
