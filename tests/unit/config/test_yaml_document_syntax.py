import pytest

from digest.config.yaml_document import parse
from digest.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a:\n\t- b\n", "2:1: a tab; indent with spaces"),
        ("a: b\n\tc: d\n", "2:1: a tab; indent with spaces"),
        ("a: @b\n", '1:4: a text cannot begin with "@"; put it in quotes'),
        ("a: `b`\n", '1:4: a text cannot begin with "`"; put it in quotes'),
        (
            "a: *b\n",
            (
                '1:4: a text that begins with "*" is an alias, and nothing has that name; '
                "if a text is meant, put it in quotes"
            ),
        ),
        ("a: [b, c\nd: e\n", "2:2: a list in brackets is not closed before this; write [one, two]"),
        ("a: {b: c\n", "2:1: keys in braces are not closed before this; write {key: value}"),
        ("a: 'b\nc: d\n", "3:1: a quote was opened and never closed; close it"),
        ("a: b\n---\nc: d\n", '2:1: a second document begins here; delete the line "---"'),
        (
            "- a\nb: c\n",
            "2:1: this line does not line up with the list above; indent it as its neighbours are",
        ),
        (
            "a: b: c\n",
            (
                "1:5: a colon where none is possible; put a text that has one in quotes, "
                "and give keys of one level the same indentation"
            ),
        ),
        (
            'a: "b" c\n',
            (
                "1:8: this does not line up with the keys above, or follows a closed quote; "
                "indent it as its neighbours are"
            ),
        ),
        ("a: b\nc\nd: e\n", '3:1: a key without a colon stands before this; write "key: value"'),
        ('a: "\\q"\n', "1:5: a backslash in double quotes has a meaning of its own; use single quotes"),
        (
            "a: }\n",
            "1:4: not YAML (did not find expected node content); put texts with special characters in quotes",
        ),
    ],
    ids=lambda text: repr(text)[1:20],
)
def test_a_text_that_is_not_yaml_is_told_with_its_place_and_remedy(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse("s.yaml", text)
    assert str(caught.value) == f"s.yaml:{fault}"
