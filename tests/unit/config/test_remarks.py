"""Keywords as people write them: what `digest check` says, and which papers they find."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.load import load_config
from digest.config.quoting import quoted
from digest.config.remarks import remark_on_author, remark_on_phrase
from digest.domain.matching import Matcher
from tests.support.builders import paper

TITLES = (
    "NeRF without Poses",
    "Gaussian Splatting and NeRF in the Dark",
    "A Robot That Folds Towels",
    "A* Search on Grids",
    "State-of-the-Art Text-to-Image Models",
    "Vision-and-Language Navigation",
    "Out-of-Distribution Detection with R-CNN",
    "k-NN in O(1) Time",
    "The μ-Calculus of Infinite Words",
    "GPT-4o and Llama 3.1 Agree",
    "3D Reconstruction from a Single Photo",
    "In-Context Learning to Rank",
    "LLM-Based Security for C++ and R",
    "Reward Models for Reasoning",
    "Schrödinger Bridges",
    "Q-Learning for Network Security",
    "Topological Insulators",
    "Retrieval-Augmented Generation",
    "SE(3)-Equivariant Networks",
    "Attention Is All You Need",
)
"""Invented, but for the last. Each abstract is the title."""

ONE = " is looked for as one phrase, in which "
SEARCH = " has no special meaning; if a search is meant, write:"
LIST = " is looked for as one phrase; if it is a list, write "
CATEGORY = " is looked for as a phrase; if the category is meant, write:"
STAR = ": * means nothing here, since endings are found without it; delete it"
IGNORED = "arXiv's search ignores signs and words such as a, it and to; use other words"
EXACT = " at an end; if every word is needed, write:"
DELETE = "delete them, or write a search under `query` in a definition"
EITHER = "without brackets; if either is meant, write:"
TOWELS = "A Robot That Folds Towels"
PAPER = " is looked for in titles and abstracts, and finds no paper; write words"
ENGLISH = ": arXiv's titles and abstracts are in English; write it in English"
RETYPE = "in place of a Latin letter or digit; type it again"


def definition(text: str, lines: list[str]) -> list[str]:
    """The definition that is offered, without the name's quotes."""
    return ["    keywords:", f"      {text}:", *(f"        {line}" for line in lines)] if lines else []


