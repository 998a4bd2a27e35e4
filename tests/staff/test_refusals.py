"""Bad policies, each a small change to the shipped rules: refused with file, line, field and what is allowed."""

import re
import shutil
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Language
from chalicelib.core.words import problem_text
from staff import bundle, console, rulefiles
from staff.rulefiles import RuleFiles
from tests.builders import SITE


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of the rule files alone."""
    for path in SITE.glob("*.yml"):
        shutil.copy(path, tmp_path)
    return tmp_path


class Case(NamedTuple):
    """`old` becomes `new`; the fault stands on the line that holds `near` (the changed text unless given)."""

    old: str
    new: str
    field: str
    problem: str
    allowed: str = ""
    near: str = ""


def changed(path: Path, case: Case) -> int:
    """Makes the change; the line on which the fault is to be told."""
    text = path.read_text(encoding="utf-8")
    assert text.count(case.old), case.old
    text = text.replace(case.old, case.new, 1)
    path.write_text(text, encoding="utf-8")
    near = case.near or case.new
    assert text.count(near) == 1, f"{near!r} is on {text.count(near)} lines"
    return text[: text.index(near)].count("\n") + 1


def seen(files: RuleFiles, fault: Fault) -> tuple[int, str, str, object]:
    return files.line(fault), files.field(fault), fault.problem, fault.allowed


def stage(id: str, part: str) -> str:
    return f"stages[{id}].{part}"


FIRST, SECOND, CASE, FORMAL, LEGAL = "first-demand", "second-demand", "long-overdue", "formal-letter", "legal-review"
FIRST_TASK = "task: {way: call, tries: 2, then: visit, working_days: 3}"
STANDARD = "late_fees.standard[0]"
LPR_CLAUSES = "      reference: lpr-1y\n      reference_multiple: 1.3\n"
PLAN, COURT = (
    "plan: {name: {zh: 分期缴费, en: Instalments}",
    "litigation: {name: {zh: 已进入法律程序, en: Before a court}",
)
DISPUTE = "working_days: 15, bills_only: true, stops_late_fee: true"
CALLS = 'call_hours: [{opens: "09:30", closes: "11:45"}, {opens: "14:30", closes: "19:30"}]'
VISITS = 'visit_hours: [{opens: "10:00", closes: "11:45"}, {opens: "14:30", closes: "17:30"}]'
MESSAGES = 'message_hours: {opens: "09:00", closes: "20:00"}'
MANAGER_DUTY = "  manager: [1, 2, 3, 4, 5]\n"
KINDS = "paid-claim, dispute, promise, plan, hardship, family, vacancy, litigation"

COLLECTION: dict[str, Case] = {
    # stages within reach
    "arrears nobody has": Case(
        "least_arrears: 500.00", "least_arrears: 999999999", stage(LEGAL, "when.least_arrears"), "out-of-range", "0 … 20000"
    ),
    "bills nobody has": Case(
        "when: {least_arrears: 500.00}", "when: {bills: 99}", stage(LEGAL, "when.bills"), "out-of-range", "<= 12"
    ),
    "an age no bill reaches": Case(
        "when: {least_arrears: 500.00}", "when: {age_days: 99999}", stage(LEGAL, "when.age_days"), "out-of-range", "<= 730"
    ),
    "a stage years away": Case("days: [180]", "days: [18000]", stage(LEGAL, "days[0]"), "out-of-range", "<= 730"),
    "a reminder of a bill that cannot be seen": Case(
        "days: [-30]", "days: [-365]", stage("bill-issued", "days"), "reminder-unseen", ">= -92"
    ),
    "a demand before the last one is answered": Case(
        "answer_days: 11", "answer_days: 12", stage(SECOND, "days"), "answer-cut-short", "> 12", "days: [12]"
    ),
    "an answer in half a year": Case(
        "answer_days: 15", "answer_days: 180", stage(FORMAL, "answer_days"), "out-of-range", "<= 90"
    ),
    "a second demand for those who have had no first": Case(
        "when: {least_arrears: 5.00}", "when: {least_arrears: 5.00, care: only}",
        stage(SECOND, "when"), "after-not-for-all", "first-demand", "when: {least_arrears: 20.00}",
    ),
    "an age that keeps the next stage from its day": Case(
        "when: {least_arrears: 50.00}", "when: {least_arrears: 50.00, age_days: 700}",
        stage(FORMAL, "days[0]"), "stage-out-of-order", "> 700", "days: [90]",
    ),
    # whose decision
    "a second demand without approval": Case(
        "    by: housekeeper\n    approve: true\n", "    by: housekeeper\n",
        stage(SECOND, "approve"), "approval-missing", "true", "- id: second-demand",
    ),
    "a formal letter without approval": Case(
        "    by: supervisor\n    approve: true\n", "    by: supervisor\n    approve: false\n",
        stage(FORMAL, "approve"), "approval-missing", "true", "approve: false",
    ),
    "a legal review by a clerk": Case("    by: manager\n", "    by: clerk #\n", stage(LEGAL, "by"), "manager-missing", "manager", "by: clerk #"),
    "a legal review by the machine": Case("    by: manager\n", "    by: system\n", stage(LEGAL, "by"), "manager-missing", "manager", "by: system"),
    "a formal letter as the last step, by a supervisor": Case(
        "  - id: legal-review", "  - id: legal-letter", stage("legal-letter", "by"), "manager-missing", "manager", "by: clerk #"
    ),
    # pauses
    "a court case opened by a clerk": Case(
        f"{COURT}, opened_by: manager", f"{COURT}, opened_by: clerk", "holds.litigation.opened_by", "hold-by-manager", "manager"
    ),
    "a court case that ends by itself, opened by anybody": Case(
        f"{COURT}, opened_by: manager", f"{COURT}, days: 90", "holds.litigation.opened_by", "hold-by-manager", "manager"
    ),
    "a pause without end, opened by a supervisor": Case(
        "en: Hardship}, days: 90", "en: Hardship}, opened_by: supervisor", "holds.hardship.opened_by", "hold-by-manager", "manager"
    ),
    "a pause of a hundred years": Case("days: 90, stops", "days: 36500, stops", "holds.hardship.days", "out-of-range", "<= 366"),
    "a pause of forty years of work": Case("working_days: 5, bills", "working_days: 9999, bills", "holds.paid-claim.working_days", "out-of-range", "<= 60"),
    "a plan of three years": Case("days: 365, instalments", "days: 3650, instalments", "holds.plan.days", "out-of-range", "<= 366"),
    "a plan of 36 parts": Case("instalments: 6", "instalments: 36", "holds.plan.instalments", "out-of-range", "<= 12"),
    "a pause the machine renews": Case(
        "days: 30, renewed_by: supervisor", "days: 30, renewed_by: system",
        "holds.family.renewed_by", "not-one-of", "clerk, housekeeper, supervisor, manager",
    ),
    "a dispute over all bills": Case(DISPUTE, "working_days: 15, stops_late_fee: true", "holds.dispute.bills_only", "hold-needs", "bills_only: true"),
    "a dispute at the owner's cost": Case(DISPUTE, "working_days: 15, bills_only: true", "holds.dispute.stops_late_fee", "hold-needs", "stops_late_fee: true"),
    "a plan without parts": Case(
        "days: 365, instalments: 6", "days: 365", "holds.plan.instalments", "hold-needs", "instalments: 2 … 12", PLAN
    ),
    "a promise again and again": Case(
        "days: 15, bills_only: true, once_a_bill: true", "days: 15, renewed_by: clerk",
        "holds.promise.once_a_bill", "hold-needs", "once_a_bill: true",
    ),
    "a misspelt pause": Case("  dispute: {name: {zh: 对账单", "  dispuet: {name: {zh: 对账单", "holds.dispuet", "not-one-of", ", ".join(sorted(KINDS.split(", ")))),
    "a pause that is missing": Case("  vacancy: {name", "  # vacancy: {name", "holds.vacancy", "hold-missing", KINDS, "holds:\n"),
    # tasks
    "a task by e-mail": Case(FIRST_TASK, "task: {way: email, working_days: 3}", stage(FIRST, "task.way"), "task-by-machine", "call, case, letter, visit"),
    "a task that goes on by text message": Case(
        FIRST_TASK, "task: {way: call, then: sms, working_days: 3}", stage(FIRST, "task.then"), "task-by-machine", "call, letter, visit"
    ),
    "fifty tries": Case(FIRST_TASK, "task: {way: call, tries: 50, working_days: 3}", stage(FIRST, "task.tries"), "out-of-range", "<= 5"),
    "more tries than days": Case(
        FIRST_TASK, "task: {way: call, tries: 4, working_days: 3}", stage(FIRST, "task.tries"), "tries-too-many", "1 … 3"
    ),
    "a task of four years": Case("working_days: 20", "working_days: 999", stage(LEGAL, "task.working_days"), "out-of-range", "<= 30"),
    "a case without causes": Case("causes:\n", "causes: {}\nreasons:\n", "causes", "causes-missing", "", "causes: {}"),
    # the roster
    "a manager who is never there": Case(MANAGER_DUTY, "", "roster.manager", "role-not-rostered", "1 … 7", "roster:"),
    "a misspelt role": Case(
        "  manager: [1,", "  boss: [1,", "roster.boss", "not-one-of", "system, clerk, housekeeper, supervisor, manager"
    ),
    "the machine on duty": Case(
        MANAGER_DUTY, f"{MANAGER_DUTY}  system: [1]\n", "roster.system", "not-one-of", "clerk, housekeeper, supervisor, manager", "system: [1]"
    ),
    "a supervisor at weekends only": Case(
        "supervisor: [1, 2, 3, 4, 5]", "supervisor: [6, 7]", "roster.supervisor", "nobody-on-duty", "1 … 5"
    ),
    # hours
    "calls without hours": Case(CALLS, "", stage(FIRST, "channels"), "hours-missing", 'call_hours: [{opens: "09:30", closes: "11:45"}]', "channels: [email, call]"),
    "visits in an empty list of hours": Case(VISITS, "visit_hours: []", stage(FIRST, "task"), "hours-missing", 'visit_hours: [{opens: "09:30", closes: "11:45"}]', FIRST_TASK),
    "visits before breakfast": Case(VISITS, VISITS.replace("10:00", "07:00"), "visit_hours[0].opens", "hours-indecent", ">= 08:00"),
    "visits after dark": Case(VISITS, VISITS.replace("17:30", "20:00"), "visit_hours[1].closes", "hours-indecent", "<= 18:30"),
    "messages at night": Case(MESSAGES, MESSAGES.replace("20:00", "23:30"), "message_hours.closes", "hours-indecent", "<= 22:00"),
    "messages at dawn": Case(MESSAGES, MESSAGES.replace("09:00", "05:00"), "message_hours.opens", "hours-indecent", ">= 08:00"),
    "calls at night": Case(CALLS, CALLS.replace("19:30", "21:30"), "call_hours[1].closes", "hours-indecent", "<= 21:00"),
    "hours that overlap": Case(CALLS, CALLS.replace("14:30", "11:00"), "call_hours[1].opens", "hours-overlap", ">= 11:45"),
    # limits
    "a ledger of last year": Case("ledger_fresh_days: 2", "ledger_fresh_days: 400", "limits.ledger_fresh_days", "out-of-range", "<= 7"),
    "contacts every day": Case("ledger_fresh_days: 2", "ledger_fresh_days: 2\n  contacts_a_week: 7", "limits.contacts_a_week", "out-of-range", "<= 3", "contacts_a_week: 7"),
    "links of a day": Case("link_days: 120", "link_days: 1\n", "limits.link_days", "out-of-range", ">= 30"),
    "links for ever": Case("link_days: 120", "link_days: 9999", "limits.link_days", "out-of-range", "<= 400"),
    # late fees
    "a rate ten times what courts leave": Case(
        LPR_CLAUSES, "", f"{STANDARD}.cap_share", "out-of-range", "0 … 0.30", "cap_share: 1.00"
    ),
    "half a percent a day without a reference": Case(
        f"daily_rate: 0.0003\n      # 两个日率取低者：合同约定的万分之三，与一年期 LPR 的 1.3 倍\n{LPR_CLAUSES}", "daily_rate: 0.005\n",
        f"{STANDARD}.daily_rate", "rate-without-reference", "0 … 0.0005", "daily_rate: 0.005",
    ),
    "forty times the reference": Case("reference_multiple: 1.3", "reference_multiple: 40", f"{STANDARD}.reference_multiple", "out-of-range", "0 … 4"),
    "a cap above the loss": Case("cap_share: 0.20", "cap_share: 0.31", f"{STANDARD}.cap_share", "out-of-range", "0 … 0.30"),
    "a reference of 300 percent": Case(
        "rate: 0.0300", "rate: 3.00", "reference_rates.lpr-1y.values[7].rate", "out-of-range", "0 … 0.24"
    ),
    "a reference in percent": Case("rate: 0.0300", "rate: 0.25", "reference_rates.lpr-1y.values[7].rate", "out-of-range", "0 … 0.24"),
    # limitation
    "claims for twenty years": Case("years: 3", "years: 20", "limitation.years", "out-of-range", "<= 3"),
    "nobody warned": Case("warn_months: [12, 6, 3, 1]", "warn_months: []", "limitation.warn_months", "empty", "1"),
}  # fmt: skip
# two changes at once
BEFORE: dict[str, tuple[str, str]] = {
    "a formal letter as the last step, by a supervisor": ("    by: manager\n", "    by: clerk #\n"),
    "a rate ten times what courts leave": ("cap_share: 0.20", "cap_share: 1.00"),
}


def faults(site: Path) -> RuleFiles:
    return rulefiles.read(site)


@pytest.mark.parametrize("name", COLLECTION)
def test_a_policy_nobody_could_answer_for_is_refused_with_its_line(site: Path, name: str) -> None:
    case, path = COLLECTION[name], site / "collection.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(*BEFORE.get(name, ("", "")), 1), encoding="utf-8")
    line = changed(path, case)
    files = faults(site)
    assert (line, case.field, case.problem, case.allowed) in [seen(files, fault) for fault in files.faults]
    assert_said(files)


def assert_said(files: RuleFiles) -> None:
    """Every fault speaks both languages, with all its blanks filled in."""
    languages: list[Language] = ["zh", "en"]
    for language in languages:
        for row in console.rows_of(files, files.faults, files.files["words.yml"], language):
            assert not re.search(r"[{}]", row["problem"]), row


COMMUNITY: dict[str, Case] = {
    "a holiday of three weeks": Case(
        "last: 2027-02-08", "last: 2028-02-08", "holidays[14].last", "holiday-too-long", "<= 2027-02-19"
    ),
    "two holidays at once": Case(
        "first: 2026-10-01", "first: 2026-09-27", "holidays[12].first", "holidays-overlap", "> 2026-09-27"
    ),
    "weeks and weeks of quiet": Case(
        "first: 2027-02-05, last: 2027-02-08, quiet_days: 2",
        "first: 2027-02-05, last: 2027-02-19, quiet_days: 15, source: x}\n"
        "  - {name: {zh: 灯会, en: Lanterns}, first: 2027-02-20, last: 2027-02-26, quiet_days: 15",
        "holidays", "closed-too-long", "<= 45", "holidays:",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", COMMUNITY)
def test_a_calendar_nobody_could_live_by_is_refused_with_its_line(site: Path, name: str) -> None:
    case = COMMUNITY[name]
    line = changed(site / "community.yml", case)
    files = faults(site)
    assert [seen(files, fault) for fault in files.faults] == [(line, case.field, case.problem, case.allowed)]
    assert_said(files)


# what is missing altogether


def test_no_stages_are_one_fault_and_what_names_them_is_left_alone(site: Path) -> None:
    path = site / "collection.yml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("stages:"), text.index("# 长期欠费")
    path.write_text(f"{text[:start]}stages: []\n{text[end:]}", encoding="utf-8")
    files = faults(site)
    assert [seen(files, fault)[1:3] for fault in files.faults] == [("stages", "empty")]


def test_without_a_roster_everybody_with_something_to_do_is_asked_for(site: Path) -> None:
    path = site / "collection.yml"
    text = re.sub(r"roster:\n(  .*\n)+", "roster: {}\n", path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")
    files = faults(site)
    assert [files.field(fault) for fault in files.faults] == [
        "roster.clerk", "roster.housekeeper", "roster.supervisor", "roster.manager",
    ]  # fmt: skip
    assert {text.splitlines()[files.line(fault) - 1] for fault in files.faults} == {"roster: {}"}


# what only warns


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A copy of what the bundle is made of, with 2027 as if the State Council had arranged it."""
    target = tmp_path / "site"
    shutil.copytree(SITE, target, ignore=shutil.ignore_patterns("pages", "posters", "theme", "schema"))
    path = target / "community.yml"
    text, guessed = path.read_text(encoding="utf-8"), "last: 2027-02-08, quiet_days"
    path.write_text(text.replace(guessed, "last: 2027-02-08, make_up: [2027-02-20], quiet_days"), encoding="utf-8")
    return target


