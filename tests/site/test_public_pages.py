"""What the built public site shows, from which data, and what it never does."""

import html
import re
import shutil
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from werkzeug.wrappers import Request

from chalicelib.core.words import day_text
from staff import noticeboard, rulefiles, webserver
from tests import publicsite

READ = rulefiles.read(publicsite.ROOT / "site")
RULES, WORDS = READ.rulebook, READ.files["words.yml"]
PAGES = [
    "",
    "fees/",
    "calculator/",
    "history/",
    "why/",
    "pay/",
    "reminders/",
    "late-fee/",
    "notices/",
    "disclosure/",
    "faq/",
    "privacy/",
    "contact/",
]
PAGES += ["notices/water-tank-cleaning/"]
OWN = ["balance/", "receipt/", "pay-for/", "verify/", "my-bill/"]  # an owner's pages, which stand apart from the theme
LANGUAGES = {"zh": "", "en": "en/"}

# Fetched by a browser that reads the tag, unlike the address of a plain link.
FETCHED = {"script": "src", "img": "src", "iframe": "src", "source": "src", "embed": "src", "object": "data"}
FETCHED_LINKS = {"stylesheet", "icon", "preload", "prefetch", "preconnect", "dns-prefetch", "manifest", "modulepreload"}
# Addresses inside the theme's script, and the mark in a page without which it never fetches them. The third is for
# browsers without a ResizeObserver, and our own script, which runs first, gives them one.
THEME_FETCHES = {
    "https://unpkg.com/mermaid": "mermaid",
    "https://api.github.com/": 'data-md-component="source"',
    "https://unpkg.com/resize-observer-polyfill": "<never>",
}


def page(site: Path, address: str, language: str = "zh") -> str:
    return (site / LANGUAGES[language] / address / "index.html").read_text(encoding="utf-8")


def text(markup: str) -> str:
    """What a reader sees of a page, spaces evened out."""
    without_scripts = re.sub(r"<(script|style)\b.*?</\1>", "", markup, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", without_scripts)))


class Addresses(HTMLParser):
    """Every address a browser fetches by itself when it reads a page."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in FETCHED:
            self.found.append(given.get(FETCHED[tag]) or "")
        if tag == "link" and FETCHED_LINKS & set((given.get("rel") or "").split()):
            self.found.append(given.get("href") or "")
        self.found += re.findall(r"url\(['\"]?([^'\")]+)", given.get("style") or "")


class Languages(HTMLParser):
    """The languages a page's texts are in, each text with the language of the innermost element that names one."""

    VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "source"})

    def __init__(self, markup: str) -> None:
        super().__init__()
        self._open: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            inherited = self._open[-1][1] if self._open else ""
            self._open.append((tag, dict(attrs).get("lang") or inherited))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] not in ("script", "style", "title"):
            self.texts.append((self._open[-1][1], data))


def is_foreign(address: str) -> bool:
    return re.match(r"(?:[a-z]+:)?//", address) is not None


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES.items())
def test_each_page_names_its_language_and_marks_chinese_words_in_english(
    public_site: Path, language: str, prefix: str
) -> None:
    for address in PAGES:
        texts = Languages(page(public_site, address, language)).texts
        assert {spoken for spoken, _ in texts} <= {"zh", "en"} and texts[0][0] == language
        assert not [data for spoken, data in texts if spoken == "en" and re.search(r"[\u3400-\u9fff]", data)], address


def test_the_site_builds_strictly_without_a_warning(public_site: Path) -> None:
    log = (public_site.parent / "build.log").read_text(encoding="utf-8")

    assert not re.search("warning|error|prefix dict", log, re.I)


@pytest.mark.parametrize("address", PAGES + OWN)
def test_every_page_exists_in_both_languages(public_site: Path, address: str) -> None:
    assert page(public_site, address, "zh") and page(public_site, address, "en")


