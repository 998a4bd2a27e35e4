from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from staff import cells, choices, figures
from staff.cells import Cell, Problem
from tests.staff.desk import rulebook

PARSERS = [
    cells.text,
    cells.identifier,
    cells.unit,
    cells.bill,
    cells.token,
    cells.phone,
    cells.email,
    figures.day,
    figures.amount,
    figures.area,
    figures.period,
    choices.language,
    choices.role,
    choices.care,
]
CELLS = st.builds(Cell, st.text(), st.sampled_from(["text", "number", "date"]), st.none() | st.dates())


def code(value):
    assert isinstance(value, Problem), value
    return value.code


@pytest.mark.parametrize("parse", PARSERS)
@given(cell=CELLS)
@example(cell=Cell("²"))
@example(cell=Cell("٣٣٣"))
@example(cell=Cell('=""'))
@example(cell=Cell("'"))
@example(cell=Cell("​"))
def test_no_cell_makes_a_parser_raise(parse, cell):
    parse(cell)


@given(cell=CELLS)
def test_what_is_taken_as_an_id_is_never_blank_and_stays_what_it_is(cell):
    name = cells.unit(cell)
    if isinstance(name, str):
        assert name.strip()
        assert cells.unit(Cell(name)) == name or name[0] in "=`'"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("3-2-1201", "3-2-1201"),
        ("３－２－１２０１", "3-2-1201"),
        (" 3–2—1201\u200b\ufeff", "3-2-1201"),
        ("3号楼\n1201", "3号楼 1201"),
        ("3-12", "3-12"),
        ("3#1201", "3#1201"),
        ('="0301"', "0301"),
        ("'0301", "0301"),
        ("3-2-2001", "3-2-2001"),
    ],
)
def test_a_unit_is_read_whatever_its_width_and_dashes(written, unit):
    assert cells.unit(Cell(written)) == unit


@pytest.mark.parametrize(
    "written",
    [
        "3月12日",
        "2026-03-12",
        "2026/3/12",
        "2026年3月12日",
        "2026-03-12 00:00:00",
        "12-Mar",
        "Mar-12",
        "3月",
        "2001/3/2",
    ],
)
def test_a_unit_that_excel_turned_into_a_date_is_told(written):
    assert code(cells.unit(Cell(written))) == "excel-date"


@pytest.mark.parametrize(
    "parse", [cells.text, cells.unit, cells.identifier, cells.bill, figures.period, figures.amount]
)
def test_a_date_cell_where_none_belongs_is_told(parse):
    assert code(parse(Cell("2026-03-12", "date", date(2026, 3, 12)))) == "excel-date"


@pytest.mark.parametrize("written", ["4.2E+27", "4.20001E+27", "1.38E+10", "４.２Ｅ＋２７", "4e+27"])
@pytest.mark.parametrize("parse", [cells.identifier, cells.unit, cells.phone, figures.amount])
def test_a_number_with_an_exponent_has_lost_its_digits(parse, written):
    assert code(parse(Cell(written))) == "excel-exponent"


@pytest.mark.parametrize("written", ["#N/A", "#REF!", "########"])
@pytest.mark.parametrize("parse", [cells.text, cells.unit, figures.amount])
def test_an_error_of_excel_is_not_taken_for_content(parse, written):
    assert code(parse(Cell(written))) == "excel-error"


@pytest.mark.parametrize(
    ("cell", "is_lost"),
    [
        (Cell("420000123456789", "number"), False),
        (Cell("4200001234567890", "number"), True),
        (Cell("4200001234567890"), False),
        (Cell("42000012345678900000000"), True),
        (Cell("4200001234567891234567891234"), False),
        (Cell("WX42000012345678900000000"), False),
    ],
)
def test_a_reference_of_more_digits_than_excel_keeps_is_told_where_it_was_a_number(cell, is_lost):
    value = cells.identifier(cell)

    assert value == (cells.DIGITS_LOST if is_lost else cell.text)


def test_an_id_is_at_most_64_signs_long():
    assert cells.identifier(Cell("x" * 64)) == "x" * 64
    assert code(cells.identifier(Cell("x" * 65))) == "too-long"


def test_an_owner_id_has_letters_digits_hyphen_and_underscore_only():
    assert cells.token(Cell("o-0412_B")) == "o-0412_B"
    assert code(cells.token(Cell("o/0412"))) == "wrong-form"
    assert code(cells.token(Cell("业主1"))) == "wrong-form"


