"""The small arXiv behaves as the real one does, and misbehaves on request."""

import io
import socket
import statistics
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from digest.demo.papers import DemoPaper, Version, load_papers
from digest.demo.query import matches, parse
from digest.demo.server import ArxivServer, Reply, Request, announcement_feed, query_reply
from digest.sources.arxiv.identifiers import announcement_order
from digest.sources.arxiv.query import query_of
from tests.support import builders

TUESDAY = datetime(2026, 6, 23, tzinfo=UTC)
DAY = timedelta(days=1)
PAPER = DemoPaper(
    id="2606.00007",
    title='On <b>Boats</b> & "Ships"',
    abstract="Boats. $a < b$ | `code` ](",
    authors=("Ada Ejempló", "Bo Sample"),
    categories=("cs.LG", "stat.ML"),
    comment="22 pages",
    versions=(
        Version(1, TUESDAY - 30 * DAY, TUESDAY),
        Version(2, TUESDAY + timedelta(hours=9), TUESDAY + 2 * DAY),
    ),
)
PLAIN = replace(PAPER, id="2606.00008", comment="", versions=(Version(1, TUESDAY - DAY, TUESDAY + 2 * DAY),))
SEARCH = {"search_query": "all:boat"}


@pytest.fixture
def arxiv() -> Iterator[ArxivServer]:
    with ArxivServer([PAPER, PLAIN], TUESDAY) as server:
        yield server


def ask(arxiv: ArxivServer, timeout: float = 10, **parameters: str) -> requests.Response:
    return requests.get(arxiv.api_url, params={**SEARCH, **parameters}, timeout=timeout)


def ids(feed: bytes) -> list[str]:
    return [entry["id"] for entry in feedparser.parse(io.BytesIO(feed)).entries]


def canonical(feed: str | bytes) -> str:
    return ElementTree.canonicalize(feed, strip_text=True, rewrite_prefixes=True)


ANSWER = """
<feed xmlns="http://www.w3.org/2005/Atom"
      xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <id>https://arxiv.org/api/demo</id>
  <title>arXiv Query: search_query=all%3Aboat&amp;sortBy=submittedDate</title>
  <updated>2026-06-25T12:00:00Z</updated>
  <opensearch:totalResults>2</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <opensearch:itemsPerPage>10</opensearch:itemsPerPage>
  <entry>
    <id>http://arxiv.org/abs/2606.00008v1</id>
    <title>On &lt;b&gt;Boats&lt;/b&gt; &amp; "Ships"</title>
    <updated>2026-06-22T00:00:00Z</updated>
    <link href="https://arxiv.org/abs/2606.00008v1" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2606.00008v1" rel="related" type="application/pdf" title="pdf"/>
    <summary>Boats. $a &lt; b$ | `code` ](</summary>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
    <published>2026-06-22T00:00:00Z</published>
    <arxiv:primary_category term="cs.LG"/>
    <author><name>Ada Ejempló</name></author>
    <author><name>Bo Sample</name></author>
  </entry>
  <entry>
    <id>http://arxiv.org/abs/2606.00007v2</id>
    <title>On &lt;b&gt;Boats&lt;/b&gt; &amp; "Ships"</title>
    <updated>2026-06-23T09:00:00Z</updated>
    <link href="https://arxiv.org/abs/2606.00007v2" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/2606.00007v2" rel="related" type="application/pdf" title="pdf"/>
    <summary>Boats. $a &lt; b$ | `code` ](</summary>
    <category term="cs.LG" scheme="http://arxiv.org/schemas/atom"/>
    <category term="stat.ML" scheme="http://arxiv.org/schemas/atom"/>
    <published>2026-05-24T00:00:00Z</published>
    <arxiv:comment>22 pages</arxiv:comment>
    <arxiv:primary_category term="cs.LG"/>
    <author><name>Ada Ejempló</name></author>
    <author><name>Bo Sample</name></author>
  </entry>
</feed>"""


def test_an_answer_has_the_form_of_arxivs(arxiv: ArxivServer) -> None:
    arxiv.now = TUESDAY + timedelta(days=2, hours=12)
    answer = ask(arxiv, sortBy="submittedDate")
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "application/atom+xml; charset=utf-8",
    )
    assert canonical(answer.content) == canonical(ANSWER)


ERROR = """
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">
  <id>https://arxiv.org/api/demo</id>
  <title>arXiv Search Results</title>
  <updated>2026-06-23T00:00:00Z</updated>
  <opensearch:totalResults>1</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <entry>
    <id>https://arxiv.org/api/errors#malformed_query</id>
    <title>Error</title>
    <updated>2026-06-23T00:00:00Z</updated>
    <summary>malformed query: a term is missing</summary>
    <author><name>arXiv api core</name></author>
  </entry>
</feed>"""


