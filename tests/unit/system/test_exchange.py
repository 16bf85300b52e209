import errno
import socket
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.system import wire
from digest.system.exchange import Failure, Limits, NoReply, Reply, Request, exchange
from tests.support.hostile_smtp import make_certificate
from tests.support.sources_support import RESET, ScriptedServer, http

SHORT = Limits(seconds=0.05, silent=(5.0, 5.0), body_bytes=1_000)
LONGER = Limits(seconds=0.3, silent=(5.0, 5.0), body_bytes=1_000)
"""Until a handshake is under way."""
LONG = Limits(seconds=60.0, silent=(5.0, 5.0), body_bytes=1_000)
GZIP = b"\x1f\x8b\x08\0\0\0\0\0\0\3"


def get(url: str, limits: Limits = LONG) -> Reply:
    return exchange(Request("GET", url, {}), limits)


def failure(url: str, limits: Limits = LONG) -> tuple[str, Failure]:
    with pytest.raises(NoReply) as failed:
        get(url, limits)
    return failed.value.reason, failed.value.failure


@contextmanager
def listener(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server whose only connection is answered so; at the end it waits until the client has gone."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection, suppress(OSError):
                answer(connection)
                while connection.recv(2**16):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"//127.0.0.1:{server.getsockname()[1]}/secret"
        thread.join()


def endlessly(head: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.recv(2**16)
        connection.sendall(head)
        pause = threading.Event()
        while piece and not pause.wait(0.005):
            connection.sendall(piece)

    return answer


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

ENDLESS = [
    pytest.param(b"", b"", id="silence"),
    pytest.param(b"HTTP/1.1 200 OK\r\nX: ", b"a", id="a header, drop by drop"),
    pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n", id="lines before the headers"),
    pytest.param(CHUNKED + b"5;x=", b"a", id="the size of a chunk"),
    pytest.param(CHUNKED + b"5\r\n<feed\r\n0\r\n", b"X: a\r\n", id="trailers"),
    pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", b" ", id="a body, drop by drop"),
    pytest.param(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + GZIP,
        b"\0\0\0\xff\xff",
        id="blocks that unpack to nothing",
    ),
]


@pytest.mark.parametrize(("head", "piece"), ENDLESS)
def test_an_answer_without_end_is_given_up_in_time_and_its_connection_closed(
    head: bytes, piece: bytes
) -> None:
    with listener(endlessly(head, piece)) as address:
        assert failure(f"http:{address}", SHORT) == ("no answer in time", Failure.UNFINISHED)


def test_the_time_of_the_caller_decides() -> None:
    moments = iter(range(0, 10_000, 100))
    with listener(endlessly(b"", b"")) as address, pytest.raises(NoReply) as failed:
        exchange(Request("GET", f"http:{address}", {}), Limits(300.0, (5.0, 5.0), 10), lambda: next(moments))
    assert (failed.value.reason, failed.value.seconds) == ("no answer in time", 500)


@pytest.mark.parametrize(
    ("head", "piece"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40, id="lines before the headers"),
        pytest.param(CHUNKED + b"5;x=", b"a" * 1_000, id="the size of a chunk"),
        pytest.param(CHUNKED + b"0\r\n", b"X: a\r\n" * 100, id="trailers"),
    ],
)
def test_a_flood_is_not_read_for_ever(head: bytes, piece: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digest.system.exchange._BYTES_BESIDE", 0)
    with listener(endlessly(head, piece)) as address:
        assert failure(f"http:{address}") == ("the answer does not end", Failure.UNFINISHED)


def test_the_look_up_of_a_name_is_given_up_and_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    found = threading.Event()
    resolve = socket.getaddrinfo

    def slow(host: str, port: int, *arguments: int) -> object:
        found.wait()
        return resolve("127.0.0.1", port, *arguments)

    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow)
        url = f"http://arxiv.invalid:{server.getsockname()[1]}/"
        assert failure(url, SHORT) == ("no answer in time", Failure.NO_ANSWER)
        (left,) = [thread for thread in threading.enumerate() if thread.name == "http exchange"]
        assert left.daemon
        found.set()
        left.join()
        connection, _ = server.accept()  # at the most it was opened: nothing was sent
        assert connection.recv(100) == b""
        connection.close()


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_hangs_is_given_up(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with listener(endlessly(b"", b"HTTP/1.1 ")) as address:
        monkeypatch.setenv(f"{scheme}_proxy", f"http:{address}")
        monkeypatch.setenv("no_proxy", "")
        reason, _ = failure(f"{scheme}://arxiv.invalid/", SHORT)
    assert reason == "no answer in time"


def test_a_handshake_that_drips_is_given_up() -> None:
    with listener(endlessly(b"\x16\x03\x03\x40\x00", b"\x02")) as address:
        assert failure(f"https:{address}", LONGER) == ("no answer in time", Failure.NO_ANSWER)


def test_a_signal_ends_the_exchange_and_closes_the_connection() -> None:
    looks = iter([0.0])

    def interrupted() -> float:
        try:
            return next(looks)
        except StopIteration as exc:
            raise KeyboardInterrupt from exc

    with listener(endlessly(b"", b"")) as address, pytest.raises(KeyboardInterrupt):
        exchange(Request("GET", f"http:{address}", {}), LONG, interrupted)


# What goes over the wire


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def encrypted(certificate: Path) -> Callable[[socket.socket], None]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))

    def answer(connection: socket.socket) -> None:
        with context.wrap_socket(connection.dup(), server_side=True) as secure:
            secure.recv(2**16)
            secure.sendall(http("200 OK", b"papers"))

    return answer


