"""The pages' own QR codes are those another encoder makes."""

import pytest
import segno

from tests.browser.portal import Owner

MODULES = "async ([text, mask]) => (await import('/assets/owner/qr.js')).modules(text, mask ?? undefined)"
WORDS = "async (text) => (await import('/assets/owner/codewords.js')).codewords(text).words"
CAPACITIES = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331)
# They fill their codes: where there is room left, the other encoder puts in a word more than the standard has.
TEXTS = [*("https://sample.example/verify/#"[:length].ljust(length, "7") for length in CAPACITIES), "物业费" * 20]


def other(text: str, **more: int) -> list[list[int]]:
    made = segno.make_qr(text, error="m", mode="byte", encoding="utf-8", boost_error=False, **more)
    return [list(row) for row in made.matrix]


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: f"{text[:3]}-{len(text.encode())}")
def test_every_module_is_where_another_encoder_has_it_whatever_the_mask(owner: Owner, text: str) -> None:
    page = owner.opens("/balance/", code="")
    for mask in range(8):
        assert page.evaluate(MODULES, [text, mask]) == other(text, mask=mask), mask


def test_left_to_itself_it_takes_one_of_the_eight_masks(owner: Owner) -> None:
    page = owner.opens("/balance/", code="")
    assert page.evaluate(MODULES, [TEXTS[3], None]) in [other(TEXTS[3], mask=mask) for mask in range(8)]


def test_room_left_over_is_filled_as_the_standard_says(owner: Owner) -> None:
    page = owner.opens("/balance/", code="")
    words = page.evaluate(WORDS, "a")
    assert words[:16] == [0x40, 0x16, 0x10, *[0xEC, 0x11] * 6, 0xEC]


def test_what_no_code_holds_is_refused_rather_than_cut(owner: Owner) -> None:
    page = owner.opens("/balance/", code="")
    tried = "async () => (await import('/assets/owner/qr.js')).modules('x'.repeat(332)).length"
    assert page.evaluate(f"({tried})().catch((fault) => fault.name)") == "RangeError"
