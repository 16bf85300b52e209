"""A health check on the loopback interface, in the way of healthchecks.io."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HealthCheckServer:
    """A server that keeps what it is told, as (path, body); it may be silent for a while, or refuse."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.status = 200
        self.answer = threading.Event()
        self.answer.set()
        check = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                check.told.append((self.path, body))
                check.answer.wait(timeout=10)
                self.send_response(check.status)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/secret-uuid"

    def close(self) -> None:
        self.answer.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
