"""The rules as anybody's program may read them: all that is published of sums, exactly, and nothing else."""

import json
from decimal import Decimal

from staff import openrules
from tests import builders

MADE = json.loads(openrules.published(builders.shipped(), "abc"))


def test_they_name_their_revision() -> None:
    assert MADE["revision"] == "abc"


def test_every_rate_is_there_as_it_was_written() -> None:
    schedules = builders.shipped().fees.schedules
    yuan = [[str(rate.yuan) if rate.yuan is not None else None for rate in schedule.rates] for schedule in schedules]

    assert [[rate["yuan"] for rate in schedule["rates"]] for schedule in MADE["schedules"]] == yuan
    assert MADE["late_fees"]["standard"][0]["daily_rate"] == "0.0003"


def test_a_small_rate_is_written_out() -> None:
    assert openrules.encoded({"rate": Decimal("0.00000001")}) == b'{"rate":"0.00000001"}'


def test_nothing_of_how_reminders_are_sent_or_spent_is_in_them() -> None:
    assert set(MADE) == {
        "revision",
        "time_zone",
        "kinds",
        "unit_kinds",
        "schedules",
        "late_fees",
        "reference_rates",
        "rewards",
    }
