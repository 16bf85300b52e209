"""The connection of one HTTP exchange: its bytes are counted, and another thread can end it at any time."""

import errno
import http.client
import io
import socket
import ssl
import threading
from contextlib import suppress
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter


class EndlessError(OSError):
    """The answer has more bytes than any that is meant to end."""


class Wire:
    """The connection of one exchange, by way of a proxy or not, as both threads see it. Of an answer it lets
    through `most_bytes`, headers included."""

    def __init__(self, most_bytes: int) -> None:
        self.is_sent = False
        """Whether the server has the request."""
        self.has_begun = False
        """Whether the status and the headers of the answer are there."""
        self._left = most_bytes
        self._is_cut = False
        self._sockets: list[socket.socket] = []
        self._responses: list[http.client.HTTPResponse] = []
        self._lock = threading.Lock()

    def opened(self, connection: socket.socket) -> None:
        """Take note of a connection, by a second descriptor: TLS takes over the first one."""
        with self._lock:
            if self._is_cut:
                connection.close()
                raise TimeoutError
            self._sockets.append(connection.dup())

    def read_by(self, response: http.client.HTTPResponse) -> None:
        """Take note of what reads from the connection."""
        self._responses.append(response)

    def received(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise EndlessError(errno.EMSGSIZE, "the answer does not end")
        if self._is_cut:
            raise TimeoutError

    def cut(self) -> None:
        """End the connection: who reads from it finds its end."""
        with self._lock:
            self._is_cut = True
            for connection in self._sockets:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                connection.close()
            self._sockets.clear()

    def close(self) -> None:
        """Close what has read, in the thread that did: a response that urllib3 refuses would stay open."""
        for response in self._responses:
            with suppress(OSError, ValueError):
                response.close()


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Follow no redirect: its target would be requested outside all limits, perhaps without TLS."""


class _Adapter(HTTPAdapter):
    """Makes all connections known to the wire, also those to a proxy."""

    def __init__(self, wire: Wire, **pool: Any) -> None:
        self._wire = wire
        self._pool = pool
        super().__init__()

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **pool, **self._pool)

    def proxy_manager_for(self, proxy: str, **pool: Any) -> Any:
        return super().proxy_manager_for(proxy, **pool, **self._pool)

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **options)
        pool.ConnectionCls = _limited(pool.ConnectionCls, self._wire)
        return pool


def session_for(url: str, wire: Wire) -> requests.Session:
    """A session for one request: no redirect is followed, no cookie kept, no password read from a file."""
    session = _Session()
    secure = url.lower().startswith("https:")
    # Certificates that this machine trusts, beside those that requests brings with it.
    pool = {"ssl_context": ssl.create_default_context()} if secure else {}
    session.mount("https://" if secure else "http://", _Adapter(wire, **pool))
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.auth = lambda request: request  # or requests would look for a password in ~/.netrc
    return session


def _limited(connection: Any, wire: Wire) -> Any:
    """A class of connections like this one, known to the wire."""

    class Limited(connection):  # type: ignore[misc]
        response_class = staticmethod(partial(_Response, wire))

        def _new_conn(self) -> socket.socket:  # where urllib3 opens the socket, before proxy and TLS
            opened: socket.socket = super()._new_conn()
            wire.opened(opened)
            return opened

        def getresponse(self) -> Any:
            wire.is_sent = True
            return super().getresponse()

    return Limited


class _Response(http.client.HTTPResponse):
    """Counts its bytes, headers included."""

    def __init__(self, wire: Wire, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.fp: io.BufferedReader = io.BufferedReader(_Counted(self.fp.detach(), wire))
        wire.read_by(self)


class _Counted(io.RawIOBase):
    def __init__(self, stream: io.RawIOBase, wire: Wire) -> None:
        super().__init__()
        self._stream = stream
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count: int | None = self._stream.readinto(buffer)
        self._wire.received(count or 0)
        return count

    def close(self) -> None:
        self._stream.close()
        super().close()