def test_an_error_is_a_feed_with_one_entry_and_status_400(arxiv: ArxivServer) -> None:
    answer = ask(arxiv, search_query="ti:a AND")
    assert answer.status_code == 400
    assert canonical(answer.content) == canonical(ERROR)


def test_a_long_query_may_be_posted(arxiv: ArxivServer) -> None:
    query = " OR ".join(f'ti:"boat number {number}"' for number in range(200)) + " OR ti:boat"
    answer = requests.post(arxiv.api_url, data={"search_query": query}, timeout=10)
    assert ids(answer.content) == ["http://arxiv.org/abs/2606.00007v1"]
    assert (arxiv.requests[0].method, arxiv.requests[0].parameters) == ("POST", {"search_query": query})


LINE = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff")
)


@given(LINE, LINE)
def test_any_text_arrives_as_it_is(title: str, abstract: str) -> None:
    paper = replace(PAPER, title=title, abstract=abstract)
    body = query_reply([paper], {"id_list": paper.id}, TUESDAY).body
    entry = ElementTree.fromstring(body).find("{*}entry")
    assert entry is not None
    assert entry.findtext("{*}title") == title
    assert entry.findtext("{*}summary") == abstract


def test_time_passes_when_it_is_set(arxiv: ArxivServer) -> None:
    seen = []
    for arxiv.now in (TUESDAY - DAY, TUESDAY, TUESDAY + 2 * DAY):
        seen.append(sorted(ids(ask(arxiv).content)))
    first, second, other = (
        f"http://arxiv.org/abs/{name}" for name in ("2606.00007v1", "2606.00007v2", "2606.00008v1")
    )
    assert seen == [[], [first], [second, other]]


FEED = """
<feed xmlns="http://www.w3.org/2005/Atom"
      xmlns:arxiv="http://arxiv.org/schemas/atom"
      xmlns:dc="http://purl.org/dc/elements/1.1/">
  <id>http://rss.arxiv.org/atom/cs+stat</id>
  <title>cs+stat updates on arXiv.org</title>
  <updated>2026-06-25T12:00:00Z</updated>
  <entry>
    <id>oai:arXiv.org:2606.00008v1</id>
    <title>On &lt;b&gt;Boats&lt;/b&gt; &amp; "Ships"</title>
    <updated>2026-06-25T12:00:00Z</updated>
    <link href="https://arxiv.org/abs/2606.00008" rel="alternate" type="text/html"/>
    <summary>arXiv:2606.00008v1 Announce Type: new \nAbstract: Boats. $a &lt; b$ | `code` ](</summary>
    <category term="cs.LG"/>
    <category term="stat.ML"/>
    <published>2026-06-25T00:00:00-04:00</published>
    <arxiv:announce_type>new</arxiv:announce_type>
    <dc:creator>Ada Ejempló, Bo Sample</dc:creator>
  </entry>
  <entry>
    <id>oai:arXiv.org:2606.00007v2</id>
    <title>On &lt;b&gt;Boats&lt;/b&gt; &amp; "Ships"</title>
    <updated>2026-06-25T12:00:00Z</updated>
    <link href="https://arxiv.org/abs/2606.00007" rel="alternate" type="text/html"/>
    <summary>arXiv:2606.00007v2 Announce Type: replace \nAbstract: Boats. $a &lt; b$ | `code` ](</summary>
    <category term="cs.LG"/>
    <category term="stat.ML"/>
    <published>2026-06-25T00:00:00-04:00</published>
    <arxiv:announce_type>replace</arxiv:announce_type>
    <dc:creator>Ada Ejempló, Bo Sample</dc:creator>
  </entry>
</feed>"""


def test_the_announcement_feed_has_the_form_of_arxivs_and_new_papers_first(arxiv: ArxivServer) -> None:
    arxiv.now = TUESDAY + timedelta(days=2, hours=12)
    answer = requests.get(f"{arxiv.feed_url}cs+stat", timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        200,
        "application/atom+xml; charset=utf-8",
    )
    assert canonical(answer.content) == canonical(FEED)


