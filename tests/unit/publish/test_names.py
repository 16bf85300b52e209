"""How the files of keywords are called."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.publish.names import file_names
from tests.support.builders import keyword


def names_of(*names: str) -> list[str]:
    keywords = [keyword(name, any=(f"{number} {name}",)) for number, name in enumerate(names)]
    return list(file_names(keywords).values())


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("Reward Model", "reward-model"),
        ("self-play", "self-play"),
        ("../x", "=2e=2e=2fx"),
        ("con", "con="),
        ("COM1", "com1="),
        ("COM¹", "com¹="),
        ("C++", "c=2b=2b"),
        ("C#", "c=23"),
        ("A*", "a=2a"),
        ("机器人", "机器人"),
        ("e\u0301tude", "étude"),
        ("GPT 4.5", "gpt-4=2e5"),
        ("a“b”", "a=e2=80=9cb=e2=80=9d"),
        ("index", "index="),
        ("2026-06", "2026-06="),
        ("README", "readme="),
    ],
)
def test_the_name_of_a_file_is_safe_and_tells_the_keyword(name: str, stem: str) -> None:
    assert names_of(name) == [stem]


def test_of_keywords_that_would_share_a_name_the_later_has_its_id() -> None:
    first, second, other = (keyword(word, any=(word * n,)) for n, word in enumerate(("RLHF", "rlhf", "x"), 1))
    assert file_names([first, second, other]) == {first: "rlhf", second: f"rlhf={second.id[:8]}", other: "x"}
    assert file_names([first]) == {first: "rlhf"}


def test_a_long_name_is_cut_off_between_characters() -> None:
    assert names_of("é" * 200, "é" * 199)[0] == "é" * 60
    assert len({*names_of("é" * 200, "é" * 199)}) == 2


@given(st.lists(st.text(min_size=1, max_size=8), max_size=6))
def test_no_two_files_are_the_same_on_any_disk(names: list[str]) -> None:
    stems = names_of(*names)
    assert len({unicodedata.normalize("NFD", stem.upper()) for stem in stems}) == len(names)
    for stem in stems:
        assert len(f"{stem}.1000.md".encode()) < 255
        assert not set(stem) & set('/\\:*?"<>|. _\0')
