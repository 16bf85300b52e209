"""What to do about a mail server that cannot be connected to, or does not encrypt as it should. Pure."""

import socket
import ssl

from digest.domain.settings import SmtpServer

TLS_FROM_THE_START = "write smtps:// at the beginning of the SMTP URL"
TLS_LATER = "write smtp+starttls:// in place of smtps:// in the SMTP URL"

_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")  # alert and handshake: RFC 8446, section 5.1
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG", "HTTP_REQUEST")
"""What OpenSSL makes of a greeting in its place, by version."""


def is_tls(received: bytes) -> bool:
    """Whether a server's first bytes are TLS."""
    return received.startswith(_TLS_RECORDS)


def is_plain(received: bytes) -> bool:
    """Whether a server's first bytes are a greeting without encryption."""
    return received[:3].isdigit()


def is_perhaps_plain(error: OSError) -> bool:
    """Whether a handshake may have failed so because the server does not speak TLS from the first byte."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason in _NO_TLS
    return not isinstance(error, TimeoutError)


def connecting_advice(error: OSError, server: SmtpServer) -> str:
    """What to do if there is no connection."""
    if isinstance(error, socket.gaierror):
        return "see that the host in the SMTP URL is spelled right, and that this machine is online"
    if isinstance(error, ConnectionRefusedError):
        return (
            "nothing listens on this port of that host: 465 goes with smtps://, 587 with smtp+starttls://; "
            "see that host and port of the SMTP URL are right"
        )
    if server.port == 25:
        return (
            "many providers block outgoing port 25: use port 587 with smtp+starttls://, or 465 with smtps://"
        )
    return "see that host and port of the SMTP URL are right, and that no firewall blocks them"


def greeting_advice(server: SmtpServer) -> str:
    """What to do if a server that was connected to says nothing."""
    if server.security == "tls":
        return "see that host and port of the SMTP URL are right; the server may be busy; nothing is lost"
    return (
        "if the port speaks TLS from the first byte, as 465 does, write smtps:// in the SMTP URL; "
        "else see that it is the port of a mail server"
    )


def handshake_advice(error: OSError) -> str:
    """What to do if the handshake of TLS fails; empty if it is not known, or if this is no such failure."""
    reason = error.reason or "" if isinstance(error, ssl.SSLError) else ""
    if reason in _NO_TLS:
        return "what answers at this port is no mail server: see that host and port of the SMTP URL are right"
    if "PROTOCOL" in reason or "HANDSHAKE_FAILURE" in reason:
        return "the server knows no TLS 1.2: its operator must renew it, or use another relay"
    return ""