FRIDAY, NEXT_MONDAY = TUESDAY + 3 * DAY, TUESDAY + 6 * DAY
WEEK = [
    replace(PAPER, id=f"2606.0000{number}", versions=(Version(1, TUESDAY, announced),))
    for number, announced in enumerate((TUESDAY, FRIDAY, NEXT_MONDAY), start=1)
]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (TUESDAY - DAY, []),
        (TUESDAY, ["oai:arXiv.org:2606.00001v1"]),
        (TUESDAY + timedelta(hours=23), ["oai:arXiv.org:2606.00001v1"]),
        (FRIDAY, ["oai:arXiv.org:2606.00002v1"]),
        (FRIDAY + DAY, []),
        (FRIDAY + 2 * DAY, []),
        (NEXT_MONDAY, ["oai:arXiv.org:2606.00003v1"]),
    ],
    ids=["before all", "Tuesday", "Tuesday night", "Friday", "Saturday", "Sunday", "Monday"],
)
def test_the_feed_has_the_last_announcement_only_and_is_empty_at_weekends(
    now: datetime, expected: list[str]
) -> None:
    assert ids(announcement_feed(WEEK, "cs", now)) == expected


@pytest.mark.parametrize(
    ("categories", "count"),
    [
        ("cs.LG", 1),
        ("stat.ML", 1),
        ("cs", 1),
        ("math+cs", 1),
        ("cs+cs.LG", 1),
        ("cs.L", 0),
        ("c", 0),
        ("math", 0),
    ],
)
def test_an_archive_has_all_its_categories(categories: str, count: int) -> None:
    assert len(ids(announcement_feed([PAPER], categories, TUESDAY))) == count


def test_the_feed_ends_after_two_thousand_entries() -> None:
    revision = replace(PAPER, id="2606.00001", versions=(replace(PAPER.versions[0], number=2),))
    many = [replace(PAPER, id=f"2606.{number:05}") for number in range(2, 2_002)]
    entries = ElementTree.fromstring(announcement_feed([revision, *many], "cs", TUESDAY)).findall("{*}entry")
    assert [entry.findtext("{*}id") for entry in entries] == [f"oai:arXiv.org:{paper.id}v1" for paper in many]


def test_another_address_is_not_found(arxiv: ArxivServer) -> None:
    answer = requests.get(arxiv.api_url.replace("query", "quarry"), timeout=10)
    assert (answer.status_code, answer.text) == (404, "no such page")


def test_requests_are_remembered_as_they_arrive(arxiv: ArxivServer) -> None:
    before = time.monotonic()
    requests.get(
        arxiv.api_url, params={"start": "", **SEARCH}, headers={"User-Agent": "sailor/1"}, timeout=10
    )
    requests.get(f"{arxiv.feed_url}cs+stat", headers={"User-Agent": "sailor/2"}, timeout=10)
    at = [request.at for request in arxiv.requests]
    assert arxiv.requests == [
        Request("GET", "/api/query", {"start": "", "search_query": "all:boat"}, "sailor/1", at[0]),
        Request("GET", "/atom/cs+stat", {}, "sailor/2", at[1]),
    ]
    assert before <= at[0] <= at[1] <= time.monotonic()


def busy(reply: Reply) -> Reply:
    return replace(reply, status=429, body=b"Rate exceeded.", headers=(("Retry-After", "7"),))


def test_it_misbehaves_in_the_given_order_and_is_correct_afterwards(arxiv: ArxivServer) -> None:
    arxiv.misbehave(busy, None)
    arxiv.misbehave(lambda reply: replace(reply, body=b"<html>", content_type="text/html"))
    answers = [ask(arxiv) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [429, 200, 200, 200]
    assert (answers[0].text, answers[0].headers["Retry-After"]) == ("Rate exceeded.", "7")
    assert (answers[2].text, answers[2].headers["Content-Type"]) == ("<html>", "text/html")
    assert ids(answers[1].content) == ids(answers[3].content) == ["http://arxiv.org/abs/2606.00007v1"]


def test_it_closes_the_connection_half_way(arxiv: ArxivServer) -> None:
    arxiv.misbehave(lambda reply: replace(reply, send_only=100))
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="100 bytes read"):
        ask(arxiv)


def test_it_is_silent_for_a_while(arxiv: ArxivServer) -> None:
    arxiv.misbehave(lambda reply: replace(reply, delay_seconds=0.05))
    before = time.monotonic()
    assert ask(arxiv).status_code == 200
    assert time.monotonic() - before >= 0.05


def test_it_stops_at_once_even_while_it_is_silent() -> None:
    with ArxivServer([PAPER], TUESDAY) as arxiv:
        arxiv.misbehave(lambda reply: replace(reply, delay_seconds=60))
        with pytest.raises(requests.exceptions.ReadTimeout):
            ask(arxiv, timeout=0.05)
        before = time.monotonic()
    assert time.monotonic() - before < 5


