from dataclasses import MISSING, fields
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from digest.config.build import ConfigBuilder, Definitions, default_sender, definitions, record
from digest.config.environment import Overrides
from digest.config.mail_section import MailSection
from digest.config.schema import (
    ArchiveSection,
    ArxivSection,
    KeywordSection,
    MonitoringSection,
    ScheduleSection,
    read_keyword,
    read_sections,
)
from digest.config.section import Section
from digest.config.yaml_document import parse
from digest.domain.archive_settings import ArchiveSettings
from digest.domain.keywords import Keyword, Match
from digest.domain.settings import (
    ArxivSettings,
    Config,
    GitHubSettings,
    MailSettings,
    MonitoringSettings,
    SmtpServer,
)
from digest.domain.subscribers import Schedule

_SUBSCRIBER = "subscribers: [{email: you@example.org, keywords: [Reasoning]%s}]\n"
_REASONING = Keyword("Reasoning", any=("Reasoning",))
_RLHF = Keyword("RLHF", any=("human feedback",))


def defined(text: str) -> KeywordSection:
    section = read_keyword({"any": text})
    assert section is not None
    return section


_DEFINED = Definitions({"RLHF": defined("human feedback"), "Broken": None})


def built(text: str, smtp: SmtpServer | None = None, overrides: Overrides | None = None) -> Config:
    section, faults = read_sections(parse("s.yaml", text)[0])
    assert section is not None, faults
    file = Path("/etc/subscribers.yaml")
    return ConfigBuilder(file, section, Definitions({}), overrides or Overrides(), smtp).config()


def test_a_record_has_its_own_values_then_those_of_the_first_source_then_its_defaults() -> None:
    environment, file = Overrides(ping_url="https://a.example"), MonitoringSection(failed_runs=5)
    settings = record(MonitoringSettings, environment, file, operator="you@example.org")
    assert settings == MonitoringSettings("https://a.example", None, "you@example.org", 5)


_SECTIONS = [
    (
        MailSection,
        MailSettings,
        {
            "order",
            "smtp_url_file",
            "smtp_token_command",
            "smtp_token_file",
            "inbox",
            "inbox_password_file",
        },
    ),
    (ArchiveSection, ArchiveSettings, set()),
    (ArxivSection, ArxivSettings, set()),
    (MonitoringSection, MonitoringSettings, set()),
    (ScheduleSection, Config, {"at", "timezone", "days"}),
    (KeywordSection, Keyword, set()),
]


@pytest.mark.parametrize(("section", "kind", "used_elsewhere"), _SECTIONS)
def test_every_key_is_a_field_of_its_settings(
    section: type[Section], kind: type[Config], used_elsewhere: set[str]
) -> None:
    assert section.model_fields.keys() - {field.name for field in fields(kind)} == used_elsewhere


@pytest.mark.parametrize(("section", "kind", "_"), _SECTIONS[:5])
def test_a_default_is_the_same_in_the_file_and_in_the_settings(
    section: type[Section], kind: type[Config], _: set[str]
) -> None:
    in_file = section().model_dump()
    in_settings = {field.name: field.default for field in fields(kind) if field.default is not MISSING}
    shared = in_file.keys() & in_settings.keys() - {"oai"}  # None where a local arXiv has none
    assert {name: in_file[name] for name in shared} == {name: in_settings[name] for name in shared}


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
    config = built(_SUBSCRIBER % own + "schedule: {at: 6:00, timezone: Asia/Tokyo, days: weekly}")
    assert [subscriber.schedule for subscriber in config.subscribers] == [expected]


def test_texts_become_keywords_in_their_order() -> None:
    assert _DEFINED.keywords(["Reasoning", "rlhf"]) == (_REASONING, _RLHF)


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
    assert built(_SUBSCRIBER % "" + text, smtp).mail == expected


