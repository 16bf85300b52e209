"""The web server of the preview: loopback only, read only, under an address that nobody can guess."""

import contextlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import PurePosixPath
from socketserver import ThreadingTCPServer

from digest.preview.models import PreviewError
from digest.preview.site import PAGE
from digest.preview.watcher import Build
from digest.system.remedies import said

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".eml": "message/rfc822",
}

_TEXT = "text/plain; charset=utf-8"
_WRONG_ADDRESS = b"wrong address: use the full link that `digest preview` printed in the terminal\n"

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

# A mail is foreign HTML: its inline styles apply, but it runs, loads and submits nothing.
_MAIL_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class _Reply:
    status: HTTPStatus
    content: bytes
    type: str = _TEXT
    headers: dict[str, str] = field(default_factory=dict)


class PreviewServer(ThreadingTCPServer):
    """Serves the latest build under `url`, whose path no other user of the machine can guess.

    Refuses a request for another host name, so that a foreign page whose name points here (DNS rebinding)
    sees nothing. Port 0 takes a free one. Raises PreviewError if the port is taken.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False  # a browser keeps idle connections open

    def __init__(self, latest_build: Callable[[], Build], port: int = 0) -> None:
        try:
            super().__init__(("127.0.0.1", port), _Handler)
        except OSError as exc:
            problem = f"port {port} cannot be used: {said(exc)}"
            raise PreviewError(problem, "name another --port, or none for a free one") from exc
        self._latest_build = latest_build
        self._port = self.server_address[1]
        self._root = f"/{secrets.token_urlsafe(16)}/"
        self.url = f"http://127.0.0.1:{self._port}{self._root}"

    def reply(self, host: str, path: str) -> _Reply:
        if host not in (f"127.0.0.1:{self._port}", f"localhost:{self._port}"):
            return _Reply(HTTPStatus.MISDIRECTED_REQUEST, b"this is not the server of that name\n")
        root, name = path[: len(self._root)], path[len(self._root) :]
        if not hmac.compare_digest(root.encode(), self._root.encode()):
            return _Reply(
                HTTPStatus.NOT_FOUND,
                _WRONG_ADDRESS,
            )
        return _file_reply(self._latest_build(), name)


def _file_reply(build: Build, name: str) -> _Reply:
    """A file of the build; its page for the empty name, its version for `version`."""
    if name == "version":
        return _Reply(HTTPStatus.OK, build.version.encode())
    if build.problem:
        return _Reply(HTTPStatus.OK, f"{build.problem}\n".encode(), headers={"Refresh": "1"})
    name = name or PAGE
    if name not in build.files:
        return _Reply(HTTPStatus.NOT_FOUND, b"the preview has no such file\n")
    policy = _PAGE_POLICY if name == PAGE else _MAIL_POLICY
    kind = _TYPES[PurePosixPath(name).suffix]
    return _Reply(HTTPStatus.OK, build.files[name], kind, {"Content-Security-Policy": policy})


class _Handler(BaseHTTPRequestHandler):
    server: PreviewServer

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # a browser that reloads closes connections
            super().handle()

    def do_GET(self) -> None:
        reply = self.server.reply(self.headers.get("Host", ""), self.path)
        self.send_response(reply.status)
        headers = {"Content-Type": reply.type, "Content-Length": str(len(reply.content))}
        for name, value in {**headers, **_HEADERS, **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.content)

    def version_string(self) -> str:
        """Name neither Python nor its version."""
        return "preview"

    def log_message(self, format: str, *arguments: object) -> None:
        """Log nothing: the requested address is a secret."""