def test_a_bill_has_no_slash_in_its_number():
    assert cells.bill(Cell("2026-Q1")) == "2026-Q1"
    assert code(cells.bill(Cell("2026/Q1"))) == "wrong-form"


@pytest.mark.parametrize(
    ("written", "phone"),
    [
        ("13800000000", "+8613800000000"),
        ("１３８ ００００ ００００", "+8613800000000"),
        ("138-0000-0000", "+8613800000000"),
        ("+86 138 0000 0000", "+8613800000000"),
        ("8613800000000", "+8613800000000"),
        ("008613800000000", "+8613800000000"),
        ("+852 5123 4567", "+85251234567"),
        ("+1 (415) 555-0100", "+14155550100"),
    ],
)
def test_a_phone_is_kept_as_e164(written, phone):
    assert cells.phone(Cell(written)) == phone


@pytest.mark.parametrize(
    "written", ["1380000000", "138000000001", "12800000000", "0571-87654321", "13800000000/13900000000", "x"]
)
def test_a_phone_of_another_form_is_told(written):
    assert code(cells.phone(Cell(written))) == "not-a-phone"


@pytest.mark.parametrize(
    ("written", "email"),
    [
        ("owner@Example.COM", "owner@example.com"),
        (" a.b+c@mail.example.cn ", "a.b+c@mail.example.cn"),
        ("ａ＠example.com", "a@example.com"),
    ],
)
def test_an_email_keeps_its_name_and_lowers_its_domain(written, email):
    assert cells.email(Cell(written)) == email


@pytest.mark.parametrize(
    "written", ["owner", "a@b", "a@@example.com", "a b@example.com", "a.@example.com", "张@example.com"]
)
def test_what_is_no_email_is_told(written):
    assert code(cells.email(Cell(written))) == "not-an-email"


@pytest.mark.parametrize(
    ("written", "language"), [("中文", "zh"), ("zh", "zh"), ("EN", "en"), ("英文", "en"), ("English", "en")]
)
def test_a_language_is_known_by_its_names(written, language):
    assert choices.language(Cell(written)) == language


def test_a_language_nobody_writes_is_told_with_those_there_are():
    problem = choices.language(Cell("français"))

    assert code(problem) == "not-one-of"
    assert problem.allowed == "zh (中文), en (English)"


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("residential", "residential"),
        ("住宅", "residential"),
        ("FLAT", "residential"),
        ("产权 车位", "parking-owned"),
        ("门面", "shop"),
    ],
)
def test_a_kind_is_known_by_its_id_and_its_names(written, kind):
    assert choices.of_unit_kinds(rulebook().fees)(Cell(written)) == kind


def test_a_kind_the_fees_do_not_name_is_told_with_those_they_do():
    problem = choices.of_unit_kinds(rulebook().fees)(Cell("castle"))

    assert (problem.code, problem.values) == ("not-one-of", {"value": "castle"})
    assert "residential (住宅)" in problem.allowed


def test_a_word_that_may_mean_two_kinds_is_not_guessed():
    assert code(choices.of_unit_kinds(rulebook().fees)(Cell("车位"))) == "not-one-of"


@pytest.mark.parametrize(
    ("written", "kind"),
    [("物业管理费", "property"), ("停车费", "parking"), ("车位租金", "parking-rent"), ("公摊水电费", "energy"),
     ("水费", "water"), ("押金", "deposit"), ("Water, passed through", "water")],
)  # fmt: skip
def test_a_kind_of_bill_is_known_by_the_words_ledgers_use(written, kind):
    assert choices.of_kinds(rulebook().fees)(Cell(written)) == kind


@pytest.mark.parametrize(
    ("written", "method"),
    [
        ("bank", "bank"),
        ("银行转账", "bank"),
        ("网银", "bank"),
        ("Ｐｏｓ机", "card"),
        ("WeChat Pay", "wechat"),
        ("财付通", "wechat"),
    ],
)
def test_a_way_to_pay_is_known_by_the_words_of_bank_files(written, method):
    assert choices.of_methods(rulebook().payments)(Cell(written)) == method


def test_care_is_one_or_more_words():
    assert choices.care(Cell("大字版；call-first、large-print")) == ("large-print", "call-first")


def test_a_diagnosis_is_no_care_and_is_refused():
    refused = choices.care(Cell("大字版、残疾"))
    assert isinstance(refused, Problem)
    assert (refused.code, "call-first (先打电话)" in refused.allowed) == ("not-one-of", True)


def test_a_role_is_known_by_its_names_and_other_words_stay():
    assert choices.role(Cell("租户")) == "tenant"
    assert choices.role(Cell("管家")) == "管家"
