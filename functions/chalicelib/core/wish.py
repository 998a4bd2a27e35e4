"""A reply as it comes in: which fields a kind of it needs, which it may have, and what they may say."""

from collections.abc import Iterator, Set
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from .account import Wish
from .errors import BadForm
from .rulebook import ReplyKind
from .voice import one_line

_Line = Annotated[str, Meta(max_length=100)]


class ReplyForm(Struct, frozen=True, kw_only=True):
    """What an owner may send; `id` is their browser's own name for it."""

    id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{16,64}$")]
    kind: ReplyKind
    bills: Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=200)] = ()
    message: Annotated[str, Meta(max_length=500)] = ""
    on: date | None = None
    parts: Annotated[int, Meta(ge=2, le=12)] | None = None
    title: _Line = ""
    tax_id: Annotated[str, Meta(pattern="^[A-Za-z0-9]{0,32}$")] = ""
    method: _Line = ""


_NEEDS: dict[ReplyKind, tuple[str, ...]] = {"promise": ("on",), "plan": ("parts",), "invoice": ("title",)}
_OWN: dict[str, frozenset[ReplyKind]] = {
    "on": frozenset({"promise", "paid"}),
    "parts": frozenset({"plan"}),
    "title": frozenset({"invoice"}),
    "tax_id": frozenset({"invoice"}),
    "method": frozenset({"paid"}),
}
"""Fields that only some kinds have."""


def wish(form: ReplyForm, bills: Set[str], today: date) -> Wish:
    """A reply that makes sense, about bills its owner has; BadForm for any other, with all that is wrong."""
    faults = list(_faults(form, bills, today))
    if faults:
        raise BadForm(*faults)
    return Wish(
        id=form.id,
        kind=form.kind,
        bills=tuple(dict.fromkeys(form.bills)),
        message="\n".join(filter(None, map(one_line, form.message.splitlines()))),
        on=form.on,
        parts=form.parts or 0,
        title=one_line(form.title),
        tax_id=form.tax_id,
        method=one_line(form.method),
    )


def _faults(form: ReplyForm, bills: Set[str], today: date) -> Iterator[tuple[str, str]]:
    for field in _NEEDS.get(form.kind, ()):
        if not (one_line(form.title) if field == "title" else getattr(form, field)):
            yield field, "missing"
    for field, kinds in _OWN.items():
        if getattr(form, field) and form.kind not in kinds:
            yield field, "not-here"
    if set(form.bills) - bills:
        yield "bills", "unknown"
    if form.on and form.kind == "promise" and form.on < today:
        yield "on", "past"
    if form.on and form.kind == "paid" and form.on > today:
        yield "on", "future"
