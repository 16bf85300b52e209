from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.config import build
from digest.config.build import Definitions, definitions
from digest.config.environment import Overrides
from digest.config.schema import FilePart, KeywordPart, read_file
from digest.config.yaml_document import parse
from digest.domain.keywords import Keyword
from digest.domain.settings import ArchiveSettings, ArxivSettings, MailSettings, SmtpServer
from digest.domain.subscribers import Schedule

_READER = "subscribers: [{email: you@example.org, keywords: [Reasoning]%s}]\n"
_REASONING = Keyword("Reasoning", any=("Reasoning",))
_NOTHING = Definitions({})


def sound(text: str) -> FilePart:
    part, faults = read_file(parse("s.yaml", text)[0])
    assert part is not None, faults
    return part


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("", Schedule(time(6), ZoneInfo("Asia/Tokyo"), frozenset({0}))),
        (", at: 00:00", Schedule(time(0), ZoneInfo("Asia/Tokyo"), frozenset({0}))),
        (", timezone: UTC", Schedule(time(6), ZoneInfo("UTC"), frozenset({0}))),
        (", days: [tue, weekdays]", Schedule(time(6), ZoneInfo("Asia/Tokyo"), frozenset(range(5)))),
    ],
    ids=["all common", "own hour", "own time zone", "own days"],
)
def test_a_subscriber_overrides_the_schedule_key_by_key(own: str, expected: Schedule) -> None:
    part = sound(_READER % own + "schedule: {at: 6:00, timezone: Asia/Tokyo, days: weekly}")
    assert [subscriber.schedule for subscriber in build.subscribers(part, _NOTHING)] == [expected]


def test_texts_become_keywords_in_their_order() -> None:
    defined = Definitions({"RLHF": KeywordPart(any=["human feedback"])})
    assert build.keywords(["Reasoning", "rlhf"], defined) == (
        _REASONING,
        Keyword("RLHF", any=("human feedback",)),
    )


@pytest.mark.parametrize(
    ("text", "smtp", "expected"),
    [
        ("", None, MailSettings("Daily Papers <digest@localhost>", None, "skip")),
        (
            "",
            SmtpServer("h", 465, "tls", "me@x.org", "p"),
            MailSettings("Daily Papers <me@x.org>", None, "skip"),
        ),
        (
            (
                "mail: {from: a@x.org, reply_to: B <b@x.org>, when_empty: send, when_unconfirmed: never, "
                "connections: 4, mails_per_connection: 20, keep_days: 30}\narchive: {url: 'https://x.org/papers'}"
            ),
            SmtpServer("h", 465, "tls", "me@x.org", "p"),
            MailSettings(
                "a@x.org", "B <b@x.org>", "send", "never", 4, 20, "https://x.org/papers", keep_days=30
            ),
        ),
    ],
    ids=["outbox", "SMTP user", "all given"],
)
def test_the_mails_have_a_sender(text: str, smtp: SmtpServer | None, expected: MailSettings) -> None:
    assert build.mail(sound(_READER % "" + text), smtp, Overrides()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ArchiveSettings(Path("/etc/README.md"), (_REASONING,), 100)),
        (
            "archive: {file: /srv/page.md, keywords: X, papers: 1}",
            ArchiveSettings(Path("/srv/page.md"), (Keyword("X", any=("X",)),), 1),
        ),
        ("archive: {file: null, keywords: X}", ArchiveSettings(None, (), 100)),
    ],
    ids=["default", "all given", "none"],
)
def test_the_archive_has_its_own_sections_or_what_is_read(text: str, expected: ArchiveSettings) -> None:
    part = sound(_READER % "" + text)
    subscribers = build.subscribers(part, _NOTHING)
    assert build.archive(part.archive, Path("/etc"), subscribers, _NOTHING) == expected


def test_zero_in_the_environment_is_not_unset() -> None:
    assert build.mail(sound(_READER % ""), None, Overrides(retry_scale=0)).retry_scale == 0
    part = sound(_READER % "").arxiv
    assert build.arxiv(part, Overrides(interval_seconds=0, retry_scale=0)) == ArxivSettings(
        part.api, part.feed, 0, 0
    )


_RLHF = Keyword("RLHF", any=("human feedback",))
_DEFINED = Definitions({"RLHF": KeywordPart(any=["human feedback"]), "Broken": None})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RLHF", _RLHF),
        (" rlhf ", _RLHF),
        ("broken", None),
        ("RLHF  paper", Keyword("RLHF paper", any=("RLHF paper",))),
    ],
    ids=["exactly", "case and spaces aside", "defined with faults", "a phrase"],
)
def test_a_text_means_what_is_defined_or_itself(text: str, expected: Keyword | None) -> None:
    assert _DEFINED.keyword(text) == expected


def test_a_name_need_not_be_searchable() -> None:
    assert Definitions({"C++!": KeywordPart(categories=["cs"]), "?": KeywordPart(any=["x"])}).keyword(
        "?"
    ) == Keyword("?", any=("x",))


def test_a_text_that_is_neither_defined_nor_searchable_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        _DEFINED.keyword("?")
    assert str(caught.value) == '"?" has no letter or digit to search for; write a word'


def test_sound_definitions_are_there_beside_faulty_ones() -> None:
    document, _ = parse("s.yaml", "keywords: {RLHF: {any: human feedback}, Broken: {any: 3}}")
    defined = definitions(document)
    assert (defined.keyword("RLHF"), defined.keyword("Broken")) == (_RLHF, None)


def test_a_file_without_definitions_has_none() -> None:
    document, _ = parse("s.yaml", "keywords: [RLHF]")
    assert definitions(document).keyword("RLHF") == Keyword("RLHF", any=("RLHF",))
