import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.yaml_document import MAX_VALUES, Document, Position, parse, spelled
from digest.errors import ConfigError, ConfigFault


def content(text: str) -> object:
    document, faults = parse("s.yaml", text)
    assert faults == []
    return document.content


def refused(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse("s.yaml", text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12:00", "12:00"),
        ("7:30", "7:30"),
        ("12:00:30.5", "12:00:30.5"),
        ("2026-06-22", "2026-06-22"),
        ("010", "010"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("9" * 5000, "9" * 5000),
        (".inf", ".inf"),
        ("10", 10),
        ("0", 0),
        ("-5", -5),
        ("0.5", 0.5),
        (".5", 0.5),
        ("yes", True),
        ("off", False),
        ("~", None),
        ("", None),
        ("'10'", "10"),
        ("!!str 10", "10"),
        ("!!int '10'", 10),
    ],
    ids=lambda value: str(value)[:12] or "nothing",
)
def test_only_plain_decimal_numbers_are_numbers(written: str, value: object) -> None:
    assert content(f"key: {written}") == {"key": value}


def test_keys_are_text_whatever_they_look_like() -> None:
    assert content("1: a\nyes: b\n~: c\n") == {"1": "a", "yes": "b", "~": "c"}


def test_every_key_and_value_has_its_position() -> None:
    document, _ = parse("s.yaml", "ä:\n  - é: no\n  - [x]\n")
    assert document == Document(
        name="s.yaml",
        content={"ä": [{"é": False}, ["x"]]},
        keys={("ä",): Position(1, 1), ("ä", 0, "é"): Position(2, 5)},
        values={
            (): Position(1, 1),
            ("ä",): Position(2, 3),
            ("ä", 0): Position(2, 5),
            ("ä", 0, "é"): Position(2, 8),
            ("ä", 1): Position(3, 5),
            ("ä", 1, 0): Position(3, 6),
        },
        written={("ä", 0, "é"): "no", ("ä", 1, 0): "x"},
    )


def test_own_keys_win_over_merged_ones_and_earlier_over_later_ones() -> None:
    text = """\
a: &a {x: 1, y: 1}
b: &b {y: 2, z: 2}
c: {<<: [*a, *b], x: 3}
d: {x: 4, <<: *a}
"""
    assert content(text) == {
        "a": {"x": 1, "y": 1},
        "b": {"y": 2, "z": 2},
        "c": {"x": 3, "y": 1, "z": 2},
        "d": {"x": 4, "y": 1},
    }


def test_a_mapping_that_merges_itself_has_its_own_keys() -> None:
    assert content("a: &a {<<: *a, b: 1}") == {"a": {"b": 1}}


def test_duplicate_keys_are_faults_at_every_level() -> None:
    document, faults = parse("s.yaml", "a: 1\nb:\n  - c: 1\n    c: 2\na: 2\n")
    problem = "this key is already on line {}; delete one of the two"
    assert document.content == {"a": 1, "b": [{"c": 1}]}
    assert sorted(faults, key=lambda fault: fault.line or 0) == [
        ConfigFault("s.yaml", 4, 5, "b[0].c", problem.format(3)),
        ConfigFault("s.yaml", 5, 1, "a", problem.format(1)),
    ]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "a: {[x]: y}",
            "s.yaml:1:5: a: a key must be text; put a text that begins with [ or { in quotes",
        ),
        (
            "a:\n  <<: 3",
            "s.yaml:2:7: a.<<: only an alias of keys and values can be merged, such as <<: *name",
        ),
    ],
    ids=["a key that is a list", "a merge of a number"],
)
def test_odd_keys_are_faults(text: str, fault: str) -> None:
    assert [str(fault) for fault in parse("s.yaml", text)[1]] == [fault]


@pytest.mark.parametrize(
    "value",
    ["!!python/object/apply:os.system [ls]", "!!python/name:os.system", "!mine x", "!!int abc", "!!set {a}"],
)
def test_tags_are_refused_with_their_position(value: str) -> None:
    assert refused(f"a:\n  - {value}") == (
        "s.yaml:2:5: a[0]: a YAML tag, which has no meaning here; delete the word that begins with !"
    )


@pytest.mark.exhaustive
def test_a_few_lines_cannot_expand_into_billions_of_values() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 200)}]" for n in range(1, 9)]
    assert refused("\n".join(lines)) == (
        "s.yaml:1:5: more than 250,000 values once aliases are expanded; use fewer aliases"
    )


def test_merges_of_merges_are_fast() -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 40)]
    document, _ = parse("s.yaml", "\n".join(lines))
    assert document.at(("a39",)) == {"x": 1}


@pytest.mark.parametrize("text", ["a: &a [*a]", "[" * 60 + "]" * 60], ids=["itself", "many brackets"])
def test_endless_nesting_is_refused(text: str) -> None:
    assert refused(text).endswith(": nested more than 20 deep; does an alias contain itself?")


def test_an_invisible_character_is_refused_with_its_position() -> None:
    assert refused("a: b\nc: d\x07e") == "s.yaml:2:5: the invisible character U+0007; delete it"


