"""A small arXiv on the loopback interface: query API, announcement feeds and OAI-PMH over a few papers.

It speaks arXiv's wire format and has a virtual time: a version appears once it has been announced.
On request it also misbehaves, as the real one does at times.
Manual: https://info.arxiv.org/help/api/user-manual.html and https://info.arxiv.org/help/rss.html
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Self
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from digest.demo.changes import RECORDS, list_records
from digest.demo.papers import DemoPaper, Shown, shown_at
from digest.demo.query import MAX_PAGE, Refused, find

_ATOM = "application/atom+xml; charset=utf-8"
_ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"
_ARXIV_NAMESPACE = "http://arxiv.org/schemas/atom"


@dataclass(frozen=True, slots=True)
class Request:
    """A client's request; `at` is its arrival in seconds of the monotonic clock."""

    method: str
    path: str
    parameters: dict[str, str]
    user_agent: str
    at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. After `delay_seconds`, `send_only` bytes of the body (None: all) are sent, and the
    connection closes."""

    status: int
    body: bytes
    content_type: str = _ATOM
    headers: tuple[tuple[str, str], ...] = ()
    delay_seconds: float = 0
    send_only: int | None = None


Behaviour = Callable[[Reply], Reply]
"""Turns a correct reply into the one that is sent."""


class ArxivServer:
    """The server; runs while it is entered as a context.

    May be set: `now`, its virtual time; `hidden`, the ids of papers that only OAI-PMH shows; `records`, how
    many of them an OAI-PMH answer has.
    """

    def __init__(self, papers: Sequence[DemoPaper], now: datetime) -> None:
        self.now = now
        self.hidden: frozenset[str] = frozenset()
        self.records = RECORDS
        self.requests: list[Request] = []
        self._papers = tuple(papers)
        self._behaviours: deque[Behaviour | None] = deque()
        self._server = _Server(self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        root = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.api_url = f"{root}/api/query"
        self.feed_url = f"{root}/atom/"
        self.oai_url = f"{root}/oai"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def misbehave(self, *behaviours: Behaviour | None) -> None:
        """One behaviour for each of the next requests, in order; None for a correct reply."""
        self._behaviours.extend(behaviours)

    def forgive(self) -> None:
        """All further replies are correct."""
        self._behaviours.clear()

    def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        behaviour = self._behaviours.popleft() if self._behaviours else None
        correct = self._correct_reply(request)
        return behaviour(correct) if behaviour else correct

    def _correct_reply(self, request: Request) -> Reply:
        shown = [paper for paper in self._papers if paper.id not in self.hidden]
        if request.path == "/api/query":
            return query_reply(shown, request.parameters, self.now)
        if request.path.startswith("/atom/"):
            return Reply(200, announcement_feed(shown, request.path.removeprefix("/atom/"), self.now))
        if request.path == "/oai":
            return Reply(200, list_records(self._papers, request.parameters, self.now, self.records))
        return Reply(404, b"no such page", "text/plain")


class _Server(ThreadingTCPServer):
    """Not an HTTPServer, which would look its own name up in the DNS."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.stopping = threading.Event()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._serve(urlsplit(self.path).query)

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: `requests` has every request."""

    def _serve(self, form: str) -> None:
        path = unquote(urlsplit(self.path).path)
        parameters = dict(parse_qsl(form, keep_blank_values=True))
        agent = self.headers.get("User-Agent", "")
        reply = self.server.answer(Request(self.command, path, parameters, agent, time.monotonic()))
        self.server.stopping.wait(reply.delay_seconds)
        with contextlib.suppress(ConnectionError):  # the client may have timed out
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body[: reply.send_only])


def query_reply(papers: Iterable[DemoPaper], parameters: dict[str, str], now: datetime) -> Reply:
    """The answer of the query API: a page of entries, or status 400 and a feed with one Error entry."""
    try:
        page = find(papers, parameters, now)
    except Refused as refused:
        return Reply(400, _error_feed(refused, now))
    feed = _query_feed(f"arXiv Query: {urlencode(parameters)}", (page.total, page.start, page.size), now)
    feed.extend(_query_entry(shown) for shown in page.papers)
    return Reply(200, _bytes(feed))


def announcement_feed(papers: Iterable[DemoPaper], categories: str, now: datetime) -> bytes:
    """The last announcement in `categories` (`cs+stat`); empty on a day without one."""
    every = shown_at(papers, now)
    last = max((shown.version.announced for shown in every), default=now)
    latest = [shown for shown in every if shown.version.announced == last and last.date() == now.date()]
    wanted = [shown for shown in latest if _is_in(shown.paper, categories.split("+"))]
    wanted.sort(key=lambda shown: (shown.version.number > 1, shown.paper.id))  # the limit cuts revisions
    feed = _feed(f"http://rss.arxiv.org/atom/{categories}", f"{categories} updates on arXiv.org", now)
    feed.extend(_announcement(shown, now) for shown in wanted[:MAX_PAGE])
    return _bytes(feed)


def _is_in(paper: DemoPaper, names: Sequence[str]) -> bool:
    """An archive such as `cs` has all its categories."""
    return any(f"{category}.".startswith(f"{name}.") for category in paper.categories for name in names)


def _query_feed(title: str, numbers: tuple[int, int, int], now: datetime) -> ElementTree.Element:
    """The head of an answer; `numbers` are total results, start and items a page."""
    feed = _feed("https://arxiv.org/api/demo", title, now)
    for name, number in zip(("totalResults", "startIndex", "itemsPerPage"), numbers, strict=True):
        _add(feed, f"opensearch:{name}", str(number))
    return feed


def _error_feed(refused: Refused, now: datetime) -> bytes:
    feed = _query_feed("arXiv Search Results", (1, 0, 1), now)
    entry = _add(feed, "entry")
    _add(entry, "id", f"https://arxiv.org/api/errors#{refused.code}")
    _add(entry, "title", "Error")
    _add(entry, "updated", _iso(now))
    _add(entry, "summary", str(refused))
    _add(_add(entry, "author"), "name", "arXiv api core")
    return _bytes(feed)


def _query_entry(shown: Shown) -> ElementTree.Element:
    paper, name = shown.paper, shown.name
    entry = ElementTree.Element("entry")
    _add(entry, "id", f"http://arxiv.org/abs/{name}")
    _add(entry, "title", paper.title)
    _add(entry, "updated", _iso(shown.version.submitted))
    _add(entry, "link", href=f"https://arxiv.org/abs/{name}", rel="alternate", type="text/html")
    pdf = {"rel": "related", "type": "application/pdf", "title": "pdf"}
    _add(entry, "link", href=f"https://arxiv.org/pdf/{name}", **pdf)
    _add(entry, "summary", paper.abstract)
    for category in paper.categories:
        _add(entry, "category", term=category, scheme=_ARXIV_NAMESPACE)
    _add(entry, "published", _iso(paper.submitted))
    if paper.comment:
        _add(entry, "arxiv:comment", paper.comment)
    _add(entry, "arxiv:primary_category", term=paper.categories[0])
    for author in paper.authors:
        _add(_add(entry, "author"), "name", author)
    return entry


def _announcement(shown: Shown, now: datetime) -> ElementTree.Element:
    paper, name = shown.paper, shown.name
    kind = "new" if shown.version.number == 1 else "replace"
    entry = ElementTree.Element("entry")
    _add(entry, "id", f"oai:arXiv.org:{name}")
    _add(entry, "title", paper.title)
    _add(entry, "updated", _iso(now))
    _add(entry, "link", href=f"https://arxiv.org/abs/{paper.id}", rel="alternate", type="text/html")
    _add(entry, "summary", f"arXiv:{name} Announce Type: {kind} \nAbstract: {paper.abstract}")
    for category in paper.categories:
        _add(entry, "category", term=category)
    _add(entry, "published", f"{now.date().isoformat()}T00:00:00-04:00")
    _add(entry, "arxiv:announce_type", kind)
    _add(entry, "dc:creator", ", ".join(paper.authors))
    return entry


def _feed(identifier: str, title: str, now: datetime) -> ElementTree.Element:
    namespaces = {
        "xmlns": _ATOM_NAMESPACE,
        "xmlns:arxiv": _ARXIV_NAMESPACE,
        "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        "xmlns:opensearch": "http://a9.com/-/spec/opensearch/1.1/",
    }
    feed = ElementTree.Element("feed", namespaces)
    _add(feed, "id", identifier)
    _add(feed, "title", title)
    _add(feed, "updated", _iso(now))
    return feed


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, name, attributes)
    element.text = text
    return element


def _bytes(feed: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
