from decimal import Decimal

import pytest

from tests.staff.desk import UNITS, Desk, counts, problems


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def unit(desk, name):
    return desk.records.load_unit(name)[0]


def test_units_are_recorded_with_kind_area_and_building(desk):
    report = desk.load("units", UNITS)

    assert counts(report) == (4, 4, 0, True)
    flat = unit(desk, "3-2-1201")
    assert (flat.kind, flat.area_m2, flat.area_source, flat.building) == ("residential", Decimal("89.50"), "deed", "3")
    assert unit(desk, "P-101").area_m2 is None


def test_a_unit_measured_anew_counts_as_new(desk):
    desk.load("units", UNITS)
    report = desk.load("units", UNITS.replace("89.50", "89.60"))

    assert counts(report) == (4, 1, 3, True)
    assert unit(desk, "3-2-1201").area_m2 == Decimal("89.60")


def test_the_same_area_with_another_number_of_zeros_is_the_same(desk):
    desk.load("units", UNITS)

    assert counts(desk.load("units", UNITS.replace("89.50", "89.5"))) == (4, 0, 4, False)


def test_a_column_that_is_not_there_says_nothing(desk):
    desk.load("units", UNITS)
    report = desk.load("units", "unit,kind\n3-2-1201,residential\n")

    assert counts(report) == (1, 0, 1, False)


def test_a_unit_charged_by_area_needs_one(desk):
    report = desk.load("units", "unit,kind,area_m2\nA,residential,\nB,shop,\nC,parking-owned,\n")

    assert problems(report) == [(2, "area_m2", "area-missing"), (3, "area_m2", "area-missing")]


def test_an_area_that_is_wrong_is_told_once(desk):
    report = desk.load("units", "unit,kind,area_m2\nA,residential,big\n")

    assert problems(report) == [(2, "area_m2", "not-an-area")]


def test_a_unit_stands_in_a_file_once(desk):
    report = desk.load("units", "unit,kind\nP1,parking-owned\nP2,parking-owned\nP1,parking-owned\n")

    assert problems(report) == [(4, "unit", "row-repeated")]
    assert report.faults[0].values == {"row": "2"}


def test_a_number_that_lost_its_zeros_is_told_within_the_file_and_against_the_record(desk):
    within = desk.load("units", "unit,kind\n0301,parking-owned\n301,parking-owned\n")
    desk.load("units", UNITS)
    against = desk.load("units", "unit,kind\n301,parking-owned\n")

    assert problems(within) == [(3, "unit", "zeros-lost")]
    assert problems(against) == [(2, "unit", "zeros-lost")]
    assert against.faults[0].values == {"known": "0301"}


def test_a_unit_turned_into_a_date_stops_the_file(desk):
    report = desk.load("units", "户号,类型\n3-11,产权车位\n3月12日,产权车位\n")

    assert problems(report) == [(3, "户号", "excel-date")]
    assert report.faults[0].value == "3月12日"
    assert unit(desk, "3-11") is None
