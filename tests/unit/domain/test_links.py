"""What belongs to a paper on the web, and what only looks like it."""

import pytest

from digest.domain.links import PaperLink, paper_links, service_links
from tests.support.builders import paper
from tests.support.cost import require_cheap


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("Code: https://github.com/invented/code.", "https://github.com/invented/code"),
        ("see http://www.gitlab.com/a/b-c/tree/main", "https://gitlab.com/a/b-c"),
        (r"\url{https://github.com/a/b\_c}", "https://github.com/a/b_c"),
        ("bitbucket.org/a/b, and more", "https://bitbucket.org/a/b"),
        ("https://github.com/topics/x then https://github.com/a/b", "https://github.com/a/b"),
        (f"github.com/a/{'b' * 100}", f"https://github.com/a/{'b' * 100}"),
    ],
    ids=["full stop", "deeper path", "TeX", "no scheme", "second one", "longest name"],
)
def test_a_repository_that_a_text_names_becomes_a_link(text: str, url: str) -> None:
    assert paper_links(text) == (PaperLink("Code", "/".join(url.split("/")[-2:]), url),)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("huggingface.co/a/b", PaperLink("Model", "a/b", "https://huggingface.co/a/b")),
        ("huggingface.co/datasets/a/b", PaperLink("Data", "a/b", "https://huggingface.co/datasets/a/b")),
        ("huggingface.co/spaces/a/b", PaperLink("Demo", "a/b", "https://huggingface.co/spaces/a/b")),
    ],
    ids=["model", "data", "demo"],
)
def test_what_lies_in_a_repository_is_named(text: str, found: PaperLink) -> None:
    assert paper_links(text) == (found,)


@pytest.mark.parametrize(
    "text",
    [
        "https://huggingface.co/papers/2606.00001",
        "https://github.com/invented",
        "https://github.com.evil.example/a/b",
        "https://notgithub.com/a/b",
        'https://github.com/a/"><script>',
        f"https://github.com/a/{'b' * 101}",
        "",
    ],
    ids=[
        "page of a paper",
        "owner only",
        "other host after",
        "other host before",
        "markup",
        "endless name",
        "nothing",
    ],
)
def test_what_is_no_repository_becomes_no_link(text: str) -> None:
    assert paper_links(text) == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Project page: https://nuts.github.io/net/.", ("Project", "nuts.github.io/net")),
        ("See https://nuts.gitlab.io", ("Project", "nuts.gitlab.io")),
        ("https://sites.google.com/view/nut-net, 8 pages", ("Project", "sites.google.com/view/nut-net")),
        ("Website: https://nuts.example.org/a_b~c/", ("Project", "nuts.example.org/a_b~c")),
        ("the demo at http://Nuts.Example.org.", ("Project", "nuts.example.org")),
        ("data at https://zenodo.org/records/123456.", ("Data", "zenodo.org/records/123456")),
        ("https://doi.org/10.5281/zenodo.123456)", ("Data", "doi.org/10.5281/zenodo.123456")),
        ("osf.io/ab12c has all data", ("Data", "osf.io/ab12c")),
        ("https://www.kaggle.com/datasets/a/nuts", ("Data", "kaggle.com/datasets/a/nuts")),
        ("Code: https://github.com/a/nuts.git", ("Code", "a/nuts")),
        (r"\url{https://nuts.github.io/a\_b}", ("Project", "nuts.github.io/a_b")),
    ],
)
def test_a_place_that_a_text_names_becomes_a_link(text: str, found: tuple[str, str]) -> None:
    assert [(link.kind, link.name) for link in paper_links(text)] == [found]


def test_each_kind_has_its_first_link_in_a_fixed_order() -> None:
    text = (
        "Project page: https://nuts.github.io/x. Data: huggingface.co/datasets/a/d, zenodo.org/records/7."
        " Code: github.com/a/one and github.com/a/two."
    )
    assert paper_links(text) == (
        PaperLink("Code", "a/one", "https://github.com/a/one"),
        PaperLink("Data", "a/d", "https://huggingface.co/datasets/a/d"),
        PaperLink("Project", "nuts.github.io/x", "https://nuts.github.io/x"),
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/somewhere",
        "project page: https://user:secret@example.org/",
        "project page: https://example.org:8080/",
        "project page: javascript:alert(1)",
        "project page: https://1.2.3.4/",
        "project page: https://localhost/",
        "website https://b\u00fccher.example/",
        "https://nuts.github.io.evil.example/",
        "demo: ftp://example.org/a",
        "see arxiv.org/abs/2606.00001",
    ],
)
def test_what_is_unknown_or_unsafe_becomes_no_link(text: str) -> None:
    assert paper_links(text) == ()


@pytest.mark.parametrize(
    "text", ["project page: https://nuts.example.org/?a=<b>", "demo https://nuts.example.org/#x"]
)
def test_a_query_or_a_fragment_is_left_out(text: str) -> None:
    assert [link.url for link in paper_links(text)] == ["https://nuts.example.org/"]


def test_pages_at_other_services_come_in_the_order_that_is_asked_for() -> None:
    assert service_links(paper("2606.00001"), ("huggingface", "alphaxiv")) == (
        PaperLink("Hugging Face", "2606.00001", "https://huggingface.co/papers/2606.00001"),
        PaperLink("alphaXiv", "2606.00001", "https://www.alphaxiv.org/abs/2606.00001"),
    )
    assert service_links(paper(), ()) == ()


@pytest.mark.parametrize("piece", ["project https://", "a.", "github.com/", "demo ", "https://a.github.io/"])
def test_a_long_text_is_cheap(piece: str) -> None:
    require_cheap(lambda: paper_links(piece * (20_000 // len(piece))))
