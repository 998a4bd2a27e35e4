"""Plain texts: what width, script and signs hide, and the way back to what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.disguise import Plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("停 水", "停水"),
        ("停*水", "停水"),
        ("水、电、气", "水电气"),
        ("停，水，停，电", "停水停电"),
        ("將斷電", "将断电"),
        ("０．５％", "0.5%"),
        ("cut-off WATER", "cutoff water"),
        ("Wat3r, p0w3r and he@ting", "water,power and heating"),
        ("flat 3b, 1st floor, Q3", "flat 3b,1st floor,q3"),
        ("仃水", "停水"),
        ("wа​ter", "water"),
        ("don’t", "dont"),
        ("停\n水", "停水"),
        ("- 不停水\n- 停电", "不停水\n停电"),
        ("<b>停</b>水<br>电", "停水\n电"),
        ("停{{ name }}水", "停水"),
        ("见 https://x.example/a?b=停 。", "见"),
        ("[fees](fees.md) now", "fees now"),
        ("会停水吗？ { #no }\n\n不会。", "会停水吗?\n不会。"),
        ("共 1,234.56 元", "共1234.56元"),
        ("3-2-1201", "3-2-1201"),
        ("不，停水", "不,停水"),
        ("Pay. Now", "pay。now"),
    ],
)
def test_a_text_is_read_without_its_disguise(written: str, plain: str) -> None:
    assert Plain(written).text.rstrip("。\n") == plain.rstrip("。\n")


@given(st.text(alphabet="停水费電Aаb1 ,.，。？?\n-*{}<>#%‰​é①", max_size=60))
def test_every_character_leads_back_to_where_it_was_written(written: str) -> None:
    plain = Plain(written)
    places = [plain.origin(at, at + 1) for at in range(len(plain.text))]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(written) for start, end in places)
    for at, (start, _) in enumerate(places):
        assert plain.line(at) == written.count("\n", 0, start) + 1


@given(st.text(alphabet="停水电b2c ", max_size=30))
def test_words_stay_in_their_order(written: str) -> None:
    assert Plain(written).text.replace(" ", "") == written.replace(" ", "")
