"""Warn of time zones that are known and hardly ever meant: those without summer time, named by an offset."""

import re
from collections.abc import Iterator

from digest.config.quoting import quoted
from digest.config.yaml_document import Document, Location
from digest.errors import ConfigFault

_ABBREVIATED = ("EST", "MST", "HST")
_OFFSET = re.compile(r"Etc/GMT(?P<sign>[+-])(?P<hours>[1-9]\d?)")


def timezone_warnings(document: Document) -> Iterator[ConfigFault]:
    """A warning for each such zone of the file."""
    for location in _locations(document):
        zone = document.at(location)
        if not isinstance(zone, str):
            continue
        if zone in _ABBREVIATED:
            yield document.fault(
                location, f"{quoted(zone)} has no summer time; use a name such as America/New_York"
            )
        elif offset := _OFFSET.fullmatch(zone):
            side = "behind" if offset["sign"] == "+" else "ahead of"
            yield document.fault(
                location,
                f"{quoted(zone)} is {offset['hours']} h {side} UTC, and has no summer time; "
                "use a name such as Europe/Berlin",
            )


def _locations(document: Document) -> Iterator[Location]:
    yield ("schedule", "timezone")
    subscribers = document.at(("subscribers",))
    for number in range(len(subscribers) if isinstance(subscribers, list) else 0):
        yield ("subscribers", number, "timezone")
