"""Scripts and styles as they are served: shorter, and nothing else."""

from pathlib import Path

import pytest

from staff import slim

THEME = Path(__file__).parents[2] / "site" / "theme"
SCRIPTS = sorted((THEME / "assets").rglob("*.js"))


def test_a_script_loses_comments_of_their_own_line_and_indents() -> None:
    text = '// first\n/** Says. */\nfunction say() {\n\n  return "// not this"; // nor this\n}\n'

    assert slim.script(text) == 'function say() {\nreturn "// not this"; // nor this\n}\n'


def test_a_style_loses_comments_and_spaces_between_its_signs() -> None:
    text = "/* why */\na,\nb > c {\n  margin: 0 1px; /* how */\n  width: calc(1px + 2px);\n}\n"

    assert slim.style(text) == "a,b>c{margin:0 1px;width:calc(1px + 2px)}"


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_text_of_a_script_goes_over_lines_so_that_no_indent_in_it_counts(path: Path) -> None:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        code = line.split("//")[0] if line.lstrip().startswith("//") else line
        assert code.count("`") % 2 == 0, f"{path.name}:{number}"


def test_only_what_the_site_has_of_our_theme_is_touched(tmp_path: Path) -> None:
    theme, site = tmp_path / "theme", tmp_path / "site"
    for folder in (theme, site):
        (folder / "assets").mkdir(parents=True)
    (theme / "assets" / "ours.css").write_text("a { top: 0 }", "utf-8")
    for name in ("ours.css", "theirs.css"):
        (site / "assets" / name).write_text("a { top: 0 }", "utf-8")
    (theme / "assets" / "unbuilt.js").write_text("  1;", "utf-8")

    slim.slim(theme, site)

    assert (site / "assets" / "ours.css").read_text("utf-8") == "a{top:0}"
    assert (site / "assets" / "theirs.css").read_text("utf-8") == "a { top: 0 }"


def test_what_a_style_imports_stands_in_its_place(tmp_path: Path) -> None:
    theme, site = tmp_path / "theme", tmp_path / "site"
    for name, text in {
        "tokens.css": ":root { --ink: #000 }\n",
        "site.css": '@import "tokens.css";\n\na { top: 0 }\n',
    }.items():
        for folder in (theme, site):
            (folder / "assets").mkdir(parents=True, exist_ok=True)
            (folder / "assets" / name).write_text(text, "utf-8")

    slim.slim(theme, site)

    assert (site / "assets" / "site.css").read_text("utf-8") == ":root{--ink:#000}a{top:0}"
    assert (site / "assets" / "tokens.css").read_text("utf-8") == ":root{--ink:#000}"
