import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from digest.demo.papers import DemoPaper
from digest.demo.query import matches, parse
from digest.domain.keywords import Keyword, Match, Phrase
from digest.domain.matching import Matcher, Segment, accented_forms, mark, with_accented_forms
from digest.sources.arxiv.query import query_of
from tests.support.builders import keyword, paper

VOCABULARY = st.sampled_from(["reward", "Rewards", "model", "modelling", "Bayes's", "Bayes’s", "q"])
PHRASES = st.lists(VOCABULARY, min_size=1, max_size=3).map(" ".join)
TEXTS = st.lists(VOCABULARY, max_size=6).map("-".join)
NAMES = st.lists(st.sampled_from(["Ada", "Ada’s", "Bo", "Example"]), min_size=1, max_size=3).map(" ".join)
ASKED_CATEGORIES = st.sampled_from(["astro-ph.*", "cs.*", "cs.LG", "eess.SY", "math.*", "math-ph"])
CATEGORIES = st.sampled_from(["astro-ph", "cs.LG", "eess.SY", "math-ph", "math.PR"])
ONE_KIND = st.one_of(
    st.builds(Keyword, st.just("any name"), authors=st.tuples(NAMES)),
    st.builds(Keyword, st.just("any name"), categories=st.tuples(ASKED_CATEGORIES)),
)
KEYWORDS = ONE_KIND | st.builds(
    Keyword,
    name=st.just("any name"),
    any=st.lists(PHRASES, max_size=2).map(tuple),
    all=st.lists(PHRASES, max_size=2).map(tuple),
    exclude=st.lists(PHRASES, max_size=1).map(tuple),
    authors=st.lists(NAMES, max_size=2).map(tuple),
    categories=st.lists(ASKED_CATEGORIES, max_size=2).map(tuple),
    match=st.none() | st.sampled_from(Match),
).filter(lambda k: bool(k.any or k.all or k.authors or k.categories))
PAPERS = st.builds(
    DemoPaper,
    id=st.just("2606.00001"),
    title=TEXTS,
    abstract=TEXTS,
    authors=st.lists(NAMES, max_size=2).map(tuple),
    categories=st.lists(CATEGORIES, max_size=2).map(tuple),
    comment=st.just(""),
    versions=st.just(()),
)
CURLY = DemoPaper("2606.00001", "On Bayes’s model", "", ("Ada’s Example",), (), "", ())


def marked(text: str, *phrases: str) -> str:
    segments = mark(text, map(Phrase, phrases))
    return "".join(f"[{part.text}]" if part.marked else part.text for part in segments)


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("Reward models and a reward, model", "reward model", "[Reward models] and a [reward, model]"),
        ("Good reasons for reasoned reasoning", "Reasoning", "Good [reasons] for [reasoned] [reasoning]"),
        ("A fine-tuned model", "fine tuned", "A [fine-tuned] model"),
        ("A fine tuned model", "fine-tuned", "A [fine tuned] model"),
        ("On Bayes's theorem", "Bayes theorem", "On [Bayes's theorem]"),
        ("Schrödinger’s cats", "schrodinger cat", "[Schrödinger’s cats]"),
        ("GPT-4 and GPT-40", "GPT-4", "[GPT-4] and GPT-40"),
        ("C++ and C#", "C++", "[C]++ and [C]#"),
        ("A q-function and Q learning", "Q", "A [q]-function and [Q] learning"),
        ("An Α-divergence", "α divergence", "An [Α-divergence]"),
        ("snake_case", "case", "snake_case"),
        ("LLM-based security of LLMs", "LLM for Security", "[LLM-based security] of LLMs"),
        ("Security for the LLM", "LLM for Security", "Security for the LLM"),
        ("rewarding the model", "reward model", "rewarding the model"),
        ("nothing of the kind", "reward", "nothing of the kind"),
        ("no words asked for", "--", "no words asked for"),
    ],
    ids=[
        "plural and punctuation", "stems", "hyphen in the text", "hyphen in the phrase", "possessive",
        "accent", "digits", "C++", "a single letter", "Greek", "underscore", "a word in a gap", "no gap",
        "not adjacent", "absent",
        "no words",
    ],
)  # fmt: skip
def test_a_phrase_is_found_by_the_rule_of_arxivs_search(text: str, phrase: str, expected: str) -> None:
    assert marked(text, phrase) == expected