@pytest.mark.parametrize(
    ("smtp", "expected"),
    [
        (None, "Daily Papers <digest@localhost>"),
        (SmtpServer("h", 465, "tls", "me@Example.org", "p"), "Daily Papers <me@example.org>"),
        (SmtpServer("h", 465, "tls", "me", "p"), None),
        (SmtpServer("mail.example.org", 465, "tls"), None),
        (SmtpServer("localhost", 25, "plain"), "Daily Papers <digest@localhost>"),
        (SmtpServer("::1", 25, "plain", "me@example.org", "p"), "Daily Papers <me@example.org>"),
        (SmtpServer("127.0.0.1", 25, "plain", "me", "p"), None),
    ],
    ids=[
        *("outbox", "user is an address", "user is a name", "no user"),
        *("on this machine", "on this machine, user is an address", "on this machine, user is a name"),
    ],
)
def test_the_default_sender_is_the_smtp_user_or_this_machine(
    smtp: SmtpServer | None, expected: str | None
) -> None:
    assert default_sender(smtp) == expected


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
def test_the_archive_has_its_own_keywords_or_those_of_all_subscribers(
    text: str, expected: ArchiveSettings
) -> None:
    assert built(_SUBSCRIBER % "" + text).archive == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", GitHubSettings("issue", 7, None, "Announcements", None)),
        (
            "github: {announce: discussion, keep_open: 1, label: a, category: General, repository: a/b}",
            GitHubSettings("discussion", 1, "a", "General", "a/b"),
        ),
        ("github: {announce: none}", GitHubSettings("none")),
    ],
    ids=["default", "all given", "none"],
)
def test_announcements_are_issues_or_what_the_file_says(text: str, expected: GitHubSettings) -> None:
    assert built(_SUBSCRIBER % "" + text).github == expected


def test_zero_in_the_environment_is_not_unset() -> None:
    config = built(_SUBSCRIBER % "", overrides=Overrides(interval_seconds=0, retry_scale=0))
    assert config.mail.retry_scale == 0
    assert config.arxiv == ArxivSettings(config.arxiv.api, config.arxiv.feed, 0, 0, config.arxiv.oai)


_REAL_OAI, _LOCAL_OAI = "https://oaipmh.arxiv.org/oai", "http://127.0.0.1:1/oai"


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (Overrides(), _REAL_OAI),
        (Overrides(oai=_LOCAL_OAI), _LOCAL_OAI),
        (Overrides(api="http://127.0.0.1:1/api"), None),
        (Overrides(api="http://127.0.0.1:1/api", oai=_LOCAL_OAI), _LOCAL_OAI),
    ],
    ids=["default", "a mirror of it", "a local arXiv without one", "a local arXiv with one"],
)
def test_a_local_arxiv_is_not_audited_against_the_real_one(
    overrides: Overrides, expected: str | None
) -> None:
    assert built(_SUBSCRIBER % "", overrides=overrides).arxiv.oai == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("RLHF", _RLHF),
        (" rlhf ", _RLHF),
        ("broken", None),
        ("RLHF  paper", Keyword("RLHF paper", any=("RLHF paper",))),
    ],
    ids=["exactly", "without case and spaces", "defined with faults", "a phrase"],
)
def test_a_text_is_a_defined_keyword_or_a_phrase(text: str, expected: Keyword | None) -> None:
    assert _DEFINED.keyword(text) == expected


def test_a_defined_name_may_have_no_letters() -> None:
    definitions = Definitions({"C++!": KeywordSection(categories=("cs",)), "?": defined("x")})
    assert definitions.keyword("?") == Keyword("?", any=("x",))


def test_a_text_that_is_neither_defined_nor_searchable_is_refused() -> None:
    with pytest.raises(ValueError) as caught:
        _DEFINED.keyword("?")
    assert str(caught.value) == '"?" has no letter or digit to search for; write a word'


def test_valid_definitions_work_beside_faulty_ones() -> None:
    document, _ = parse("s.yaml", "keywords: {RLHF: {any: human feedback}, Broken: {any: 3}}")
    found = definitions(document)
    assert (found.keyword("RLHF"), found.keyword("Broken")) == (_RLHF, None)


def test_a_file_without_definitions_has_none() -> None:
    document, _ = parse("s.yaml", "keywords: [RLHF]")
    assert definitions(document).keyword("RLHF") == Keyword("RLHF", any=("RLHF",))


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("match: title-or-abstract", Match.TITLE_OR_ABSTRACT),
        ("match: somewhere", None),
        ("match: [title]", None),
        ("welcome: 5", None),
    ],
    ids=["a place", "no place", "a list", "left out"],
)
def test_a_match_at_the_top_is_for_all_keywords_without_one_of_their_own(
    text: str, match: Match | None
) -> None:
    keywords = "keywords: {RLHF: {any: alignment}, Titles: {any: alignment, match: title}, Broken: {any: 3}}"
    found = definitions(parse("s.yaml", f"{keywords}\n{text}")[0])
    assert found.keywords(["Reasoning", "RLHF", "Titles", "Broken"]) == (
        Keyword("Reasoning", any=("Reasoning",), match=match),
        Keyword("RLHF", any=("alignment",), match=match),
        Keyword("Titles", any=("alignment",), match=Match.TITLE),
    )