def test_no_page_exists_in_one_language_only(public_site: Path) -> None:
    english = {path.relative_to(public_site / "en") for path in (public_site / "en").rglob("index.html")}
    chinese = {path.relative_to(public_site) for path in public_site.rglob("index.html")}

    assert {path for path in chinese if path.parts[0] != "en"} == english


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("schedule", RULES.fees.schedules, ids=lambda schedule: schedule.id)
def test_every_rate_is_published_with_its_authority_and_date(public_site: Path, schedule, language) -> None:
    shown = text(page(public_site, "fees/", language))
    for rate in schedule.rates:
        amount = f"{rate.yuan} {schedule.measure.of(language)}" if rate.yuan is not None else ""
        assert amount in shown
        assert rate.authority.reference.of(language) in shown
        assert day_text(WORDS, rate.published_on, language) in shown
        assert day_text(WORDS, rate.from_, language) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_of_a_rate_is_in_the_history_with_both_figures_and_its_authority(
    public_site: Path, language
) -> None:
    shown = text(page(public_site, "history/", language))
    for schedule in RULES.fees.schedules:
        for before, after in pairwise(schedule.rates):
            told = f"由{before.yuan}改为{after.yuan} " if language == "zh" else f"From {before.yuan} to {after.yuan} "
            assert told + schedule.measure.of(language) in shown
            assert after.authority.reference.of(language) in shown
            assert day_text(WORDS, after.authority.decided_on, language) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_history_can_be_entered_at_the_month_a_bill_names(public_site: Path, language) -> None:
    for schedule in RULES.fees.schedules:
        for rate in schedule.rates:
            assert f'id="{rate.from_:%Y-%m}"' in page(public_site, "history/", language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("method", RULES.payments.methods, ids=lambda method: method.id)
def test_every_way_to_pay_is_published_with_its_steps(public_site: Path, method, language) -> None:
    shown = text(page(public_site, "pay/", language))
    for words in (method.name, method.summary, method.proof, method.charge, *method.steps):
        assert words.of(language) in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_and_every_part_of_the_budget_is_published(public_site: Path, language) -> None:
    reminders, why = (text(page(public_site, address, language)) for address in ("reminders/", "why/"))

    assert all(stage.summary.of(language) in reminders for stage in RULES.collection.stages)
    assert all(part.detail.of(language) in why for part in RULES.fees.budget.spending)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_service_centres_phone_can_be_tapped_on_every_page(public_site: Path, language) -> None:
    phone = RULES.community.service_centre.phone

    assert all(f'href="tel:{phone}"' in page(public_site, address, language) for address in PAGES + OWN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_at_least_eighteen_questions_are_answered(public_site: Path, language) -> None:
    assert len(re.findall(r"<h3 id=", page(public_site, "faq/", language))) >= 18


def test_only_the_questions_explain_the_word_that_is_not_used(public_site: Path) -> None:
    pages = {path.parent.name for path in public_site.rglob("*.html") if "滞纳金" in path.read_text(encoding="utf-8")}

    assert pages == {"faq"}


@pytest.mark.parametrize("address", PAGES)
def test_each_page_leads_to_itself_in_the_other_language(public_site: Path, address: str) -> None:
    assert f'href="/en/{address}"' in page(public_site, address, "zh")
    assert f'href="/{address}"' in page(public_site, address, "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_engines_are_told_the_whole_address_of_each_language(public_site: Path, language) -> None:
    host = RULES.community.site_url
    for other, prefix in LANGUAGES.items():
        link = f'<link rel="alternate" hreflang="{other}" href="{host}/{prefix}fees/">'
        assert link in page(public_site, "fees/", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_staff_are_led_to_the_file_they_edit(public_site: Path, language) -> None:
    repository = RULES.community.repository_url
    footer = page(public_site, "fees/", language).split('<footer class="md-footer">')[1]

    assert f"{repository}/edit/main/site/pages/{language}/fees.md" in footer
    assert f"{repository}/edit/main/site/fees.yml" in footer


def test_staff_are_led_to_the_file_of_a_notice(public_site: Path) -> None:
    repository = RULES.community.repository_url
    shown = page(public_site, "notices/water-tank-cleaning/", "en")

    assert f"{repository}/edit/main/site/notices/en/water-tank-cleaning.md" in shown


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES.items())
def test_every_page_leads_feed_readers_to_the_feed_of_its_language(
    public_site: Path, language: str, prefix: str
) -> None:
    feed = ElementTree.parse(public_site / prefix / "notices/feed.xml").getroot()  # noqa: S314  # built here
    own = feed.find("{*}link[@rel='self']").get("href")

    assert own == f"{RULES.community.site_url}/{prefix}notices/feed.xml"
    for address in PAGES:
        (link,) = re.findall(
            r'<link rel="alternate" type="application/atom[^>]*href="([^"]+)"', page(public_site, address, language)
        )
        assert (public_site / prefix / address / link).resolve() == public_site / prefix / "notices/feed.xml"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notices_that_are_up_are_listed_by_year_and_the_latest_on_the_home_page(
    public_site: Path, language: str
) -> None:
    notices = noticeboard.read(publicsite.ROOT / "site", ("zh", "en")).shown(
        language, date.fromisoformat(publicsite.TODAY)
    )
    listed, home = (text(page(public_site, address, language)) for address in ("notices/", ""))

    places = [listed.index(notice.front.title) for notice in notices]
    assert places == sorted(places)
    assert all(WORDS.labels[f"notice-{notice.front.kind}"].of(language) in listed for notice in notices)
    assert [notice.front.title in home for notice in notices[:4]] == [True, True, True, False]


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES.items())
def test_the_calendar_leads_back_to_pages_that_exist(public_site: Path, language: str, prefix: str) -> None:
    made = (public_site / prefix / "notices/calendar.ics").read_bytes().replace(b"\r\n ", b"").decode()
    urls = set(re.findall(r"^URL:(.*)\r$", made, re.M))

    assert urls
    for url in urls:
        assert (public_site / url.removeprefix(f"{RULES.community.site_url}/") / "index.html").is_file(), url


@pytest.mark.parametrize(("language", "prefix"), LANGUAGES.items())
def test_the_calendar_can_be_subscribed_to_downloaded_and_copied(public_site: Path, language: str, prefix: str) -> None:
    markup = page(public_site, "notices/", language)
    host = RULES.community.site_url.removeprefix("https://")

    assert f'href="webcal://{host}/{prefix}notices/calendar.ics"' in markup
    assert re.search(r'href="[^"]*calendar\.ics"', markup.replace("webcal:", ""))
    assert f">https://{host}/{prefix}notices/calendar.ics</code>" in markup


def test_nothing_is_left_of_a_template_or_a_type_on_any_page(public_site: Path) -> None:
    for path in public_site.rglob("*.html"):
        markup = path.read_text(encoding="utf-8")
        assert not re.search(
            r">\s*None\s*<|\{\{|\{%|Text\(|Decimal\(|datetime\.date|Undefined", text(markup) + markup
        ), path


def test_fault_37_no_page_fetches_anything_from_another_host(public_site: Path) -> None:
    for path in public_site.rglob("*.html"):
        found = Addresses(path.read_text(encoding="utf-8")).found
        assert found and not [address for address in found if is_foreign(address)], path


def test_fault_37_no_style_fetches_anything_from_another_host(public_site: Path) -> None:
    for path in public_site.rglob("*.css"):
        found = re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")]+)", path.read_text(encoding="utf-8"))
        assert not [address for address in found if is_foreign(address)], path


def test_fault_37_no_script_fetches_anything_from_another_host(public_site: Path) -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in public_site.rglob("*.html"))
    scripts = [path.read_text(encoding="utf-8") for path in public_site.rglob("*.js")]
    fetched = {
        url for script in scripts for url in re.findall(r"(?:fetch\w*|import|\w+)\([`'\"](https?://[^`'\"]+)", script)
    }
    known = (*THEME_FETCHES, "http://www.w3.org/2000/svg")  # the last is a name
    unknown = [url for url in fetched if not url.startswith(known)]

    assert not unknown
    assert not [mark for mark in THEME_FETCHES.values() if mark in pages]
    assert re.search(r"site\.js.*bundle\.\w+\.min\.js", page(public_site, ""), re.S)


