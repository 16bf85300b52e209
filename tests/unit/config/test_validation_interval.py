import pytest

from digest.config.environment import Overrides
from digest.config.validation import pace_faults
from digest.config.yaml_document import parse

_LOCAL = "http://127.0.0.1:1/"
_FAR = "https://export.arxiv.org/"
_PROBLEM = "under 3 seconds only where api and feed are both on this machine; write 3 or more"


def told(text: str, overrides: Overrides) -> list[str]:
    return [str(fault) for fault in pace_faults(parse("s.yaml", text)[0], overrides)]


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        ("welcome: 1", Overrides()),
        ("arxiv: {interval: 3}", Overrides()),
        ("arxiv: {interval: 60}", Overrides()),
        (f"arxiv: {{api: '{_LOCAL}', feed: '{_LOCAL}', interval: 0}}", Overrides()),
        (f"arxiv: {{api: '{_FAR}', interval: 0}}", Overrides(api=_LOCAL, feed=_LOCAL)),
        ("arxiv: {interval: 1}", Overrides(interval_seconds=3)),
        ("arxiv: {interval: -1}", Overrides()),
        ("arxiv: {interval: soon}", Overrides()),
    ],
    ids=["default", "3", "60", "local", "local by environment", "slowed by environment", "negative", "text"],
)
def test_no_fault_of_pace(text: str, overrides: Overrides) -> None:
    assert told(text, overrides) == []


@pytest.mark.parametrize(
    ("text", "overrides", "place"),
    [
        ("arxiv: {interval: 2.9}", Overrides(), "s.yaml:1:19: arxiv.interval"),
        (f"arxiv: {{interval: 0, api: '{_LOCAL}'}}", Overrides(), "s.yaml:1:19: arxiv.interval"),
        (f"arxiv: {{interval: 0, feed: '{_LOCAL}'}}", Overrides(), "s.yaml:1:19: arxiv.interval"),
        ("arxiv: {interval: 5}", Overrides(interval_seconds=0), "DIGEST_ARXIV_INTERVAL"),
        (
            f"arxiv: {{api: '{_LOCAL}', feed: '{_LOCAL}', interval: 0}}",
            Overrides(api=_FAR),
            "s.yaml:1:76: arxiv.interval",
        ),
    ],
    ids=["file", "far feed", "far api", "environment", "far by environment"],
)
def test_arxiv_itself_is_not_asked_faster_than_it_allows(text: str, overrides: Overrides, place: str) -> None:
    assert told(text, overrides) == [f"{place}: {_PROBLEM}"]
