import os
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digest.config.load import line_of, load_config
from digest.domain.archive_settings import ArchiveSettings
from digest.domain.expressions import AllOf, Field, Term
from digest.domain.keywords import Keyword, Match
from digest.domain.settings import ArxivSettings, Config, MailSettings, SmtpServer
from digest.domain.subscribers import Schedule, Subscriber
from digest.errors import ConfigError, ConfigFault

LEAST = """\
subscribers:
  - email: you@example.org
    keywords: [Reward Model, Reasoning]
"""
REWARD_MODEL = Keyword("Reward Model", any=("Reward Model",))
REASONING = Keyword("Reasoning", any=("Reasoning",))
DAILY = frozenset(range(7))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path("subscribers.yaml")


def load(file: Path, text: str, **environment: str) -> Config:
    file.write_text(text, encoding="utf-8")
    return load_config(file, environment)


def faults(file: Path, text: str, **environment: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load(file, text, **environment)
    return [str(fault) for fault in caught.value.faults]


def secret(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / "smtp-url"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    return file


def test_the_least_file_has_a_default_for_everything_else(file: Path, tmp_path: Path) -> None:
    assert load(file, LEAST) == Config(
        file=tmp_path / "subscribers.yaml",
        subscribers=(
            Subscriber(
                email="you@example.org",
                keywords=(REWARD_MODEL, REASONING),
                schedule=Schedule(time(7), ZoneInfo("UTC"), DAILY),
                name="",
                label="subscribers[0]",
            ),
        ),
        mail=MailSettings("Daily Papers <digest@localhost>", None, "skip"),
        archive=ArchiveSettings(tmp_path / "README.md", (REWARD_MODEL, REASONING), 100),
        arxiv=ArxivSettings(
            "https://export.arxiv.org/api/query",
            "https://rss.arxiv.org/atom/",
            3.0,
            1.0,
            "https://oaipmh.arxiv.org/oai",
        ),
        welcome=10,
        state=tmp_path / "state/digest.sqlite3",
        outbox=tmp_path / "outbox",
        smtp=None,
    )


def test_a_keyword_may_be_a_query_in_arxivs_language(file: Path) -> None:
    text = LEAST + "keywords:\n  reasoning:\n    query: >\n      ti:reasons AND\n      cat:cs.CL\n"
    wanted = AllOf((Term(Field.TITLE, "reasons"), Term(Field.CATEGORY, "cs.CL")))
    assert load(file, text).keywords == (REWARD_MODEL, Keyword("reasoning", query=wanted))


def test_every_key_reaches_the_config(file: Path, tmp_path: Path) -> None:
    secret(tmp_path, "smtps://robot:pass@mail.example.org\n")
    (tmp_path / "mine").mkdir()
    text = """\
keywords:
  rlhf:
    any: [RLHF, reward   model]
    all: human
    exclude: survey
    authors: [Ada Example]
    categories: [cs, cs.SY, eess.SY]
    match: title
  Only Here: {categories: stat.ML}
schedule: {at: 6:30, timezone: Europe/Berlin, days: weekdays}
subscribers:
  - email: One@BÜCHER.example
    name: Ada  Example
    keywords: RLHF
  - email: two@example.org
    keywords: [Reasoning]
    at: 12:00
    timezone: Asia/Tokyo
    days: [tues, Friday]
mail:
  from: 'Papers, Daily <Digest@EXAMPLE.org>'
  reply_to: two@example.org
  when_empty: send
  smtp_url_file: smtp-url
archive: {file: docs/page.md, keywords: [Only Here, reasoning], papers: 7}
welcome: 0
state: s/state.db
outbox: out
templates: mine
arxiv: {api: 'http://127.0.0.1:8000/api', feed: 'http://localhost:8000/atom', interval: 0.5}
"""
    rlhf = Keyword(
        "rlhf",
        any=("RLHF", "reward model"),
        all=("human",),
        exclude=("survey",),
        authors=("Ada Example",),
        categories=("cs.*", "eess.SY"),
        match=Match.TITLE,
    )
    berlin = ZoneInfo("Europe/Berlin")
    assert load(file, text) == Config(
        file=tmp_path / "subscribers.yaml",
        subscribers=(
            Subscriber(
                "One@xn--bcher-kva.example",
                (rlhf,),
                Schedule(time(6, 30), berlin, frozenset(range(5))),
                "Ada Example",
                "subscribers[0]",
            ),
            Subscriber(
                "two@example.org",
                (REASONING,),
                Schedule(time(12), ZoneInfo("Asia/Tokyo"), frozenset({1, 4})),
                "",
                "subscribers[1]",
            ),
        ),
        mail=MailSettings('"Papers, Daily" <Digest@example.org>', "two@example.org", "send"),
        archive=ArchiveSettings(
            tmp_path / "docs/page.md",
            (Keyword("Only Here", categories=("stat.ML",)), Keyword("reasoning", any=("reasoning",))),
            7,
        ),
        arxiv=ArxivSettings("http://127.0.0.1:8000/api", "http://localhost:8000/atom/", 0.5, 1.0),
        welcome=0,
        state=tmp_path / "s/state.db",
        outbox=tmp_path / "out",
        templates=tmp_path / "mine",
        smtp=SmtpServer("mail.example.org", 465, "tls", "robot", "pass"),
    )


def test_midnight_overrides_the_common_hour(file: Path) -> None:
    config = load(file, LEAST + "    at: 00:00\nschedule: {at: 9:00}\n")
    assert config.subscribers[0].schedule.at == time(0)


def test_the_environment_wins_over_the_file(file: Path, tmp_path: Path) -> None:
    config = load(
        file,
        LEAST + "state: a\noutbox: b\narxiv: {api: 'https://a.example', interval: 9}\n",
        DIGEST_STATE="elsewhere/state.db",
        DIGEST_OUTBOX="/var/outbox",
        DIGEST_ARXIV_API="http://127.0.0.1:1/api",
        DIGEST_ARXIV_FEED="http://[::1]:1/atom/",
        DIGEST_ARXIV_OAI="http://127.0.0.1:1/oai",
        DIGEST_ARXIV_INTERVAL="0",
        DIGEST_RETRY_SCALE="0.01",
        DIGEST_SMTP_URL="smtp+starttls://digest%40example.org:pass@mail.example.org",
    )
    assert (config.state, config.outbox) == (tmp_path / "elsewhere/state.db", Path("/var/outbox"))
    addresses = ("http://127.0.0.1:1/api", "http://[::1]:1/atom/")
    assert config.arxiv == ArxivSettings(*addresses, 0.0, 0.01, "http://127.0.0.1:1/oai")
    assert config.smtp == SmtpServer("mail.example.org", 587, "starttls", "digest@example.org", "pass")
    assert config.mail.sender == "Daily Papers <digest@example.org>"


def test_a_mail_server_on_this_machine_needs_no_sender(file: Path) -> None:
    config = load(file, LEAST, DIGEST_SMTP_URL="smtp://localhost:25")
    assert config.mail == MailSettings("Daily Papers <digest@localhost>", None, "skip")


def test_an_empty_variable_counts_as_unset(file: Path) -> None:
    plain = load(file, LEAST)
    assert load(file, LEAST, DIGEST_STATE="", DIGEST_SMTP_URL="", DIGEST_ARXIV_INTERVAL="") == plain


def test_paths_start_at_the_folder_of_the_file_and_those_of_the_environment_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "etc").mkdir()
    monkeypatch.chdir(tmp_path)
    config = load(Path("etc/papers.yaml"), LEAST, DIGEST_OUTBOX="out")
    assert (config.file, config.state, config.outbox) == (
        tmp_path / "etc/papers.yaml",
        tmp_path / "etc/state/digest.sqlite3",
        tmp_path / "out",
    )


def test_the_archive_has_every_keyword_once_in_order_of_appearance(file: Path) -> None:
    config = load(file, LEAST + "  - {email: two@example.org, keywords: [reasoning, Alignment]}\n")
    names = [keyword.name for keyword in config.archive.keywords]
    assert names == ["Reward Model", "Reasoning", "Alignment"]


def test_without_an_archive_nothing_is_fetched_for_it(file: Path) -> None:
    config = load(file, LEAST + "archive: {file: null, keywords: [Alignment]}\n")
    assert config.archive == ArchiveSettings(None, (), 100)


def test_a_subscriber_may_be_merged_from_another(file: Path) -> None:
    text = """\
subscribers:
  - &first {email: you@example.org, keywords: [Reasoning], at: 08:00}
  - {<<: *first, email: two@example.org}
"""
    first, second = load(file, text).subscribers
    assert second == replace(first, email="two@example.org", label="subscribers[1]")


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert load_config(file, {}).subscribers[0].keywords == (REWARD_MODEL, REASONING)


def test_all_faults_come_at_once_those_of_the_file_first_and_in_its_order(file: Path) -> None:
    text = """\
subscribers:
  - email: you@example
    keyword: [Reasoning]
  - keywords: [Reasoning, reasoning]
    email: you@example.org
    at: 24:00
welcome: 500
welcome: 5
arxiv: {interval: 1}
"""
    found = faults(
        file, text, DIGEST_STATE="~/state", DIGEST_ARXIV_API="ftp://x", DIGEST_SMTP_URL="imap://secret"
    )
    assert found == [
        (
            'subscribers.yaml:2:12: subscribers[0].email: "you@example" is not an e-mail address; '
            "write one such as you@example.org"
        ),
        'subscribers.yaml:3:5: subscribers[0].keyword: unknown key; did you mean "keywords"?',
        (
            'subscribers.yaml:4:27: subscribers[1].keywords[1]: "reasoning" is the same keyword as '
            '"Reasoning"; delete one of the two'
        ),
        (
            'subscribers.yaml:6:9: subscribers[1].at: "24:00" is not a time of day; '
            "write hours and minutes, 00:00 to 23:59"
        ),
        "subscribers.yaml:7:10: welcome: 500 is too large; write 100 or less",
        "subscribers.yaml:8:1: welcome: this key is already on line 7; delete one of the two",
        (
            "subscribers.yaml:9:19: arxiv.interval: less than 3 seconds only if api and feed are both on "
            "this machine; write 3 or more"
        ),
        'DIGEST_STATE: "~/state": "~" has no meaning here; write the whole path',
        (
            "DIGEST_ARXIV_API: not a web address without user, query and fragment; "
            "write one such as https://example.org/path"
        ),
        "DIGEST_SMTP_URL: the SMTP URL must begin with smtps://, smtp+starttls:// or smtp://",
    ]


def test_faults_of_the_environment_are_reported_even_if_the_file_cannot_be_read(file: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(file, {"DIGEST_RETRY_SCALE": "-1"})
    assert caught.value.faults == (
        ConfigFault(
            "subscribers.yaml",
            None,
            None,
            "",
            "there is no such file; write it, or name another with --config",
            quotes=False,
        ),
        ConfigFault(
            "DIGEST_RETRY_SCALE",
            None,
            None,
            "",
            '"-1" is not a number of 0 or more; write one such as 3 or 0.5',
        ),
    )


def test_each_file_that_holds_a_part_of_the_configuration_is_watched_also_while_it_has_faults(
    file: Path, tmp_path: Path
) -> None:
    url, password = tmp_path / "smtp-url", tmp_path / "inbox-password"
    url.write_text("smtps://a%40example.org:secret@mail.example.org")
    password.write_text("secret")
    mail = "mail: {smtp_url_file: smtp-url, inbox_password_file: inbox-password}\n"
    file.write_text(LEAST + mail)
    for secret in (url, password):
        secret.chmod(0o600)
    assert load_config(file, {}).watched_files == (file.absolute(), url, password)
    password.unlink()
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert caught.value.files == (url, password)


def test_a_folder_is_not_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, {})
    assert str(caught.value) == f"{tmp_path}: this is a folder; name the file in it with --config"


def test_a_file_that_cannot_be_opened_is_reported_with_the_systems_reason(file: Path) -> None:
    file.symlink_to(file)
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(caught.value) == (
        "subscribers.yaml: cannot be read (Too many levels of symbolic links); "
        "make the link lead to a file, or correct the path"
    )


def test_a_file_that_is_not_utf_8_is_refused(file: Path) -> None:
    file.write_bytes(LEAST.encode() + b"# M\xfcnchen\n")
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(caught.value) == "subscribers.yaml:4: not UTF-8; save the file as UTF-8"


@pytest.mark.parametrize("text", ["", " \n\n"], ids=["nothing", "blank lines"])
def test_an_empty_file_is_refused(file: Path, text: str) -> None:
    assert faults(file, text) == ['subscribers.yaml: empty; begin with the line "subscribers:"']


def test_a_file_with_comments_only_is_refused(file: Path) -> None:
    expected = 'subscribers.yaml: keys and values are needed; begin with the line "subscribers:"'
    assert faults(file, "# nothing yet\n") == [expected]


def test_an_address_that_is_no_longer_in_the_file_has_no_line(file: Path) -> None:
    config = load(file, LEAST)
    assert line_of(config, "YOU@example.org") == 2
    file.write_text("subscribers: []")
    assert line_of(config, "you@example.org") is None


_SCRAPS = ["subscribers", "email", "keywords", "any", "a", "a@x.org", "[", "]", "{", "}", ":", ": ", "- "]
_SCRAPS += [
    ", ",
    "\n",
    "\n  ",
    "  - ",
    "1",
    "yes",
    "~",
    "&a ",
    "*a",
    "<<",
    "mail",
    "from",
    "archive",
    "days",
    '"',
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_SCRAPS), max_size=25))
def test_any_scraps_of_yaml_give_a_config_or_faults(file: Path, scraps: list[str]) -> None:
    assert _outcome(file, "".join(scraps)) in {"a configuration", "faults"}


