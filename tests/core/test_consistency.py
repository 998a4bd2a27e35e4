"""Rules that disagree: each disagreement is found, told with its place, and rules that agree are left alone."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from chalicelib.core import consistency
from chalicelib.core.fault import Fault, Path
from chalicelib.core.rulebook import Rulebook, SmsProfile
from staff import rulefiles
from tests.builders import SITE, bundle, day, rules

Change = Callable[[Any], object]


def faults_of(book: Rulebook) -> list[Fault]:
    files = {f"{name}.yml": getattr(book, name) for name in ("community", "fees", "payments", "collection")}
    return consistency.faults(files)


def changed(change: Change) -> Rulebook:
    """The rulebook after a change to it as plain data."""
    plain = msgspec.json.decode(msgspec.json.encode(rules()))
    change(plain)
    return msgspec.convert(plain, Rulebook, strict=False)


def test_the_rules_of_the_tests_agree() -> None:
    assert faults_of(rules()) == []


def test_the_shipped_rules_agree() -> None:
    assert rulefiles.read(SITE).faults == []


def stage(plain: Any, index: int) -> Any:
    return plain["collection"]["stages"][index]


def rate(plain: Any, index: int, schedule: int = 0) -> Any:
    return plain["fees"]["schedules"][schedule]["rates"][index]


def late_fee(plain: Any, name: str = "gentle") -> Any:
    return plain["collection"]["late_fees"][name][0]


def rewards_from(plain: Any, *days: str) -> list[Any]:
    return [{**plain["collection"]["rewards"]["early"][0], "from": day} for day in days]


CASES: dict[str, tuple[Change, str, Path, str]] = {
    "a time zone nobody knows": (
        lambda p: p["community"].update(time_zone="Asia/Beijing"), "community.yml", ("time_zone",), "unknown-name"
    ),
    "a holiday that ends before it starts": (
        lambda p: p["community"]["holidays"][0].update(last="2026-04-30"),
        "community.yml", ("holidays", 0, "last"), "ends-before-start",
    ),
    "a pause without end": (
        lambda p: p["collection"].update(holds={"promise": {"name": {"zh": "约", "en": "P"}, "once_a_bill": True}}),
        "collection.yml", ("holds", "promise"), "hold-for-ever",
    ),
    "a pause again and again": (
        lambda p: p["collection"].update(holds={"promise": {"name": {"zh": "约", "en": "P"}, "days": 15}}),
        "collection.yml", ("holds", "promise"), "hold-for-ever",
    ),
    "a pause of two lengths": (
        lambda p: p["collection"].update(
            holds={"promise": {"name": {"zh": "约", "en": "P"}, "days": 9, "working_days": 5, "once_a_bill": True}}
        ),
        "collection.yml", ("holds", "promise", "working_days"), "hold-two-lengths",
    ),
    "a make-up day that is a working day anyway": (
        lambda p: p["community"]["holidays"][0].update(make_up=["2026-05-08"]),
        "community.yml", ("holidays", 0, "make_up", 0), "make-up-at-work",
    ),
    "visits that end before they start": (
        lambda p: p["collection"].update(visit_hours=[{"opens": "17:00", "closes": "10:00"}]),
        "collection.yml", ("visit_hours", 0, "closes"), "ends-before-start",
    ),
    "care hours in which nobody calls": (
        lambda p: p["collection"].update(
            call_hours=[{"opens": "18:00", "closes": "19:00"}], care_hours=[{"opens": "10:00", "closes": "11:00"}]
        ),
        "collection.yml", ("care_hours",), "hours-never-meet",
    ),
    "a role that is never on duty": (
        lambda p: p["collection"].update(roster={"clerk": []}),
        "collection.yml", ("roster", "clerk"), "nobody-on-duty",
    ),
    "units of a kind nobody knows": (
        lambda p: p["community"]["units"].update(villa=3), "community.yml", ("units", "villa"), "unknown-name"
    ),
    "two schedules of one name": (
        lambda p: p["fees"]["schedules"][1].update(id="flats"), "fees.yml", ("schedules", 1, "id"), "repeated"
    ),
    "a schedule of a kind nobody knows": (
        lambda p: p["fees"]["schedules"][0].update(kind="gas"), "fees.yml", ("schedules", 0, "kind"), "unknown-name"
    ),
    "a schedule for units nobody knows": (
        lambda p: p["fees"]["schedules"][0].update(unit_kinds=["villa"]),
        "fees.yml", ("schedules", 0, "unit_kinds", 0), "unknown-name",
    ),
    "percentages that do not add up": (
        lambda p: p["fees"]["budget"]["spending"][0].update(percent=99),
        "fees.yml", ("budget", "spending"), "percent-sum",
    ),
    "a rate without its yuan": (
        lambda p: rate(p, 1).update(yuan=None), "fees.yml", ("schedules", 0, "rates", 1, "yuan"), "rate-and-basis"
    ),
    "a shared cost with a rate": (
        lambda p: rate(p, 0, 2).update(yuan=1), "fees.yml", ("schedules", 2, "rates", 0, "yuan"), "rate-and-basis"
    ),
    "a rate published a day after it began": (
        lambda p: rate(p, 1).update(published_on="2025-01-02"),
        "fees.yml", ("schedules", 0, "rates", 1, "published_on"), "published-late",
    ),
    "a rate decided a day after it was published": (
        lambda p: rate(p, 1)["authority"].update(decided_on="2024-11-02"),
        "fees.yml", ("schedules", 0, "rates", 1, "authority", "decided_on"), "decided-late",
    ),
    "a rate that begins on the last day of the one before": (
        lambda p: rate(p, 0).update(until="2025-01-01"),
        "fees.yml", ("schedules", 0, "rates", 1, "from"), "dates-overlap",
    ),
    "a day between two rates": (
        lambda p: rate(p, 0).update(until="2024-12-30"), "fees.yml", ("schedules", 0, "rates", 1, "from"), "dates-gap"
    ),
    "a rate without its last day before another": (
        lambda p: rate(p, 0).update(until=None), "fees.yml", ("schedules", 0, "rates", 0, "until"), "open-before-next"
    ),
    "a rate that ends before it starts": (
        lambda p: rate(p, 1).update(until="2024-12-31"),
        "fees.yml", ("schedules", 0, "rates", 1, "until"), "ends-before-start",
    ),
    "a kind with a late fee nobody knows": (
        lambda p: p["fees"]["kinds"]["parking"].update(late_fee="steep"),
        "fees.yml", ("kinds", "parking", "late_fee"), "unknown-name",
    ),
    "a kind with a reward nobody knows": (
        lambda p: p["fees"]["kinds"]["parking"].update(reward="gift"),
        "fees.yml", ("kinds", "parking", "reward"), "unknown-name",
    ),
    "one word for two kinds of bills": (
        lambda p: p["fees"]["kinds"]["water"].update(aliases=["管理费", "停 车费"]),
        "fees.yml", ("kinds", "water", "aliases", 1), "alias-of-two",
    ),
    "one name for two kinds of bills": (
        lambda p: p["fees"]["kinds"]["water"]["name"].update(en="parking fee"),
        "fees.yml", ("kinds", "water", "name", "en"), "alias-of-two",
    ),
    "one word for two kinds of units": (
        lambda p: p["fees"]["unit_kinds"]["parking"].update(aliases=["flat"]),
        "fees.yml", ("unit_kinds", "parking", "aliases", 0), "alias-of-two",
    ),
    "a rate finer than anybody decides": (
        lambda p: rate(p, 1).update(yuan="2.40001"), "fees.yml", ("schedules", 0, "rates", 1, "yuan"), "wrong-form"
    ),
    "a reward that ends before it starts": (
        lambda p: p["collection"]["rewards"]["early"][0].update(until="2001-12-31"),
        "collection.yml", ("rewards", "early", 0, "until"), "ends-before-start",
    ),
    "a reward for a streak of nobody knows how many": (
        lambda p: p["collection"]["rewards"]["early"][0].update(earned_by="streak"),
        "collection.yml", ("rewards", "early", 0, "streak"), "streak-and-reward",
    ),
    "a streak asked for by a reward for one bill": (
        lambda p: p["collection"]["rewards"]["early"][0].update(streak=4),
        "collection.yml", ("rewards", "early", 0, "streak"), "streak-and-reward",
    ),
    "a reward of more than a fifth": (
        lambda p: p["collection"]["rewards"]["early"][0].update(share="0.21"),
        "collection.yml", ("rewards", "early", 0, "share"), "out-of-range",
    ),
    "a reward of nothing": (
        lambda p: p["collection"]["rewards"]["early"][0].update(share="0"),
        "collection.yml", ("rewards", "early", 0, "share"), "out-of-range",
    ),
    "two rewards of one sort at a time": (
        lambda p: p["collection"]["rewards"].update(early=rewards_from(p, "2026-01-01", "2026-12-31")),
        "collection.yml", ("rewards", "early", 1, "from"), "rewards-overlap",
    ),
    "a warning before the time has begun to run": (
        lambda p: p["collection"].update(limitation={"warn_months": [36]}),
        "collection.yml", ("limitation", "warn_months", 0), "out-of-range",
    ),
    "a late fee of more than half a percent a day": (
        lambda p: late_fee(p).update(daily_rate="0.0051"),
        "collection.yml", ("late_fees", "gentle", 0, "daily_rate"), "out-of-range",
    ),
    "two payment methods of one name": (
        lambda p: p["payments"]["methods"][1].update(id="bank"), "payments.yml", ("methods", 1, "id"), "repeated"
    ),
    "two payment methods told of by one provider": (
        lambda p: [method.update(provider="gate") for method in p["payments"]["methods"]],
        "payments.yml", ("methods", 1, "provider"), "repeated",
    ),
    "one word for two payment methods": (
        lambda p: p["payments"]["methods"][1].update(aliases=["转账"]),
        "payments.yml", ("methods", 1, "aliases", 0), "alias-of-two",
    ),
    "two stages of one name": (
        lambda p: stage(p, 1).update(id="bill-issued"), "collection.yml", ("stages", 1, "id"), "repeated"
    ),
    "a stage on the day of the one before": (
        lambda p: stage(p, 1).update(days=[-30, -3]),
        "collection.yml", ("stages", 1, "days", 0), "stage-out-of-order",
    ),
    "a demand on the due day": (
        lambda p: stage(p, 2).update(days=[0]), "collection.yml", ("stages", 2, "days"), "demand-before-due"
    ),
    "a reminder after the due day": (
        lambda p: stage(p, 1).update(days=[-15, 1]), "collection.yml", ("stages", 1, "days"), "reminder-after-due"
    ),
    "a demand made twice": (
        lambda p: stage(p, 2).update(days=[7, 9]), "collection.yml", ("stages", 2, "days"), "demand-more-than-once"
    ),
    "a demand without a deadline": (
        lambda p: stage(p, 2).update(answer_days=None),
        "collection.yml", ("stages", 2, "answer_days"), "demand-without-deadline",
    ),
    "a stage no person does in the end": (
        lambda p: stage(p, 2).update(channels=["call", "email"]),
        "collection.yml", ("stages", 2, "channels"), "nobody-last",
    ),
    "a cap of more than 30 % of the principal": (
        lambda p: late_fee(p).update(cap_share="0.31"),
        "collection.yml", ("late_fees", "gentle", 0, "cap_share"), "out-of-range",
    ),
    "a reference rate without its multiple": (
        lambda p: late_fee(p).update(reference_multiple=None),
        "collection.yml", ("late_fees", "gentle", 0, "reference_multiple"), "reference-incomplete",
    ),
    "a reference rate nobody knows": (
        lambda p: late_fee(p).update(reference="shibor"),
        "collection.yml", ("late_fees", "gentle", 0, "reference"), "unknown-name",
    ),
    "a reference rate that starts after the rule": (
        lambda p: p["collection"]["reference_rates"]["lpr"]["values"][0].update({"from": "2022-01-02"}),
        "collection.yml", ("reference_rates", "lpr", "values", 0, "from"), "reference-starts-late",
    ),
    "reference values out of order": (
        lambda p: p["collection"]["reference_rates"]["lpr"]["values"].reverse(),
        "collection.yml", ("reference_rates", "lpr", "values", 1, "from"), "dates-out-of-order",
    ),
    "two late fee rules from one day": (
        lambda p: p["collection"]["late_fees"]["standard"].append(p["collection"]["late_fees"]["standard"][0]),
        "collection.yml", ("late_fees", "standard", 1, "from"), "dates-out-of-order",
    ),
    "a reward published after it began": (
        lambda p: p["collection"]["rewards"]["early"][0].update(published_on="2026-01-02"),
        "collection.yml", ("rewards", "early", 0, "published_on"), "published-late",
    ),
    "hours that close before they open": (
        lambda p: p["collection"]["message_hours"].update(closes="09:00"),
        "collection.yml", ("message_hours", "closes"), "ends-before-start",
    ),
    "a kind nobody's money goes to": (
        lambda p: p["collection"]["allocation"].remove("water"),
        "collection.yml", ("allocation",), "kind-not-allocated",
    ),
    "a kind in the order of allocation nobody knows": (
        lambda p: p["collection"]["allocation"].append("gas"), "collection.yml", ("allocation", 4), "unknown-name"
    ),
    "a kind twice in the order of allocation": (
        lambda p: p["collection"]["allocation"].append("water"), "collection.yml", ("allocation", 4), "unknown-name"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_disagreement_is_told_with_its_file_and_place(case: str) -> None:
    change, file, path, problem = CASES[case]
    found = {(fault.file, fault.path, fault.problem) for fault in faults_of(changed(change))}
    assert (file, path, problem) in found


def test_a_rate_may_have_parts_of_a_fen_and_a_late_fee_may_waive_nothing() -> None:
    def change(plain: Any) -> None:
        rate(plain, 1).update(yuan="2.405")
        late_fee(plain).pop("waived_under")
        late_fee(plain).update(daily_rate="0.005")

    book = changed(change)
    assert faults_of(book) == []
    assert book.collection.late_fees["gentle"][0].waived_under == 0


@pytest.mark.parametrize("case", CASES)
def test_every_fault_can_be_said_in_words_with_the_values_it_carries(case: str) -> None:
    for fault in faults_of(changed(CASES[case][0])):
        text = bundle().words.problems[fault.problem]
        for said in (text.zh, text.en):
            assert "{" not in said.format_map(fault.values)


def test_all_faults_are_found_at_once() -> None:
    def change(plain: Any) -> None:
        plain["community"]["time_zone"] = "Asia/Beijing"
        rate(plain, 0)["until"] = None
        stage(plain, 2)["days"] = [0]

    assert {fault.file for fault in faults_of(changed(change))} == {"community.yml", "fees.yml", "collection.yml"}


@pytest.mark.parametrize(
    "change",
    [
        lambda p: rate(p, 1).update(published_on="2025-01-01"),
        lambda p: rate(p, 1)["authority"].update(decided_on="2024-11-01"),
        lambda p: stage(p, 2).update(days=[1]),
        lambda p: stage(p, 1).update(days=[-15, 0]),
        lambda p: late_fee(p).update(cap_share="0.30"),
        lambda p: p["collection"]["reference_rates"]["lpr"]["values"][0].update({"from": "2022-01-01"}),
    ],
)
def test_rules_just_inside_a_limit_agree(change: Change) -> None:
    assert faults_of(changed(change)) == []


def test_without_text_messages_no_template_is_needed() -> None:
    def change(plain: Any) -> None:
        plain["community"]["sms"]["templates"] = {}
        plain["community"]["sms"]["profile"] = SmsProfile.INTERNATIONAL.value

    assert faults_of(changed(change)) == []


def test_a_file_that_could_not_be_read_is_passed_over() -> None:
    assert consistency.faults({"fees.yml": rules().fees}) == []
    assert consistency.faults({}) == []


@pytest.mark.parametrize(
    ("zh", "en", "detail"),
    [("{days} 天", "{day} days", "day, days"), ("{days} 天", "days", "days"), ("{days 天", "{days} days", "'}'")],
)
def test_languages_that_fill_in_different_values_are_a_fault(zh: str, en: str, detail: str) -> None:
    plain = msgspec.to_builtins(bundle().words)
    plain["reasons"]["interval"] = {"zh": zh, "en": en}
    words = msgspec.convert(plain, type(bundle().words))
    (fault,) = consistency.faults({"words.yml": words})
    assert (fault.path, fault.problem) == (("reasons", "interval"), "placeholder-differs")
    assert detail in fault.values["detail"]


def test_the_rules_of_the_tests_are_those_of_the_design() -> None:
    rule = rules().collection.late_fees["standard"][0]
    assert (rule.grace_days, rule.daily_rate, rule.cap_share) == (15, Decimal("0.0005"), Decimal("0.20"))
    assert rules().fees.schedules[0].rates[1].from_ == day("2025-01-01")