def test_a_certificate_that_this_machine_trusts_is_good(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with listener(encrypted(certificate)) as address:
        assert get("https:" + address.replace("127.0.0.1", "localhost")).body == b"papers"


def test_another_certificate_is_refused(certificate: Path) -> None:
    with listener(encrypted(certificate)) as address:
        _, why = failure("https:" + address.replace("127.0.0.1", "localhost"))
    assert why is Failure.NO_ANSWER


def test_content_and_headers_are_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer(http("200 OK", b"taken")) as server:
        request = Request("POST", server.url, {"Content-Type": "text/plain"}, b"a reason")
        reply = exchange(request, LONG)
    assert (reply.status, reply.body) == (200, b"taken")
    assert b"Content-Type: text/plain\r\n" in server.requests[0]
    assert server.requests[0].endswith(b"\r\n\r\na reason")


def test_no_redirect_is_followed() -> None:
    with ScriptedServer(http("301 Moved", b"", "Location: http://127.0.0.1:9/")) as server:
        reply = get(server.url)
    assert (reply.status, reply.location) == (301, "http://127.0.0.1:9/")


def test_headers_have_their_names_in_lower_case() -> None:
    with ScriptedServer(http("429 Too Many", b"", "Retry-After: 7", "X-RateLimit-Reset: 12")) as server:
        reply = get(server.url)
    assert (reply.retry_after, reply.headers["x-ratelimit-reset"]) == ("7", "12")


def test_no_password_is_read_from_netrc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login subscriber password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptedServer(http("200 OK")) as server:
        get(server.url)
    assert b"Authorization" not in server.requests[0]


def test_no_cookie_is_kept() -> None:
    with ScriptedServer(http("200 OK", b"", "Set-Cookie: a=b"), http("200 OK")) as server:
        get(server.url)
        get(server.url)
    assert b"Cookie" not in server.requests[1]


# What has its message


@pytest.mark.parametrize(
    ("reply", "reason", "why"),
    [
        pytest.param(RESET, "connection reset by peer", Failure.NO_ANSWER, id="reset"),
        pytest.param(
            http("200 OK", b"pap", length=6), "the connection broke off", Failure.UNFINISHED, id="half"
        ),
        pytest.param(b"\0rubbish\r\n\r\n", "the connection broke off", Failure.NO_ANSWER, id="no HTTP"),
    ],
)
def test_an_answer_that_breaks_off_has_its_message(reply: bytes, reason: str, why: Failure) -> None:
    with ScriptedServer(reply) as server:
        assert failure(server.url) == (reason, why)


def test_silence_has_its_message() -> None:
    with listener(endlessly(b"", b"")) as address:
        brief = Limits(60.0, (5.0, 0.02), 10)
        assert failure(f"http:{address}", brief) == ("no answer in time", Failure.UNFINISHED)


@pytest.mark.parametrize("url", ["export.arxiv.org/api", "gopher://arxiv.org/", "http:///api"])
def test_an_unusable_address_is_not_quoted(url: str) -> None:
    assert failure(url) == ("the address cannot be used", Failure.BAD_ADDRESS)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name or service not known"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "network is unreachable"),
    ],
)
def test_a_machine_without_a_network_is_offline(
    cause: OSError, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise cause

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert failure("http://arxiv.invalid/") == (words, Failure.OFFLINE)


def test_a_bug_is_no_failure_of_the_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(wire, "_limited", broken)
    with pytest.raises(ZeroDivisionError):
        get("http://127.0.0.1:9/")


_ODD_HEADERS = (
    *(b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: chunked", b"Content-Encoding: gzip"),
    *(b"Content-Encoding: gzip, deflate, gzip", b"Set-Cookie: " + b"a;" * 500, b"Location: //[x"),
    *(b"Connection: keep-alive", b"Retry-After: " + b"9" * 500, b"Content-Type: \xff;;=", b": x", b" y"),
)


@given(
    status=st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.1 100 C", b"HTTP/9 x", b"", b"HTTP/1.0 999999"]),
    headers=st.lists(st.sampled_from(_ODD_HEADERS) | st.binary(max_size=40)),
    body=st.binary(max_size=100) | st.just(b"5\r\n12345\r\n0\r\n\r\n") | st.just(zlib.compress(b"a")),
)
def test_whatever_comes_is_a_reply_or_none(status: bytes, headers: list[bytes], body: bytes) -> None:
    with ScriptedServer(b"\r\n".join([status, *headers, b"", body])) as server, suppress(NoReply):
        assert get(server.url).status in range(100, 1000)
