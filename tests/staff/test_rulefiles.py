"""Rule files as staff write them: read with their lines, and every fault in them told at once."""

import re
import shutil
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import Fees
from chalicelib.core.words import problem_text
from staff import rulefiles
from staff.rulefiles import TYPES, RuleFiles, document, schema
from tests.builders import RULEBOOK, SITE, day, rules


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for path in RULEBOOK.glob("*.yml"):
        shutil.copy(path, tmp_path)
    for name in ("words.yml", "compliance.yml", "disclosure.yml"):
        shutil.copy(SITE / name, tmp_path)
    # the policy of the tests ends with the first demand
    compliance = (tmp_path / "compliance.yml").read_text(encoding="utf-8")
    kept = re.sub(r"^  (second-demand|long-overdue|formal-letter|legal-review): .*\n", "", compliance, flags=re.M)
    (tmp_path / "compliance.yml").write_text(kept, encoding="utf-8")
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(read: RuleFiles) -> list[tuple[str, int, str, str]]:
    return [(fault.file, read.line(fault), fault.field, fault.problem) for fault in read.faults]


def line_of(path: Path, part: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


# YAML as staff mean it


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 2.20", "2.20"),
        ("a: 09:00", "09:00"),
        ("a: 2025-01-01", "2025-01-01"),
        ("a: on", "on"),
        ("a: no", "no"),
        ("a: 007", "007"),
        ("a: 1_000", "1_000"),
        ("a: 0x1F", "0x1F"),
        ("a: 1e3", "1e3"),
        ("a: 30", 30),
        ("a: -30", -30),
        ("a: true", True),
        ("a: null", None),
        ("a: ~", None),
        ("a:", None),
        ("a: '30'", "30"),
    ],
)
def test_a_plain_value_stays_what_it_looks_like(text: str, value: object) -> None:
    assert document("x.yml", text).value == {"a": value}


def test_every_part_knows_its_line_and_a_missing_one_that_of_what_is_around_it() -> None:
    read = document("x.yml", "a: 1\nb:\n  - c: 2\n    d: 3\n  - c: 4\n")
    assert [read.line(place) for place in ((), ("a",), ("b", 0, "d"), ("b", 1), ("b", 1, "x"))] == [1, 1, 4, 5, 5]


def test_a_key_written_twice_is_a_fault() -> None:
    read = document("x.yml", "a: 1\nb:\n  c: 1\n  c: 2\n")
    assert [(fault.problem, fault.field, read.line(fault.path)) for fault in read.faults] == [("repeated", "b.c", 4)]


@pytest.mark.parametrize(
    "text",
    ["a: [1", "a: {b: 1", "a: 1\n b: 2", "a: *nobody", "\ta: 1", "a: 'x", "a: !!python/object:os.system x", "\x00"],
)
def test_what_is_no_yaml_is_a_fault_and_never_an_error(text: str) -> None:
    assert [fault.problem for fault in document("x.yml", text).faults] == ["yaml"]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    document("x.yml", text)


# all files together


def test_the_rulebook_of_the_tests_is_read_as_it_was_written(site: Path) -> None:
    read = rulefiles.read(site)
    assert read.faults == []
    assert read.rulebook == rules()
    assert read.rulebook.fees.schedules[0].rates[1].yuan == Decimal("2.40")
    assert read.rulebook.collection.late_fees["standard"][0].from_ == day("2022-01-01")


def test_no_decimal_becomes_a_binary_fraction(site: Path) -> None:
    edit(site / "fees.yml", "yuan: 2.40", "yuan: 2.405")
    edit(site / "collection.yml", "daily_rate: 0.0005", "daily_rate: 0.00050001")
    book = rulefiles.read(site).rulebook
    assert str(book.fees.schedules[0].rates[1].yuan) == "2.405"
    assert str(book.collection.late_fees["standard"][0].daily_rate) == "0.00050001"


