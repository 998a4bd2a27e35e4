"""What differs between two rulebooks, told by the field a reviewer would look up."""

from msgspec.structs import replace

from chalicelib.core.rulebook import Rulebook, Stage, Text
from staff.rulechange import Change, changes
from tests.builders import shipped


def with_stages(*stages: Stage) -> Rulebook:
    rules = shipped()
    return replace(rules, collection=replace(rules.collection, stages=stages))


STAGES = shipped().collection.stages


def test_the_same_rules_differ_in_nothing() -> None:
    assert changes(shipped(), shipped()) == []


def test_a_field_of_a_stage_is_told_by_the_stage() -> None:
    changed = replace(STAGES[2], days=(10,))
    found = changes(shipped(), with_stages(*STAGES[:2], changed, *STAGES[3:]))
    assert found == [Change("collection.yml", "stages.first-demand.days", "[7]", "[10]")]


def test_a_stage_that_is_gone_is_told_as_a_whole_and_no_other_with_it() -> None:
    (gone,) = changes(shipped(), with_stages(*STAGES[:-1]))
    assert (gone.field, gone.after) == ("stages.legal-review", None)
    assert gone.before and len(gone.before) <= 80


def test_a_dated_rule_is_told_by_the_day_it_begins() -> None:
    rules = shipped()
    (rule,) = rules.collection.late_fees["standard"]
    later = replace(rule, grace_days=20)
    after = replace(rules, collection=replace(rules.collection, late_fees={"standard": (later,)}))
    assert changes(rules, after) == [
        Change("collection.yml", f"late_fees.standard.{rule.from_}.grace_days", "30", "20")
    ]


def test_words_are_told_as_they_are_written() -> None:
    renamed = replace(STAGES[0], name=Text(zh="新账单", en="A new bill"))
    found = changes(shipped(), with_stages(renamed, *STAGES[1:]))
    assert [(one.field, one.after) for one in found] == [
        ("stages.bill-issued.name.zh", "新账单"),
        ("stages.bill-issued.name.en", "A new bill"),
    ]
