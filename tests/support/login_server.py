"""A mail server on the loopback interface that asks for a login, by whatever ways a test names.

    with LoginServer(ways="XOAUTH2", accepts={"token"}) as server:
        ... log in to localhost:server.port ...
    assert server.logins == [("XOAUTH2", "user=…")]

It decodes what the client says and records it; who has one of the secrets in `accepts` is in. Else it says
`refusal`; before that, to a token, `challenge` in base64.
"""

import base64
import hmac
import socket
import ssl
import threading
from collections.abc import Collection
from pathlib import Path

CRAM_CHALLENGE = "<1.2@login.example>"


class LoginServer:
    """The server; a context manager."""

    def __init__(
        self,
        ways: str = "PLAIN LOGIN",
        *,
        accepts: Collection[str] = (),
        refusal: str = "535 5.7.8 no",
        challenge: str = "",
        certificate: Path | None = None,
    ) -> None:
        """With a certificate, it speaks TLS from the first byte; the key is `key.pem` beside it."""
        self.ways, self.accepts, self.refusal, self.challenge = ways, accepts, refusal, challenge
        self.logins: list[tuple[str, str]] = []
        self._tls: ssl.SSLContext | None = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate, certificate.with_name("key.pem"))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "LoginServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _listen(self) -> None:
        """One connection after the other, as the program opens them."""
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            try:
                with self._tls.wrap_socket(client, server_side=True) if self._tls else client as talk:
                    _Talk(self, talk).hold()
            except OSError:
                client.close()


class _Talk:
    def __init__(self, server: LoginServer, client: socket.socket) -> None:
        self._server = server
        self._client = client
        self._lines = client.makefile("rb")

    def hold(self) -> None:
        with self._lines:
            self._say("220 login.example ESMTP")
            while line := self._line():
                verb, _, rest = line.partition(" ")
                match verb.upper():
                    case "EHLO":
                        self._say("250-login.example")
                        self._say(f"250 AUTH {self._server.ways}")
                    case "AUTH":
                        self._auth(*rest.split(" "))
                    case "QUIT":
                        self._say("221 bye")
                        return
                    case _:
                        self._say("250 2.0.0 fine")

    def _auth(self, way: str, initial: str = "") -> None:
        said = _decoded(initial)
        if way == "LOGIN":
            said = f"{self._answer('Username:')} {self._answer('Password:')}"
        if way == "CRAM-MD5":
            said = self._answer(CRAM_CHALLENGE)
        self._server.logins.append((way, said))
        if self._is_accepted(way, said):
            self._say("235 2.7.0 welcome")
            return
        if self._server.challenge:
            self._server.logins.append((way, self._answer(self._server.challenge)))
        self._say(self._server.refusal)

    def _is_accepted(self, way: str, said: str) -> bool:
        if way == "CRAM-MD5":
            return any(said.endswith(_proof(secret)) for secret in self._server.accepts)
        return any(secret in said for secret in self._server.accepts)

    def _answer(self, challenge: str) -> str:
        self._say(f"334 {base64.b64encode(challenge.encode()).decode()}")
        return _decoded(self._line())

    def _line(self) -> str:
        return self._lines.readline().decode().strip()

    def _say(self, line: str) -> None:
        self._client.sendall(f"{line}\r\n".encode())


def _decoded(text: str) -> str:
    return base64.b64decode(text).decode()


def _proof(secret: str) -> str:
    return hmac.new(secret.encode(), CRAM_CHALLENGE.encode(), "md5").hexdigest()
