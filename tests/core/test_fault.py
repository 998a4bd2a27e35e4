import pytest

from chalicelib.core.fault import Fault, Path


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ((), ""),
        (("name",), "name"),
        (("schedules", 0, "rates", 1, "from"), "schedules[0].rates[1].from"),
        (("kinds", "property", "late_fee"), "kinds.property.late_fee"),
    ],
)
def test_a_place_is_written_as_people_write_it(path: Path, field: str) -> None:
    assert Fault("fees.yml", path, "missing-key").field == field
