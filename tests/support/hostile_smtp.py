"""A mail server on the loopback interface that follows a script and records what it received.

    with HostileServer({"rcpt": "550 5.1.1 unknown"}) as server:
        ... hand mails over to localhost:server.port ...
    assert server.accepted == []

**Phases**, each a word: `greeting` (a client has connected), `ehlo`, `helo`, `starttls`, `auth`, `mail`,
`rcpt`, `data`, `body` (`body_bytes` bytes of the content have come), `dot` (the end of data
has come), `answered` (it has been answered), `rset`, `quit`, and `other`.

**A script** maps phases to replies; other phases are answered as by a healthy server. One script a
connection: the first is for the first connection, and the last for all further ones too. A reply is
    str        this line, with CRLF added;
    bytes      these bytes, as they are;
    Reply      these bytes, after a pause, followed by the end of the connection, or for ever, as it says;
    CLOSE      no reply: the connection ends;
    RESET      the same by TCP's RST, as when the server's machine fails;
    HANG       no reply, ever, nor is anything read any more.
For `starttls`, what does not begin with 220 refuses it; without a certificate the server goes on unencrypted
whatever it says. For `data`, what does not begin with 354 leaves it at commands. `recipients` maps addresses
to their own replies at `rcpt`.

**The hook** `on_command(phase, connection)` is called in each phase before the reply is sent, so that a test
may kill the client there; for `answered`, after the reply to the end of data was sent. `connection` counts
from 1. If the client dies in a phase, the server continues as if nothing had happened: at `dot` it
takes the mail, as its script says.

**What it records**: `accepted`, the mails whose end of data it answered with 2yz (or whose Reply says
`taken`), written down before the answer is sent; `received`, every content that came whole; `commands`, the
lines of each connection, the password left out; `connections`, how many there were.
"""

import base64
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent, and what comes after it. `taken`: at `dot`, whether the mail counts as accepted."""

    content: bytes = b""
    after_seconds: float = 0.0
    closing: bool = False
    by_reset: bool = False
    for_ever: bool = False
    hanging: bool = False
    taken: bool = False


CLOSE = Reply(closing=True)
RESET = Reply(closing=True, by_reset=True)
HANG = Reply(hanging=True)
TAKE_AND_CLOSE = Reply(closing=True, taken=True)

Script = Mapping[str, str | bytes | Reply]
Hook = Callable[[str, int], None]

HEALTHY: Script = {
    "greeting": "220 hostile.example ESMTP",
    "starttls": "220 2.0.0 go ahead",
    "auth": "235 2.7.0 welcome",
    "data": "354 end with a dot",
    "quit": "221 2.0.0 bye",
    "other": "502 5.5.1 not known here",
    "body": b"",
    "answered": b"",
}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mail as it was taken: `content` is without the doubled dots."""

    sender: str
    recipient: str
    content: bytes
    connection: int
    options: str = ""
    """The parameters of MAIL, such as `SIZE=120 BODY=8BITMIME`."""
    encrypted: bool = False


class _Ended(Exception):
    """The connection has ended."""


