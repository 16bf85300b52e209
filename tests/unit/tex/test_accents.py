import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.tex.accents import with_letters


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r"A Schr\"odinger bridge", "A Schrödinger bridge"),
        (r"Schr{\"o}dinger", "Schrödinger"),
        (r"H\"{u}lle", "Hülle"),
        (r"Fr\'{e}chet \'Ecole", "Fréchet École"),
        (r"Mart{\'{\i}}nez-N{\'u}{\~n}ez", "Martínez-Núñez"),
        (r"\v{C}ech, \v Cech", "Čech, Čech"),
        (r"Erd\H{o}s and \c{C}elik", "Erdős and Çelik"),
        (r"{\L}ukasz, \L ukasz, \L{}ukasz", "Łukasz, Łukasz, Łukasz"),
        (r"K{\aa}re S{\o}rensen, stra{\ss}e", "Kåre Sørensen, straße"),
        (r"Mi\l o\'s", "Miłoś"),
    ],
)
def test_an_accent_of_tex_becomes_the_letter_that_arxivs_search_shows(text: str, shown: str) -> None:
    assert with_letters(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        r"the $\alpha$-divergence and $\hat\theta_{t+1}$",
        r"\textbf{Bold} claims, 50\% better",
        r"\cite{key} \url{https://example.org/~a}",
        "no TeX at all: it's {braced} and ``quoted''",
        r"\q{x}, \'{x}",
    ],
)
def test_all_other_tex_stays_as_it_is(text: str) -> None:
    assert with_letters(text) == text


@given(st.text(alphabet="\\'\"`^~{}abcvHiou LO", max_size=40))
def test_any_text_is_converted_without_an_error_and_grows_by_nothing(text: str) -> None:
    assert len(with_letters(text)) <= len(text)