class Scripts(HTMLParser):
    """The scripts written into a page, but for blocks of data; and attributes that would be scripts of their own."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[str] = []
        self.handlers: list[str] = []
        self._is_open = False
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.handlers += [name for name in given if name.startswith("on")]
        self._is_open = tag == "script" and "src" not in given and given.get("type") != "application/json"
        if self._is_open:
            self.found.append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_open = False

    def handle_data(self, data: str) -> None:
        if self._is_open:
            self.found[-1] += data


def test_fault_36_each_page_names_the_scripts_it_was_built_with_by_their_hashes_and_no_other(public_site: Path) -> None:
    pages = webserver.site(public_site)
    paths = sorted(public_site.rglob("*.html"))
    assert len(paths) > 40
    for path in paths:
        scripts = Scripts(path.read_text(encoding="utf-8"))
        address = path.relative_to(public_site).as_posix()
        policy = pages(Request.from_values(f"/{address}")).headers["Content-Security-Policy"]
        named = set(re.findall(r"'sha256-([^']+)'", policy))
        assert named == {b64encode(sha256(one.encode()).digest()).decode() for one in scripts.found}, path
        assert scripts.handlers == [], path
        assert "unsafe" not in policy


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_engines_are_led_to_the_public_pages_alone(public_site: Path, language: str) -> None:
    listed = (public_site / LANGUAGES[language] / "sitemap.xml").read_text(encoding="utf-8")
    led_to = re.findall(r"<loc>https://[^/]+/(?:en/)?([^<]*)</loc>", listed)
    assert set(PAGES) <= set(led_to)
    assert not [one for one in led_to if one.startswith(tuple(OWN))]
    assert all('content="noindex"' in page(public_site, one, language) for one in OWN)


def test_templates_and_debugging_aids_are_not_published(public_site: Path) -> None:
    assert not [*public_site.rglob("*.j2"), *public_site.rglob("*.map"), *public_site.rglob("parts")]


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A copy of what staff edit, and of what builds the site from it."""
    shutil.copytree(publicsite.ROOT / "site", tmp_path / "site")
    for name in ("mkdocs.yml", "mkdocs.en.yml", "build_notices.py"):
        shutil.copy(publicsite.ROOT / name, tmp_path)
    return tmp_path