class HostileServer:
    """The server; a context manager. See the module's own text."""

    def __init__(
        self,
        *scripts: Script,
        recipients: Mapping[str, str | bytes | Reply] | None = None,
        extensions: tuple[str, ...] = ("8BITMIME", "SMTPUTF8", "SIZE 10000000"),
        mails_per_connection: int | None = None,
        security: str = "plain",
        certificate: Path | None = None,
        login: tuple[str, str] | None = None,
        on_command: Hook | None = None,
        body_bytes: int = 1,
        port: int = 0,
    ) -> None:
        """`security` is `plain`, `starttls` or `tls`; `certificate` a PEM file with its key `key.pem` beside
        it; `login` the user and password to ask for; after `mails_per_connection` mails, MAIL gets 421."""
        self.scripts = scripts or ({},)
        self.recipients = recipients or {}
        self.extensions = extensions
        self.mails_per_connection = mails_per_connection
        self.security = security
        self.login = login
        self.body_bytes = body_bytes
        self.on_command = on_command
        self.connections = 0
        self.accepted: list[Accepted] = []
        self.received: list[bytes] = []
        self.commands: list[list[str]] = []
        self.tls = _server_context(certificate) if certificate else None
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def __enter__(self) -> "HostileServer":
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        """End what is under way. Fails if a thread does not come to its end."""
        self.stopping.set()
        for open_socket in (self._listener, *list(self._open)):
            _shut(open_socket)
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()
        assert not any(thread.is_alive() for thread in self._threads), "the server did not come to its end"

    def wait(self, seconds: float = 5) -> None:
        """Until every client has gone, so that all they said is written down."""
        for thread in self._threads[1:]:
            thread.join(seconds)
            assert not thread.is_alive(), "a client left its connection open"

    def _listen(self) -> None:
        while not self.stopping.is_set():
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            self.connections += 1
            self._open.add(client)
            self.commands.append([])
            thread = threading.Thread(target=self._serve, args=(client, self.connections), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, client: socket.socket, number: int) -> None:
        script = self.scripts[min(number, len(self.scripts)) - 1]
        conversation = _Conversation(self, client, number, {**HEALTHY, **script})
        try:
            conversation.hold()
        except (_Ended, OSError):
            pass
        finally:
            conversation.end()
            self._open.discard(client)


class _Conversation:
    """One connection, from the greeting to its end."""

    def __init__(self, server: HostileServer, client: socket.socket, number: int, script: Script) -> None:
        self._server = server
        self._socket = client
        self._number = number
        self._script = script
        self._lines: BinaryIO = client.makefile("rb")
        self._sender = self._recipient = self._options = ""
        self._mails = 0

    def hold(self) -> None:
        if self._server.security == "tls":
            self._encrypt()
        self._answer("greeting")
        while line := self._lines.readline():
            self._obey(line.decode("utf-8", "replace").rstrip("\r\n"))

    def end(self) -> None:
        self._lines.close()
        self._socket.close()

    def _obey(self, line: str) -> None:
        verb = line.split(" ")[0].split(":")[0].upper()
        self._server.commands[self._number - 1].append("AUTH" if verb == "AUTH" else line)
        actions: Mapping[str, Callable[[str], None]] = {
            "EHLO": self._ehlo,
            "STARTTLS": self._starttls,
            "AUTH": self._auth,
            "MAIL": self._mail,
            "RCPT": self._rcpt,
            "DATA": self._data,
        }
        if verb in actions:
            actions[verb](line)
        else:
            self._answer(verb.lower() if verb in ("HELO", "RSET", "QUIT") else "other")
        if verb == "QUIT":
            raise _Ended

    def _ehlo(self, line: str) -> None:
        words = ["hostile.example greets you", *self._server.extensions]
        if self._server.security == "starttls" and not self._encrypted:
            words.append("STARTTLS")
        if self._server.login:
            words.append("AUTH PLAIN LOGIN")
        lines = [f"250-{word}" for word in words[:-1]] + [f"250 {words[-1]}"]
        self._answer("ehlo", usual="\r\n".join(lines))

    def _starttls(self, line: str) -> None:
        if self._answer("starttls").startswith(b"220") and self._server.tls:
            self._encrypt()

    def _auth(self, line: str) -> None:
        """AUTH PLAIN with its initial response (RFC 4616)."""
        expected = "\0".join(("", *(self._server.login or ("", ""))))
        right = line.split(" ")[-1] == base64.b64encode(expected.encode()).decode()
        self._answer("auth", usual=None if right else "535 5.7.8 no such user or password")

    def _mail(self, line: str) -> None:
        if self._mails == self._server.mails_per_connection:
            self._say("mail", Reply(b"421 4.7.0 enough for one connection\r\n", closing=True))
        self._sender, self._options = _path(line)
        self._answer("mail")

    def _rcpt(self, line: str) -> None:
        self._recipient = _path(line)[0]
        own = self._server.recipients.get(self._recipient)
        if own is None:
            self._answer("rcpt")
        else:
            self._say("rcpt", own)

    def _data(self, line: str) -> None:
        if not self._answer("data").startswith(b"354"):
            return
        self._take(b"".join(self._content()))
        self._mails += 1
        self._answer("answered")

    def _content(self) -> Iterator[bytes]:
        """The lines up to the end of data, without doubled dots."""
        missing: int | None = self._server.body_bytes
        for line in iter(self._lines.readline, b".\r\n"):
            if not line:
                raise _Ended
            yield line.removeprefix(b".") if line.startswith(b".") else line
            if missing is not None and (missing := missing - len(line)) <= 0:
                missing = None
                self._answer("body")

    def _take(self, content: bytes) -> None:
        self._server.received.append(content)
        reply = _as_reply(self._script.get("dot", "250 2.0.0 taken"))
        self._hook("dot")
        if reply.taken or reply.content.startswith(b"2"):
            self._server.accepted.append(
                Accepted(self._sender, self._recipient, content, self._number, self._options, self._encrypted)
            )
        self._send(reply)

    def _answer(self, phase: str, usual: str | None = None) -> bytes:
        """What was sent: what the script says, or else what is usual in this phase."""
        scripted = self._script.get(phase, "250 2.0.0 fine")
        if usual is not None and (phase not in self._script or scripted is HEALTHY.get(phase)):
            scripted = usual
        return self._say(phase, scripted)

    def _say(self, phase: str, reply: str | bytes | Reply) -> bytes:
        self._hook(phase)
        return self._send(_as_reply(reply))

    def _hook(self, phase: str) -> None:
        if self._server.on_command:
            self._server.on_command(phase, self._number)

    def _send(self, reply: Reply) -> bytes:
        self._server.stopping.wait(reply.after_seconds)
        self._socket.sendall(reply.content)
        while reply.for_ever:
            self._server.stopping.wait(reply.after_seconds)
            self._socket.sendall(reply.content)
        if reply.hanging:
            self._server.stopping.wait()
        if reply.by_reset:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        if reply.closing or reply.hanging:
            raise _Ended
        return reply.content

    def _encrypt(self) -> None:
        assert self._server.tls, "TLS needs a certificate"
        self._lines.close()
        self._socket = self._server.tls.wrap_socket(self._socket, server_side=True)
        self._server._open.add(self._socket)
        self._lines = self._socket.makefile("rb")

    @property
    def _encrypted(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket)


