import pytest

from staff import columns


@pytest.mark.parametrize(
    ("kind", "header", "column"),
    [
        ("units", "户号", "unit"),
        ("units", "房间号", "unit"),
        ("units", "建筑面积(㎡)", "area_m2"),
        ("units", "建筑面积（平方米）", "area_m2"),
        ("units", "建筑面积㎡", "area_m2"),
        ("units", "Area [m2]", "area_m2"),
        ("owners", "业主姓名", "name"),
        ("owners", "手机号", "phone"),
        ("owners", "ＥＭＡＩＬ", "email"),
        ("owners", "E-mail", "email"),
        ("owners", "邮箱", "email"),
        ("bills", "应缴金额\n（元）", "amount"),
        ("bills", "缴费截止日", "due_on"),
        ("bills", "到期日", "due_on"),
        ("bills", "Due Date", "due_on"),
        ("bills", " 账 期 ", "period"),
        ("payments", "实收金额", "amount"),
        ("payments", "* 缴费日期", "paid_on"),
        ("payments", "到账日期", "received_on"),
        ("payments", "缴费方式", "method"),
        ("payments", "流水号", "reference"),
        ("payments", "凭证号", "reference"),
        ("payments", "RECEIVED_ON", "received_on"),
    ],
)
def test_a_header_is_known_by_width_case_spaces_and_units_aside(kind, header, column):
    assert columns.recognised(kind, ["", header]) == {column: [1]}


@pytest.mark.parametrize("kind", columns.KINDS)
def test_no_way_to_write_a_header_means_two_columns_of_one_kind(kind):
    written = [
        columns.folded(header) for column in columns.columns_of(kind) for header in columns.accepted(kind, column.name)
    ]

    assert len(written) == len(set(written))
    assert all(written)


def test_what_is_owed_is_not_taken_for_what_was_paid():
    assert columns.recognised("payments", ["应缴金额", "实收金额"]) == {"amount": [1]}


def test_a_header_nobody_knows_is_no_column():
    assert columns.recognised("units", ["备注", "", "序号", "()"]) == {}


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        ("units", ("unit", "kind")),
        ("owners", ("unit", "name", "from")),
        ("bills", ("unit", "bill", "kind", "period", "due_on", "amount")),
        ("payments", ("unit", "paid_on", "amount", "method", "reference")),
    ],
)
def test_each_kind_of_file_has_columns_it_must_have(kind, needed):
    assert columns.required(kind) == needed