BREAKAGES = [
    ("fees.yml", "yuan: 2.40", "yuan: -2.40", "rates[1].yuan"),
    ("payments.yml", "methods:", "ways:", "methods"),
    ("collection.yml", "days: [7]", "days: [-7]", "stages[first-demand].days"),
    ("community.yml", "  phone: 400-000-0123\n", "", "service_centre.phone"),
    ("disclosure.yml", "paid: 74", "paid: 84", "collected.groups[0].paid"),
    ("notices/zh/online-bills.md", "kind: fees", "kind: gossip", "kind"),
]


@pytest.mark.parametrize(("name", "right", "wrong", "field"), BREAKAGES)
def test_a_broken_rulebook_never_builds(workplace: Path, name: str, right: str, wrong: str, field: str) -> None:
    path = workplace / "site" / name
    rules = path.read_text(encoding="utf-8")
    assert right in rules
    path.write_text(rules.replace(right, wrong, 1), encoding="utf-8")

    build = publicsite.built(workplace, "zh", workplace / "out")

    assert build.returncode != 0
    assert re.search(rf"site/{re.escape(name)}:\d+ \S*{re.escape(field)}", build.stderr)
    assert "Traceback" not in build.stderr
    assert not (workplace / "out").exists()


@pytest.mark.parametrize("wrong", ["{{ service_centre.fax }}", "{% fax %}", "{{ fee_table('fax') }}"])
def test_a_page_that_cannot_be_filled_in_never_builds_and_is_named_on_one_line(workplace: Path, wrong: str) -> None:
    (workplace / "site" / "pages" / "zh" / "contact.md").write_text(f"# Fax\n\n{wrong}\n", encoding="utf-8")

    build = publicsite.built(workplace, "zh", workplace / "out")

    assert build.returncode != 0
    assert re.search(r"site/pages/zh/contact\.md:3: .*fax", build.stderr)
    assert "Traceback" not in build.stderr
    assert not (workplace / "out").exists()


def test_a_page_that_says_what_it_may_not_never_builds_and_is_named_on_one_line(workplace: Path) -> None:
    path = workplace / "site" / "pages" / "zh" / "contact.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n逾期不缴的，停 水 停 電。\n", encoding="utf-8")
    line = len(path.read_text(encoding="utf-8").splitlines())

    build = publicsite.built(workplace, "zh", workplace / "out")

    assert build.returncode != 0
    assert re.search(rf"site/pages/zh/contact\.md:{line}: .*停 水 停 電.*cut-off", build.stderr)
    assert not (workplace / "out").exists()


def test_no_page_has_a_style_of_its_own_which_the_policy_would_refuse(public_site: Path) -> None:
    for path in public_site.rglob("*.html"):
        assert not re.search(r"<style|<[^>]+\sstyle=", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("address", PAGES)
def test_no_gap_stands_between_two_chinese_sentences_of_a_paragraph(public_site: Path, address: str) -> None:
    article = re.search(r"<article.*</article>", page(public_site, address), re.S)
    paragraphs = re.findall(r"<(?:p|li|td)\b[^>]*>([^<]*(?:<a\b[^>]*>[^<]*</a>[^<]*)*)", article[0] if article else "")

    assert paragraphs
    assert [gap for each in paragraphs for gap in re.findall(r".{6}[。；，]\s+[\u3400-\u9fff].{4}", each.strip())] == []
