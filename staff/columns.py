"""The columns of the files staff bring: one table of names and of every other way staff and systems write them."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Literal, NamedTuple

Kind = Literal["units", "owners", "bills", "payments"]
Table = Kind | Literal["postings"]
"""What may be imported, and the posting list, which comes back to the command that wrote it."""
KINDS: tuple[Kind, ...] = ("units", "owners", "bills", "payments")

_SHOWN = 3  # as many aliases are named when a column is missing
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|〔[^〕]*〕")
_NOT_A_LETTER = re.compile(r"[\W_]+")


class Column(NamedTuple):
    """One column of one or more kinds of file: its name, where it must stand, where it may, its aliases."""

    name: str
    needed_in: str
    allowed_in: str
    aliases: str


# Aliases are separated by commas; width, case, spaces, line breaks, signs and anything in brackets do not count.
COLUMNS = (
    Column(
        "unit",
        "units owners bills payments",
        "",
        "房号,户号,房间号,房屋编号,房产编号,房屋号,房屋,房间,资产编号,车位号,商铺号,铺位号,"
        "unit no,unit number,unit id,room,room no,room number,flat,flat no,property no",
    ),
    Column("kind", "units", "", "类型,房屋类型,物业类型,房产类型,单元类型,业态,用途,type,unit type,unit kind"),
    Column(
        "area_m2",
        "",
        "units",
        "建筑面积,面积,计费面积,收费面积,产权面积,建筑面积㎡,面积㎡,建筑面积平方米,"
        "area,floor area,gross area,billing area,area sqm,sqm",
    ),
    Column("area_source", "", "units", "面积来源,面积依据,source of area"),
    Column("building", "", "units", "楼栋,楼幢,楼号,楼座,栋,幢,座,栋号,幢号,building no,building name,tower,block"),
    Column("name", "owners", "", "业主姓名,姓名,业主,业主名称,客户姓名,客户名称,责任人,owner name,full name"),
    Column(
        "from",
        "owners",
        "",
        "起始日期,开始日期,持有开始日期,持有起始日,入住日期,交房日期,接房日期,过户日期,"
        "start,start date,from date,since,held from,owned since",
    ),
    Column("letter", "postings", "", "信函编号,函件编号,letter no,letter number"),
    Column("outcome", "postings", "", "结果,送达结果,投递结果,delivery,result"),
    Column("delivered_on", "postings", "", "送达日期,签收日期,退回日期,delivered,date delivered"),
    Column("tracking", "", "postings", "快递单号,挂号单号,邮件号,运单号,tracking no,tracking number"),
    Column(
        "owner",
        "postings",
        "owners",
        "业主编号,业主号,客户编号,客户号,责任人编号,owner id,owner no,owner number,customer id",
    ),
    Column(
        "until",
        "",
        "owners",
        "结束日期,终止日期,截止日期,持有结束日期,迁出日期,转出日期,end,end date,to,to date,held until",
    ),
    Column("role", "", "owners", "角色,身份,关系,与业主关系,联系人身份,contact role,relationship"),
    Column("email", "", "owners", "邮箱,电子邮箱,电子邮件,邮箱地址,邮件地址,mail,email address"),
    Column(
        "phone",
        "",
        "owners",
        "手机号,手机,手机号码,联系电话,电话,电话号码,移动电话,联系方式,"
        "mobile,mobile no,mobile number,mobile phone,phone no,phone number,tel,telephone",
    ),
    Column("language", "", "owners", "语言,语种,lang,preferred language"),
    Column("care", "", "owners", "关怀,关怀方式,特别关怀,特殊关怀,care profile"),
    Column("care_by", "", "owners", "关怀登记人,登记人,care entered by"),
    Column(
        "postal_address",
        "",
        "owners",
        "通讯地址,通信地址,邮寄地址,联系地址,收件地址,地址,address,mailing address",
    ),
    Column("bill", "bills", "payments", "账单号,账单编号,账单,bill id,bill no,bill number"),
    Column(
        "kind",
        "bills",
        "",
        "费用类型,收费项目,费用项目,费用名称,费项,收费科目,项目,类型,fee,fee type,bill kind,charge type,item",
    ),
    Column("period", "bills", "", "账期,费用账期,账单周期,所属期,费用所属期,收费期间,计费周期,billing period"),
    Column(
        "due_on",
        "bills",
        "",
        "缴费截止日,缴费截止日期,到期日,到期日期,截止日,截止日期,最后缴费日,due,due date,due by,payment due",
    ),
    Column(
        "amount",
        "bills",
        "",
        "应缴金额,应收金额,账单金额,欠费金额,金额,应缴,应收,amount due,bill amount,amount yuan",
    ),
    Column("issued_on", "", "bills", "账单日期,出账日期,出账日,开单日期,issued,issue date,bill date"),
    Column(
        "paid_on",
        "payments",
        "",
        "缴费日期,缴费时间,缴款日期,付款日期,付款时间,支付日期,支付时间,交易日期,交易时间,日期,"
        "paid,paid date,date paid,payment date,transaction date,date",
    ),
    Column(
        "amount",
        "payments",
        "",
        "实收金额,实缴金额,缴费金额,缴款金额,付款金额,支付金额,到账金额,收款金额,交易金额,金额,实收,"
        "amount paid,paid amount,payment amount,amount yuan",
    ),
    Column(
        "method",
        "payments",
        "",
        "缴费方式,支付方式,付款方式,收款方式,缴费渠道,支付渠道,payment method,paid by,channel",
    ),
    Column(
        "reference",
        "payments",
        "",
        "流水号,凭证号,交易流水号,银行流水号,交易单号,交易号,订单号,票据号,收据号,"
        "ref,reference no,reference number,transaction id,transaction no,voucher no,receipt no",
    ),
    Column(
        "received_on",
        "",
        "payments",
        "到账日期,到账时间,入账日期,入账时间,收款日期,记账日期,received,received date,date received,"
        "value date,booking date,booked on",
    ),
)


def folded(text: str) -> str:
    """What counts of a header: its letters and digits, outside brackets, whatever their width and case."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _NOT_A_LETTER.sub("", _ASIDE.sub("", plain)) or _NOT_A_LETTER.sub("", plain)


