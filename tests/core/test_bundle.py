from pathlib import Path

import pytest

from chalicelib.core import bundle as rules_bundle
from chalicelib.core.errors import BundleMissing
from tests.builders import bundle


def test_a_bundle_written_and_read_is_the_same_bundle(tmp_path: Path) -> None:
    path = tmp_path / "bundle.json"
    path.write_bytes(rules_bundle.encoded(bundle()))
    assert rules_bundle.load(path) == bundle()


def test_the_same_rules_always_give_the_same_bytes() -> None:
    content = rules_bundle.encoded(bundle())
    assert rules_bundle.encoded(rules_bundle.decoded(content)) == content


@pytest.mark.parametrize("content", [None, b"", b"{", b'{"revision": 1}'])
def test_a_missing_or_broken_bundle_says_in_one_line_how_to_make_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "bundle.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BundleMissing, match=r"^bundle\.json is .*run `python build_notices\.py`[^\n]*$"):
        rules_bundle.load(path)
