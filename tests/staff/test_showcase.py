"""Messages as owners and staff are shown them: the very ones that go out, whatever the way, with nobody's data."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.core.bundle import Bundle
from chalicelib.core.event import OCCASIONS
from chalicelib.core.message import rendered
from chalicelib.core.rulebook import Channel, Language
from chalicelib.core.voice import one_line
from staff import showcase
from staff.showcase import Shown, housed
from staff.specimen import ORDINARY, Specimen, of_occasions, of_stage
from tests.builders import SITE, shipped_bundle
from tests.hostile import NAMES

LANGUAGES: tuple[Language, ...] = ("zh", "en")
SUM = re.compile(r"\d[\d,]*\.\d\d")


def shown(language: Language) -> list[Shown]:
    return showcase.shown(shipped_bundle(), SITE, language)


def sums(text: str) -> set[str]:
    return {
        one.replace(",", "") for one in SUM.findall(re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", text, flags=re.S))
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_of_the_policy_and_of_every_occasion_is_shown(language: Language) -> None:
    stages = [stage.message for stage in shipped_bundle().rules.collection.stages if stage.message]
    assert [one.name for one in shown(language)] == [*stages, *OCCASIONS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shown_is_what_goes_out(language: Language) -> None:
    bundle: Bundle = shipped_bundle()
    stage = next(one for one in bundle.rules.collection.stages if one.id == "first-demand")
    code = bundle.words.labels["sample-code"].of(language)
    home = bundle.rules.community.site_url
    url = f"{home}{'/en' if language == 'en' else ''}/balance/#{code}"
    said = of_stage(bundle.rules, stage, ORDINARY[language], language).values(
        bundle, url=url, unsubscribe_url=f"{home}/v1/unsubscribe?t={code}"
    )
    (one,) = [one for one in shown(language) if one.name == "first-demand"]
    assert one.message == rendered(bundle.messages["first-demand"][language], said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_a_message_leaves_names_the_same_sums(language: Language) -> None:
    for one in shown(language):
        text = sums(one.message.text)
        assert sums(one.message.html) == text
        assert sums(one.chat) == text
        assert not one.letter or sums(one.letter) == text
        assert sums(one.sms or "") <= text, one.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stage_leaves_as_the_policy_says_and_a_promotion_by_email_alone(language: Language) -> None:
    ways = {one.name: one.ways for one in shown(language)}
    assert ways["second-demand"] == (Channel.LETTER,)
    assert ways["reward-offer"] == (Channel.EMAIL,)
    assert ways["email-bounced"] == (Channel.LETTER,)
    assert Channel.SMS in ways["receipt"]


def test_a_page_keeps_its_looks_when_its_styles_move_to_a_file() -> None:
    made = housed(
        '<head><style>b{}</style></head><p style="a:1">x</p><p style="a:1">y</p><i style="c:2">z</i>', "x.css"
    )
    assert "style=" not in made.html and "<style>" not in made.html
    assert '<p data-s="0">x</p><p data-s="0">y</p><i data-s="1">z</i>' in made.html
    assert '<link rel="stylesheet" href="x.css">' in made.html
    assert made.css == '[data-s="0"]{a:1}\n[data-s="1"]{c:2}\nb{}\n'


@given(NAMES, st.sampled_from(LANGUAGES), st.data())
def test_whatever_an_owner_is_called_letters_and_chats_stay_what_they_are(
    name: str, language: Language, data: st.DataObject
) -> None:
    made = shipped_bundle()
    persona, stages = ORDINARY[language], [stage for stage in made.rules.collection.stages if stage.message]
    specimens = [*of_occasions(made.rules, persona, language)]
    specimens += [of_stage(made.rules, stage, persona, language) for stage in stages]
    specimen = data.draw(st.sampled_from(specimens))
    named = showcase.of(made, SITE, renamed(specimen, name))
    plain = showcase.of(made, SITE, specimen)
    assert tags(named.letter) == tags(plain.letter)
    assert f"{one_line(name)}" in named.chat
    for text in (named.letter, named.chat):
        assert "\u202e" not in text and "\x1b" not in text and "\x00" not in text


def renamed(specimen: Specimen, name: str) -> Specimen:
    """The same message to an owner of another name and postal address."""
    someone = replace(specimen.account.owner.contacts[0], name=name, postal_address=f"{name}\n{name}")
    owner = replace(specimen.account.owner, contacts=(someone,))
    return specimen._replace(account=replace(specimen.account, owner=owner))


def tags(html: str) -> list[str]:
    """The tags of a sheet, but for line breaks and those that only keep figures together."""
    return [tag for tag in re.findall(r"<[a-z/!][a-z0-9]*", html) if tag not in ("<span", "</span", "<br")]