def test_a_value_is_found_by_its_location() -> None:
    document, _ = parse("s.yaml", "a: [b, {c: d}]")
    assert document.at(("a", 1, "c")) == "d"
    assert [document.at(where) for where in (("x",), ("a", 5), ("a", "b"), ("a", 0, "b"))] == [None] * 4


def test_the_texts_of_a_list_or_a_single_text_are_found() -> None:
    document, _ = parse("s.yaml", "a: [b, 1, c]\nd: e\nf: 1\n")
    assert list(document.texts(("a",))) == [(("a", 0), "b"), (("a", 2), "c")]
    assert list(document.texts(("d",))) == [(("d",), "e")]
    assert list(document.texts(("f",))) == []


def test_a_fault_has_the_position_of_the_value_its_key_or_what_holds_it() -> None:
    document, _ = parse("s.yaml", "a:\n  b: c\n")
    assert [
        document.fault(("a", "b"), "p"),
        document.fault(("a", "b"), "p", at_key=True),
        document.fault(("a", "b", 0), "p"),
        document.fault(("a", "missing"), "p"),
    ] == [
        ConfigFault("s.yaml", 2, 6, "a.b", "p"),
        ConfigFault("s.yaml", 2, 3, "a.b", "p"),
        ConfigFault("s.yaml", 2, 6, "a.b", "p"),
        ConfigFault("s.yaml", 2, 3, "a.missing", "p"),
    ]


def test_a_location_is_spelled_as_a_path() -> None:
    assert spelled(("keywords", "Reward\x1b Model", "any", 0)) == "keywords.Reward\\x1b Model.any[0]"


@given(st.text(alphabet="ab:-[]{}&*!<,'\"#|> \t\n\r%@?~\x07é", max_size=60))
def test_any_text_is_a_document_or_a_configuration_error(text: str) -> None:
    assert _names(text) == {"s.yaml"}


def _names(text: str) -> set[str]:
    try:
        return {parse("s.yaml", text)[0].name}
    except ConfigError as error:
        return {fault.file for fault in error.faults}


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
            "2:1: this line does not line up with the list above; indent it like its neighbours",
        ),
        (
            "a: b: c\n",
            (
                "1:5: a colon is not possible here; put a text with a colon in quotes, "
                "and give keys of one level the same indentation"
            ),
        ),
        (
            'a: "b" c\n',
            (
                "1:8: this does not line up with the keys above, or follows a closed quote; "
                "indent it like its neighbours"
            ),
        ),
        ("a: b\nc\nd: e\n", '3:1: the text before this has no colon; write "key: value"'),
        ('a: "\\q"\n', "1:5: a backslash in double quotes has a special meaning; use single quotes"),
        (
            "a: }\n",
            "1:4: not YAML (did not find expected node content); put texts with special characters in quotes",
        ),
    ],
    ids=lambda text: repr(text)[1:20],
)
def test_a_text_that_is_not_yaml_is_refused_with_position_and_remedy(text: str, fault: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse("s.yaml", text)
    assert str(caught.value) == f"s.yaml:{fault}"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{<<: " * 900 + "{a: 1}" + "}" * 900, "s.yaml:1:106: nested more than 20 deep"),
        ("{<<: [" * 900 + "{a: 1}" + "]}" * 900, "exceeded maximum nesting depth"),
        ("a: &a\n  <<: [*a]\n  b: 1", ""),
        (
            "".join(
                f"k{i}: &k{i} {{<<: [{','.join(f'*k{j}' for j in range(i))}], x{i}: 1}}\n" for i in range(200)
            ),
            "more than 250,000 values",
        ),
        pytest.param(
            "[" + "a," * (MAX_VALUES + 1) + "]",
            f"s.yaml:1:{2 * MAX_VALUES}: more than 250,000 values",
            marks=pytest.mark.exhaustive,
        ),
        ("[" * 100_000, "exceeded maximum nesting depth"),
    ],
    ids=["merges", "merged lists", "a merge of itself", "merges of all before", "a long list", "brackets"],
)
def test_what_grows_without_end_is_a_fault_with_a_line(text: str, fault: str) -> None:
    try:
        parse("s.yaml", text)
        found = ""
    except ConfigError as exc:
        found = str(exc)
    assert fault in found
    assert bool(found) == bool(fault)


_PIECES = (
    *(
        "a",
        "<<",
        "*a",
        "&a ",
        ": ",
        "- ",
        "? ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "\n  ",
        "\t",
        "!x ",
        "!!int ",
    ),
    *(
        "|\n",
        ">",
        "'",
        '"',
        "#",
        "%",
        "---\n",
        "...",
        "\\",
        "0x1",
        "1.",
        "null",
        "~",
        "\x00",
        "\u00e9",
        "\ufeff",
    ),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=60).map("".join) | st.text(max_size=60))
def test_any_text_is_a_document_or_has_faults_with_their_lines(text: str) -> None:
    try:
        _, faults = parse("s.yaml", text)
    except ConfigError as exc:
        faults = list(exc.faults)
        assert faults
    assert all(fault.line and fault.problem for fault in faults)
