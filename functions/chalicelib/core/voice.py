"""How things are said to owners: sums, days, periods and lists in their language, by `site/words.yml`."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from .account import Bill
from .bundle import Bundle
from .calendar import period as span_of
from .money import Fen
from .rulebook import Language
from .words import day_text, money_text


class Voice(NamedTuple):
    """The words of a bundle in one language."""

    bundle: Bundle
    language: Language

    def label(self, name: str, **values: object) -> str:
        text = self.bundle.words.labels[name].of(self.language)
        return text.format(**values) if values else text

    def labels(self) -> dict[str, str]:
        return {name: text.of(self.language) for name, text in self.bundle.words.labels.items()}

    def money(self, amount: Fen) -> str:
        return money_text(self.bundle.words, amount, self.language)

    def day(self, day: date) -> str:
        return day_text(self.bundle.words, day, self.language)

    def period(self, period: str) -> str:
        """A period as people say it; one staff named otherwise stands as it is."""
        try:
            first = span_of(period).first
        except ValueError:
            return one_line(period)
        year, _, part = period.partition("-")
        kind = f"quarter-{part[1]}" if part.startswith("Q") else "month" if part else "year"
        month = str(first.month) if self.language == "zh" else self.bundle.words.months[first.month - 1]
        return self.label(f"period-{kind}", year=year, month=month)

    def thing(self, bill: Bill) -> str:
        """What a bill is for: the unit and the kind of fee."""
        kind = self.bundle.rules.fees.kinds.get(bill.kind)
        return f"{one_line(bill.unit)} {kind.name.of(self.language) if kind else one_line(bill.kind)}"

    def method(self, method: str) -> str:
        """A way to pay by its name; one the rules do not know stands as it was recorded."""
        names = {one.id: one.name.of(self.language) for one in self.bundle.rules.payments.methods}
        return names.get(method, one_line(method))

    def either(self, names: Sequence[str]) -> str:
        """Things to choose from, as a list in a sentence."""
        if len(names) < 2:
            return "".join(names)
        first = reduce(lambda said, name: self.label("listed", first=said, next=name), names[:-1])
        return self.label("either", first=first, last=names[-1])


def transfer_reference(bill: Bill) -> str:
    """What names a bill to whoever books a transfer: the unit and the period."""
    return f"{one_line(bill.unit)} {one_line(bill.period).replace('-', '')}"


def one_line(text: str) -> str:
    """A text as a subject or SMS can hold it: no line breaks, no control or direction marks."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def percent(share: Decimal) -> str:
    """A share as people write it: 0.0003 is 0.03%."""
    return f"{(share * 100).normalize():f}%"
