"""The OAI-PMH of the small arXiv answers as arXiv's own does."""

from datetime import timedelta

import pytest

from digest.demo.changes import list_records
from digest.demo.papers import Version
from digest.sources.arxiv.oai_records import ChangesPage, parse_changes
from tests.support.arxiv_support import MONDAY, TUESDAY, batch, demo_paper

REVISED = demo_paper(
    "2606.00001",
    MONDAY,
    versions=(Version(1, MONDAY - timedelta(days=2), MONDAY), Version(2, MONDAY, TUESDAY)),
)
PAPERS = (REVISED, *batch(MONDAY, (2, 3)), *batch(TUESDAY, (4,)))
FIRST = {"verb": "ListRecords", "metadataPrefix": "arXivRaw"}


def answered(parameters: dict[str, str], records: int = 9) -> ChangesPage:
    return parse_changes(list_records(PAPERS, parameters, TUESDAY, records))


def ids(page: ChangesPage) -> list[str]:
    return [changed.paper.id for changed in page.papers]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["2606.00002", "2606.00003", "2606.00001", "2606.00004"]),
        ({"from": "2026-06-23"}, ["2606.00001", "2606.00004"]),
        ({"from": "2026-06-24"}, []),
        ({"set": "cs", "from": "2026-06-23"}, ["2606.00001", "2606.00004"]),
        ({"set": "stat"}, []),
    ],
    ids=["all, by the day of the last change", "since a day", "nothing since", "of a set", "of another set"],
)
def test_a_list_has_what_changed_since_a_day(parameters: dict[str, str], expected: list[str]) -> None:
    assert ids(answered(FIRST | parameters)) == expected


def test_a_record_has_all_versions_that_were_announced() -> None:
    revised = next(changed for changed in answered(FIRST).papers if changed.paper.id == REVISED.id)
    assert (revised.paper.version, revised.versions, revised.paper.updated) == (2, 2, MONDAY)


def test_a_token_repeats_the_question_for_the_rest() -> None:
    page = answered(FIRST, 3)
    assert len(page.papers) == 3
    rest = answered({"verb": "ListRecords", "resumptionToken": page.token}, 3)
    assert (ids(rest), rest.token) == (["2606.00004"], "")


@pytest.mark.parametrize("token", ["", "skip=1", "verb%3DListRecords", "verb%3DListRecords%26skip%3Dx"])
def test_any_other_token_is_refused(token: str) -> None:
    assert answered({"verb": "ListRecords", "resumptionToken": token}).expired


def test_another_format_is_a_bad_argument() -> None:
    assert b'code="badArgument"' in list_records(PAPERS, {**FIRST, "metadataPrefix": "oai_dc"}, TUESDAY)
