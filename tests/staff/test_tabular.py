import warnings
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staff import tabular
from staff.cells import Cell
from staff.tabular import Misfit

UNITS = "户号,类型,建筑面积(㎡),楼栋\n3-2-1201,住宅,89.50,3幢\n3-2-1202,住宅,120,3幢\n"


def written(folder: Path, content: bytes, name: str = "units.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(folder: Path, content: bytes | str, kind: str = "units"):
    data = content.encode() if isinstance(content, str) else content
    return tabular.read(written(folder, data), kind)


def read_workbook(folder: Path, book: openpyxl.Workbook, kind: str = "units"):
    book.save(folder / "book.xlsx")
    return tabular.read(folder / "book.xlsx", kind)


def workbook(*rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def texts(sheet, column):
    return [row.cells[column].text for row in sheet.rows]


def numbers(sheet):
    return [row.number for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_is_read_in_each_encoding_and_with_each_delimiter(tmp_path, encoding, delimiter):
    sheet = read(tmp_path, UNITS.replace(",", delimiter).encode(encoding))

    assert sheet.headers == {"unit": "户号", "kind": "类型", "area_m2": "建筑面积(㎡)", "building": "楼栋"}
    assert texts(sheet, "unit") == ["3-2-1201", "3-2-1202"]
    assert texts(sheet, "kind") == ["住宅", "住宅"]


def test_rows_carry_the_number_the_clerk_sees(tmp_path):
    sheet = read(tmp_path, "清和苑房屋清单,,\n\n户号,类型\n\nA,住宅\n,\nB,住宅\n")

    assert numbers(sheet) == [5, 7]


def test_a_line_break_inside_quotes_does_not_count_as_a_row(tmp_path):
    sheet = read(tmp_path, 'unit,"kind\n(type)",building\nA,shop,"1\n2"\nB,shop,\n')

    assert numbers(sheet) == [2, 3]


def test_a_semicolon_file_may_have_commas_in_its_amounts(tmp_path):
    text = "unit;bill;kind;period;due_on;amount\nA;1;property;2026;2026-01-01;1,234.50\n"
    sheet = read(tmp_path, text, "bills")

    assert texts(sheet, "amount") == ["1,234.50"]


@pytest.mark.parametrize(
    "label",
    ["合计", "总计：", "小 计", "3幢小计", "合计（2户）", "合计12户", "Total", "SUBTOTAL", "Grand total:", "sub-total"],
)
def test_total_rows_are_passed_over(tmp_path, label):
    sheet = read(tmp_path, f"unit,kind,area_m2\nA,shop,1\n{label},,1\n")

    assert texts(sheet, "unit") == ["A"]


def test_a_total_beside_its_building_is_passed_over(tmp_path):
    sheet = read(tmp_path, "building,unit,kind,area_m2\n1,A,shop,1\n1,,小计,1\n")

    assert texts(sheet, "unit") == ["A"]


def test_an_owner_called_total_is_not_passed_over(tmp_path):
    sheet = read(tmp_path, "unit,name,from\nA,Total,2020-01-01\n", "owners")

    assert texts(sheet, "name") == ["Total"]


def test_a_workbook_s_first_sheet_with_a_header_is_read(tmp_path):
    book = workbook(["说明"], ["请先阅读"])
    second = book.create_sheet("房屋")
    for row in (["房屋清单"], ["房号", "类型"], ["A", "住宅"]):
        second.append(row)

    sheet = read_workbook(tmp_path, book)

    assert (texts(sheet, "unit"), numbers(sheet)) == (["A"], [3])


def test_a_cell_merged_over_rows_stands_in_each_of_them(tmp_path):
    book = workbook(
        ["2026 年房屋清单"], ["楼栋", "户号", "类型"], ["3幢", "A", "住宅"], [None, "B", "住宅"], ["4幢", "C", "住宅"]
    )
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("A3:A4")

    sheet = read_workbook(tmp_path, book)

    assert texts(sheet, "building") == ["3幢", "3幢", "4幢"]


def test_a_sum_merged_over_rows_is_not_counted_twice(tmp_path):
    header = ["unit", "paid_on", "amount", "method", "reference"]
    book = workbook(header, ["A", "2026-01-01", 100, "bank", "X1"], ["B", None, None, None, None])
    for column in "BCDE":
        book.active.merge_cells(f"{column}2:{column}3")

    sheet = read_workbook(tmp_path, book, "payments")

    assert texts(sheet, "reference") == ["X1", "X1"]
    assert texts(sheet, "amount") == ["100", ""]


def test_a_csv_of_merged_buildings_names_each_building_once(tmp_path):
    sheet = read(tmp_path, "building,unit,kind\n1幢,A,shop\n,B,shop\n2幢,C,shop\n,D,shop\n")

    assert texts(sheet, "building") == ["1幢", "1幢", "2幢", "2幢"]


def test_a_blank_building_below_full_ones_stays_blank(tmp_path):
    sheet = read(tmp_path, "building,unit,kind\n1幢,A,shop\n1幢,B,shop\n,P1,parking-owned\n")

    assert texts(sheet, "building") == ["1幢", "1幢", ""]


def test_a_stray_cell_far_below_costs_nothing(tmp_path):
    book = workbook(["unit", "kind"], ["A", "shop"])
    book.active["H1048576"] = " "

    assert numbers(read_workbook(tmp_path, book)) == [2]


def test_notes_beside_a_workbook_s_table_do_no_harm(tmp_path):
    sheet = read_workbook(tmp_path, workbook(["unit", "kind"], ["A", "shop", None, "note"]))

    assert [row.beyond for row in sheet.rows] == [""]


@pytest.mark.parametrize(
    ("value", "form", "cell"),
    [
        (1234.5, "General", Cell("1234.5", "number")),
        (0.1 + 0.2, "General", Cell("0.3", "number")),
        (1234.0, "0.00", Cell("1234", "number")),
        (20261001, "General", Cell("20261001", "number")),
        (4.2e27, "General", Cell("4200000000000000000000000000", "number")),
        (301, "0000", Cell("0301", "number")),
        (89.5, '0.00"㎡"', Cell("89.5", "number")),
        ("0301", "General", Cell("0301")),
        (True, "General", Cell("True")),
        (datetime(2026, 10, 1, 14, 30), "yyyy-mm-dd", Cell("2026-10-01", "date", date(2026, 10, 1))),
        (46296, 'm"月"d"日"', Cell("2026-10-01", "date", date(2026, 10, 1))),
        (time(3, 12), "h:mm", Cell("03:12:00", "date")),
    ],
)
def test_a_workbook_s_cells_are_exact(tmp_path, value, form, cell):
    book = workbook(["unit", "kind"], [value, "shop"])
    book.active["A2"].number_format = form

    assert read_workbook(tmp_path, book).rows[0].cells["unit"] == cell


def test_what_openpyxl_warns_about_stops_nobody(tmp_path):
    book = workbook(["unit", "kind"], [10**9, "shop"])
    book.active["A2"].number_format = "yyyy-mm-dd"  # too far away to be a date
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sheet = read_workbook(tmp_path, book)

    assert texts(sheet, "unit") == ["#VALUE!"]


def test_a_file_without_the_columns_is_told_which_and_how_they_may_be_written(tmp_path):
    misfit = read(tmp_path, "户号,应缴金额\nA,1\n", "bills")

    assert (misfit.row, misfit.problem.code) == (1, "columns-missing")
    assert misfit.problem.values == {"names": "账单号（bill）、费用类型（kind）、账期（period）、缴费截止日（due_on）"}
    assert "due_on / 缴费截止日 / 缴费截止日期 / 到期日; " in misfit.problem.allowed + "; "


def test_an_english_file_is_told_in_english(tmp_path):
    misfit = read(tmp_path, "unit,amount\nA,1\n", "bills")

    assert misfit.problem.values == {"names": "bill, kind, period, due_on"}
    assert misfit.problem.allowed.endswith("due_on / due / due date / due by")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"nothing of the kind", '"a","b"\n"1","2"\n'.encode("utf-16")])
def test_an_empty_or_unrelated_file_lacks_all_columns(tmp_path, content):
    misfit = read(tmp_path, content)

    assert misfit.problem.values["names"] in ("unit, kind", "房号（unit）、类型（kind）")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old-excel"),
        (b"PK\x03\x04 but no workbook", "not-a-table"),
        (b"unit,kind\n\xff\xff\xff\n", "not-a-table"),
        (b"%PDF-1.7\n\x00\x01", "not-a-table"),
        (b"unit,kind\n", "no-rows"),
        (b"unit,kind\nTotal,\n", "no-rows"),
    ],
)
def test_a_file_that_is_no_table_is_told(tmp_path, content, problem):
    assert read(tmp_path, content).problem.code == problem


