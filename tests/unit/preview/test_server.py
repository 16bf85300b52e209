"""The web server of the preview, with a real client."""

import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import Thread
from urllib.parse import urlsplit

import pytest

from digest.preview.models import PreviewError
from digest.preview.server import PreviewServer
from digest.preview.watcher import Build

BUILD = Build(
    "7",
    {
        "index.html": b"the page",
        "preview.css": b"",
        "preview.js": b"",
        "mail-1-1.html": b"a mail",
        "mail-1-1.eml": b"",
    },
)


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str]


@contextmanager
def serving(build: Build = BUILD) -> Iterator[PreviewServer]:
    with PreviewServer(lambda: build) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def server() -> Iterator[PreviewServer]:
    with serving() as server:
        yield server


def ask(server: PreviewServer, path: str, *, method: str = "GET", host: str = "") -> Answer:
    """The answer for a path; one that does not begin with a slash lies under the server's address."""
    place = urlsplit(server.url)
    connection = HTTPConnection("127.0.0.1", place.port or 0, timeout=5)
    whole = path if path.startswith("/") else place.path + path
    connection.request(method, whole, headers={"Host": host or place.netloc})
    answer = connection.getresponse()
    found = Answer(answer.status, answer.read(), dict(answer.getheaders()))
    connection.close()
    return found


def test_the_page_has_an_address_on_loopback_that_nobody_guesses(server: PreviewServer) -> None:
    place = urlsplit(server.url)
    assert (place.scheme, place.hostname, server.server_address[0]) == ("http", "127.0.0.1", "127.0.0.1")
    assert len(place.path) > 20
    assert (ask(server, "").body, ask(server, "index.html").body) == (b"the page", b"the page")
    with serving() as another:
        assert urlsplit(another.url).path != place.path


@pytest.mark.parametrize(
    ("name", "kind", "policy"),
    [
        ("", "text/html; charset=utf-8", "default-src 'none'; style-src 'self'"),
        ("preview.css", "text/css; charset=utf-8", "sandbox; default-src 'none'"),
        ("preview.js", "text/javascript; charset=utf-8", "sandbox; default-src 'none'"),
        ("mail-1-1.html", "text/html; charset=utf-8", "sandbox; default-src 'none'"),
        ("mail-1-1.eml", "message/rfc822", "sandbox; default-src 'none'"),
    ],
)
def test_each_file_has_its_type_and_may_do_little(
    server: PreviewServer, name: str, kind: str, policy: str
) -> None:
    answer = ask(server, name)
    assert (answer.status, answer.headers["Content-Type"]) == (200, kind)
    assert answer.headers["Content-Security-Policy"].startswith(policy)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Python" not in answer.headers["Server"]


def test_no_policy_allows_another_host(server: PreviewServer) -> None:
    for name in ("", "mail-1-1.html"):
        policy = ask(server, name).headers["Content-Security-Policy"]
        sources = {word for part in policy.split(";") for word in part.split()[1:]}
        assert sources <= {"'none'", "'self'", "'unsafe-inline'"}


def test_the_page_can_ask_for_the_latest_version(server: PreviewServer) -> None:
    assert ask(server, "version").body == b"7"


@pytest.mark.parametrize(
    "path",
    ["/", "/index.html", "/wrong/index.html", "nothing.html", "../index.html", "%2e%2e/setup.cfg", "?x"],
)
def test_nothing_else_is_served(server: PreviewServer, path: str) -> None:
    answer = ask(server, path)
    assert (answer.status, b"the page" in answer.body) == (404, False)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.1"])
def test_a_request_to_another_name_is_refused(server: PreviewServer, host: str) -> None:
    answer = ask(server, "", host=host)
    assert (answer.status, answer.body) == (421, b"this is not the server of that name\n")


def test_localhost_is_accepted_as_host(server: PreviewServer) -> None:
    assert ask(server, "", host=f"localhost:{urlsplit(server.url).port}").status == 200


def test_a_client_that_hangs_up_is_no_error(
    server: PreviewServer, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", urlsplit(server.url).port or 0)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # as a reset
            client.send(b"GET / HTTP/1.0\r\n")
    assert ask(server, "").status == 200
    assert capsys.readouterr().err == ""


def test_nothing_can_be_sent_to_it(server: PreviewServer) -> None:
    assert ask(server, "", method="POST").status == 501


def test_a_broken_page_says_why_and_reloads() -> None:
    with serving(Build("3", {}, "preview.html:1: the fact")) as server:
        answer = ask(server, "")
        assert (answer.status, answer.body) == (200, b"preview.html:1: the fact\n")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Refresh"] == "1"
        assert ask(server, "version").body == b"3"


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PreviewError) as failure:
            PreviewServer(lambda: BUILD, port)
    assert str(failure.value) == f"port {port} cannot be used: Address already in use"
    assert failure.value.hint == "name another --port, or none for a free one"
