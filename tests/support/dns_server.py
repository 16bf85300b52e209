"""A name server on loopback that knows a few names, or that never answers."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[tuple[str, str], list[str]]
"""The records, by name and type; a text of a TXT record is written without quotes."""

_PIECE = 255  # octets of a piece of a TXT record (RFC 1035, section 3.3.14)


def _written(kind: str, value: str) -> str:
    if kind != "TXT":
        return value
    return " ".join(f'"{value[start : start + _PIECE]}"' for start in range(0, len(value), _PIECE))


def _answer(zone: Zone, request: bytes) -> bytes:
    asked = dns.message.from_wire(request)
    [question] = asked.question
    name, kind = str(question.name).rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
    response = dns.message.make_response(asked, recursion_available=True)
    if values := zone.get((name, kind)):
        texts = [_written(kind, value) for value in values]
        response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
    elif not any(known == name for known, _ in zone):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response.to_wire()


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        request, socket = self.request
        zone = self.server.zone  # type: ignore[attr-defined]
        if zone is not None:
            socket.sendto(_answer(zone, request), self.client_address)


@contextmanager
def serving_names(zone: Zone | None) -> Iterator[str]:
    """The address and port of a name server; one without a zone never answers."""
    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        server.zone = zone  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
