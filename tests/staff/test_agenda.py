"""What owners find in their calendar: each quarter's bill, and the works and holidays of the notices."""

from datetime import date
from pathlib import Path

from staff import agenda, noticeboard, rulefiles

SITE = Path(__file__).parents[2] / "site"
READ = rulefiles.read(SITE)
RULES, WORDS = READ.rulebook, READ.files["words.yml"]
NOTICES = noticeboard.read(SITE, ("zh", "en")).shown("en", date(2026, 11, 26))


def label(code: str, **values: object) -> str:
    return str(WORDS.labels[code].en.format(**values))


def events(today: date = date(2026, 11, 26)) -> dict[str, agenda.Event]:
    return {one.uid: one for one in agenda.events("https://a.example/en/", RULES, NOTICES, today, label)}


def test_each_quarter_of_this_year_and_the_next_has_its_due_day_and_its_time_to_pay() -> None:
    found = events()
    due, fees = found["due-2026-q4@a.example"], found["fees-2026-q4@a.example"]
    assert (due.first, due.last) == (date(2026, 12, 31), date(2026, 12, 31))
    first_reminder = min(day for stage in RULES.collection.stages for day in stage.days)
    assert (fees.last - fees.first).days == -first_reminder
    assert {f"due-{year}-q{number}@a.example" for year in (2026, 2027) for number in range(1, 5)} <= set(found)


def test_works_and_holidays_are_in_it_and_how_long_a_reward_holds_is_not() -> None:
    found = events()
    assert found["notice-national-day-2026@a.example"].last == date(2026, 10, 7)
    assert found["notice-water-tank-cleaning@a.example"].first == date(2026, 11, 28)
    assert "notice-rewards-2027@a.example" not in found


def test_a_day_changes_nothing_of_what_is_in_it() -> None:
    assert events(date(2026, 1, 1)) == events(date(2026, 12, 31))


def test_everything_names_whom_to_call() -> None:
    phone = RULES.community.service_centre.phone
    assert all(phone in event.text for uid, event in events().items() if not uid.startswith("notice-"))
