"""From `site/` to the bundle: whole, repeatable, and never made of anything with a fault."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from chalicelib.core import bundle as core
from staff import bundle, drafts
from tests.builders import SITE


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A copy of what staff keep in `site/` that the bundle is made of."""
    target = tmp_path / "site"
    shutil.copytree(SITE, target, ignore=shutil.ignore_patterns("pages", "posters", "theme", "schema"))
    return target


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(site: Path) -> list[tuple[str, str]]:
    made = bundle.compiled(site)
    assert (made.bundle is None) is bool(made.faults)
    return [(fault.file, fault.problem) for fault in made.faults]


def test_what_is_shipped_compiles_without_a_fault(site: Path) -> None:
    made = bundle.compiled(site)
    assert made.faults == []
    assert made.bundle is not None
    stages = made.bundle.rules.collection.stages
    for message in {stage.message for stage in stages} - {None}:
        assert set(made.bundle.messages[message]) == {"zh", "en"}
    assert set(made.bundle.pages["unsubscribe"]) == {"zh", "en"}


def test_a_bundle_is_written_whole_and_is_what_was_compiled(site: Path, tmp_path: Path) -> None:
    target = tmp_path / "deep" / "bundle.json"
    made = bundle.write(site, target)
    assert core.load(target) == made.bundle
    assert [path.name for path in target.parent.iterdir()] == ["bundle.json"]


def test_the_same_files_always_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    bundle.write(site, first)
    bundle.write(site, second)
    assert first.read_bytes() == second.read_bytes()