@pytest.mark.parametrize(
    ("text", "says", "lines", "found"),
    [
        ("NeRF OR Gaussian Splatting", f"{ONE}OR{SEARCH}", ["any: [NeRF, Gaussian Splatting]"], []),
        ("NeRF AND robot", f"{ONE}AND{SEARCH}", ["all: [NeRF, robot]"], []),
        ("robot NOT survey", f"{ONE}NOT{SEARCH}", ["any: [robot]", "exclude: [survey]"], []),
        ("robot ANDNOT survey", f"{ONE}ANDNOT{SEARCH}", ["any: [robot]", "exclude: [survey]"], []),
        ("(NeRF OR robot) AND folds", f"{ONE}OR{SEARCH}", ["any: [NeRF, robot]", "all: [folds]"], []),
        ("nerf or robot", f"{ONE}or{SEARCH}", ["any: [nerf, robot]"], []),
        ("robot and not survey", f"{ONE}and not{SEARCH}", ["any: [robot]", "exclude: [survey]"], []),
        ("NeRF + dark", f"{ONE}+{SEARCH}", ["all: [NeRF, dark]"], []),
        ("robot -survey", f"{ONE}-{SEARCH}", ["any: [robot]", "exclude: [survey]"], []),
        ("cat:cs.CV AND robot", f"{ONE}cat:{SEARCH}", ["any: [robot]", "categories: [cs.CV]"], []),
        ("au:Hinton", f"{ONE}au:{SEARCH}", ["authors: [Hinton]"], []),
        ("ti:NeRF", f"{ONE}ti:{SEARCH}", ["any: [NeRF]", "match: title"], []),
        ("all:electron", f"{ONE}all:{SEARCH}", ["any: [electron]"], []),
        ("transform*", STAR, [], []),
        ("RRT*", STAR, [], []),
        (
            "[robot]",
            f' is looked for as "robot", without brackets; {DELETE}',
            [],
            ["A Robot That Folds Towels"],
        ),
        (
            "Retrieval-Augmented Generation (RAG)",
            f' is looked for as "Retrieval Augmented Generation RAG", {EITHER}',
            ["any: [Retrieval-Augmented Generation, RAG]"],
            [],
        ),
        ("“Reward Model”", ": a phrase needs no quotes; delete them", [], ["Reward Models for Reasoning"]),
        ("cs.CL", CATEGORY, ["categories: [cs.CL]"], []),
        ("cs.cl", CATEGORY, ["categories: [cs.CL]"], []),
        ("cs", CATEGORY, ["categories: [cs]"], []),
        ("quant-ph", CATEGORY, ["categories: [quant-ph]"], []),
        ("cs.ML", ' is looked for as a phrase, and is no category; did you mean "stat.ML"?', [], []),
        ("reward model, reasoning", f"{LIST}[reward model, reasoning]", [], []),
        *(
            (f"reward model{sign}reasoning", f"{LIST}[reward model, reasoning]", [], [])
            for sign in "；，、､﹐،؛；／・。｡"
        ),
        ("cat：cs.CV", f"{ONE}cat:{SEARCH}", ["categories: [cs.CV]"], []),
        ("NeRF｜robot", f"{ONE}|{SEARCH}", ["any: [NeRF, robot]"], []),
        ("cs．CV", CATEGORY, ["categories: [cs.CV]"], []),
        ("cs.*", CATEGORY, ["categories: [cs]"], []),
        ("【robot】", f' is looked for as "robot", without brackets; {DELETE}', [], [TOWELS]),
        ("「robot」", f' is looked for as "robot", without brackets; {DELETE}', [], [TOWELS]),
        ("2406.01234v2", PAPER, [], []),
        ("https://arxiv.org/abs/2406.01234", PAPER, [], []),
        ("reward model、reasoning", f"{LIST}[reward model, reasoning]", [], []),
        ("NeRF / robot", f"{LIST}[NeRF, robot]", [], []),
        ("NeRF | robot", f"{ONE}|{SEARCH}", ["any: [NeRF, robot]"], []),
        ("A*", f": nothing is left of it to search for: {IGNORED}", [], []),
        ("IT", f": nothing is left of it to search for: {IGNORED}", [], []),
        ("C++", f' is looked for as "C" alone: {IGNORED}', [], ["LLM-Based Security for C++ and R"]),
        ("C#", f' is looked for as "C" alone: {IGNORED}', [], ["LLM-Based Security for C++ and R"]),
        (
            "R",
            ": a single letter stands for many things; use other words",
            [],
            ["Out-of-Distribution Detection with R-CNN", "LLM-Based Security for C++ and R"],
        ),
        ("λ", ": a single letter stands for many things; use other words", [], []),
        ("Q&A", f' is looked for as "Q" alone: {IGNORED}', [], ["Q-Learning for Network Security"]),
        (
            "A* search",
            f' is looked for as "search" alone: arXiv\'s search ignores A{EXACT}',
            ["any: ['A* search']", "exact: true"],
            ["A* Search on Grids"],
        ),
        (
            "IT security",
            f' is looked for as "security" alone: arXiv\'s search ignores IT{EXACT}',
            ["any: [IT security]", "exact: true"],
            ["LLM-Based Security for C++ and R", "Q-Learning for Network Security"],
        ),
        (
            "The Robot",
            f' is looked for as "Robot" alone: arXiv\'s search ignores The{EXACT}',
            ["any: [The Robot]", "exact: true"],
            ["A Robot That Folds Towels"],
        ),
        (
            "On-policy",
            f' is looked for as "policy" alone: arXiv\'s search ignores On{EXACT}',
            ["any: [On-policy]", "exact: true"],
            [],
        ),
        (
            "NO emission reduction",
            f' is looked for as "emission reduction" alone: arXiv\'s search ignores NO{EXACT}',
            ["any: [NO emission reduction]", "exact: true"],
            [],
        ),
        (
            "Vision & Language",
            ' is looked for without &, which does not find "Vision and Language"; write and for it',
            [],
            [],
        ),
        ("Reward Mоdel", f" has о (Cyrillic small letter o) {RETYPE}", [], []),
        (
            "ＧＰＴ-4o",
            f" has Ｇ (Fullwidth latin capital letter g) {RETYPE}",
            [],
            ["GPT-4o and Llama 3.1 Agree"],
        ),
        ("强化学习", ENGLISH, [], []),
        ("обучение", ENGLISH, [], []),
        (
            "Retrieval of long documents for open questions",
            ": few papers have 7 words side by side; write fewer, or more phrases",
            [],
            [],
        ),
        ("Reward Model", "", [], ["Reward Models for Reasoning"]),
        ("Reasoning", "", [], ["Reward Models for Reasoning"]),
        ("state-of-the-art", "", [], ["State-of-the-Art Text-to-Image Models"]),
        ("text-to-image", "", [], ["State-of-the-Art Text-to-Image Models"]),
        ("vision-and-language", "", [], ["Vision-and-Language Navigation"]),
        ("Vision and Language", "", [], ["Vision-and-Language Navigation"]),
        ("Out of Distribution", "", [], ["Out-of-Distribution Detection with R-CNN"]),
        ("R-CNN", "", [], ["Out-of-Distribution Detection with R-CNN"]),
        ("k-NN", "", [], ["k-NN in O(1) Time"]),
        ("O(1)", "", [], ["k-NN in O(1) Time"]),
        ("SE(3)", "", [], ["SE(3)-Equivariant Networks"]),
        ("μ-calculus", "", [], ["The μ-Calculus of Infinite Words"]),
        ("GPT-4o", "", [], ["GPT-4o and Llama 3.1 Agree"]),
        ("Llama 3.1", "", [], ["GPT-4o and Llama 3.1 Agree"]),
        ("3D", "", [], ["3D Reconstruction from a Single Photo"]),
        ("in-context learning", "", [], ["In-Context Learning to Rank"]),
        ("Learning to Rank", "", [], ["In-Context Learning to Rank"]),
        ("LLM for Security", "", [], ["LLM-Based Security for C++ and R"]),
        ("Q-learning", "", [], ["Q-Learning for Network Security"]),
        ("R&D", "", [], []),
        ("TCP/IP", "", [], []),
        ("C*-algebra", "", [], []),
        ("Schrodinger bridge", "", [], ["Schrödinger Bridges"]),
        ("Topology", "", [], ["Topological Insulators"]),
        ("Attention Is All You Need", "", [], ["Attention Is All You Need"]),
        ("(2+1)D gravity", "", [], []),
        ("1,000 genomes", "", [], []),
        ("ΛCDM", "", [], []),
        ("don't", "", [], []),
        ("Physics", "", [], []),
    ],
    ids=lambda value: ascii(value)[1:-1] if isinstance(value, str) else "",
)
def test_a_keyword_is_remarked_on_if_it_cannot_mean_what_is_written(
    text: str, says: str, lines: list[str], found: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "subscribers.yaml"
    written = text.replace("'", "''")
    file.write_text(f"subscribers: [{{email: ada@example.org, keywords: ['{written}']}}]", encoding="utf-8")
    config = load_config(file, {})
    remarks = [
        line.replace(f"'{text}':", f"{text}:") for w in config.warnings for line in w.problem.splitlines()
    ]
    assert remarks == ([f"{quoted(text)}{says}", *definition(text, lines)] if says else [])
    matcher = Matcher(config.keywords)
    assert [title for title in TITLES if matcher.claims(paper(title=title, abstract=title))] == found


NAME = " is taken for one name, in which "
NAMES = " has no special meaning; write each name alone as an item of the list"
INITIAL = (
    ": arXiv's search knows no initials and is asked for everybody named Hinton; write the first name in full"
)
ALONE = (
    " is an initial, which alone finds nobody; if the name before it goes with it, "
    "put both into one pair of quotes, such as 'Hinton, G.'"
)
AUTHORS = {
    "Capsules": ("Geoffrey Hinton",),
    "Vacuum": ("Adrian G. Del Maestro",),
    "Gowns": ("Gina Hinton", "Yann LeCun"),
    "Trees": ("Fei-Fei Li",),
}
"""Titles and who wrote them."""


@pytest.mark.parametrize(
    ("name", "says", "found"),
    [
        ("Geoffrey Hinton", "", ["Capsules"]),
        ("Hinton", "", ["Capsules", "Gowns"]),
        ("Hinton, Geoffrey", "", ["Capsules"]),
        ("HINTON Geoffrey", "", ["Capsules"]),
        ("Geoffrey E. Hinton", "", ["Capsules"]),
        ("G. Hinton", INITIAL, ["Capsules", "Gowns"]),
        ("Hinton, G.", INITIAL, ["Capsules", "Gowns"]),
        ("Hinton_G", INITIAL, ["Capsules", "Gowns"]),
        ("G.", ALONE, []),
        ("G. E.", ALONE, []),
        ("del Maestro", "", ["Vacuum"]),
        ("Adrian Del Maestro", "", ["Vacuum"]),
        ("Li, Fei-Fei", "", ["Trees"]),
        ("李飞飞", ": arXiv has names in Latin letters; write it in these", []),
        ("au:Hinton", f"{NAME}au:{NAMES}", []),
        ("Hinton AND LeCun", f"{NAME}AND{NAMES}", []),
        ("Hinton; LeCun", " is taken for one name; if it is a list, write [Hinton, LeCun]", []),
        ("Hinton，LeCun", " is taken for one name; if it is a list, write [Hinton, LeCun]", []),
        ("Hint*", f"{NAME}Hint*{NAMES}", []),
        ("“Geoffrey Hinton”", ": a phrase needs no quotes; delete them", ["Capsules"]),
        ("O'Brien", "", []),
        ("Нinton", f" has Н (Cyrillic capital letter en) {RETYPE}", []),
    ],
    ids=lambda value: ascii(value)[1:-1] if isinstance(value, str) else "",
)
def test_an_author_is_remarked_on_if_nobody_has_the_name(
    name: str, says: str, found: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "subscribers.yaml"
    written = name.replace("'", "''")
    file.write_text(
        "subscribers: [{email: ada@example.org, keywords: [Them]}]\n"
        f"keywords: {{Them: {{authors: ['{written}']}}}}",
        encoding="utf-8",
    )
    config = load_config(file, {})
    assert [warning.problem for warning in config.warnings] == ([f"{quoted(name)}{says}"] if says else [])
    matcher = Matcher(config.keywords)
    assert [title for title, who in AUTHORS.items() if matcher.claims(paper(authors=who))] == found


@pytest.mark.parametrize(
    "text", ["nerf or robot", "robot, arm", "The Robot", "a phrase of many words side by side"]
)
def test_a_phrase_that_is_meant_word_for_word_has_no_gentle_remark(text: str) -> None:
    assert remark_on_phrase(text) is not None
    assert remark_on_phrase(text, exact=True) is None


@given(st.text(min_size=1))
def test_every_text_can_be_judged_and_the_remark_begins_with_it(text: str) -> None:
    for remark in (remark_on_phrase(text), remark_on_author(text)):
        assert remark is None or remark.problem.startswith(quoted(" ".join(text.split())))