@cache
def columns_of(kind: Table) -> tuple[Column, ...]:
    """The columns of a kind of file, those it must have first."""
    must = [column for column in COLUMNS if kind in column.needed_in.split()]
    may = [column for column in COLUMNS if kind in column.allowed_in.split()]
    return (*must, *may)


@cache
def required(kind: Table) -> tuple[str, ...]:
    """The names of the columns a kind of file must have."""
    return tuple(column.name for column in columns_of(kind) if kind in column.needed_in.split())


def accepted(kind: Table, name: str) -> tuple[str, ...]:
    """Every way to write a column's header, its own name first."""
    column = next(column for column in columns_of(kind) if column.name == name)
    return (name, *column.aliases.split(","))


def shown(kind: Table, name: str, *, is_chinese: bool) -> tuple[str, ...]:
    """A column's name and the first few other ways to write it, in the language of the file at hand."""
    _, *aliases = accepted(kind, name)
    return (name, *[alias for alias in aliases if alias.isascii() is not is_chinese][:_SHOWN])


@cache
def _by_header(kind: Table) -> dict[str, str]:
    names = [column.name for column in columns_of(kind)]
    return {folded(header): name for name in names for header in accepted(kind, name)}


def recognised(kind: Table, headers: Sequence[str]) -> dict[str, list[int]]:
    """Where each column of a kind stands in a row of headers; more than one place is for the caller to judge."""
    known = _by_header(kind)
    found: dict[str, list[int]] = {}
    for place, header in enumerate(headers):
        name = known.get(folded(header)) if header else None
        if name:
            found.setdefault(name, []).append(place)
    return found