FAULTS: dict[str, tuple[str, str, str, tuple[str, str]]] = {
    "a rule of the wrong type": ("fees.yml", "yuan: 2.40", "yuan: much", ("fees.yml", "wrong-form")),
    "rules that disagree": ("collection.yml", "days: [7]", "days: [0]", ("collection.yml", "demand-before-due")),
    "a value nobody gives": (
        "messages/en/due-soon.md",
        "{{ left }}",
        "{{ daze }}",
        ("messages/en/due-soon.md", "template-error"),
    ),
    "a filter nobody knows": (
        "messages/en/due-soon.md",
        "{{ left }}",
        "{{ days | twice }}",
        ("messages/en/due-soon.md", "template-error"),
    ),
    "a text message with a demand in it": (
        "messages/zh/due-soon.md",
        "提醒您：",
        "催缴：",
        ("messages/zh/due-soon.md", "sms-not-allowed"),
    ),
    "a text message with a link": (
        "messages/en/bill-issued.md",
        "Questions: {{ centre.phone }}",
        "{{ url }}",
        ("messages/en/bill-issued.md", "sms-not-allowed"),
    ),
    "a text message that is too long": (
        "messages/zh/bill-issued.md",
        "您好，",
        "您好" * 80,
        ("messages/zh/bill-issued.md", "sms-too-long"),
    ),
    "a text message with more parts than its message may take": (
        "messages/zh/bill-issued.md",
        "tone: warm",
        "tone: warm\nsms_segments: 1",
        ("messages/zh/bill-issued.md", "sms-too-long"),
    ),
    "a text message without a registered template": (
        "community.yml",
        "    receipt:\n",
        "    paid-up:\n",
        ("community.yml", "sms-template-missing"),
    ),
    "a registered template of a message there is none of": (
        "community.yml",
        "    receipt:\n",
        "    receipts:\n",
        ("community.yml", "unknown-name"),
    ),
    "a text message that was changed after it was registered": (
        "messages/zh/due-soon.md",
        "{{ period }}物业账单",
        "物业账单",
        ("community.yml", "sms-template-differs"),
    ),
    "a sum that stands in the text message alone": (
        "messages/en/bill-issued.md",
        "CNY {{ amount }}, due {{ due }}. Questions",
        "CNY {{ amount }}0.50, due {{ due }}. Questions",
        ("messages/en/bill-issued.md", "sums-differ"),
    ),
    "a sum that letters alone leave out": (
        "messages/letter.html",
        "<td>{{ row.amount }}</td>",
        "<td></td>",
        ("messages/zh/plan-confirmed.md", "sums-differ"),
    ),
    "a text message that says the same in other words than those registered": (
        "messages/zh/due-soon.md",
        "如已缴费请忽略",
        "已缴请忽略",
        ("community.yml", "sms-template-differs"),
    ),
    "a name nobody gives where it seldom shows": (
        "messages/en/paid-up.md",
        "{{ credit }} is kept",
        "{{ creditt }} is kept",
        ("messages/en/paid-up.md", "template-error"),
    ),
    "a name that could become a tag": (
        "messages/en/receipt.md",
        "{{ salutation }} {{ name }}",
        "{{ salutation }} {{ name | safe }}",
        ("messages/en/receipt.md", "message-fault"),
    ),
    "a message to nobody": (
        "messages/zh/receipt.md",
        "{{ salutation }}{{ name }}：",
        "您好：",
        ("messages/zh/receipt.md", "nobody-greeted"),
    ),
    "a text message that is not fixed words and blanks": (
        "messages/en/receipt.md",
        "Thank you. Tel",
        "{% if number %}Thank you.{% endif %} Tel",
        ("messages/en/receipt.md", "sms-varies"),
    ),
    "a reminder that is firm": (
        "messages/en/due-soon.md",
        "tone: warm",
        "tone: firm",
        ("messages/en/due-soon.md", "tone-out-of-place"),
    ),
    "a demand that is friendlier than the one before": (
        "messages/en/formal-letter.md",
        "tone: formal",
        "tone: plain",
        ("messages/en/formal-letter.md", "tone-out-of-place"),
    ),
    "a promotion by text message": (
        "messages/en/reward-offer.md",
        "tone: warm",
        "tone: warm\nsms:\n  mainland-china: Pay early",
        ("messages/en/reward-offer.md", "promotion-not-here"),
    ),
    "a promotion inside a notice": (
        "messages/zh/paid-up.md",
        "谢谢您的支持。",
        "谢谢您的支持。下季度提前缴费享九折优惠。",
        ("messages/zh/paid-up.md", "compliance-forbidden"),
    ),
    "a stage sent by text message without one": (
        "messages/zh/due-soon.md",
        "mainland-china:",
        "international:",
        ("messages/zh/due-soon.md", "message-missing"),
    ),
    "an e-mail with a tag left open": (
        "messages/en/first-demand.md",
        "{% endif %}",
        "",
        ("messages/en/first-demand.md", "message-fault"),
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault_is_told_and_no_bundle_is_made(site: Path, tmp_path: Path, case: str) -> None:
    file, old, new, expected = FAULTS[case]
    path = site / file
    if case == "a stage sent by text message without one":
        text = path.read_text(encoding="utf-8")
        kept = [line for line in text.splitlines(keepends=True) if not line.startswith("  mainland-china:")]
        path.write_text("".join(kept), encoding="utf-8")
    else:
        edit(path, old, new)
    assert expected in problems(site)
    target = tmp_path / "bundle.json"
    target.write_bytes(b"before")
    bundle.write(site, target)
    assert target.read_bytes() == b"before"


def test_a_message_nothing_sends_is_a_fault(site: Path) -> None:
    (site / "messages/en/refund.md").rename(site / "messages/en/refunds.md")
    assert ("messages/en/refunds.md", "message-unused") in problems(site)


def test_an_occasion_without_its_message_is_a_fault(site: Path) -> None:
    (site / "messages" / "en" / "refund.md").unlink()
    assert problems(site) == [("messages/en/refund.md", "file-missing")]


def test_a_message_in_one_language_only_is_a_fault(site: Path) -> None:
    (site / "messages" / "en" / "due-soon.md").unlink()
    assert ("collection.yml", "message-missing") in problems(site)


@pytest.mark.parametrize("name", ["layout.html", "layout.txt", "unsubscribe.html"])
def test_a_missing_layout_is_a_fault_not_a_crash(site: Path, name: str) -> None:
    (site / "messages" / name).unlink()
    assert problems(site) == [(f"messages/{name}", "file-missing")]


@pytest.mark.parametrize("name", ["layout.html", "unsubscribe.html"])
def test_a_layout_with_a_fault_is_told_not_a_crash(site: Path, name: str) -> None:
    path = site / "messages" / name
    path.write_text(path.read_text(encoding="utf-8") + "{% if %}{{ nobody }}", encoding="utf-8")
    assert problems(site)


def test_a_message_that_is_not_utf_8_is_a_fault_not_a_crash(site: Path) -> None:
    (site / "messages" / "zh" / "due-soon.md").write_bytes("提醒".encode("gb18030"))
    assert ("messages/zh/due-soon.md", "not-utf-8") in problems(site)


# the revision


def git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=x", "-c", "user.email=x@sample.example", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *words], cwd=folder, capture_output=True, text=True, check=True)  # noqa: S603, S607
    return done.stdout.strip()


def test_outside_git_the_revision_is_a_hash_of_the_files(site: Path) -> None:
    before = drafts.revision(site)
    assert before.startswith("files-")
    assert drafts.revision(site) == before
    edit(site / "fees.yml", "2.40", "2.41")
    assert drafts.revision(site) != before


def test_in_git_the_revision_is_the_commit_that_last_changed_the_rules(site: Path) -> None:
    root = site.parent
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "rules")
    commit = git(root, "rev-parse", "HEAD")
    assert drafts.revision(site) == commit
    (root / "README.md").write_text("x", encoding="utf-8")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "words elsewhere")
    assert drafts.revision(site) == commit
    edit(site / "fees.yml", "2.40", "2.41")
    changed = drafts.revision(site)
    assert changed.startswith(f"{commit}+")
    edit(site / "fees.yml", "2.41", "2.42")
    assert drafts.revision(site) != changed


