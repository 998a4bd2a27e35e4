"""Names people read out and type: no letter in them is taken for another, or for a figure."""

import hashlib

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: figures and capitals without I, L, O and U."""

_TAKEN_FOR = str.maketrans("ILO", "110", " -")


def letters(text: str, count: int) -> str:
    """So many letters that follow from a text; the text does not follow from them."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(count))


def typed(name: str) -> str:
    """A name as it was given out, however somebody typed it."""
    return name.upper().translate(_TAKEN_FOR)
