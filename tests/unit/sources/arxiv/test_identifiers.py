import pytest

from digest.sources.arxiv.identifiers import announcement_order, month_order, paper_id, split_identifier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2505.14674v1", ("2505.14674", 1)),
        ("2505.14674", ("2505.14674", None)),
        ("0704.0001v12", ("0704.0001", 12)),
        ("hep-th/9901001v2", ("hep-th/9901001", 2)),
        ("math.GT/0309136", ("math.GT/0309136", None)),
    ],
)
def test_an_identifier_is_split_from_its_version(text: str, expected: tuple[str, int | None]) -> None:
    assert split_identifier(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2505.14674",
        " arXiv: 2505.14674v2",
        "https://arxiv.org/abs/2505.14674v1",
        "https://arxiv.org/pdf/2505.14674v1.pdf",
        "https://arxiv.org/html/2505.14674v1#S1",
        "http://export.arxiv.org/abs/2505.14674/",
        "arxiv.org/abs/2505.14674?context=cs",
    ],
)
def test_a_person_may_write_the_address_of_a_paper(text: str) -> None:
    assert paper_id(text) == "2505.14674"


@pytest.mark.parametrize("text", ["", "2505.146", "2505.14674v0", "2505.14674v1 ", "hep-th/99010", "x" * 300])
def test_what_is_no_identifier_is_refused_and_named(text: str) -> None:
    with pytest.raises(ValueError, match="not an arXiv identifier"):
        split_identifier(text)


def test_ids_are_ordered_as_they_were_given_out() -> None:
    ids = [
        "hep-th/9108001",
        "cs/9901002",
        "math/0001001",
        "0704.0001",
        "0912.9999",
        "1412.9999",
        "1501.00001",
    ]
    later = ["1501.00002", "2505.14674", "2506.00001"]
    orders = [announcement_order(paper_id) for paper_id in ids + later]
    assert orders == sorted(set(orders))


def test_a_month_is_before_all_of_its_papers_and_after_the_month_before() -> None:
    orders = [announcement_order("2605.99999"), month_order(2026, 6), announcement_order("2606.00001")]
    assert orders == sorted(orders)


def test_an_order_needs_an_identifier_without_version() -> None:
    with pytest.raises(ValueError, match="without version"):
        announcement_order("2505.14674v1")
