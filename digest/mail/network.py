"""Connect to a mail server and encrypt the connection, in limited time; see what a port speaks."""

import socket
import ssl
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

from digest.errors import TransportUnavailable
from digest.mail.deadline import Deadline
from digest.system.remedies import remedy, said

_FEW_BYTES = 64

Addresses = list[tuple[Any, ...]]
"""As socket.getaddrinfo returns them."""


def addresses_of(host: str, port: int, deadline: Deadline) -> Addresses:
    """Look the name up. Raises OSError.

    Nothing can interrupt getaddrinfo, so it gets a thread that is left alone where it takes too long.
    """
    found: Future[Addresses] = Future()

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


def connected_socket(addresses: Addresses, deadline: Deadline) -> socket.socket:
    """A TCP connection without Nagle's algorithm, which would delay each end of data by 40 milliseconds.

    Tries one address of the host after the other; each has its share of the time. Raises OSError.
    """
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


def first_bytes(host: str, port: int, deadline: Deadline) -> bytes:
    """What the server says by itself to who has connected. Raises OSError, also if that is nothing."""
    with connected_socket(addresses_of(host, port, deadline), deadline) as connection:
        connection.settimeout(deadline.seconds_left())
        return connection.recv(_FEW_BYTES)


def speaks_tls(host: str, port: int, deadline: Deadline) -> bool:
    """Whether the server answers to the first bytes of TLS, on a connection of its own."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # nothing is said on this connection
    try:
        with connected_socket(addresses_of(host, port, deadline), deadline) as connection:
            encrypted_socket(connection, host, context, deadline).close()
    except ssl.SSLError as exc:
        return "ALERT" in (exc.reason or "")
    except OSError:
        return False
    return True
