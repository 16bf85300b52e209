"""The page of the archive in a real browser: by words and by keyboard, light and dark, with no server."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from digest.bibliography.bibtex import Record, records
from digest.domain.papers import Paper
from tests.e2e.test_looks import OVERFLOWING
from tests.support.archive_page import READY, SEARCH_MS, publish, thousands
from tests.support.browser import Browser, Page
from tests.support.builders import paper
from tests.support.screenshots import HOSTILE, many

TITLES = """() => Array.from(document.querySelectorAll("#papers .title"), (title) => title.textContent)"""
FOCUS = """() => {
    const element = document.activeElement;
    return element.id || element.getAttribute("aria-label") || element.textContent.trim();
}"""
SKELETON = """() => Array.from(document.querySelectorAll("*"), (element) =>
    `${element.tagName} ${element.getAttributeNames().join(" ")}`)"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("small"), many(120))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("large"), tuple(thousands()))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder's address on the loopback interface."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *arguments: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def opened(browser: Browser, place: Path | str, *, width: int = 1100, dark: bool = False) -> Iterator[Page]:
    with browser.opened(place, width=width, dark=dark) as page:
        page.wait_for(READY)
        assert page.evaluate("document.compatMode") == "CSS1Compat"
        yield page
        assert page.messages == []


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.evaluate(SEARCH_MS, [name, value])


def test_ten_thousand_papers_are_searched_by_word_author_keyword_and_date(
    browser: Browser, large: Path
) -> None:
    with opened(browser, large) as page:
        assert page.text("#count") == "10,000 papers found."
        fill(page, words="CASE9999 on")
        assert page.evaluate(TITLES)[0].endswith(" case9999")
        assert page.text("#count") == "1 paper found."
        fill(page, words="", author="example123")
        assert page.text("#count") == "20 papers found."
        fill(page, author="", keyword="reasoning")
        assert page.text("#count") == "3,334 papers found."
        fill(page, **{"from": "2026-06-01", "to": "2026-06-10"})
        assert page.text("#count") == "32 papers found."


def test_abstracts_are_loaded_when_they_are_wanted_and_once(browser: Browser, large: Path) -> None:
    with opened(browser, large) as page:
        scripts = len(page.requests)
        fill(page, words="hidden9876")
        assert (page.text("#count"), len(page.requests)) == ("0 papers found.", scripts)
        fill(page, **{"from": "2026-05-15"})
        page.click("#abstracts")
        page.wait_for('#count:has-text("1 paper found.")')
        months = [request.rpartition("/")[2].partition("?")[0] for request in page.requests[scripts:]]
        assert months == ["2026-06.js", "2026-05.js"]
        page.click("summary")
        page.wait_for('.abstract p:has-text("hidden9876.")')
        assert len(page.requests) == scripts + 2


def test_everything_works_with_a_keyboard_alone(browser: Browser, small: Path) -> None:
    with opened(browser, small) as page:
        stops = []
        for _ in range(16):
            page.press("Tab")
            stops.append(page.evaluate(FOCUS))
        distinct = list(dict.fromkeys(stops))
        # a field for a date has three or four stops
        fields = ("words", "author", "keyword", "from", "to", "order", "Clear", "abstracts")
        assert distinct == ["Feeds", *fields, page.evaluate(TITLES)[0]]
        page.evaluate("document.getElementById('words').focus()")
        page.write('"invent them" 77')
        assert page.evaluate(TITLES) == ["Reward Models and the 77 Ways to Invent Them at Some Length"]
        page.evaluate("document.querySelector('#papers a').focus()")
        page.press("Tab")
        page.press("Enter")
        page.wait_for('details[open] p:has-text("We invent a reward model")')
        page.press("Tab")
        page.press("Space")
        assert page.text("#selected") == "1 paper selected."
        page.press("Tab")
        page.press("Enter")
        page.wait_for("dialog[open]")
        page.press("Escape")
        page.wait_for("dialog:not([open])")
        assert page.evaluate(FOCUS) == "cite"


def test_more_papers_are_shown_when_asked_for_and_the_focus_is_on_the_first_of_them(
    browser: Browser, small: Path
) -> None:
    with opened(browser, small) as page:
        assert len(page.evaluate(TITLES)) == 50
        page.click("#more")
        titles = page.evaluate(TITLES)
        assert (len(titles), page.evaluate(FOCUS)) == (100, titles[50])
        page.click("#more")
        assert len(page.evaluate(TITLES)) == 120
        page.wait_for("#more[hidden]")


