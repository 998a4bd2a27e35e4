"""Letters from the day's plan to the sealed envelope, and the posting list back to what the policy counts from."""

import csv
import json
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.core.account import Holder
from chalicelib.core.collection import Step
from chalicelib.core.rulebook import Channel, Treatment
from chalicelib.core.words import Reason
from staff import aws, cli, letters, paper, session
from tests.builders import account, bill, contact, day, hold, owner, shipped_bundle, tenure

ROOT = Path(__file__).parents[2]
OWNER = "o-0412"
Q1 = bill(issued="2026-02-20")
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> {{ 7 * 7 }} \u202egnp.exe'


@pytest.fixture
def clerk(stack: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """A centre whose owner has neither e-mail nor phone; runs a command, gives its exit and what it printed."""
    monkeypatch.chdir(ROOT)
    records = aws.records()
    nobody = replace(contact(email=None, phone=None), postal_address="江州市澄江路 18 号\n3 幢 2 单元 1201")
    records.save_owner(owner(OWNER, nobody))
    records.add_facts(OWNER, [tenure(), Q1])
    records.add_holder("3-2-1201", Holder(owner=OWNER, from_=day("2021-05-01")))
    records.set_due_day(OWNER, day("2026-01-01"))
    records.set_ledger_through(day("2026-12-31"))

    def run(*arguments: str) -> tuple[int, Any]:
        status = cli.main([*arguments, "--json"])
        said = capsys.readouterr()
        return status, json.loads(said.out) if said.out else said.err

    return run


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "posting.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def filled_in(folder: Path, **values: str) -> str:
    (row,) = rows(folder)
    path = folder / "back.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row | values)
    return str(path)


def links() -> int:
    return sum(
        str(item["pk"]["S"]).startswith("L#") for item in aws.client("dynamodb").scan(TableName="courtyard")["Items"]
    )


def test_a_letter_is_printed_with_its_list_and_comes_back_with_its_proof(clerk: Any, tmp_path: Path) -> None:
    clerk("run", "--on", "2026-03-02")
    _, said = clerk("letters", "--on", "2026-03-02", "--out", str(tmp_path))
    (letter,) = said["letters"]
    assert (letter["owner"], letter["stage"], said["written"]) == (OWNER, "bill-issued", True)
    assert (tmp_path / "letters.pdf").read_bytes().startswith(b"%PDF-")
    (row,) = rows(tmp_path)
    assert (row["letter"], row["address"], row["outcome"]) == (
        letter["reference"],
        "江州市澄江路 18 号 3 幢 2 单元 1201",
        "",
    )

    back = filled_in(tmp_path, tracking="XA123456789CN", outcome="已送达", delivered_on="2026-03-04")
    for _ in range(2):  # the same list again changes nothing
        assert clerk("letters", "--posted", back)[0] == 0
    history = aws.records().notices.load_history(OWNER)
    (task,) = history.tasks
    (call,) = history.calls
    assert (task.outcome, task.done_on) == ("delivered", day("2026-03-04"))
    assert (call.way, call.proof) == (Channel.LETTER, "XA123456789CN")


def test_a_trial_prints_nothing_and_mints_no_link(clerk: Any, tmp_path: Path) -> None:
    clerk("run", "--on", "2026-03-02")
    status, said = clerk("letters", "--on", "2026-03-02", "--out", str(tmp_path), "--dry-run")
    assert (status, len(said["letters"]), list(tmp_path.iterdir()), links()) == (0, 1, [], 0)


def test_each_letter_may_have_a_file_of_its_own(clerk: Any, tmp_path: Path) -> None:
    _, said = clerk("letters", "--on", "2026-03-02", "--out", str(tmp_path), "--separate")
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"posting.csv", f"{said['letters'][0]['reference']}.pdf"}, "before the run, as planned"


@pytest.mark.parametrize(
    "values",
    [
        {"outcome": "eaten by the dog", "delivered_on": "2026-03-04"},
        {"outcome": "delivered", "delivered_on": ""},
        {"outcome": "delivered", "delivered_on": "2062-03-04"},
        {"outcome": "delivered", "delivered_on": "2026-03-04", "letter": "20260302-000000"},
    ],
)
def test_a_list_with_a_fault_is_told_by_row_and_changes_nothing(
    values: dict[str, str], clerk: Any, tmp_path: Path
) -> None:
    clerk("run", "--on", "2026-03-02")
    clerk("letters", "--on", "2026-03-02", "--out", str(tmp_path))
    status, said = clerk("letters", "--posted", filled_in(tmp_path, **values))
    assert status == 1
    assert said["faults"][0]["row"] == 2
    assert [task.done_on for task in aws.records().notices.load_history(OWNER).tasks] == [None]


