"""An owner's name is only a name, wherever it goes: no header, no tag, no second line, no formula."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from chalicelib.core.account import Account
from chalicelib.core.collection import Step
from chalicelib.core.rulebook import Channel, Language, SmsProfile
from chalicelib.core.words import Reason
from staff import letters, posting, wechat
from tests.builders import account, bill, bundle, contact, day, owner, rules_with, shipped_bundle
from tests.fakes import Mailed
from tests.flows.office import Office
from tests.hostile import NAMES

ROOT = Path(__file__).parents[2]
LANGUAGES = st.sampled_from(["zh", "en"])
FORMULA = re.compile(r"[=+\-@＝＋－＠]")
IN_PLACE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def tags(html: str) -> list[str]:
    return re.findall(r"<[a-z/!]+", html)


def mailed(name: str, language: Language) -> Mailed:
    office = Office()
    office.enter(bill(), owner=owner("o-1", contact(name=name), language=language))
    office.run("2026-03-01")
    (sent,) = office.mail.sent
    return sent


def named(name: str, language: Language) -> tuple[Account, Step]:
    """An owner and the letter that is due."""
    rules = shipped_bundle().rules
    stage = next(one for one in rules.collection.stages if one.id == "second-demand")
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
    return account(due, owner=owner("o-1", contact(name=name, postal_address=name), language=language)), step


@cache
def plain_mail(language: Language) -> Mailed:
    return mailed("王", language)


@given(NAMES, LANGUAGES)
def test_fault_35_a_mail_has_the_headers_and_tags_it_has_for_everybody(name: str, language: Language) -> None:
    sent, plain = mailed(name, language), plain_mail(language)
    assert sorted(sent.mail.keys()) == sorted(plain.mail.keys())
    assert [one.addr_spec for one in sent.mail["To"].addresses] == ["wang@owner.example"]
    assert len(list(sent.mail.iter_parts())) == 2
    assert tags(str(sent.mail.get_body(("html",)))) == tags(str(plain.mail.get_body(("html",))))
    assert sent.code != sent.stop_code


@given(NAMES, LANGUAGES)
def test_fault_35_a_text_message_is_one_line_that_can_be_printed(name: str, language: Language) -> None:
    office = Office()
    office.enter(bill(), owner=owner("o-1", contact(name=name, email=None), language=language))
    office.run("2026-03-01")
    ((text, phone, _),) = office.sms.sent
    assert text.isprintable()
    assert phone == "+8613800000001"
