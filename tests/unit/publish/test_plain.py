"""A paper in plain text, for feeds and the page."""

from datetime import UTC, datetime

from digest.publish.plain import permanent_address, plain_paper
from tests.support.builders import paper


def test_a_paper_is_plain_text_on_one_line_without_tex() -> None:
    shown = plain_paper(
        paper(
            title="On $\\alpha$-Divergences\n and \u202eMore",
            abstract="We have $x^2$ \\emph{here}.",
            authors=("Ren\\'e Example", " \u200b"),
            comment="5 pages\u2028long",
            categories=("cs.LG", ""),
        )
    )
    assert shown == paper(
        title="On α-Divergences and More",
        abstract="We have x² here.",
        authors=("René Example",),
        comment="5 pages long",
        categories=("cs.LG",),
    )


def test_a_text_without_end_is_cut_and_a_title_is_never_empty() -> None:
    shown = plain_paper(paper(title="\u200b", abstract="x" * 9_000, authors=("y" * 99,) * 9_000))
    assert (shown.title, len(shown.abstract)) == ("2606.00001", 4_000)
    assert (len(shown.authors), len(shown.authors[0])) == (5_000, 80)


def test_an_address_that_is_not_of_the_web_is_dropped() -> None:
    shown = plain_paper(paper(url="javascript:alert(1)", pdf_url="data:text/html,x"))
    assert (shown.url, shown.pdf_url) == ("", "")


def test_all_versions_have_one_permanent_address() -> None:
    versions = (paper(), paper(version=12, updated=datetime(2026, 7, 1, tzinfo=UTC)))
    assert {permanent_address(each) for each in versions} == {"https://arxiv.org/abs/2606.00001"}
