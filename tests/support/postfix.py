"""Postfix as the mail server of tests: its test server smtp-sink, and a whole instance of our own.

Manuals: smtp-sink(1), postconf(5), master(5), virtual(8).
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port
from tests.support.tools import required_tool, unusable

DOMAIN = "example.org"
_NOBODY = pwd.getpwnam("nobody")
_PATIENCE_SECONDS = 10.0
_LIFETIME_SECONDS = 600

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example.net
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = inline:{{ {boxes} }}
virtual_mailbox_base = {folder}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
smtpd_peername_lookup = no
smtpd_tls_security_level = may
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_forbid_bare_newline = reject
smtpd_forbid_bare_newline_exclusions =
smtpd_forbid_unauth_pipelining = yes
"""
# The queue manager looks for itself each second: a notice of new mail that is lost would cost it 300.
_SERVICES = """\
postlog unix-dgram n - n - 1 postlogd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
anvil unix - - n - 1 anvil
virtual unix - n n - - virtual
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
"""


@dataclass(frozen=True, slots=True)
class Certificate:
    """PEM files of a self-signed certificate for 127.0.0.1, and of its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Dumped:
    """A mail as smtp-sink got it; lines of `content` end with LF."""

    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sink:
    """A running smtp-sink."""

    port: int
    folder: Path

    def mails(self) -> list[Dumped]:
        """The mails that it received up to the end of data, whatever it replied."""
        _await(self._is_at_rest, "the end of all mails")
        return [_dumped(file.read_bytes()) for file in sorted(self.folder.iterdir())]

    def _is_at_rest(self) -> bool:
        """Whether no mail is being received: the file of such a mail is empty, and is removed if it is broken
        off."""
        try:
            return all(file.stat().st_size for file in self.folder.iterdir())
        except FileNotFoundError:
            return False


@dataclass(frozen=True, slots=True)
class Postfix:
    """A running Postfix. `ports` has one for each entrance, `certificate` is the one that they present."""

    folder: Path
    ports: Mapping[str, int]
    certificate: Path

    def mailbox(self, name: str, mails: int) -> list[bytes]:
        """The mails delivered to NAME@example.org, as soon as there are at least `mails`; lines end with LF.

        Each begins with a few trace header fields. Waits, since Postfix delivers when it likes.
        """
        _await(lambda: len(self._files(name)) >= mails, f"{mails} mails for {name}")
        return [file.read_bytes() for file in self._files(name)]

    def empty_mailboxes(self) -> None:
        for file in (self.folder / "mail").glob("*/new/*"):
            file.unlink()

    def _files(self, name: str) -> list[Path]:
        return sorted((self.folder / "mail" / name / "new").glob("*"))


@contextmanager
def smtp_sink(*flags: str) -> Iterator[Sink]:
    """Run smtp-sink on the loopback interface, with these flags of its manual."""
    program = required_tool("postfix", "smtp-sink")
    with shared_folder() as folder, _running(*_sink_command(program, folder, flags)) as port:
        yield Sink(port, folder)


@contextmanager
def postfix(
    certificate: Certificate,
    boxes: Sequence[str],
    entrances: Mapping[str, Sequence[str]],
    settings: Sequence[str] = (),
) -> Iterator[Postfix]:
    """Run an instance with its own configuration and queue, which delivers to these mailboxes.

    `entrances` are its SMTP ports by name, each with the settings (`name=value`) that it alone has;
    `settings` are for all of it.
    """
    required_tool("postfix", "postfix")
    if os.geteuid() != 0:
        unusable("postfix", "lets only root run Postfix")
    with shared_folder() as folder:
        ports = {name: free_port() for name in entrances}
        _configure(folder, certificate, boxes, {ports[name]: entrances[name] for name in entrances})
        with (folder / "etc" / "main.cf").open("a") as file:
            file.writelines(f"{setting}\n" for setting in settings)
        with _master(folder / "etc", min(ports.values())):
            yield Postfix(folder, ports, certificate.certificate)


def make_certificate(folder: Path) -> Certificate:
    """Write a new certificate there."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=relay.example.net -addext subjectAltName=IP:127.0.0.1"
    )
    files = ("-keyout", str(made.key), "-out", str(made.certificate))
    subprocess.run([*command.split(), *files], check=True, capture_output=True)
    return made


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A new folder that other users may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(prefix="daily-papers-mail-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _sink_command(program: str, folder: Path, flags: Sequence[str]) -> tuple[list[str], int]:
    """Dumps each mail to a file of its own; root must give up its rights."""
    port = free_port()
    if os.geteuid() == 0:
        os.chown(folder, _NOBODY.pw_uid, _NOBODY.pw_gid)
        flags = ("-u", "nobody", *flags)
    return [program, *flags, "-d", f"{folder}/%H%M%S.", f"127.0.0.1:{port}", "50"], port


@contextmanager
def _running(command: Sequence[str], port: int) -> Iterator[int]:
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_listener(port)
            yield port
        finally:
            process.kill()


def _dumped(file: bytes) -> Dumped:
    """Lines X-…, a Received field of three lines, the mail, an empty line: smtp-sink(1), DUMP FILE FORMAT."""
    envelope, _, rest = file.partition(b"\nReceived: ")
    fields = dict(line.split(b": ", 1) for line in envelope.splitlines())
    content = rest.split(b"\n", 3)[3]
    return Dumped(fields[b"X-Rcpt-Args"].decode().strip("<>"), content.removesuffix(b"\n"))


def _configure(
    folder: Path, certificate: Certificate, boxes: Sequence[str], entrances: Mapping[int, Sequence[str]]
) -> None:
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir(mode=0o755)
    shutil.chown(folder / "data", "postfix")
    shutil.chown(folder / "mail", "nobody")
    settings = _MAIN.format(
        folder=folder,
        domain=DOMAIN,
        boxes=", ".join(f"{{{name}@{DOMAIN} = {name}/}}" for name in boxes),
        uid=_NOBODY.pw_uid,
        gid=_NOBODY.pw_gid,
        certificate=certificate.certificate,
        key=certificate.key,
    )
    (folder / "etc" / "main.cf").write_text(settings)
    doors = [_entrance(port, overrides) for port, overrides in entrances.items()]
    (folder / "etc" / "master.cf").write_text("\n".join([*doors, _SERVICES]))


def _entrance(port: int, overrides: Sequence[str]) -> str:
    """An smtpd of master.cf; spaces in a setting are written in braces there."""
    options = "".join(f" -o {{ {override} }}" for override in overrides)
    return f"127.0.0.1:{port} inet n - n - - smtpd{options}"


@contextmanager
def _master(configuration: Path, port: int) -> Iterator[None]:
    """Postfix's first process, which ends with its daemons on SIGTERM, and in any case at last."""
    checked = [required_tool("postfix", "postfix"), "-c", str(configuration), "check"]
    subprocess.run(checked, check=True)  # tells pytest what is wrong, and makes the queue's folders
    where = [required_tool("postfix", "postconf"), "-c", str(configuration), "-hx", "daemon_directory"]
    folder = subprocess.run(where, check=True, capture_output=True, text=True).stdout.strip()
    command = [f"{folder}/master", "-c", str(configuration), "-s", "-e", str(_LIFETIME_SECONDS)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_listener(port)
            yield
        finally:
            process.terminate()


def wait_for_listener(port: int) -> None:
    """Until a server listens on this port of the loopback interface."""
    _await(lambda: _listens(port), f"a server on port {port}")


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except ConnectionRefusedError:
        return False
    return True


def _await(arrived: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not arrived():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain for {what}")
        time.sleep(0.02)