def test_what_is_open_and_has_the_focus_stays_so_when_abstracts_arrive(browser: Browser, small: Path) -> None:
    with opened(browser, small) as page:
        page.click("#more")
        page.click("li:nth-child(70) summary")
        page.wait_for('details[open] p:has-text("We invent")')
        page.evaluate("document.getElementById('words').value = 'invent'; search()")
        page.wait_for('#count:has-text("120 papers found.")')
        page.evaluate("show(true)")
        assert page.evaluate("document.querySelectorAll('#papers > li').length") == 50
        page.click("li:nth-child(20) summary")
        page.evaluate("archive.all[0].words = ''; archive.all[0].abstractWords = ''; show(true)")
        assert page.text("#count") == "119 papers found."
        assert page.evaluate("document.querySelectorAll('details[open]').length") == 1
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_papers_are_sorted_and_the_search_can_be_cleared(browser: Browser, small: Path) -> None:
    with opened(browser, small) as page:
        fill(page, words="ways", order="oldest")
        assert page.evaluate(TITLES)[0].startswith("Reward Models and the 1 Ways")
        fill(page, order="title")
        assert page.evaluate(TITLES)[1].startswith("Reward Models and the 2 Ways")
        page.click("button[type=reset]")
        page.wait_for('#count:has-text("120 papers found.")')
        assert page.evaluate(TITLES)[0].startswith("Reward Models and the 120 Ways")


def test_words_match_at_their_beginning_whatever_their_accents_and_plurals(
    browser: Browser, tmp_path: Path
) -> None:
    titles = (
        "A Schrödinger Bridge",
        "Graph Models",
        "État de l’art: GPT-4",
        "机器人学习",
        "On $\\alpha$-Decay",
    )
    papers = [paper(f"2606.{9 - number:05}", title=title) for number, title in enumerate(titles)]
    wanted = {
        "schrod": [0],
        "bridges": [0],
        "odinger": [],
        "GRAPH model": [1],
        '"model graph"': [],
        "etat": [2],
        "gpt-4": [2],
        "学习": [3],
        "α-decay": [4],
        "alpha": [],
        "2606.00008": [1],
        "  ": [0, 1, 2, 3, 4],
    }
    with opened(browser, publish(tmp_path, papers)) as page:
        found = {}
        for words in wanted:
            fill(page, words=words)
            found[words] = [page.evaluate(TITLES)]
    shown = ("A Schrödinger Bridge", "Graph Models", "État de l’art: GPT-4", "机器人学习", "On α-Decay")
    assert found == {words: [[shown[number] for number in numbers]] for words, numbers in wanted.items()}


def test_bibtex_of_the_selected_papers_can_be_copied(browser: Browser, tmp_path: Path) -> None:
    papers = [
        paper("2606.00002", title="Up to 5% $\\alpha$", authors=("Ada Example", "Bo and Sons, Inc.")),
        paper("hep-th/9901001", title="50% of {it_all", authors=(), order=1),
    ]
    with opened(browser, publish(tmp_path, papers)) as page:
        for number in (1, 2):
            page.click(f"li:nth-child({number}) input")
        page.click("#cite")
        assert page.evaluate("document.getElementById('entries').value") == "\n".join(
            (
                "@misc{arXiv:2606.00002,",
                "  title = {{Up to 5\\% $\\alpha$}},",
                "  author = {Ada Example and {Bo and Sons, Inc.}},",
                "  year = {2026},",
                "  eprint = {2606.00002},",
                "  archivePrefix = {arXiv},",
                "  primaryClass = {cs.LG},",
                "  url = {https://arxiv.org/abs/2606.00002v1},",
                "}",
                "",
                "@misc{arXiv:hep-th/9901001,",
                "  title = {{50\\% of \\textbraceleft{}it\\_all}},",
                "  year = {2026},",
                "  eprint = {hep-th/9901001},",
                "  archivePrefix = {arXiv},",
                "  primaryClass = {cs.LG},",
                "  url = {https://arxiv.org/abs/hep-th/9901001v1},",
                "}",
                "",
            )
        )
        page.click("#copy")
        page.wait_for('#copied:has-text("BibTeX of 2 papers copied.")')
        page.click("#close")
        page.click("#unselect")
        page.wait_for("#selection[hidden]")
        assert page.evaluate("document.querySelectorAll(':checked[aria-label]').length") == 0


