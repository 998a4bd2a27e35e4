"""Short texts that are not messages: reasons, problems, names of channels; from `site/words.yml`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from .money import Fen, yuan
from .rulebook import Language, Text, Word


class Words(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Texts by code, in every language; `{name}` stands for a value."""

    date_form: Text
    money_form: Text
    months: Annotated[tuple[Word, ...], Meta(min_length=12, max_length=12)]
    channels: dict[str, Text]
    tasks: dict[str, Text]
    reasons: dict[str, Text]
    problems: dict[str, Text]
    labels: dict[str, Text]


def day_text(words: Words, day: date, language: Language) -> str:
    """A day as people of a language write it."""
    name = words.months[day.month - 1]
    form = words.date_form.of(language)
    return form.format(year=day.year, month=day.month, day=day.day, month_name=name)


def money_text(words: Words, amount: Fen, language: Language) -> str:
    """An amount as people of a language write it."""
    return words.money_form.of(language).format(amount=yuan(amount))


class Reason(Struct, frozen=True):
    """Why something is or is not done: a code of `site/words.yml` and the values its text needs."""

    code: str
    values: dict[str, date | int | Text] = {}


def reason_text(words: Words, reason: Reason, language: Language) -> str:
    """A reason as a sentence a person can read."""
    values = {name: _value_text(words, value, language) for name, value in reason.values.items()}
    return words.reasons[reason.code].of(language).format_map(values)


def _value_text(words: Words, value: date | int | Text, language: Language) -> str:
    if isinstance(value, date):
        return day_text(words, value, language)
    return value.of(language) if isinstance(value, Text) else str(value)


def problem_text(words: Words, code: str, values: Mapping[str, str | Text], language: Language) -> str:
    """What is wrong with something staff wrote or brought, as a sentence."""
    return words.problems[code].of(language).format_map({name: said(value, language) for name, value in values.items()})


def said(value: str | Text, language: Language) -> str:
    """A text in a language; what has none is the same in all."""
    return value.of(language) if isinstance(value, Text) else value