def told(site: Path, on: date) -> tuple[list[str], list[str]]:
    """Faults and warnings as of a day, as one line each: file, field, problem."""
    made = bundle.compiled(site, on=on)
    words = made.files.files["words.yml"]
    for fault in (*made.faults, *made.warnings):
        assert "{" not in problem_text(words, fault.problem, fault.values, "en")
    faults, warnings = (
        [f"{one.file} {made.files.field(one)} {one.problem}" for one in some if one.problem != "review-due"]
        for some in (made.faults, made.warnings)
    )
    return faults, warnings


@pytest.mark.parametrize(
    ("on", "faults", "warnings"),
    [
        (date(2027, 11, 19), [], []),
        (date(2027, 11, 20), [], ["collection.yml reference_rates.lpr-1y.checked_on reference-old"]),
    ],
)
def test_a_reference_rate_is_looked_up_each_year(whole: Path, on: date, faults: list[str], warnings: list[str]) -> None:
    assert told(whole, on) == (faults, warnings)


@pytest.mark.parametrize(
    ("on", "faults", "warnings"),
    [
        (date(2026, 11, 30), [], []),
        (date(2026, 12, 1), [], ["community.yml holidays holidays-missing"]),
        (date(2027, 1, 1), ["community.yml holidays holidays-missing"], []),
    ],
)
def test_the_holidays_of_the_coming_year_are_asked_for_in_december_and_missed_from_january(
    whole: Path, on: date, faults: list[str], warnings: list[str]
) -> None:
    path = whole / "community.yml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if "first: 2027" not in line), encoding="utf-8")
    assert told(whole, on) == (faults, warnings)