def test_it_does_not_mind_a_client_that_leaves(capsys: pytest.CaptureFixture[str]) -> None:
    arrived = threading.Event()

    def hesitate(reply: Reply) -> Reply:
        arrived.set()
        return replace(reply, delay_seconds=60)

    with ArxivServer([PAPER], TUESDAY) as arxiv:
        arxiv.misbehave(hesitate)
        with socket.create_connection(("127.0.0.1", urlsplit(arxiv.api_url).port)) as client:
            client.sendall(b"GET /api/query HTTP/1.0\r\n\r\n")
            assert arrived.wait(10)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert capsys.readouterr() == ("", "")


def test_it_is_gone_afterwards_and_has_said_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with ArxivServer([PAPER], TUESDAY) as arxiv:
        ask(arxiv)
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(arxiv)
    assert capsys.readouterr() == ("", "")


PAPERS = load_papers()
DAYS = (TUESDAY, TUESDAY + DAY, TUESDAY + 2 * DAY)


def keyword_ids(name: str) -> list[str]:
    query = parse(query_of(builders.keyword(name)))
    return [paper.id for paper in PAPERS if matches(query, paper)]


def test_the_shipped_papers_are_in_the_order_of_their_announcement() -> None:
    announced = [paper.versions[0].announced for paper in PAPERS]
    orders = [announcement_order(paper.id) for paper in PAPERS]
    assert announced == sorted(announced)
    assert orders == sorted(set(orders))


def test_the_shipped_versions_are_announced_after_their_submission_and_on_working_days() -> None:
    versions = [version for paper in PAPERS for version in paper.versions]
    assert all(version.submitted < version.announced for version in versions)
    assert {version.announced.weekday() for version in versions} <= set(range(5))
    assert {version.announced.time().isoformat() for version in versions} == {"00:00:00"}


@pytest.mark.parametrize("day", DAYS, ids=["first", "second", "third"])
def test_each_day_of_the_demonstration_brings_new_papers(day: datetime) -> None:
    new = [paper for paper in PAPERS if paper.versions[0].announced == day]
    assert 4 <= len(new) <= 6


@pytest.mark.parametrize(
    ("name", "history"), [("Reward Model", 12), ("Reasoning", 12), ("Graph Neural Network", 5)]
)
def test_the_keywords_of_the_demonstration_have_a_past_and_something_new(name: str, history: int) -> None:
    new = {paper.id for paper in PAPERS if paper.versions[0].announced >= DAYS[0]}
    found = set(keyword_ids(name))
    assert len(found - new) >= history
    assert len(found & new) >= 3


def test_some_shipped_papers_match_two_keywords_and_some_none() -> None:
    both = set(keyword_ids("Reward Model")) & set(keyword_ids("Reasoning"))
    some = {id for name in ("Reward Model", "Reasoning", "Graph Neural Network") for id in keyword_ids(name)}
    assert {"2606.12704", "2606.15623"} <= both
    assert [paper.id for paper in PAPERS if paper.id not in some] == ["2605.10871", "2606.13340"]


def test_the_shipped_papers_have_a_late_one_and_revisions_of_a_past_and_a_new_one() -> None:
    late = [p.id for p in PAPERS if p.versions[0].announced - p.submitted > 30 * DAY]
    revised = {p.id: [v.announced for v in p.versions] for p in PAPERS if len(p.versions) > 1}
    assert late == ["2606.13871"]
    assert revised == {
        "2605.13107": [datetime(2026, 5, 19, tzinfo=UTC), DAYS[1]],
        "2606.12704": [DAYS[0], DAYS[2]],
    }


@pytest.mark.parametrize(
    "hazard",
    [
        r"$\alpha$",
        r"Schr\"odinger",
        r"8.7\%",
        r"\textbf{",
        "|",
        "<b>",
        "&",
        "`",
        "](",
        "$0.40",
        "*",
        "_",
        "https://github.com/example/",
    ],
)
def test_the_shipped_papers_have_the_hazards_of_real_ones(hazard: str) -> None:
    assert any(hazard in paper.title + paper.abstract for paper in PAPERS)


def test_the_shipped_papers_have_the_sizes_of_real_ones() -> None:
    lengths = [len(paper.abstract) for paper in PAPERS]
    assert 1_100 <= statistics.median(lengths) <= 1_400
    assert 2_700 <= max(lengths) <= 2_954
    assert {1, 2, 7, 60} <= {len(paper.authors) for paper in PAPERS}
    assert any("https://github.com/example/" in paper.comment for paper in PAPERS)


def test_the_shipped_texts_are_single_lines_without_blanks_at_their_ends() -> None:
    texts = [text for p in PAPERS for text in (p.title, p.abstract, p.comment, *p.authors)]
    assert [text for text in texts if text != " ".join(text.split())] == []
