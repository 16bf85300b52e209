"""Time zones that are known, and hardly ever meant."""

import pytest

from digest.config.timezone_warnings import timezone_warnings
from digest.config.yaml_document import parse

_REMEDY = "has no summer time; use a name such as"


@pytest.mark.parametrize(
    ("zone", "warnings"),
    [
        ("EST", [f'schedule.timezone: "EST" {_REMEDY} America/New_York']),
        ("Etc/GMT+1", [f'schedule.timezone: "Etc/GMT+1" is 1 h behind UTC, and {_REMEDY} Europe/Berlin']),
        ("Etc/GMT-9", [f'schedule.timezone: "Etc/GMT-9" is 9 h ahead of UTC, and {_REMEDY} Europe/Berlin']),
        ("CET", []),
        ("UTC", []),
        ("Etc/GMT+0", []),
    ],
)
def test_a_zone_without_summer_time_is_told_with_its_line(zone: str, warnings: list[str]) -> None:
    document, _ = parse("f", f"schedule:\n  timezone: {zone}\n")
    assert [str(one) for one in timezone_warnings(document)] == [f"f:2:13: {text}" for text in warnings]


def test_a_subscribers_own_zone_is_told_too() -> None:
    document, _ = parse("f", "subscribers:\n  - timezone: MST\n")
    assert [one.path for one in timezone_warnings(document)] == ["subscribers[0].timezone"]
