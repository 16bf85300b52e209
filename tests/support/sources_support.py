"""Shared by tests of sources: pages in the form of arXiv, a clock in memory, a scripted server."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Self
from xml.sax.saxutils import escape

from digest.domain.papers import Paper
from digest.domain.settings import ArxivSettings
from digest.sources.arxiv.responses import AnnouncedPaper
from tests.support.builders import NOON

HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/abcdefg</id>
  <title>arXiv Query: search_query=ti:"reward model"</title>
  <updated>2026-06-22T12:00:00Z</updated>
  <link href="https://arxiv.org/api/query?search_query=ti:%22reward+model%22" type="application/atom+xml"/>
"""


def page_of(papers: Sequence[Paper], *, total: int | None = None, start: int = 0) -> bytes:
    """The papers as arXiv would list them; `total` None means that these are all from `start` on."""
    rows = start + len(papers) if total is None else total
    return page_with("".join(entry_of(paper) for paper in papers), total=rows, start=start)


def page_with(entries: str, *, total: object = 1, start: object = 0) -> bytes:
    """A page around these entries, without white space at its end."""
    numbers = (
        f"  <opensearch:itemsPerPage>100</opensearch:itemsPerPage>\n"
        f"  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n"
    )
    return f"{HEAD}{numbers}{entries}</feed>".encode()


def entry_of(paper: Paper) -> str:
    name = f"{paper.id}v{paper.version}"
    categories = "".join(
        f'    <category term="{category}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for category in paper.categories
    )
    authors = "".join(
        f"    <author>\n      <name>{escape(author)}</name>\n    </author>\n" for author in paper.authors
    )
    return f"""  <entry>
    <id>http://arxiv.org/abs/{name}</id>
    <title>{escape(paper.title)}</title>
    <updated>{paper.updated:%Y-%m-%dT%H:%M:%SZ}</updated>
    <link href="https://arxiv.org/abs/{name}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{name}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(paper.abstract)}</summary>
{categories}    <published>{paper.submitted:%Y-%m-%dT%H:%M:%SZ}</published>
    <arxiv:comment>{escape(paper.comment)}</arxiv:comment>
    <arxiv:primary_category term="{paper.categories[0]}"/>
{authors}  </entry>
"""


def feed_of(*entries: str) -> bytes:
    """An announcement feed around these entries."""
    head = (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        "  <id>http://rss.arxiv.org/atom/cs</id>\n"
        "  <title>cs updates on arXiv.org</title>\n"
        "  <updated>2026-06-22T12:00:00Z</updated>\n"
    )
    return f"{head}{''.join(entries)}</feed>".encode()


def announced(id: str = "2606.00001", **changes: object) -> AnnouncedPaper:
    fields: dict[str, object] = {
        "id": id,
        "version": 1,
        "kind": "new",
        "title": f"An invented paper numbered {id}",
        "abstract": "We invent a paper. It has two sentences.",
        "authors": ("Ada Example", "Bo Sample"),
        "categories": ("cs.LG", "stat.ML"),
    }
    return AnnouncedPaper(**{**fields, **changes})  # type: ignore[arg-type]


def announcement_of(entry: AnnouncedPaper) -> str:
    name = f"{entry.id}v{entry.version}"
    categories = "".join(f'    <category term="{category}"/>\n' for category in entry.categories)
    return f"""  <entry>
    <id>oai:arXiv.org:{name}</id>
    <title>{escape(entry.title)}</title>
    <updated>2026-06-22T12:00:00Z</updated>
    <link href="https://arxiv.org/abs/{entry.id}" rel="alternate" type="text/html"/>
    <summary>arXiv:{name} Announce Type: {entry.kind} \nAbstract: {escape(entry.abstract)}</summary>
{categories}    <published>2026-06-22T00:00:00-04:00</published>
    <arxiv:announce_type>{entry.kind}</arxiv:announce_type>
    <dc:creator>{escape(", ".join(entry.authors))}</dc:creator>
  </entry>
"""


def settings(
    api: str = "http://127.0.0.1:9/api/query", *, interval_seconds: float = 3.0, retry_scale: float = 1.0
) -> ArxivSettings:
    return ArxivSettings(api, "http://127.0.0.1:9/atom/", interval_seconds, retry_scale)


class PretendedClock:
    """A clock that only a sleep moves on, at once; `sleeps` has the seconds of each."""

    def __init__(self, started_at: datetime = NOON) -> None:
        self.seconds = started_at.timestamp()
        self.sleeps: list[float] = []

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def epoch_seconds(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.sleeps.append(seconds)
        self.seconds += seconds


def http(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """An HTTP response as it goes over the wire; `length` None: the Content-Length is true."""
    size = len(body) if length is None else length
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {size}", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode() + body


RESET = b""
"""Instead of a response: the connection is reset."""


class Drip(bytes):
    """A response of which the last hundred bytes come one by one, until the client has gone."""


class ScriptedServer:
    """Gives each connection one of the replies, in order, byte for byte; after the last it is gone."""

    def __init__(self, *replies: bytes) -> None:
        self.requests: list[bytes] = []
        self._replies = replies
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/api/query"
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()

    def _serve(self) -> None:
        with self._listener, contextlib.suppress(OSError):
            for reply in self._replies:
                connection, _ = self._listener.accept()
                with connection:
                    self.requests.append(_received(connection))
                    _send(connection, reply)


def _received(connection: socket.socket) -> bytes:
    """A request with its body."""
    with connection.makefile("rb") as stream:
        head = b"".join(iter(stream.readline, b"\r\n"))
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        return head + b"\r\n" + stream.read(int(length or 0))


def _send(connection: socket.socket, reply: bytes) -> None:
    if reply == RESET:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(ConnectionError):  # the client may have heard enough
        for piece in _pieces(reply):
            connection.sendall(piece)


def _pieces(reply: bytes) -> Iterator[bytes]:
    if not isinstance(reply, Drip):
        yield reply
        return
    yield reply[:-100]
    for byte in reply[-100:]:
        time.sleep(0.01)
        yield bytes([byte])
