"""Messages as staff write them: Markdown to HTML and plain text, their tags untouched, their faults told."""

from pathlib import Path

import pytest

from chalicelib.core.bundle import MessageText
from chalicelib.core.fault import Fault
from chalicelib.core.rulebook import SmsProfile
from staff import messages

MAINLAND, ABROAD = SmsProfile.MAINLAND_CHINA, SmsProfile.INTERNATIONAL
FRONT = '---\nsubject: "{{ community }}: hello"\ntone: warm\nsms:\n  mainland-china: "CNY {{ amount }}"\n---\n'


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A `site/` with layouts as bare as can be."""
    folder = tmp_path / "messages"
    (folder / "en").mkdir(parents=True)
    (folder / "layout.html").write_text("<body>{{ body }}<table></table>{{ after }}</body>", encoding="utf-8")
    (folder / "layout.txt").write_text("{{ body }}TABLE\n{{ after }}", encoding="utf-8")
    return tmp_path


def compiled(
    site: Path, content: str | bytes, profile: SmsProfile = MAINLAND
) -> tuple[MessageText | None, list[Fault]]:
    raw = content.encode() if isinstance(content, str) else content
    (site / "messages" / "en" / "hello.md").write_bytes(raw)
    text, _, faults = messages.compiled(site, "hello", "en", profile)
    return text, faults


def test_a_message_is_compiled_for_each_way_it_leaves(site: Path) -> None:
    text, faults = compiled(site, f"{FRONT}Dear {{{{ name }}}},\n\n**Please** pay.\n\n<!-- table -->\n\nThank you.\n")
    assert faults == []
    assert text is not None
    assert (text.subject, text.sms) == ("{{ community }}: hello", "CNY {{ amount }}")
    assert "<strong>Please</strong> pay." in text.html
    assert text.html.index("Please") < text.html.index("<table>") < text.html.index("Thank you")
    assert "Dear {{ name }},\n\nPlease pay." in text.text
    assert text.text.index("Please") < text.text.index("TABLE") < text.text.index("Thank you")


def test_tags_pass_through_markdown_untouched(site: Path) -> None:
    tags = ("{% if late_fee %}", "{{ late_fee['from'] }}", "{{ a_b_c }}", "{% endif %}", "{{ methods | join(', ') }}")
    body = "{}\n**From {}** at {} * 2\n{}\n\n{}\n".format(*tags)
    text, faults = compiled(site, FRONT + body)
    assert faults == []
    assert text is not None
    for tag in (
        "{% if late_fee %}",
        "{{ late_fee['from'] }}",
        "{{ a_b_c }}",
        "{% endif %}",
        "{{ methods | join(', ') }}",
    ):
        assert tag in text.html
        assert tag in text.text


def test_the_text_message_is_that_of_the_carriers_profile(site: Path) -> None:
    both = FRONT.replace("\n---\n", '\n  international: "Pay at {{ url }}"\n---\n')
    text, _ = compiled(site, both + "x", ABROAD)
    assert text is not None
    assert text.sms == "Pay at {{ url }}"
    text, _ = compiled(site, FRONT + "x", ABROAD)
    assert text is not None
    assert text.sms is None


def test_a_byte_order_mark_is_no_fault(site: Path) -> None:
    assert compiled(site, b"\xef\xbb\xbf" + f"{FRONT}x".encode())[1] == []


@pytest.mark.parametrize("content", ["no front matter", "---\nsubject: x\n", "subject: x\n---\nbody"])
def test_a_file_without_front_matter_is_a_fault(site: Path, content: str) -> None:
    text, faults = compiled(site, content)
    assert text is None
    assert [fault.problem for fault in faults] == ["message-fault"]


@pytest.mark.parametrize(
    ("front", "problem", "field", "line"),
    [
        ("colour: red\nsubject: x\ntone: warm", "unknown-key", "colour", 2),
        ("tone: warm\nsms:\n  mainland-china: x", "missing-key", "subject", 1),
        ("subject: x", "missing-key", "tone", 1),
        ("subject: x\ntone: cheeky", "not-one-of", "tone", 3),
        ("subject: x\ntone: warm\nsms:\n  pigeon: x", "unreadable", "", 1),
        ('subject: ""\ntone: warm', "empty", "subject", 2),
        ("subject: [x", "yaml", "", 2),
    ],
)
def test_what_is_wrong_in_the_front_matter_is_told_with_its_line(
    site: Path, front: str, problem: str, field: str, line: int
) -> None:
    (site / "messages" / "en" / "hello.md").write_text(f"---\n{front}\n---\nbody\n", encoding="utf-8")
    text, read, faults = messages.compiled(site, "hello", "en", MAINLAND)
    assert text is None
    (fault,) = faults
    assert (fault.file, fault.problem, fault.field.split(".")[0]) == ("messages/en/hello.md", problem, field)
    assert read.line(fault.path) in (line, line + 1)


@pytest.mark.parametrize("body", ["{{ name", "{% if x %}", "{% unknown %}"])
def test_a_tag_that_cannot_be_filled_in_is_a_fault(site: Path, body: str) -> None:
    _, faults = compiled(site, FRONT + body)
    assert {fault.problem for fault in faults} == {"message-fault"}