def test_a_file_that_is_no_list_and_a_folder_that_is_not_named_are_told(clerk: Any, tmp_path: Path) -> None:
    status, said = clerk("letters", "--posted", str(tmp_path / "nowhere.csv"))
    assert (status, said["noted"]) == (1, 0)
    assert clerk("letters", "--on", "2026-03-02")[0] == 1


def test_what_is_paused_is_not_printed(clerk: Any, tmp_path: Path) -> None:
    clerk("run", "--on", "2026-03-02")
    aws.records().add_hold(OWNER, hold("2026-03-02", "2026-12-31"))
    _, said = clerk("letters", "--on", "2026-03-02", "--out", str(tmp_path))
    assert (said["letters"], said["written"]) == ([], False)


# the sheet


def sheet(stage: str, name: str = "王小明", *, has_large_print: bool = False, **changes: Any) -> str:
    rules = shipped_bundle()
    one = next(one for one in rules.rules.collection.stages if one.id == stage)
    someone = owner("o-1", replace(contact(name=name), postal_address=changes.pop("address", None)), **changes)
    step = Step(
        owner="o-1",
        stage=one,
        step=one.id,
        anchor=Q1.key,
        bills=(Q1.key,),
        channel=Channel.LETTER,
        on=day("2026-07-01"),
        reason=Reason("with-staff", {"stage": one.name}),
    )
    some = account(Q1, owner=someone, large_print=has_large_print)
    return letters.sheet(rules, some, step, "https://sample.example/balance/#code")


@pytest.fixture(autouse=True)
def _in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(("language", "title"), [("zh", "催缴函"), ("en", "Formal letter")])
def test_a_formal_letter_has_its_title_number_table_codes_and_slip(language: Any, title: str) -> None:
    html = sheet("formal-letter", language=language)
    assert f'<h1 id="title">{title}</h1>' in html
    assert html.count("<svg") == 2
    assert html.count("20260701-") >= 4
    assert html.count("1,242.74") == 3, "with the late fee: in the table, its sum and the slip"
    assert 'class="slip"' in html


def test_large_print_is_for_who_wishes_it_or_is_cared_for_so() -> None:
    assert "font: 15pt" in sheet("formal-letter", has_large_print=True)
    assert "font: 15pt" in sheet("formal-letter", care=(Treatment.LARGE_PRINT,))
    assert "font: 10.5pt" in sheet("formal-letter")


MM = 96 / 25.4  # CSS pixels


@pytest.mark.parametrize("name", ["王小明", "江" * 200])
def test_the_address_and_nothing_else_lies_in_the_envelopes_window(name: str) -> None:
    html = sheet("formal-letter", name=name, address="江州市澄江路 18 号\n3 幢 2 单元 1201")
    (page, *_) = paper.laid_out(html).pages
    _, top, *_ = page.anchors["addressee"]
    _, title, *_ = page.anchors["title"]
    assert 45 * MM <= top <= 50 * MM
    assert title >= 85 * MM
    assert "3 幢 2 单元 1201" in html


def test_a_name_too_long_for_the_window_leaves_room_for_the_address() -> None:
    assert "江" * 61 not in sheet("formal-letter", name="江" * 200).split("</address>")[0]


def test_a_hostile_name_and_address_are_only_text_on_the_sheet() -> None:
    html = sheet("second-demand", name=HOSTILE, address=HOSTILE)
    assert "<script" not in html
    assert "{{ 7 * 7 }}" in html
    assert paper.laid_out(html).pages


def test_a_print_run_is_accessible_numbers_its_pages_and_embeds_each_font_once(tmp_path: Path) -> None:
    sources = [sheet("formal-letter"), sheet("bill-issued"), sheet("formal-letter", care=(Treatment.LARGE_PRINT,))]
    documents = paper.laid_out_all(sources, lambda done, whole: None)
    paper.write(documents, tmp_path / "run.pdf")
    content = (tmp_path / "run.pdf").read_bytes()
    text = content + b"".join(_unpacked(content))
    assert b"pdfuaid" in text
    assert b"/StructTreeRoot" in text
    fonts = re.findall(rb"/FontName /[A-Z]{6}\+([\w-]+)", text)
    assert len(fonts) == len(set(fonts)) > 0
    assert [len(document.pages) for document in documents][:2] == [1, 1]


def _unpacked(content: bytes) -> list[bytes]:
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            found.append(zlib.decompress(packed))
        except zlib.error:
            continue
    return found


def test_a_sheet_fetches_nothing() -> None:
    with pytest.raises(session.Refused, match=r"x\.css"):
        paper.laid_out("<link rel=stylesheet href='https://sample.example/x.css'>")


def test_a_letter_that_would_threaten_is_not_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "site", tmp_path / "site")
    path = tmp_path / "site/messages/zh/second-demand.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("无论如何，水、电、门禁都不会因此受影响。", "逾期不缴，将停水停电。"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(session.Refused, match="cut-off"):
        sheet("second-demand")
