"""Posters: A4 and A3 in each language, accessible, with a code that leads to the page and nothing about anybody."""

import json
from pathlib import Path
from typing import Any

import pytest

from staff import bulletins, cli, paper, posters
from tests.builders import shipped_bundle

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clerk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main(["posters", *arguments, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_every_poster_is_printed_on_both_sizes(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("--out", str(tmp_path), "--lang", "zh")
    names = {path.stem for path in (ROOT / "site/posters/zh").glob("*.md")}
    assert (status, said["written"]) == (0, True)
    assert {path.name for path in tmp_path.iterdir()} == {f"{n}-{s}-zh.pdf" for n in names for s in ("a4", "a3")}
    for path in tmp_path.iterdir():
        assert path.read_bytes().startswith(b"%PDF-")


def test_a_trial_lists_both_languages_and_prints_nothing(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("--out", str(tmp_path / "new"), "--dry-run")
    assert (status, said["written"], (tmp_path / "new").exists()) == (0, False, False)
    assert {Path(name).stem[-2:] for name in said["posters"]} == {"zh", "en"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("size", "millimetres"), [("a4", (210, 297)), ("a3", (297, 420))])
def test_a_poster_is_one_page_of_its_size(
    language: Any, size: str, millimetres: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    for sheet in bulletins.posters(ROOT / "site", [language]).sheets:
        html = posters.printed(shipped_bundle(), sheet, size).html
        (page,) = paper.laid_out(html).pages
        assert (round(page.width * 25.4 / 96), round(page.height * 25.4 / 96)) == millimetres
        assert html.count("<svg") == 1
        assert html.count(shipped_bundle().rules.community.service_centre.phone) == 1


def test_a_folder_must_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as leaving:
        cli.main(["posters"])
    assert leaving.value.code == 2
