import pytest

from digest.config.quoting import nearest, quoted, suggestion, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", '"plain"'),
        ('a "b"', "'a \"b\"'"),
        ("\x1b[31m\u202e", '"\\x1b[31m\\u202e"'),
        ("x" * 60, '"' + "x" * 60 + '"'),
        ("x" * 61, '"' + "x" * 59 + '…"'),
    ],
    ids=["plain", "with double quotes", "unprintable", "just short enough", "too long"],
)
def test_a_text_is_quoted_on_one_line(text: str, expected: str) -> None:
    assert quoted(text) == expected


def test_what_does_not_print_is_shown_as_its_escape() -> None:
    assert visible("é\n\x9b") == "é\\n\\x9b"


def test_the_nearest_word_is_found_without_case() -> None:
    assert nearest("CS.lg", ["cs.LG", "stat.ML"]) == "cs.LG"


def test_an_unlike_word_has_no_nearest_word() -> None:
    assert nearest("zebra", ["cs.LG", "stat.ML"]) is None


def test_a_suggestion_is_the_nearest_word_or_the_alternative() -> None:
    assert suggestion("skp", ["skip"], "use skip") == 'did you mean "skip"?'
    assert suggestion("zebra", ["skip"], "use skip") == "use skip"