def test_bibtex_of_hostile_titles_has_an_entry_for_each(browser: Browser, tmp_path: Path) -> None:
    texts = (
        *HOSTILE,
        "{",
        "}} @misc{x,",
        "\\",
        "a\\{",
        "$x",
        "\\input{x} $y$",
        "%",
        "{A} and {B} $\\frac{1}{2}$",
    )
    with opened(browser, publish(tmp_path, titled(*texts))) as page:
        for number in range(len(texts)):
            page.click(f"li:nth-child({number + 1}) input")
        page.click("#cite")
        entries = list(records(page.evaluate("document.getElementById('entries').value")))
    assert [type(entry) for entry in entries] == [Record] * len(texts)
    assert isinstance(entries[0], Record)
    assert entries[0].fields["title"] == "{{A} and {B} $\\frac{1}{2}$}"


def test_a_search_is_kept_in_the_address(browser: Browser, small: Path) -> None:
    with served(small.parents[1]) as address:
        with opened(browser, f"{address}archive/#words=77&keyword=reward-model&order=oldest") as page:
            assert page.text("#count") == "1 paper found."
            page.evaluate("document.getElementById('words').focus()")
            page.write("7")
            page.press("Tab")
            assert page.evaluate("location.hash") == "#words=777&keyword=reward-model&order=oldest"
        with opened(browser, f"{address}archive/#order=no&keyword=no&words=%3Cb%3E") as page:
            assert page.evaluate("[...new FormData(document.forms[0]).values()]")[:3] == ["<b>", "", ""]


@pytest.mark.parametrize("kind", ["web", "file"])
def test_no_request_leaves_the_folder_of_the_page(browser: Browser, small: Path, kind: str) -> None:
    with served(small.parents[1]) as address:
        base = address if kind == "web" else f"{small.parents[1].as_uri()}/"
        with opened(browser, f"{base}archive/index.html") as page:
            page.click("summary")
            page.wait_for('.abstract p:has-text("We invent")')
            names = [request.partition("?")[0].removeprefix(f"{base}archive/") for request in page.requests]
    assert names == ["index.html", "archive.css", "archive.js", "data/2026.js", "data/2026-06.js"]


def test_without_scripts_the_newest_papers_can_be_read(browser: Browser, small: Path) -> None:
    with browser.opened(small, scripts=False) as page:
        text = page.text("body")
    assert "Below are the newest 100 papers. Searching needs JavaScript." in text
    assert "Reward Models and the 120 Ways to Invent Them" in text
    assert "Select" not in text
    assert "Submitted from" not in text


def test_what_cannot_be_loaded_is_said(browser: Browser, tmp_path: Path) -> None:
    index = publish(tmp_path, many(3))
    (index.parent / "data" / "2026-06.js").unlink()
    with browser.opened(index) as page:
        page.wait_for(READY)
        page.click("summary")
        page.wait_for('.abstract p:has-text("The abstract cannot be loaded now.")')
        fill(page, words="reward")
        page.wait_for('#count:has-text("3 papers found. Some abstracts could not be loaded.")')
    (index.parent / "data" / "2026.js").unlink()
    with browser.opened(index) as page:
        page.wait_for('#count:has-text("Some papers could not be loaded: reload the page.")')


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [375, 1100], ids=["phone", "desktop"])
def test_the_page_is_accessible(browser: Browser, tmp_path: Path, width: int, dark: bool) -> None:
    index = publish(tmp_path, [*titled(), *many(9)])
    with opened(browser, index, width=width, dark=dark) as page:
        page.click("summary")
        page.wait_for('.abstract p:has-text("We invent")')
        page.click("li:nth-child(2) input")
        assert page.violations() == []
        page.click("#cite")
        assert page.violations() == []


@pytest.mark.parametrize("width", [320, 375, 1100], ids=lambda width: f"{width} px")
def test_the_page_never_scrolls_sideways(browser: Browser, tmp_path: Path, width: int) -> None:
    with opened(browser, publish(tmp_path, [*titled(), *many(9)]), width=width) as page:
        page.click("summary")
        page.click("li:nth-child(2) input")
        assert page.evaluate(OVERFLOWING) == []


def test_hostile_texts_change_nothing_but_words(browser: Browser, tmp_path: Path) -> None:
    skeletons = []
    for name, papers in (("hostile", titled()), ("benign", titled(*("A benign title" for _ in HOSTILE)))):
        with opened(browser, publish(tmp_path / name, papers)) as page:
            for number in range(len(papers)):
                page.click(f"li:nth-child({number + 1}) summary")
            page.wait_for("li:last-child p:not(:empty)")
            skeletons.append(page.evaluate(SKELETON))
    assert skeletons[0] == skeletons[1]


def titled(*texts: str) -> list[Paper]:
    """Papers with these texts wherever a stranger can put one; the hostile ones unless others are given."""
    return [
        paper(f"2606.{number:05}", title=text, abstract=f"We invent {text}", authors=(text,), comment=text)
        for number, text in enumerate(texts or HOSTILE, 500)
    ][::-1]
