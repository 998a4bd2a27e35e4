from datetime import date

import pytest

from chalicelib.core.account import Contact
from tests.staff.desk import OWNERS, UNITS, Desk, counts, problems

HEADER = "unit,name,from,owner,until\n"


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.load("units", UNITS)
    return desk


def holders(desk, unit):
    return [(holder.owner, holder.from_, holder.until) for holder in desk.records.load_unit(unit)[1]]


def test_an_owner_holds_its_units_with_their_kind_and_area(desk):
    report = desk.load("owners", OWNERS)

    account = desk.account("o-0413")
    assert counts(report) == (4, 4, 0, True)
    assert report.owners == ["o-0412", "o-0500", "o-0413"]
    assert [(tenure.unit, tenure.kind, str(tenure.area_m2)) for tenure in account.tenures] == [
        ("3-2-1202", "residential", "120"),
        ("P-101", "parking-owned", "None"),
    ]
    assert account.owner.contacts == (Contact(name="Sun San", phone="+8613800000003"),)


def test_a_sale_ends_one_tenure_and_starts_another(desk):
    desk.load("owners", OWNERS)

    assert holders(desk, "3-2-1201") == [
        ("o-0412", date(2021, 5, 1), date(2026, 4, 30)),
        ("o-0500", date(2026, 5, 1), None),
    ]


def test_without_an_id_an_owner_is_named_by_unit_and_first_day(desk):
    report = desk.load("owners", "户号,业主姓名,入住日期\n3-2-1201,Zhao,2021年5月1日\n")

    assert report.owners == ["o-3-2-1201-20210501"]


def test_units_whose_names_differ_only_in_signs_never_share_an_owner(desk):
    desk.load("units", "unit,kind\nP#1,parking-owned\nP 1,parking-owned\n车1,parking-owned\n")
    report = desk.load("owners", "unit,name,from\nP#1,A,2021-05-01\nP 1,B,2021-05-01\n车1,C,2021-05-01\n")

    assert report.owners == ["o-P_23_1-20210501", "o-P_20_1-20210501", "o-_8f66_1-20210501"]


def test_rows_about_one_tenure_are_its_contacts_the_owner_first(desk):
    desk.load(
        "owners",
        "unit,name,from,role,phone,email\n"
        "3-2-1201,Zhao Child,2021-05-01,子女,13800000002,\n"
        "3-2-1201,Zhao,2021-05-01,业主,13800000001,\n"
        "3-2-1201,Zhao,2021-05-01,owner,,zhao@example.com\n",
    )

    assert desk.owner("o-3-2-1201-20210501").contacts == (
        Contact(name="Zhao", phone="+8613800000001", email="zhao@example.com"),
        Contact(name="Zhao Child", role="delegate", phone="+8613800000002"),
    )


def test_language_and_care_are_the_owner_s(desk):
    desk.load(
        "owners", "unit,name,from,language,care,care_by\n3-2-1201,Zhao,2021-05-01,英文,large-print; call-first,Li\n"
    )

    owner = desk.owner("o-3-2-1201-20210501")
    assert (owner.language, owner.care) == ("en", ("large-print", "call-first"))


def test_a_new_phone_replaces_the_old_one_and_counts_as_new(desk):
    desk.load("owners", OWNERS)
    report = desk.load("owners", OWNERS.replace("13800000001", "13900000001"))

    assert counts(report) == (4, 1, 3, True)
    assert desk.owner("o-0412").contacts == (Contact(name="Zhao Yi", phone="+8613900000001"),)


def test_a_column_that_is_not_there_leaves_what_is_on_record(desk):
    desk.load(
        "owners",
        "unit,name,from,owner,phone,language,care,care_by\n3-2-1202,Sun,2022-01-01,o-1,13800000003,en,call-first,Li\n",
    )
    desk.load("owners", HEADER + "P-101,Sun,2022-01-01,o-1,\n")

    owner = desk.owner("o-1")
    assert (owner.language, owner.care, owner.contacts[0].phone) == ("en", ("call-first",), "+8613800000003")
    assert len(desk.account("o-1").tenures) == 2


def test_a_tenure_on_record_is_ended_by_a_row_that_names_its_last_day(desk):
    desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,\n")
    report = desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,2026-04-30\n3-2-1201,Qian,2026-05-01,o-2,\n")

    assert counts(report) == (2, 2, 0, True)
    assert desk.account("o-1").tenures[0].until == date(2026, 4, 30)
    assert holders(desk, "3-2-1201")[0] == ("o-1", date(2021, 5, 1), date(2026, 4, 30))


