"""An owner's name is only a name, wherever it goes: no header, no tag, no second line, no formula."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.account import Account
from chalicelib.core.collection import Step
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.words import Reason
from staff import letters, posting, wechat
from tests.builders import account, bill, contact, day, owner, shipped_bundle
from tests.fakes import Mailed
from tests.flows.office import Office
from tests.hostile import NAMES

ROOT = Path(__file__).parents[2]
LANGUAGES = st.sampled_from(["zh", "en"])
URL = "https://sample.example/balance/#code"
FORMULA = re.compile(r"[=+\-@＝＋－＠]")


@pytest.fixture(autouse=True, scope="module")
def _in_the_project() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        yield


def tags(html: str) -> list[str]:
    return re.findall(r"<[a-z/!]+", html)


@cache
def mailed(name: str, language: Language) -> Mailed:
    office = Office()
    office.enter(bill(), owner=owner("o-1", contact(name=name), language=language))
    office.run("2026-03-01")
    (sent,) = office.mail.sent
    return sent


def named(name: str, language: Language) -> tuple[Account, Step]:
    """An owner of that name and address, and the letter that is due."""
    stage = next(one for one in shipped_bundle().rules.collection.stages if one.id == "second-demand")
    due = bill(issued="2026-02-20")
    step = Step(
        owner="o-1",
        stage=stage,
        step=stage.id,
        anchor=due.key,
        bills=(due.key,),
        channel=Channel.LETTER,
        on=day("2026-07-01"),
        reason=Reason("with-staff", {"stage": stage.name}),
    )
    someone = contact(name=name, postal_address="江州市 " + " ".join(name.split()))
    return account(due, owner=owner("o-1", someone, language=language)), step


@given(NAMES, LANGUAGES)
def test_fault_35_a_mail_has_the_headers_parts_and_tags_it_has_for_everybody(name: str, language: Language) -> None:
    sent, plain = mailed(name, language).mail, mailed("王", language).mail
    assert sorted(sent.keys()) == sorted(plain.keys())
    assert [one.addr_spec for one in sent["To"].addresses] == ["wang@owner.example"]
    assert [part.get_content_type() for part in sent.walk()] == [part.get_content_type() for part in plain.walk()]
    bodies = [mail.get_body(("html",)).get_content() for mail in (sent, plain)]
    assert tags(bodies[0]) == tags(bodies[1])


@given(NAMES, LANGUAGES)
def test_fault_35_a_text_message_says_the_same_to_everybody(name: str, language: Language) -> None:
    office = Office()
    for id, called in (("o-1", name), ("o-2", "王")):
        office.enter(bill(), owner=owner(id, contact(name=called, email=None), language=language))
    office.run("2026-03-01")
    one, other = office.sms.sent
    assert one[:2] == other[:2]
    assert one[0].isprintable()


@given(NAMES, LANGUAGES)
def test_fault_35_a_letter_has_the_tags_it_has_for_everybody(name: str, language: Language) -> None:
    sheets = [letters.sheet(shipped_bundle(), *named(one, language), URL) for one in (name, "王")]
    assert tags(sheets[0]) == tags(sheets[1])


@given(NAMES, LANGUAGES)
def test_fault_35_a_text_for_wechat_has_the_lines_it_has_for_everybody(name: str, language: Language) -> None:
    texts = [wechat.written(shipped_bundle(), *named(one, language), URL) for one in (name, "王")]
    lines = [text.splitlines() for text in texts]
    assert len(lines[0]) == len(lines[1])
    assert lines[0][1:] == lines[1][1:], "the name stands in the first line alone"
    assert lines[0][0].isprintable()


@given(st.lists(NAMES, min_size=1, max_size=4))
def test_fault_35_a_list_for_a_spreadsheet_has_a_row_for_each_and_no_formula(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "posting.csv"
    posting.write(path, [posting.row("20260701-000000", *named(name, "zh")) for name in names])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 1 + len(names)
    assert {len(row) for row in rows} == {len(posting.HEADERS)}
    for cell in (cell for row in rows for cell in row):
        assert cell.isprintable()
        assert not FORMULA.match(cell.strip())
