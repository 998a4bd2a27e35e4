"""Names people read out: short, the same every time, and typed however one likes."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.letters import ALPHABET, hyphened, letters, typed


@given(st.text(), st.integers(1, 20))
def test_letters_follow_from_a_text_and_none_is_taken_for_another(text: str, count: int) -> None:
    made = letters(text, count)
    assert made == letters(text, count)
    assert len(made) == count
    assert set(made) <= set(ALPHABET)
    assert not set("ILOU") & set(made)
    assert typed(made) == made


def test_a_name_is_known_again_however_it_was_typed() -> None:
    assert typed(" r10o-il a ") == "R1001" + "1A"


def test_a_unit_is_the_same_whichever_keyboard_its_number_was_typed_on() -> None:
    for name in ("３－２－１２０１", " 3—2–1201 ", "3‑2−1201​"):
        assert hyphened(name) == "3-2-1201"
