"""A health check service on the loopback interface, with the protocol of healthchecks.io."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HealthCheckServer:
    """Keeps the pings it receives, as (path, body). Clear `answer` to make it silent; set `status` to make it
    refuse."""

    def __init__(self) -> None:
        self.pings: list[tuple[str, str]] = []
        self.status = 200
        self.answer = threading.Event()
        self.answer.set()
        check = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                check.pings.append((self.path, body))
                check.answer.wait(timeout=10)
                self.send_response(check.status)
                self.end_headers()

            def log_message(self, format: str, *arguments: object) -> None:
                """Log nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/secret-uuid"

    def close(self) -> None:
        self.answer.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