def test_a_way_without_a_cost_is_a_warning(whole: Path) -> None:
    changed(whole / "collection.yml", Case("visit: 20.00, ", "", "", "", near="call: 4.00, case"))
    assert told(whole, date(2026, 12, 1)) == ([], ["collection.yml costs.visit cost-missing"])


def test_a_demand_that_has_to_wait_for_an_answer_is_a_warning(whole: Path) -> None:
    changed(whole / "collection.yml", Case("answer_days: 14", "answer_days: 30", "", ""))
    assert told(whole, date(2026, 12, 1)) == ([], ["collection.yml stages[formal-letter].days answer-delays"])


# what a reasonable company may want


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("when: {least_arrears: 500.00}", "when: {least_arrears: 20000, bills: 12, age_days: 730}"),
        ("when: {least_arrears: 100.00}", "when: {least_arrears: 100.00, care: never}"),
        ("answer_days: 11", "answer_days: 7"),
        ("days: 90, stops", "days: 366, stops"),
        ("instalments: 6", "instalments: 12"),
        ("cap_share: 0.20", "cap_share: 0.30"),
        ("reference_multiple: 1.3", "reference_multiple: 4"),
        ("daily_rate: 0.0003", "daily_rate: 0.003"),
        ("ledger_fresh_days: 2", "ledger_fresh_days: 7"),
        ("years: 3", "years: 2"),
        (CALLS, 'call_hours: [{opens: "08:00", closes: "21:00"}]'),
        (VISITS, 'visit_hours: [{opens: "08:00", closes: "18:30"}]'),
        (MESSAGES, 'message_hours: {opens: "08:00", closes: "22:00"}'),
        ("supervisor: [1, 2, 3, 4, 5]", "supervisor: [2, 6]"),
        (FIRST_TASK, "task: {way: call, tries: 5, working_days: 5}"),
    ],
)
def test_what_stays_within_the_limits_is_accepted(site: Path, old: str, new: str) -> None:
    changed(site / "collection.yml", Case(old, new, "", "", near=new))
    assert faults(site).faults == []
