"""Whether the rules staff wrote agree with each other; every disagreement is a fault, none raises."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from string import Formatter
from typing import Any, Protocol
from zoneinfo import available_timezones

from . import lawbook, stages, terms
from .fault import Fault, Path
from .hours import windows
from .rulebook import (
    Basis,
    Channel,
    Collection,
    Community,
    Fees,
    Hours,
    LateFeeRule,
    Payments,
    Rate,
    Schedule,
    SmsProfile,
    Text,
)
from .words import Words

COMMUNITY, FEES, PAYMENTS, COLLECTION = "community.yml", "fees.yml", "payments.yml", "collection.yml"
WORDS = "words.yml"
MOST_A_DAY = Decimal("0.005")
"""The highest daily late fee rate: Civil Code art. 585 lets courts cut far lower ones."""
RATE_DECIMALS = 4
"""A rate may have parts of a fen, such as 2.405 a square metre; only its product is money."""
_SATURDAY = 5
_Words = list[tuple[Path, str]]


class _Dated(Protocol):
    @property
    def from_(self) -> date: ...


def faults(files: Mapping[str, Any]) -> list[Fault]:
    """Every disagreement within and between the rule files that could be read (a missing one is passed over)."""
    community: Community | None = files.get(COMMUNITY)
    fees: Fees | None = files.get(FEES)
    payments: Payments | None = files.get(PAYMENTS)
    collection: Collection | None = files.get(COLLECTION)
    words: Words | None = files.get(WORDS)
    book: lawbook.Lawbook | None = files.get(lawbook.FILE)
    found: list[Fault] = []
    if community:
        found += _community_faults(community)
    if fees:
        found += _fees_faults(fees)
    if payments:
        found += _payments_faults(payments)
    if collection:
        found += _collection_faults(collection)
    if fees and collection:
        found += _kinds_against_collection(fees, collection)
    if community and fees:
        found += _unknown(COMMUNITY, ("units",), community.units, fees.unit_kinds)
    if community and collection:
        found += _sms_against_stages(community, collection)
    if words:
        found += _words_faults(words)
    if book and collection:
        found += lawbook.faults(book, [stage.id for stage in collection.stages])
    return found


def _words_faults(words: Words) -> Iterator[Fault]:
    """Both languages fill in the same values; a brace that is none of them would stop the message."""
    groups = {"tasks": words.tasks, "reasons": words.reasons, "problems": words.problems, "labels": words.labels}
    for group, texts in groups.items():
        for code, text in texts.items():
            if detail := _differing(text):
                yield Fault(WORDS, (group, code), "placeholder-differs", {"detail": detail})


def _differing(text: Text) -> str:
    try:
        blanks = [
            {name for _, name, _, _ in Formatter().parse(said) if name is not None} for said in (text.zh, text.en)
        ]
    except ValueError as error:  # a brace without its pair
        return str(error)
    return ", ".join(sorted(blanks[0] ^ blanks[1]))


def _unknown(file: str, path: Path, names: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    allowed = sorted(known)
    for name in names:
        if name not in allowed:
            yield Fault(file, (*path, name), "unknown-name", {"name": name}, ", ".join(allowed))


def _repeated(file: str, path: Path, ids: Sequence[str]) -> Iterator[Fault]:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            yield Fault(file, (*path, index, "id"), "repeated", {"name": name})


def _out_of_order(file: str, path: Path, dated: Sequence[_Dated]) -> Iterator[Fault]:
    for index in range(1, len(dated)):
        before, this = dated[index - 1].from_, dated[index].from_
        if this <= before:
            yield Fault(file, (*path, index, "from"), "dates-out-of-order", {"from": str(this)}, f"> {before}")


def _community_faults(community: Community) -> Iterator[Fault]:
    if community.time_zone not in available_timezones():
        yield Fault(COMMUNITY, ("time_zone",), "unknown-name", {"name": community.time_zone}, "Asia/Shanghai, …")
    for index, holiday in enumerate(community.holidays):
        if holiday.last < holiday.first:
            path = ("holidays", index, "last")
            yield Fault(COMMUNITY, path, "ends-before-start", {"last": str(holiday.last)}, f">= {holiday.first}")
        for at, day in enumerate(holiday.make_up):
            if day.weekday() < _SATURDAY or holiday.first <= day <= holiday.last:
                yield Fault(COMMUNITY, ("holidays", index, "make_up", at), "make-up-at-work", {"day": str(day)})


def _sms_against_stages(community: Community, collection: Collection) -> Iterator[Fault]:
    """Mainland carriers only carry registered templates, so each stage sent by SMS needs one."""
    known = [stage.id for stage in collection.stages]
    yield from _unknown(COMMUNITY, ("sms", "templates"), community.sms.templates, known)
    if community.sms.profile is SmsProfile.MAINLAND_CHINA:
        for stage in collection.stages:
            if Channel.SMS in stage.channels and stage.id not in community.sms.templates:
                yield Fault(COMMUNITY, ("sms", "templates"), "sms-template-missing", {"stage": stage.id})


def _alias_faults(file: str, named: Iterable[tuple[str, tuple[_Words, _Words]]]) -> Iterator[Fault]:
    """One word means one thing; who has it as its name keeps it. Each thing: its id, then names and aliases."""
    listed = list(named)
    owner_of = {_folded(id): id for id, _ in listed}
    for part in (0, 1):
        for id, words in listed:
            for place, word in words[part]:
                other = owner_of.setdefault(_folded(word), id)
                if other != id:
                    yield Fault(file, place, "alias-of-two", {"name": word, "other": other})


def _folded(word: str) -> str:
    return "".join(word.casefold().split())


def _words_of(path: Path, name: Path, text: Text, aliases: Sequence[str]) -> tuple[_Words, _Words]:
    """The names and aliases of a thing, each with its place."""
    names: _Words = [((*path, *name, "zh"), text.zh), ((*path, *name, "en"), text.en)]
    return names, [((*path, "aliases", at), alias) for at, alias in enumerate(aliases)]


def _fees_faults(fees: Fees) -> Iterator[Fault]:
    kinds = fees.kinds.items()
    yield from _alias_faults(FEES, ((i, _words_of(("kinds", i), ("name",), k.name, k.aliases)) for i, k in kinds))
    unit_kinds = fees.unit_kinds.items()
    yield from _alias_faults(FEES, ((i, _words_of(("unit_kinds", i), (), k, k.aliases)) for i, k in unit_kinds))
    yield from _repeated(FEES, ("schedules",), [schedule.id for schedule in fees.schedules])
    for index, schedule in enumerate(fees.schedules):
        path: Path = ("schedules", index)
        if schedule.kind not in fees.kinds:
            allowed = ", ".join(sorted(fees.kinds))
            yield Fault(FEES, (*path, "kind"), "unknown-name", {"name": schedule.kind}, allowed)
        for at, unit_kind in enumerate(schedule.unit_kinds):
            if unit_kind not in fees.unit_kinds:
                allowed = ", ".join(sorted(fees.unit_kinds))
                yield Fault(FEES, (*path, "unit_kinds", at), "unknown-name", {"name": unit_kind}, allowed)
        yield from _rate_faults(path, schedule)
    percent = sum(part.percent for part in fees.budget.spending)
    if percent != 100:
        yield Fault(FEES, ("budget", "spending"), "percent-sum", {"sum": str(percent)}, "100")


def _rate_faults(path: Path, schedule: Schedule) -> Iterator[Fault]:
    for index, rate in enumerate(schedule.rates):
        here: Path = (*path, "rates", index)
        if (rate.yuan is None) != (schedule.basis is Basis.SHARED_BY_AREA):
            yield Fault(FEES, (*here, "yuan"), "rate-and-basis", {"basis": schedule.basis.value})
        if rate.yuan is not None and _decimals(rate.yuan) > RATE_DECIMALS:
            yield Fault(FEES, (*here, "yuan"), "wrong-form", {"value": str(rate.yuan)}, "2.40, 2.4055")
        yield from _authority_faults(here, rate)
        if index:
            yield from _succession_faults(here, schedule.rates[index - 1], rate)
        if rate.until is not None and rate.until < rate.from_:
            values = {"last": str(rate.until)}
            yield Fault(FEES, (*here, "until"), "ends-before-start", values, f">= {rate.from_}")


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _authority_faults(path: Path, rate: Rate) -> Iterator[Fault]:
    """Civil Code art. 943: rates are published; a rate decided or published after it began is refused."""
    if rate.published_on > rate.from_:
        values = {"from": str(rate.from_)}
        yield Fault(FEES, (*path, "published_on"), "published-late", values, f"<= {rate.from_}")
    if rate.authority.decided_on > rate.published_on:
        values = {"published": str(rate.published_on)}
        allowed = f"<= {rate.published_on}"
        yield Fault(FEES, (*path, "authority", "decided_on"), "decided-late", values, allowed)


def _succession_faults(path: Path, before: Rate, rate: Rate) -> Iterator[Fault]:
    if rate.from_ <= before.from_ or (before.until is not None and rate.from_ <= before.until):
        values = {"from": str(rate.from_), "last": str(before.until or before.from_)}
        yield Fault(FEES, (*path, "from"), "dates-overlap", values, f"> {before.until or before.from_}")
    elif before.until is None:
        allowed = str(rate.from_ - timedelta(days=1))
        yield Fault(FEES, (*path[:-1], int(path[-1]) - 1, "until"), "open-before-next", {}, allowed)
    elif rate.from_ > before.until + timedelta(days=1):
        values = {"last": str(before.until), "from": str(rate.from_)}
        yield Fault(FEES, (*path, "from"), "dates-gap", values, str(before.until + timedelta(days=1)))


def _payments_faults(payments: Payments) -> Iterator[Fault]:
    yield from _repeated(PAYMENTS, ("methods",), [method.id for method in payments.methods])
    methods = enumerate(payments.methods)
    yield from _alias_faults(
        PAYMENTS, ((m.id, _words_of(("methods", at), ("name",), m.name, m.aliases)) for at, m in methods)
    )


def _collection_faults(collection: Collection) -> Iterator[Fault]:
    yield from _repeated(COLLECTION, ("stages",), [stage.id for stage in collection.stages])
    yield from stages.faults(collection)
    for name, rules in collection.late_fees.items():
        path: Path = ("late_fees", name)
        yield from _out_of_order(COLLECTION, path, rules)
        for index, rule in enumerate(rules):
            yield from _late_fee_faults((*path, index), rule, collection)
    for name, rate in collection.reference_rates.items():
        yield from _out_of_order(COLLECTION, ("reference_rates", name, "values"), rate.values)
    for name, cause in collection.causes.items():
        if cause.hold is not None:
            yield from _unknown(COLLECTION, ("causes", name, "hold"), [cause.hold], collection.holds)
    yield from terms.faults(collection)
    yield from _hours_faults(collection)
    yield from _hold_faults(collection)


def _hold_faults(collection: Collection) -> Iterator[Fault]:
    """Each pause ends by itself or with a named role, and none can be repeated for ever."""
    for name, rule in collection.holds.items():
        if rule.days is not None and rule.working_days is not None:
            yield Fault(COLLECTION, ("holds", name, "working_days"), "hold-two-lengths", {"name": name})
        has_end = rule.days is not None or rule.working_days is not None
        if not (has_end or rule.opened_by) or not (rule.once_a_bill or rule.renewed_by):
            yield Fault(COLLECTION, ("holds", name), "hold-for-ever", {"name": name})


def _hours_faults(collection: Collection) -> Iterator[Fault]:
    """Every span of hours ends after it starts, and calls and visits under care still find time in a day."""
    ways = {"call_hours": collection.call_hours, "visit_hours": collection.visit_hours}
    spans: list[tuple[Path, Hours]] = [(("message_hours",), collection.message_hours)]
    for name, several in {**ways, "care_hours": collection.care_hours}.items():
        spans += [((name, at), hours) for at, hours in enumerate(several)]
    for path, hours in spans:
        if hours.closes <= hours.opens:
            yield Fault(COLLECTION, (*path, "closes"), "ends-before-start", {"last": hours.closes}, f"> {hours.opens}")
    for name, way in {"call_hours": Channel.CALL, "visit_hours": Channel.VISIT}.items():
        if not windows(way, collection, has_care=True):
            yield Fault(COLLECTION, ("care_hours",), "hours-never-meet", {"name": name})
    for role, days in collection.roster.items():
        if not days:
            yield Fault(COLLECTION, ("roster", role.value), "nobody-on-duty", {"name": role.value}, "1 … 7")


def _late_fee_faults(path: Path, rule: LateFeeRule, collection: Collection) -> Iterator[Fault]:
    if not 0 <= rule.daily_rate <= MOST_A_DAY:
        yield Fault(COLLECTION, (*path, "daily_rate"), "out-of-range", {}, f"0 … {MOST_A_DAY}")
    if not 0 <= rule.cap_share <= 1:
        yield Fault(COLLECTION, (*path, "cap_share"), "out-of-range", {}, "0 … 1")
    if (rule.reference is None) != (rule.reference_multiple is None):
        yield Fault(COLLECTION, (*path, "reference_multiple"), "reference-incomplete", {})
    if rule.reference is None:
        return
    reference = collection.reference_rates.get(rule.reference)
    if reference is None:
        allowed = ", ".join(sorted(collection.reference_rates))
        yield Fault(COLLECTION, (*path, "reference"), "unknown-name", {"name": rule.reference}, allowed)
    elif reference.values[0].from_ > rule.from_:
        values = {"from": str(rule.from_)}
        place = ("reference_rates", rule.reference, "values", 0, "from")
        yield Fault(COLLECTION, place, "reference-starts-late", values, f"<= {rule.from_}")


def _kinds_against_collection(fees: Fees, collection: Collection) -> Iterator[Fault]:
    yield from stages.kind_faults(collection, fees)
    for name, kind in fees.kinds.items():
        if kind.late_fee is not None and kind.late_fee not in collection.late_fees:
            allowed = ", ".join([*sorted(collection.late_fees), "null"])
            yield Fault(FEES, ("kinds", name, "late_fee"), "unknown-name", {"name": kind.late_fee}, allowed)
        if kind.reward is not None and kind.reward not in collection.rewards:
            allowed = ", ".join([*sorted(collection.rewards), "null"])
            yield Fault(FEES, ("kinds", name, "reward"), "unknown-name", {"name": kind.reward}, allowed)
        if name not in collection.allocation:
            yield Fault(COLLECTION, ("allocation",), "kind-not-allocated", {"name": name}, ", ".join(fees.kinds))
    for index, name in enumerate(collection.allocation):
        if name not in fees.kinds or name in collection.allocation[:index]:
            allowed = ", ".join(sorted(fees.kinds))
            yield Fault(COLLECTION, ("allocation", index), "unknown-name", {"name": name}, allowed)
