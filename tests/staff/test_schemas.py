"""The JSON Schemas editors use."""

import pytest

from staff import schemas


@pytest.mark.parametrize("name", sorted(schemas.texts()))
def test_the_committed_schema_is_what_the_types_say(name: str) -> None:
    """`make schemas` writes them anew."""
    assert (schemas.FOLDER / name).read_text(encoding="utf-8") == schemas.texts()[name]