def test_overlapping_phrases_are_marked_as_one() -> None:
    assert (
        marked("deep reward model training", "deep reward", "reward model") == "[deep reward model] training"
    )


def test_phrases_side_by_side_stay_apart() -> None:
    segments = mark("x y", [Phrase("x"), Phrase("y")])
    assert segments == (Segment("x", True), Segment(" ", False), Segment("y", True))


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
def test_marking_changes_no_text(text: str, phrases: list[str]) -> None:
    segments = mark(text, map(Phrase, phrases))
    assert "".join(part.text for part in segments) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("title", "phrase", "found"),
    [
        ("Two reward models", "Reward Model", True),
        ("A reward, model by model", "Reward Model", True),
        ("A reward for the model", "Reward Model", False),
        ("Models of reward", "Reward Model", False),
        ("A fine-tuned model", "fine tuned model", True),
        ("A fine tuned model", "fine-tuned model", True),
        ("A finetuned model", "fine-tuned model", False),
        ("On Bayes’s theorem", "Bayes theorem", True),
        ("On Bayes theorem", "Bayes's theorem", True),
        ("Models that don't fit", "don't fit", True),
        ("Models that don’t fit", "don't fit", True),
        ("Models that don fit", "don't fit", False),
        ("Schrödinger bridges", "schrodinger bridge", True),
        ("Schro\u0308dinger bridges", "Schrödinger bridge", True),
        ("Schrodinger bridges", "Schrödinger bridge", True),
        ("GPT-4 and its kin", "GPT-4", True),
        ("GPT-40 and its kin", "GPT-4", False),
        ("A C compiler", "C++ compiler", True),
        ("A q-function", "Q function", True),
        ("An Α-divergence", "α divergence", True),
        ("An α-divergence", "alpha divergence", False),
        ("Topological data", "topology data", True),
        ("Llama 3.1 tuned", "Llama 3.1", True),
        ("Llama 3 1 tuned", "Llama 3.1", False),
        ("Llama 3.12 tuned", "Llama 3.1", False),
        ("Learning by rank", "Learning to Rank", True),
        ("Learning rank", "Learning to Rank", False),
        ("Learning to really rank", "Learning to Rank", False),
        ("The A* search", "A*", False),
        ("On the state of the art", "state-of-the-art", True),
        ("高精地图的在线构建", "在线构建", True),
        ("高精地图的在线构建", "地图构建", False),
        ("The snake_case problem", "snake case", False),
        ("The snake case problem", "snake_case problem", False),
    ],
    ids=[
        "plural", "punctuation between", "a word between", "another order", "hyphen in the text",
        "hyphen in the phrase", "one word is not two", "possessive in the text", "possessive in the phrase",
        "apostrophe", "curly apostrophe in the text", "apostrophe with its letter left out",
        "accent in the text", "accent as a character of its own", "accent in the phrase", "digits",
        "other digits", "C++", "a single letter", "Greek of another case", "Greek spelled out",
        "Porter's later departure", "a version", "a version in two words", "another version",
        "another stop word in the gap", "no gap", "too wide a gap", "a stop word alone", "two gaps",
        "Chinese", "Chinese with a gap",
        "underscore in the text", "underscore in the phrase",
    ],
)  # fmt: skip
def test_a_keyword_claims_what_arxivs_search_would_list(title: str, phrase: str, found: bool) -> None:
    wanted = keyword(any=(phrase,), match=Match.TITLE)
    assert Matcher([wanted]).claims(paper(title=title)) == ({wanted.id} if found else frozenset())


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (keyword(any=("lazy learner", "reward model")), True),
        (keyword(any=("lazy learner", "model reward")), False),
        (keyword(any=("model",)), True),
        (keyword(any=("pay",)), False),
        (keyword(any=("pay",), match=Match.ABSTRACT), True),
        (keyword(any=("pay",), match=Match.TITLE), False),
        (keyword(any=("pay",), match=Match.TITLE_OR_ABSTRACT), True),
        (keyword(any=("we pay",), match=Match.TITLE_AND_ABSTRACT), False),
        (keyword(any=("models we",)), False),
        (keyword(all=("reward models", "we pay")), True),
        (keyword(all=("reward models", "we rest")), False),
        (keyword(any=("model",), all=("we pay", "pay models")), True),
        (keyword(any=("model",), exclude=("pay",)), False),
        (keyword(any=("model",), exclude=("rest",)), True),
        (keyword(any=("reward model",), exclude=("reward model",)), False),
        (keyword(any=(), authors=("ada del maestro",)), True),
        (keyword(any=(), authors=("Maestro Ada",)), True),
        (keyword(any=(), authors=("Ada Maestro",)), True),
        (keyword(any=(), authors=("Maestro Bo",)), False),
        (keyword(any=(), authors=("Cy Nobody", "O'Sample")), True),
        (keyword(any=(), categories=("eess.SY",)), True),
        (keyword(any=(), categories=("math.NA",)), True),
        (keyword(any=(), categories=("eess.*",)), True),
        (keyword(any=(), categories=("cs.*",)), False),
        (keyword(any=(), categories=("math-ph",)), False),
        (keyword(any=(), categories=("hep-th",)), True),
        (keyword(any=("model",), categories=("eess.*", "stat.*")), True),
        (keyword(any=("model",), categories=("stat.*",)), False),
        (keyword(any=("model",), authors=("Sample",), categories=("stat.*",)), False),
    ],
    ids=[
        "one of several", "none of several", "a word in both texts", "a word in the abstract alone",
        "the abstract asked for", "the title asked for", "either asked for", "both asked for",
        "a phrase across both texts", "all of several", "not all of several", "one, and all of others",
        "an excluded word", "an excluded word that is not there", "its own phrase excluded",
        "an author in small letters", "an author's names turned round", "an author's name with a gap",
        "a name across two authors", "one of several authors", "a category", "its second category",
        "an archive", "an archive of another paper",
        "a name that begins like an archive", "a category without classes",
        "a phrase in one of its categories", "a phrase in another category", "an author in another category",
    ],
)  # fmt: skip
def test_conditions_of_different_kinds_must_all_hold(wanted: Keyword, found: bool) -> None:
    described = paper(
        title="On Reward Models",
        abstract="We pay models.",
        authors=("Ada del Maestro", "Bo O'Sample"),
        categories=("eess.SY", "math.NA", "hep-th"),
    )
    assert Matcher([wanted]).claims(described) == ({wanted.id} if found else frozenset())