def make_certificate(folder: Path, name: str = "localhost", *, expired: bool = False) -> Path:
    """A certificate for this host name, signed by itself; its key is `key.pem` beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    request = "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out request.pem"
    _openssl(folder, f"{request} -subj /CN={name}")
    (folder / "ca.conf").write_text(_AUTHORITY.format(name=name))
    (folder / "issued.txt").touch()
    until = "20200102000000Z" if expired else "20991231000000Z"
    signed = "ca -batch -config ca.conf -selfsign -keyfile key.pem -in request.pem -out certificate.pem"
    _openssl(folder, f"{signed} -notext -outdir . -startdate 20200101000000Z -enddate {until}")
    return folder / "certificate.pem"


_AUTHORITY = """\
[ca]
default_ca = itself
[itself]
database = issued.txt
default_md = sha256
rand_serial = yes
policy = names
x509_extensions = host
[names]
commonName = supplied
[host]
subjectAltName = DNS:{name}
"""


def _openssl(folder: Path, arguments: str) -> None:
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def _server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def _as_reply(reply: str | bytes | Reply) -> Reply:
    if isinstance(reply, Reply):
        return reply
    return Reply(reply if isinstance(reply, bytes) else f"{reply}\r\n".encode())


def _path(line: str) -> tuple[str, str]:
    """`MAIL FROM:<a@b.example> SIZE=1` → (`a@b.example`, `SIZE=1`)."""
    path, _, options = line.partition("<")[2].partition(">")
    return path, options.strip()


def _shut(open_socket: socket.socket) -> None:
    try:
        open_socket.shutdown(socket.SHUT_RDWR)
    except OSError:
        open_socket.close()