def _outcome(file: Path, text: str) -> str:
    try:
        load(file, text)
    except ConfigError as error:
        return "faults" if error.faults else "nothing said"
    return "a configuration"


def _a_pipe(file: Path) -> None:
    os.mkfifo(file)


def _a_device(file: Path) -> None:
    file.symlink_to("/dev/zero")


def _a_loop(file: Path) -> None:
    file.symlink_to(file.name)


def _a_large_file(file: Path) -> None:
    with file.open("wb") as stream:
        stream.truncate(300_000_000)


def _utf16(file: Path) -> None:
    file.write_text("subscribers: a", encoding="utf-16")


def _utf16_without_a_mark(file: Path) -> None:
    file.write_text("subscribers: a", encoding="utf-16-le")


@pytest.mark.parametrize(
    ("make", "fault"),
    [
        (_a_pipe, ": cannot be read (it is a pipe, not a file); name a file"),
        (_a_device, ": cannot be read (it is a device, not a file); name a file"),
        (_a_loop, ": cannot be read (Too many levels of symbolic links); make the link lead to a file"),
        (_a_large_file, ": cannot be read (it is larger than 10,000,000 bytes); make it smaller"),
        (_utf16, ":1: not UTF-8; save the file as UTF-8"),
        (_utf16_without_a_mark, ":1:2: the invisible character U+0000; delete it"),
    ],
)
def test_what_is_no_text_is_told_at_once(tmp_path: Path, make: Callable[[Path], None], fault: str) -> None:
    file = tmp_path / "subscribers.yaml"
    make(file)
    with pytest.raises(ConfigError) as caught:
        load_config(file, {})
    assert str(caught.value).startswith(f"{file}{fault}")
