"""What is said of all keywords of a file together."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.build import definitions
from digest.config.keyword_warnings import keyword_warnings
from digest.config.load import load_config
from digest.config.offers import scalar
from digest.config.phrases import phrase
from digest.config.yaml_document import parse

ADA = "subscribers:\n  - email: ada@example.org\n    keywords: "
BO = "\n  - email: bo@example.org\n    keywords: "
WORDS = "is looked for as one phrase, in which"


def warnings(text: str, folder: Path) -> list[str]:
    file = folder / "subscribers.yaml"
    file.write_text(text, encoding="utf-8")
    found = load_config(file, {}).warnings
    return [line for warning in found for line in str(warning).removeprefix(f"{file}:").splitlines()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{ADA}[Reward Model, Reasoning]{BO}[Reasoning]", []),
        (
            f"{ADA}[Reasoning, NeRF OR robot]",
            [
                (
                    f'3:27: subscribers[0].keywords[1]: "NeRF OR robot" {WORDS} OR has no special meaning; '
                    "if a search is meant, write:"
                ),
                "    keywords:",
                "      NeRF OR robot:",
                "        any: [NeRF, robot]",
            ],
        ),
        (
            f"{ADA}[R]{BO}[Reasoning, R]\narchive: {{keywords: [R]}}",
            [
                (
                    '3:16: subscribers[0].keywords[0] and 2 more: "R": a single letter stands for many '
                    "things; use other words"
                )
            ],
        ),
        (
            f"{ADA}[X]\nkeywords:\n  X:\n    any: [nerf or robot, A*]\n    authors: [Hinton, G.]",
            [
                (
                    f'6:11: keywords.X.any[0]: "nerf or robot" {WORDS} or has no special meaning; '
                    "if a search is meant, write:"
                ),
                "    any: [nerf, robot]",
                (
                    '6:26: keywords.X.any[1]: "A*": nothing is left of it to search for: arXiv\'s search '
                    "ignores signs and words such as a, it and to; use other words"
                ),
                (
                    '7:23: keywords.X.authors[1]: "G." is an initial, which alone finds nobody; if the name '
                    "before it goes with it, put both into one pair of quotes, such as 'Hinton, G.'"
                ),
            ],
        ),
        (f"{ADA}[X]\nkeywords: {{X: {{any: [nerf or robot, The Pile], exact: true}}}}", []),
        (f"{ADA}[nerf or robot]\nkeywords: {{nerf or robot: {{any: [nerf, robot]}}}}", []),
        (
            f"{ADA}[Reasoning]\nkeywords: {{RLHF: {{any: [human feedback]}}}}",
            [
                (
                    "4:12: keywords.RLHF: nobody follows this keyword; add its name to a subscriber's "
                    "keywords, or delete it"
                )
            ],
        ),
        (
            f"{ADA}[Reasoning]\nkeywords: {{RLHF: {{any: [human feedback]}}}}\narchive: {{keywords: [rlhf]}}",
            [],
        ),
        (
            (
                f"{ADA}[Preference Laerning, Reward]\narchive: {{keywords: [Preference Learning]}}\n"
                "keywords: {Preference Learning: {any: [preferences]}}"
            ),
            [
                (
                    '3:16: subscribers[0].keywords[0]: "Preference Laerning" is looked for as a phrase; did '
                    'you mean your definition "Preference Learning"?'
                )
            ],
        ),
        (
            (
                f"{ADA}[Reward Models]\narchive: {{keywords: [Reward Model]}}\n"
                "keywords: {Reward Model: {any: [reward]}}"
            ),
            [
                (
                    '3:16: subscribers[0].keywords[0]: "Reward Models" is looked for as a phrase; did you '
                    'mean your definition "Reward Model"?'
                )
            ],
        ),
        (
            f"{ADA}[Reward Model, Reasoning]{BO}[Reward Models]",
            [
                (
                    '5:16: subscribers[1].keywords[0]: "Reward Models" finds the same papers as "Reward '
                    'Model" on line 3; write one of the two everywhere'
                )
            ],
        ),
        (
            f"{ADA}[LLM for Code, LLM in Code]",
            [
                (
                    '3:30: subscribers[0].keywords[1]: "LLM in Code" finds the same papers as "LLM for Code" '
                    "on line 3; write one of the two everywhere"
                )
            ],
        ),
        (f"{ADA}[Self-Play, Self Play, LLM for Code, LLM Code, Topic, Topics in NLP]", []),
    ],
    ids=[
        "ordinary keywords have no warning",
        "a definition is offered under the keyword's own name",
        "a cause is named once, with the number of places",
        "the phrases and authors of a definition are looked at too",
        "what is meant word for word is not doubted",
        "with the offered definition there is no warning",
        "a definition that nobody follows",
        "the archive may follow it",
        "a name with a typing mistake",
        "a name with another ending",
        "two keywords that differ in an ending",
        "two keywords that differ in a stop word",
        "keywords that find different papers",
    ],
)
def test_warnings_have_their_place_and_a_remedy(text: str, expected: list[str], tmp_path: Path) -> None:
    assert warnings(text, tmp_path) == expected


@pytest.mark.parametrize(
    ("defined", "written"),
    [
        ("Supervised Learning", "Unsupervised Learning"),
        ("Llama 3.1 Models", "Llama 3.2 Models"),
        ("GAN", "GNN"),
        ("Image to Text", "Text to Image"),
        ("Moral Agents", "Oral Agents"),
    ],
)
def test_names_that_are_only_near_each_other_are_no_typing_mistakes(
    defined: str, written: str, tmp_path: Path
) -> None:
    text = f"{ADA}[{defined}, {written}]\nkeywords: {{{defined}: {{any: [something else]}}}}"
    assert warnings(text, tmp_path) == []


def is_phrase(text: str) -> bool:
    try:
        return phrase(text) == text
    except ValueError:
        return False


PHRASES = st.text("ab CAND or*|(),;:+-.éμ学'", min_size=1, max_size=20).filter(is_phrase)


@given(st.lists(PHRASES, min_size=1, max_size=4), st.lists(PHRASES, max_size=3, unique_by=str.casefold))
def test_whatever_is_written_each_warning_has_a_line_and_none_comes_twice(
    followed: list[str], defined: list[str]
) -> None:
    items = ", ".join(scalar(text, always=True) for text in followed)
    sections = "".join(f"  {scalar(name, always=True)}: {{any: [x1]}}\n" for name in defined)
    document, _ = parse("s.yaml", f"{ADA}[{items}]\nkeywords:\n{sections}")
    found = keyword_warnings(document, definitions(document))
    assert len({str(warning) for warning in found}) == len(found)
    assert all(warning.line and warning.problem for warning in found)
