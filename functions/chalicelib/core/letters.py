"""Names people read out and type: no letter in them is taken for another, or for a figure."""

import hashlib
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: figures and capitals without I, L, O and U."""

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_TAKEN_FOR = str.maketrans("ILO", "110", " -")


def letters(text: str, count: int) -> str:
    """So many letters that follow from a text; the text does not follow from them."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count))


def typed(name: str) -> str:
    """A name as it was given out, however somebody typed it."""
    return name.upper().translate(_TAKEN_FOR)


def plain(text: str) -> str:
    """Text in normal width, without what cannot be seen, single spaces between words."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    normal = unicodedata.normalize("NFKC", text)
    visible = "".join(c for c in normal if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(visible.split())


def hyphened(name: str) -> str:
    """What names a thing, such as a unit, with one sort of hyphen whichever a keyboard offers."""
    return plain(name).translate(_DASHES)