def test_rules_and_messages_are_judged_in_one_go_each_fault_with_its_line(site: Path) -> None:
    fees, message = site / "fees.yml", site / "messages/zh/due-soon.md"
    fees.write_text(fees.read_text(encoding="utf-8").replace("yuan: 2.20", "yuan: -2.20", 1), encoding="utf-8")
    message.write_text(message.read_text(encoding="utf-8").replace("账单{{ left }}。", "账单{{ lest }}。"), "utf-8")

    made = bundle.compiled(site)

    places = [(fault.file, fault.problem, made.files.line(fault)) for fault in made.faults]
    assert places == [("fees.yml", "wrong-form", 59), ("messages/zh/due-soon.md", "template-error", 10)]


# law and courtesy


def found(site: Path, on: date | None = None) -> list[tuple[str, str, str, int]]:
    made = bundle.compiled(site, on=on)
    return [(fault.file, fault.problem, str(fault.values.get("rule")), made.files.line(fault)) for fault in made.faults]


def with_pages(site: Path) -> Path:
    for folder in ("pages", "theme"):
        shutil.copytree(SITE / folder, site / folder)
    return site


LAWS: dict[str, tuple[str, str, str, tuple[str, str, str, int]]] = {
    "a threat in a message": (
        "messages/zh/second-demand.md",
        "无论如何，水、电、门禁都不会因此受影响",
        "否则停 水 停 電",
        ("messages/zh/second-demand.md", "compliance-forbidden", "cut-off", 21),
    ),
    "a threat in a text message": (
        "messages/en/due-soon.md",
        "If paid, please ignore.",
        "Or we cut off your water.",
        ("messages/en/due-soon.md", "compliance-forbidden", "cut-off", 5),
    ),
    "a consequence before its stage": (
        "messages/en/first-demand.md",
        "Dates are Beijing time",
        "Otherwise we take legal action. Dates are Beijing time",
        ("messages/en/first-demand.md", "compliance-forbidden", "legal-early", 19),
    ),
    "a debt on a page": (
        "pages/zh/contact.md",
        "例如3-2-1201",
        "例如3-2-1201（欠费两年）",
        ("pages/zh/contact.md", "compliance-forbidden", "private-in-public", 27),
    ),
    "a threat in the rules themselves": (
        "collection.yml",
        "给出 15 天期限。",
        "逾期停水。",
        ("collection.yml", "compliance-forbidden", "cut-off", 72),
    ),
    "a threat in a part of a page": (
        "theme/parts/en/payment_methods.md.j2",
        "{",
        "Pay or we disconnect your power.\n{",
        ("theme/parts/en/payment_methods.md.j2", "compliance-forbidden", "cut-off", 1),
    ),
    "no way to object": (
        "messages/en/first-demand.md",
        "**If you disagree with the bill**, write back or call {{ centre.phone }}; tell us which item",
        "Goodbye",
        ("messages/en/first-demand.md", "compliance-missing", "objection", 1),
    ),
    "a page in the other language": (
        "pages/en/why.md",
        "# What each yuan pays for",
        "这一页没有翻译，仍是中文。" * 200,
        ("pages/en/why.md", "language-other", "None", 1),
    ),
}


@pytest.mark.parametrize("case", LAWS)
def test_what_may_not_be_said_is_told_with_file_line_and_rule(site: Path, case: str) -> None:
    file, old, new, expected = LAWS[case]
    edit(with_pages(site) / file, old, new)
    assert expected in found(site)
    assert bundle.compiled(site).bundle is None


def test_one_finding_is_told_once(site: Path) -> None:
    edit(site / "messages/zh/due-soon.md", "若已缴费，请忽略。", "若已缴费，请忽略。否则停水。")
    assert [rule for _, _, rule, _ in found(site)] == ["cut-off"]


def test_a_page_in_one_language_only_is_told_by_its_file(site: Path) -> None:
    (with_pages(site) / "pages/en/why.md").unlink()
    assert "pages/en/why.md" in {file for file, *_ in found(site)}


def test_a_message_without_a_file_is_told_where_the_stage_names_it(site: Path) -> None:
    (site / "messages/en/due-soon.md").unlink()
    made = bundle.compiled(site)
    (fault,) = made.faults
    line = (site / "collection.yml").read_text(encoding="utf-8").splitlines()[made.files.line(fault) - 1]
    assert (line.strip(), fault.allowed) == ("message: due-soon", "messages/en/due-soon.md")


def test_a_review_that_is_due_warns_and_one_that_was_missed_fails(site: Path) -> None:
    edit(site / "community.yml", "last: 2027-02-08,", "last: 2027-02-08, make_up: [2027-02-20],")
    fresh, due, missed = (
        bundle.compiled(site, on=on) for on in (date(2026, 11, 30), date(2027, 12, 1), date(2028, 6, 1))
    )
    assert (fresh.warnings, fresh.faults) == ([], [])
    assert due.faults == []
    assert {fault.problem for fault in due.warnings} == {"review-due", "reference-old", "holidays-missing"}
    assert due.bundle
    assert {fault.problem for fault in missed.faults} == {"review-missed", "holidays-missing"}
    assert missed.bundle is None
