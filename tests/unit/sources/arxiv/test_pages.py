"""The forms in which arXiv shows a paper."""

from dataclasses import replace
from datetime import UTC, datetime

from digest.domain.links import PaperLink
from digest.sources.arxiv.pages import paper_forms
from tests.support.builders import paper


def test_a_version_has_a_pdf_a_web_page_and_an_entry_for_a_bibliography() -> None:
    assert paper_forms(paper("2606.00001", version=2)) == (
        PaperLink("PDF", "2606.00001", "https://arxiv.org/pdf/2606.00001v2"),
        PaperLink("HTML", "2606.00001", "https://arxiv.org/html/2606.00001v2"),
        PaperLink("BibTeX", "2606.00001", "https://arxiv.org/bibtex/2606.00001"),
    )


def test_arxiv_has_html_of_versions_since_december_2023() -> None:
    def kinds(*day: int) -> list[str]:
        forms = paper_forms(replace(paper(), updated=datetime(*day, tzinfo=UTC)))  # type: ignore[arg-type, misc]
        return [form.kind for form in forms]

    assert (kinds(2023, 11, 30), kinds(2023, 12, 1)) == (["PDF", "BibTeX"], ["PDF", "HTML", "BibTeX"])


def test_a_paper_of_another_source_has_none_of_arxivs_forms() -> None:
    assert paper_forms(paper(url="https://papers.example.org/1")) == ()
