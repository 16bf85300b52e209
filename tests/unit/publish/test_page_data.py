"""The papers of the page as scripts."""

import json
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest

from digest.publish.files import PublishedFile
from digest.publish.mark import MARK
from digest.publish.page_data import PageData, version_of
from digest.publish.plain import plain_paper
from tests.support.builders import keyword, paper

REWARD = keyword()
FOLDER = PurePosixPath("data")


def data_of(*changes: dict[str, object]) -> PageData:
    data = PageData({REWARD: "reward-model"})
    for number, fields in enumerate(changes, 1):
        each = paper(f"2606.{number:05}", **fields)
        data.add(each, plain_paper(each), (REWARD,))
    return data


def files_of(*changes: dict[str, object]) -> dict[str, str]:
    return {str(file.path): file.content.decode() for file in data_of(*changes).files(FOLDER)}


def test_papers_are_kept_by_year_and_abstracts_by_month_the_latest_first() -> None:
    days = [datetime(*day, tzinfo=UTC) for day in ((2026, 6, 20), (2026, 5, 1), (2025, 12, 31))]
    changes: list[dict[str, object]] = [{"submitted": day} for day in days]
    files = files_of(*changes)
    assert list(files) == [
        *("data/2026-06.js", "data/2026-05.js", "data/2025-12.js"),
        *("data/2026.js", "data/2025.js"),
    ]


def test_a_paper_is_a_line_that_stays_as_it_is_while_others_come() -> None:
    line = (
        '["2606.00001",202606000001,"https://arxiv.org/abs/2606.00001v1","On α",["Ada Example","Bo Sample"],'
        '"2026-06-20","2026-06-20",["cs.LG","stat.ML"],["reward-model"],"","On $\\\\alpha$"]'
    )
    assert files_of({"title": "On $\\alpha$"}) == {
        "data/2026-06.js": (
            f"// {MARK}\narchive.abstracts([\n"
            '["2606.00001","We invent a paper. It has two sentences."]\n]);\n'
        ),
        "data/2026.js": f"// {MARK}\narchive.papers([\n{line}\n]);\n",
    }
    assert line in files_of({"title": "On $\\alpha$"}, {})["data/2026.js"].splitlines()[3]


def test_the_bytes_of_abstracts_are_counted() -> None:
    assert (
        data_of({"abstract": "α"}, {"abstract": ""}).abstract_bytes == len('["2606.00001","α"]'.encode()) + 17
    )


@pytest.mark.parametrize(
    "text",
    ["</script><script>", "<!--", "\u2028\u2029", "\"'\\", "]);alert(1);//", "${x}`", "\ud800"],
    ids=ascii,
)
def test_no_text_leaves_its_quotes_or_ends_a_script(text: str) -> None:
    files = files_of({"title": text, "abstract": text, "authors": (text,), "comment": text})
    for content in files.values():
        assert not set("<>&\u2028\u2029") & set(content)
        function, _, rest = content.removeprefix(f"// {MARK}\n").partition("(")
        values, _, end = rest.rpartition(")")
        assert (function, end) == (function.strip(), ";\n")
        assert len(json.loads(values)) == 1


def test_a_version_changes_with_the_content() -> None:
    files = [PublishedFile(FOLDER / "2026.js", content) for content in (b"1", b"1", b"2")]
    first, same, other = map(version_of, files)
    assert first == same != other