def test_a_missing_file_and_a_folder_are_told(tmp_path):
    assert tabular.read(tmp_path / "none.csv", "units").problem.code == "file-missing"
    assert tabular.read(tmp_path, "units").problem.code == "unreadable"


def test_quotes_that_never_close_do_not_swallow_rows_in_silence(tmp_path):
    misfit = read(tmp_path, 'unit,kind\nA,shop\nB,"shop\nC,shop\nD,shop\n')

    assert (misfit.problem.code, misfit.row) == ("quotes", 3)


def test_two_columns_that_mean_the_same_are_told(tmp_path):
    misfit = read(tmp_path, "清单,,\n户号,房号,类型\nA,B,shop\n")

    assert (misfit.row, misfit.column) == (2, "房号")
    assert misfit.problem.values == {"names": "户号, 房号"}


@settings(max_examples=30, deadline=None)
@given(damage=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_workbook_is_told_or_read_but_never_raises(tmp_path_factory, damage):
    folder = tmp_path_factory.mktemp("damaged")
    workbook(["unit", "kind"], ["A", "shop"]).save(folder / "book.xlsx")
    content = bytearray((folder / "book.xlsx").read_bytes())
    for place, byte in damage:
        content[4 + place % (len(content) - 4)] = byte

    tabular.read(written(folder, bytes(content)), "units")


@settings(max_examples=50, deadline=None)
@given(content=st.binary() | st.text().map(str.encode))
def test_no_content_makes_reading_raise(tmp_path_factory, content):
    path = written(tmp_path_factory.mktemp("any"), b"unit,kind\n" + content)

    assert tabular.read(path, "units") is not None


def test_a_misfit_stands_in_the_first_row_unless_told_otherwise(tmp_path):
    assert isinstance(misfit := read(tmp_path, "x"), Misfit)
    assert misfit.row == 1
