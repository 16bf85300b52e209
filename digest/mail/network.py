"""Connect to a mail server and encrypt the connection, in limited time."""

import socket
import ssl
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

from digest.errors import TransportUnavailable
from digest.mail.deadline import Deadline
from digest.system.remedies import remedy, said

_Addresses = list[tuple[Any, ...]]
"""As socket.getaddrinfo returns them."""


def connected_socket(host: str, port: int, deadline: Deadline) -> socket.socket:
    """A TCP connection without Nagle's algorithm, which would delay each end of data by 40 milliseconds.

    Tries one address of the host after the other; each has its share of the time. Raises OSError.
    """
    addresses = _addresses(host, port, deadline)
    problem = OSError("its name has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.settimeout(deadline.seconds_left() / (len(addresses) - tried))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as exc:
            connection.close()
            problem = exc
        else:
            return connection
    raise problem


def encrypted_socket(
    connection: socket.socket, host: str, context: ssl.SSLContext, deadline: Deadline
) -> ssl.SSLSocket:
    """The TLS handshake; the time-out of a socket holds for all of it. Raises OSError."""
    connection.settimeout(deadline.seconds_left())
    return context.wrap_socket(connection, server_hostname=host)


def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """A context that verifies certificates, which smtplib's own would not. Raises TransportUnavailable."""
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as exc:
        unavailable = TransportUnavailable(f"the certificate file {ca_file} cannot be used: {said(exc)}")
        no_certificate = isinstance(exc, ssl.SSLError)  # its numbers are not the system's
        unavailable.hint = "write certificates in the format PEM to it" if no_certificate else remedy(exc)
        raise unavailable from exc
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _addresses(host: str, port: int, deadline: Deadline) -> _Addresses:
    """Nothing can interrupt getaddrinfo, so it gets a thread that is left alone where it takes too long."""
    found: Future[_Addresses] = Future()

    def look_up() -> None:
        try:
            found.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as exc:  # raised again where the result is read
            found.set_exception(exc)

    Thread(target=look_up, daemon=True).start()
    try:
        return found.result(deadline.seconds_left())
    except TimeoutError as exc:
        raise TimeoutError("its name is not looked up in time") from exc