def test_the_open_row_again_does_not_reopen_an_ended_tenure(desk):
    desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,2026-04-30\n")
    report = desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,\n")

    assert counts(report) == (1, 0, 1, False)


def test_a_tenure_does_not_end_twice(desk):
    desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,2026-04-30\n")
    report = desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,2026-05-31\n")

    assert problems(report) == [(2, "until", "ended-before")]


def test_a_unit_measured_anew_leaves_tenures_on_record_as_they_are(desk):
    desk.load("owners", OWNERS)
    desk.load("units", UNITS.replace("89.50", "89.60"))

    assert counts(desk.load("owners", OWNERS)) == (4, 0, 4, False)


@pytest.mark.parametrize("last_day", ["", "2026-05-01"])
def test_two_owners_of_one_unit_on_one_day_are_told_within_the_file(desk, last_day):
    rows = f"3-2-1201,Zhao,2021-05-01,o-1,{last_day}\n3-2-1201,Qian,2026-05-01,o-2,\n"
    report = desk.load("owners", HEADER + rows)

    assert problems(report) == [(3, "from", "held-by-two")]
    assert report.faults[0].values["owner"] == "o-1"


@pytest.mark.parametrize("first_day", ["2021-06-01", "2020-01-01", "2021-05-01"])
def test_two_owners_of_one_unit_on_one_day_are_told_against_the_record(desk, first_day):
    desk.load("owners", HEADER + "3-2-1201,Zhao,2021-05-01,o-1,\n")
    report = desk.load("owners", HEADER + f"3-2-1201,Qian,{first_day},o-2,\n")

    assert problems(report) == [(2, "from", "held-by-two")]
    assert desk.records.load_account("o-2") is None


def test_the_day_after_the_last_is_free_for_the_next_owner(desk):
    rows = "3-2-1201,Zhao,2021-05-01,o-1,2026-04-30\n3-2-1201,Qian,2026-05-01,o-2,\n"

    assert desk.load("owners", HEADER + rows).faults == []


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("9-9,Zhao,2021-05-01,,\n", (2, "unit", "unknown-unit")),
        ("301,Zhao,2021-05-01,,\n", (2, "unit", "zeros-lost")),
        ("3-2-1201,,2021-05-01,,\n", (2, "name", "empty")),
        ("3-2-1201,Zhao,,,\n", (2, "from", "empty")),
        ("3-2-1201,Zhao,2021-05-01,o 1,\n", (2, "owner", "wrong-form")),
        ("3-2-1201,Zhao,2021-05-01,o-1,2021-04-30\n", (2, "until", "ends-before-start")),
        (
            "3-2-1201,Zhao,2021-05-01,o-1,2026-01-01\n3-2-1201,Li,2021-05-01,o-1,2026-02-01\n",
            (3, "until", "owner-differs"),
        ),
    ],
)
def test_what_is_wrong_in_a_row_is_told(desk, rows, fault):
    assert problems(desk.load("owners", HEADER + rows)) == [fault]


@pytest.mark.parametrize(
    ("columns", "row", "column"),
    [
        ("care,care_by", "call-first,", "care_by"),
        ("care", "call-first", "care_by"),
        ("关怀,登记人", "先打电话,", "登记人"),
    ],
)
def test_care_without_who_entered_it_is_a_fault(desk, columns, row, column):
    report = desk.load("owners", f"unit,name,from,{columns}\n3-2-1201,Zhao,2021-05-01,{row}\n")

    assert problems(report) == [(2, column, "care-by-missing")]


def test_who_entered_the_care_is_kept_with_the_day(desk):
    desk.load("owners", "unit,name,from,owner,care,care_by\n3-2-1201,Zhao,2021-05-01,o-1,call-first,Li\n")

    assert (desk.owner("o-1").care_by, desk.owner("o-1").care_on) == ("Li", date(2026, 7, 1))


def test_rows_about_one_person_must_agree(desk):
    report = desk.load(
        "owners",
        "unit,name,from,owner,phone,language\n"
        "3-2-1202,Sun,2022-01-01,o-1,13800000003,zh\n"
        "P-101,Sun,2022-01-01,o-1,13900000003,en\n",
    )

    assert problems(report) == [(3, "phone", "owner-differs"), (3, "language", "owner-differs")]
