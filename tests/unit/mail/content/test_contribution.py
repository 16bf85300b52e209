"""Which sentence of an abstract says what the paper does, and what of it an excerpt shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.mail.content.contribution import contribution, excerpt
from tests.support.cost import require_cheap

BACKGROUND = (
    "Squirrels are everywhere in modern forests.",
    "Recent work has shown that nuts can be found by scent, and prior studies present many ways to do it.",
    "However, existing methods remain slow, and it is not known how we can make them fast.",
)
RESULTS = (
    "Experiments on three forests show that it finds 12% more nuts.",
    "We also test it in winter and find that snow reduces its speed by 3%.",
    "Finally, we discuss what remains to be done.",
    "The code is available at https://example.org/nuts.",
)

STATEMENTS = (
    # what the authors make
    "We propose NutNet, a network that finds nuts.",
    "We present the first map of all nuts.",
    "We introduce and analyze a model of scent.",
    "We therefore develop a faster way to dig.",
    "We formally prove that digging terminates.",
    "We derive bounds for the depth of a nut.",
    "We establish a link between scent and depth.",
    "We then describe a robot that digs.",
    "We extend the theory of nuts to acorns.",
    "We survey ten years of work on acorns.",
    "We take a first step towards shared nuts.",
    "I propose a theory of acorns.",
    "The authors present a catalogue of acorns.",
    # to what end
    "To address this, we propose NutNet.",
    "To fill this gap, we measured the scent of ninety nuts.",
    "To this end, we combine scent and memory.",
    "To overcome these limitations, this study presents a way to dig at night.",
    "Motivated by this, we introduce a digger that rests.",
    "Building on this insight, we design a digger that waits.",
    "In response, we build a benchmark of four hundred forests.",
    "For this reason, we construct a small forest of glass.",
    "Inspired by birds, we design a digger that sings.",
    # this paper
    "This paper proposes a measure of hunger.",
    "This work introduces a framework for digging.",
    "This letter reports on nuts beyond the Arctic circle.",
    "This study evaluates twelve diggers on nine soils.",
    "This article reviews methods of digging.",
    "This thesis develops a theory of holes.",
    "This survey summarizes the art of digging.",
    "This book introduces the art of digging.",
    "This position paper argues that nuts are shared property.",
    "This technical report describes the digger of 2026.",
    "These lecture notes introduce scent.",
    "The present work investigates how holes age.",
    "Our paper presents a calendar of holes.",
    "This communication introduces a signal for danger.",
    "As a cheaper way, this work develops a digger of wood.",
    # in this paper
    "In this paper, we ask whether nuts remember.",
    "In this work, a detailed budget of energy is drawn up for diggers.",
    "In this article, the depth of nuts is estimated from scent.",
    "In this study, we conducted interviews with nineteen squirrels.",
    "In this letter we revisit the law of holes.",
    "With this paper we give foresters a tool.",
    "In the present study, we compare three noses.",
    "In this book, I introduce the ideas behind holes.",
    # here
    "Here, we show that nuts attract each other.",
    "Here we use a nose of glass to count nuts.",
    "Here, using data of nine forests, we resolve the age of nuts.",
    "Herein, we report a nut of record size.",
    # what the authors study
    "We study how nuts sink.",
    "We investigate the scent of nuts in rain.",
    "We show that two noses suffice.",
    "We find that no forest is empty.",
    "We report the discovery of a nut around a nearby star.",
    "We analyse the stability of holes under load.",
    "We examine whether squirrels plan ahead.",
    "We consider the problem of sharing nuts among rivals.",
    "We demonstrate digging with light alone.",
    "We address this problem by learning from birds.",
    "Using two telescopes, we measure the rotation of nuts.",
    "By melting the snow, we observe that nuts float.",
    # without the authors
    "A new way of digging is proposed.",
    "An optimal law of digging is derived from scent alone.",
    "The growth of holes is studied with a lattice model.",
    "The aim of this study is to count all nuts.",
    "Our goal is to count all nuts.",
    "The main contribution of this paper is a census of nuts.",
    "The purpose of this review is to order what is known of nuts.",
    "NutNet closes this gap with a second nose.",
    # anything else that the authors do
    "We decompose the scent into nine smells.",
    "We turn this idea into a machine that digs.",
    "Our method learns to dig from three examples.",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_sentence_that_says_what_the_paper_does_is_found(statement: str) -> None:
    abstract = " ".join((*BACKGROUND, statement, *RESULTS))
    assert contribution(abstract) == statement


@pytest.mark.parametrize("statement", STATEMENTS)
def test_it_is_found_at_the_beginning(statement: str) -> None:
    assert contribution(" ".join((statement, *RESULTS))) == statement


@pytest.mark.parametrize(
    "other",
    [
        "In previous work, we introduced a digger.",
        "Recently, we proposed a law of holes.",
        "In Part I of this series, we introduced a digger.",
        "Can we present nuts to strangers?",
        "The goal is to find all nuts at once.",
        "Such estimates are presented by Sample (2026).",
        "We can do more than dig.",
        "It is a nut that we present on holidays.",
        "We release the code of NutNet.",
        "We hope that this paper inspires diggers.",
        "This work paves the way for diggers.",
        "Furthermore, we present examples.",
    ],
)
def test_what_only_sounds_like_it_does_not_win(other: str) -> None:
    statement = "We study how deep nuts sink."
    assert contribution(" ".join((other, statement))) == statement
    assert contribution(" ".join((statement, other))) == statement


def test_of_two_equal_sentences_the_first_wins() -> None:
    assert contribution("It rains. We propose A. We propose B.") == "We propose A."


def test_results_stand_in_where_no_sentence_says_it() -> None:
    result = "Simulations show that nuts sink."
    assert contribution(f"Nuts are heavy. Soil is soft. {result} Winter is long.") == result
    assert contribution("Nuts are old. The digger improves the yield by 5%.") == (
        "The digger improves the yield by 5%."
    )


def test_an_abstract_without_any_cue_says_it_at_its_beginning() -> None:
    assert contribution("Nuts are heavy. Soil is soft.") == "Nuts are heavy."
    assert contribution("") == ""


ABSTRACT = (
    "Nuts are heavy. Soil is soft. We propose NutNet, a net for nuts. It is light. Nobody knows why it works."
)


@pytest.mark.parametrize(
    ("characters", "shown"),
    [
        (len(ABSTRACT), ABSTRACT),
        (75, "…\u00a0We propose NutNet, a net for nuts. It is light.\u00a0…"),
        (45, "…\u00a0We propose NutNet, a net for nuts.\u00a0…"),
        (30, "…\u00a0We propose NutNet, a net\u00a0…"),
        (1, "…\u00a0W\u00a0…"),
    ],
)
def test_an_excerpt_begins_with_the_contribution(characters: int, shown: str) -> None:
    assert excerpt(ABSTRACT, characters) == shown


def test_an_excerpt_from_the_beginning_leaves_nothing_out_before_it() -> None:
    assert excerpt("We propose NutNet. It is light.", 24) == "We propose NutNet.\u00a0…"


@given(st.text(), st.integers(10, 300))
def test_an_excerpt_is_no_longer_than_asked_and_has_the_authors_words_only(
    text: str, characters: int
) -> None:
    shown = excerpt(text, characters)
    assert len(shown) <= characters
    assert shown == text or shown.removeprefix("…\u00a0").removesuffix("\u00a0…") in text


@pytest.mark.parametrize(
    "piece", ["we ", "in this paper ", "we, also, ", "available code ", "to solve ", ". We "]
)
def test_a_hostile_abstract_is_cheap(piece: str) -> None:
    require_cheap(lambda: contribution(piece * (2800 // len(piece))))