def test_without_keywords_nothing_is_claimed() -> None:
    assert Matcher([]).claims(paper()) == frozenset()


@given(KEYWORDS, PAPERS)
@example(keyword("Bayes’s model"), CURLY)
@example(keyword(any=(), authors=("Ada’s Example",)), CURLY)
def test_a_paper_is_claimed_exactly_if_the_query_finds_it(wanted: Keyword, described: DemoPaper) -> None:
    claimed = wanted.id in Matcher([wanted]).claims(described)
    assert claimed == matches(parse(query_of(wanted)), described)


@given(st.lists(KEYWORDS, max_size=5), PAPERS)
def test_keywords_do_not_disturb_each_other(wanted: list[Keyword], described: DemoPaper) -> None:
    alone = [Matcher([one]).claims(described) for one in wanted]
    assert Matcher(wanted).claims(described) == frozenset().union(*alone)


@pytest.mark.parametrize(
    ("wanted", "title", "forms"),
    [
        (keyword("Schrodinger bridge"), "On Schrödinger bridges", {"Schrödinger bridges"}),
        (keyword("Schrodinger bridge"), "On Schrodinger bridges – and more", set()),
        (keyword("bridge"), "On Schrödinger bridges", set()),
        (keyword("Schrodinger bridge", exact=True), "On a Schrödinger bridge", set()),
    ],
    ids=["an accent", "none", "an accent elsewhere", "words as written"],
)
def test_the_accents_that_papers_have_are_known(wanted: Keyword, title: str, forms: set[str]) -> None:
    assert accented_forms(wanted, [title]) == forms


def test_a_source_that_folds_no_accents_is_asked_for_the_accents_that_papers_have() -> None:
    wanted = keyword("Schrodinger bridge", match=Match.TITLE, categories=("cs.*",))
    spelled = with_accented_forms(wanted, ["Schrödinger bridges", "Other words"])
    assert query_of(spelled) == (
        '((ti:"Schrodinger bridge" OR (ti:"Schrödinger bridges" OR ti:"Schrodinger bridges")) AND cat:cs.*)'
    )
    assert with_accented_forms(wanted, []) is wanted
