import pytest

from digest.config.build import definitions
from digest.config.validation import faults_across
from digest.config.yaml_document import parse


def told(text: str) -> list[str]:
    document, _ = parse("s.yaml", text)
    return [str(fault) for fault in faults_across(document, definitions(document))]


@pytest.mark.parametrize(
    "text",
    [
        "subscribers: [{email: a@x.org, keywords: [a, b]}, {email: b@x.org, keywords: [a]}]",
        "archive: {file: null}",
        "subscribers: [{email: a@x.org}, {email: A@x.org}]",
        "subscribers: a",
        "subscribers: [a, {email: 3}, {email: nobody}, {email: nobody}]",
        "keywords: {X: {any: 3}, Y: {any: 3}}\narchive: {keywords: [X, Y, X]}",
        "[a, b]",
    ],
    ids=[
        "sound",
        "no archive",
        "case before the @",
        "not a list",
        "bad addresses",
        "faulty definitions",
        "no keys",
    ],
)
def test_nothing_is_told_twice_nor_where_form_is_at_fault(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "subscribers: [{email: a@bücher.example}, {email: a@XN--bcher-kva.example}]",
            (
                "s.yaml:1:50: subscribers[1].email: the same address as subscribers[0].email on line 1; "
                "merge the two subscribers"
            ),
        ),
        (
            "keywords: {X: {any: [a b]}}\narchive: {keywords: [X, A b]}",
            's.yaml:2:25: archive.keywords[1]: "A b" asks arXiv the same as "X"; delete one of the two',
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
    ids=["one address in two spellings", "a definition and its phrase", "names alike", "an empty value"],
)
def test_what_no_single_value_shows_is_told(text: str, fault: str) -> None:
    assert told(text) == [fault]
