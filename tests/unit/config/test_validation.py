import pytest

from digest.config.build import definitions
from digest.config.environment import Overrides
from digest.config.validation import consistency_faults, interval_faults, sender_faults
from digest.config.yaml_document import parse
from digest.domain.settings import SmtpServer


def faults(text: str) -> list[str]:
    document, _ = parse("s.yaml", text)
    return [str(fault) for fault in consistency_faults(document, definitions(document))]


@pytest.mark.parametrize(
    "text",
    [
        "subscribers: [{email: a@x.org, keywords: [a, b]}, {email: b@x.org, keywords: [a]}]",
        "archive: {file: null}",
        "subscribers: a",
        "subscribers: [a, {email: 3}, {email: nobody}, {email: nobody}]",
        "keywords: {X: {any: 3}, Y: {any: 3}}\narchive: {keywords: [X, Y, X]}",
        "[a, b]",
    ],
    ids=[
        "sound",
        "no archive",
        "not a list",
        "bad addresses",
        "faulty definitions",
        "no keys",
    ],
)
def test_a_consistent_file_has_no_faults_nor_has_one_that_does_not_fit_the_schema(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "subscribers: [{email: a@bücher.example}, {email: a@XN--bcher-kva.example}]",
            (
                "s.yaml:1:50: subscribers[1].email: the same mailbox as subscribers[0].email on line 1; "
                "merge the two subscribers"
            ),
        ),
        (
            "subscribers: [{email: e\u0301a@x.org}, {email: \u00c9A@X.org}]",
            (
                "s.yaml:1:43: subscribers[1].email: the same mailbox as subscribers[0].email on line 1; "
                "merge the two subscribers"
            ),
        ),
        (
            "subscribers: [{keywords: [Erdo\u030bs graph, erd\u0151s  Graph]}]",
            (
                's.yaml:1:41: subscribers[0].keywords[1]: "erd\u0151s  Graph" is the same keyword as '
                '"Erdo\u030bs graph"; delete one of the two'
            ),
        ),
        (
            "keywords:\n  Schro\u0308dinger: {any: x}\n  schr\u00f6dinger: {any: y}",
            (
                "s.yaml:3:3: keywords.schr\u00f6dinger: differs only in case or spaces from "
                "keywords.Schro\u0308dinger on line 2; rename one"
            ),
        ),
        (
            "keywords: {X: {any: [a b]}}\narchive: {keywords: [X, A b]}",
            's.yaml:2:25: archive.keywords[1]: "A b" is the same keyword as "X"; delete one of the two',
        ),
        (
            "keywords:\n  A  B: {any: x}\n  a b: {any: y}",
            (
                "s.yaml:3:3: keywords.a b: differs only in case or spaces from keywords.A  B on line 2; "
                "rename one"
            ),
        ),
        ("mail: {from: }", "s.yaml:1:14: mail.from: empty; write a value or delete this line"),
    ],
    ids=[
        "one address in two spellings",
        "one mailbox in two spellings",
        "one keyword in two spellings",
        "one name in two spellings",
        "a definition and its phrase",
        "names alike",
        "an empty value",
    ],
)
def test_faults_across_several_values_are_found(text: str, fault: str) -> None:
    assert faults(text) == [fault]


_LOCAL = "http://127.0.0.1:1/"
_FAR = "https://export.arxiv.org/"
_PROBLEM = "less than 3 seconds only if api and feed are both on this machine; write 3 or more"


def _interval_faults(text: str, overrides: Overrides) -> list[str]:
    return [str(fault) for fault in interval_faults(parse("s.yaml", text)[0], overrides)]


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
def test_an_allowed_interval_has_no_fault(text: str, overrides: Overrides) -> None:
    assert _interval_faults(text, overrides) == []


@pytest.mark.parametrize(
    ("text", "overrides", "position"),
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
def test_an_interval_that_arxiv_does_not_allow_is_a_fault(
    text: str, overrides: Overrides, position: str
) -> None:
    assert _interval_faults(text, overrides) == [f"{position}: {_PROBLEM}"]


_SERVER = SmtpServer("mail.example.org", 465, "tls", "robot", "hunter2")


@pytest.mark.parametrize(
    ("text", "position"),
    [("mail:\n  when_empty: skip", "s.yaml:2:3"), ("welcome: 1", "s.yaml:1:1")],
    ids=["a mail section", "none"],
)
def test_a_sender_that_is_neither_in_the_file_nor_in_the_url_is_missing(text: str, position: str) -> None:
    document, _ = parse("s.yaml", text)
    assert [str(fault) for fault in sender_faults(document, _SERVER)] == [
        (
            f"{position}: mail.from: missing; the SMTP user is no address, so add a line such as "
            "from: Daily Papers <digest@example.org>"
        )
    ]


def test_a_sender_in_the_file_is_enough() -> None:
    assert sender_faults(parse("s.yaml", "mail: {from: a@example.org}")[0], _SERVER) == []