CASES = {
    "an unknown key": ("fees.yml", "basis: area-month", "basis: area-month\n    colour: red", "unknown-key", "colour"),
    "a missing key": ("community.yml", "currency: CNY\n", "", "missing-key", "name"),
    "a word for a number": ("collection.yml", "link_days: 120", "link_days: many", "wrong-type", "link_days"),
    "a number for a word": ("community.yml", "time_zone: Asia/Shanghai", "time_zone: 3", "wrong-type", "time_zone"),
    "a negative rate": ("fees.yml", "yuan: 2.40", "yuan: -2.40", "wrong-form", "yuan: -2.40"),
    "a rate in words": ("fees.yml", "yuan: 70", "yuan: seventy", "wrong-form", "seventy"),
    "a day no calendar has": ("fees.yml", "from: 2025-01-01", "from: 2025-02-30", "wrong-form", "2025-02-30"),
    "a day written otherwise": ("fees.yml", "from: 2025-01-01", "from: 1/1/2025", "wrong-form", "1/1/2025"),
    "a basis nobody knows": ("fees.yml", "basis: area-month", "basis: by-mood", "not-one-of", "by-mood"),
    "an hour no clock has": ("collection.yml", 'opens: "09:00"', 'opens: "25:00"', "wrong-form", "25:00"),
    "an id with a space": ("collection.yml", "id: bill-issued", "id: bill issued", "wrong-form", "bill issued"),
    "an empty list": ("collection.yml", "days: [7]", "days: []", "empty", "days: []"),
    "an empty text": ("community.yml", "currency: CNY", 'currency: ""', "not-one-of", "currency"),
    "a limit below the least": ("collection.yml", "fresh_days: 2", "fresh_days: -1", "out-of-range", "fresh_days"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_fault_is_told_with_file_line_and_what_is_wrong(site: Path, case: str) -> None:
    file, old, new, problem, near = CASES[case]
    edit(site / file, old, new)
    read = rulefiles.read(site)
    found = [(fault.problem, read.line(fault)) for fault in read.faults if fault.file == file]
    assert found
    assert problem in {one for one, _ in found}
    if case != "a missing key":
        assert line_of(site / file, near) in {line for one, line in found if one == problem}


def test_every_fault_of_every_file_is_told_in_one_go(site: Path) -> None:
    for case in (
        "an unknown key",
        "a word for a number",
        "a number for a word",
        "a rate in words",
        "an hour no clock has",
    ):
        file, old, new, *_ = CASES[case]
        edit(site / file, old, new)
    edit(site / "fees.yml", "percent: 100", "percent: 99")
    edit(site / "collection.yml", "days: [7]", "days: [0]")
    problems = [(file, problem) for file, _, _, problem in told(rulefiles.read(site))]
    assert set(problems) >= {
        ("fees.yml", "unknown-key"),
        ("fees.yml", "wrong-form"),
        ("fees.yml", "percent-sum"),
        ("collection.yml", "wrong-type"),
        ("collection.yml", "wrong-form"),
        ("collection.yml", "demand-before-due"),
        ("community.yml", "wrong-type"),
    }


def test_one_fault_is_told_once_and_brings_no_others_with_it(site: Path) -> None:
    for new in ("from: 1/1/2025", "from: 2025-02-30"):
        edit(site / "fees.yml", "from: 2025-01-01", new)
        assert [problem for *_, problem in told(rulefiles.read(site))] == ["wrong-form"]
        edit(site / "fees.yml", new, "from: 2025-01-01")


def test_more_months_than_a_year_has_are_told_whatever_they_are_called(site: Path) -> None:
    edit(site / "words.yml", "November, December]", "November, December, [x]]")
    assert {problem for *_, problem in told(rulefiles.read(site))} == {"wrong-form", "wrong-type"}


def test_faults_stand_in_the_order_of_the_files(site: Path) -> None:
    edit(site / "fees.yml", "basis: flat-month", "basis: by-mood")
    edit(site / "fees.yml", "yuan: 2.40", "yuan: much")
    found = told(rulefiles.read(site))
    assert found == sorted(found, key=lambda one: one[:2])


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize(
    ("content", "problem"), [(None, "file-missing"), (b"", "empty"), (b"\xff\xfe\x00", "not-utf-8"), (b"[1", "yaml")]
)
def test_a_file_that_cannot_be_read_is_told_by_its_name(
    site: Path, name: str, content: bytes | None, problem: str
) -> None:
    (site / name).unlink()
    if content is not None:
        (site / name).write_bytes(content)
    assert (name, problem) in [(file, found) for file, _, _, found in told(rulefiles.read(site))]


@pytest.mark.parametrize("name", sorted(TYPES))
@pytest.mark.parametrize("content", ["text", "- 1\n- 2\n", "3", "a: 1"])
def test_a_file_of_another_form_is_told_and_never_an_error(site: Path, name: str, content: str) -> None:
    (site / name).write_text(content, encoding="utf-8")
    assert name in {file for file, *_ in told(rulefiles.read(site))}


def test_a_byte_order_mark_is_no_fault(site: Path) -> None:
    path = site / "fees.yml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert rulefiles.read(site).faults == []


def test_every_fault_says_what_is_allowed_where_there_is_a_choice(site: Path) -> None:
    edit(site / "fees.yml", "basis: area-month", "basis: by-mood")
    edit(site / "fees.yml", "late_fee: standard", "late_fee: steep")
    faults: list[Fault] = rulefiles.read(site).faults
    assert {fault.allowed for fault in faults} == {
        "area-month, flat-month, metered, shared-by-area",
        "gentle, standard, null",
    }


def test_faults_do_not_hide_each_other(site: Path) -> None:
    edit(site / "collection.yml", "ledger_fresh_days: 2", "ledger_fresh_days: two")
    edit(site / "collection.yml", "grace_days: 15", "grace_days: many")
    edit(site / "collection.yml", "cap_share: 0.20", "cap_share: 20")
    edit(site / "fees.yml", "published_on: 2021-11-25", "published_on: soon")
    edit(site / "fees.yml", "from: 2025-01-01", "from: 2024-12-31")
    edit(site / "fees.yml", "from: 2026-02-01", "from: 2026-02-02")
    edit(site / "fees.yml", "basis: shared-by-area", "basis: by-mood")
    found = [(field, problem) for _, _, field, problem in told(rulefiles.read(site))]
    assert sorted(found) == [
        ("late_fees.standard[0].cap_share", "out-of-range"),
        ("late_fees.standard[0].grace_days", "wrong-type"),
        ("limits.ledger_fresh_days", "wrong-type"),
        ("schedules[0].rates[0].published_on", "wrong-form"),
        ("schedules[0].rates[1].from", "dates-overlap"),
        ("schedules[2].basis", "not-one-of"),
        ("schedules[3].rates[1].from", "dates-gap"),
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "field"),
    [
        ("fees.yml", "until: 2024-12-31", "until: later", "schedules[0].rates[0].until"),
        ("fees.yml", "percent: 100", "percent: all", "budget.spending[0].percent"),
        ("collection.yml", "days: [7]", "days: [week]", "stages[2].days[0]"),
        ("collection.yml", "days: [-30]", "days: [month]", "stages[0].days[0]"),
        ("collection.yml", 'opens: "09:00"', "opens: early", "message_hours.opens"),
        ("collection.yml", "demand: true", "demand: maybe", "stages[2].demand"),
    ],
)
def test_what_stands_in_for_a_fault_brings_no_other(site: Path, file: str, old: str, new: str, field: str) -> None:
    edit(site / file, old, new)
    assert [one for _, _, one, _ in told(rulefiles.read(site))] == [field]


@pytest.mark.parametrize(
    ("file", "old", "new", "allowed"),
    [
        ("fees.yml", "yuan: 2.40", "yuan: much", ">= 0, e.g. 2.40"),
        ("fees.yml", "yuan: 2.40", "yuan: -2", ">= 0, e.g. 2.40"),
        ("fees.yml", "yuan: 2.40", "yuan: true", ">= 0, e.g. 2.40"),
        ("fees.yml", "from: 2025-01-01", "from: 2025", "YYYY-MM-DD"),
        ("collection.yml", 'opens: "09:00"', "opens: early", "HH:MM"),
        ("collection.yml", "id: bill-issued", "id: bill issued", "a-z 0-9 -"),
        ("community.yml", "time_zone: Asia/Shanghai", "time_zone: 3", "text in quotes"),
    ],
)
def test_what_is_allowed_is_told_as_staff_write_it(site: Path, file: str, old: str, new: str, allowed: str) -> None:
    edit(site / file, old, new)
    assert allowed in {fault.allowed for fault in rulefiles.read(site).faults}


def test_a_problem_without_a_text_still_speaks(site: Path) -> None:
    edit(site / "words.yml", "  dates-gap:", "  dates-hole:")
    edit(site / "fees.yml", "from: 2026-02-01", "from: 2026-02-02")
    read = rulefiles.read(site)
    [fault] = read.faults
    assert problem_text(read.files["words.yml"], fault.problem, fault.values, "en") == "dates gap"


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    read = rulefiles.read(tmp_path / "none")
    [fault] = read.faults
    assert problem_text(read.files["words.yml"], fault.problem, fault.values, "zh") == "file missing"


# schemas for editors


@pytest.mark.parametrize("name", sorted(TYPES))
def test_the_schema_of_a_file_is_sound_and_accepts_the_shipped_file(name: str) -> None:
    made = schema(TYPES[name])
    jsonschema.Draft202012Validator.check_schema(made)
    value = document(name, (SITE / name).read_text(encoding="utf-8")).value
    assert list(jsonschema.Draft202012Validator(made).iter_errors(value)) == []


def test_the_schema_takes_a_decimal_as_a_number_or_as_text_and_never_below_zero() -> None:
    made = schema(Fees)
    rate = jsonschema.Draft202012Validator({**made, "$ref": "#/$defs/Rate"})
    plain = document("fees.yml", (RULEBOOK / "fees.yml").read_text(encoding="utf-8")).value["schedules"][0]["rates"][0]
    for yuan, is_valid in [
        ("2.40", True),
        (2.4, True),
        (3, True),
        (None, True),
        ("-1", False),
        (-1, False),
        ("x", False),
    ]:
        assert rate.is_valid({**plain, "yuan": yuan}) is is_valid, yuan
