"""Dovecot as the IMAP server of tests: an instance of our own, with its users and its certificate.

Manual: https://doc.dovecot.org/2.3/
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from imaplib import IMAP4
from pathlib import Path

from tests.support.ports import free_port
from tests.support.postfix import Certificate
from tests.support.tools import required_tool, unusable

USER, PASSWORD = "digest@example.org", 'käse "und" brot'
_PATIENCE_SECONDS = 10.0

_CONFIGURATION = """\
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{certificate.certificate}
ssl_key = <{certificate.key}
ssl_min_protocol = TLSv1.2
auth_failure_delay = 0
disable_plaintext_auth = {encrypted_only}
auth_mechanisms = {mechanisms}
default_internal_user = dovecot
default_login_user = dovenull
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service stats {{
  chroot =
}}
service anvil {{
  chroot =
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Handled {{
    auto = create
  }}
}}
{more}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running Dovecot. Port 143's part is `plain_port`, with STARTTLS; `tls_port` is that of 993."""

    folder: Path
    plain_port: int
    tls_port: int
    certificate: Path

    def url(self, folder: str = "INBOX", options: str = "", scheme: str = "imaps") -> str:
        """The address of a folder of USER."""
        port = self.tls_port if scheme == "imaps" else self.plain_port
        user = USER.replace("@", "%40")
        return f"{scheme}://{user}@127.0.0.1:{port}/{folder}?ca={self.certificate}{options}"

    @contextmanager
    def client(self, folder: str = "INBOX") -> Iterator[IMAP4]:
        """A dialogue of a mail program with the folder."""
        with IMAP4("127.0.0.1", self.plain_port) as client:
            client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            client.select(f'"{folder}"')
            yield client

    def deliver(self, *messages: bytes, folder: str = "INBOX", flags: str = "") -> None:
        with self.client() as client:
            for message in messages:
                done, words = client.append(f'"{folder}"', flags, "", message)
                assert done == "OK", words

    def empty(self, folder: str = "INBOX") -> None:
        with self.client(folder) as client:
            client.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()

    def flags(self, folder: str = "INBOX") -> list[str]:
        """The flags of each message, in words in the order of the alphabet; without \\Recent."""
        with self.client(folder) as client:
            _, found = client.uid("FETCH", "1:*", "(FLAGS)")
        lines = [line.decode() for line in found if isinstance(line, bytes)]
        words = [line.partition("FLAGS (")[2].partition(")")[0].split() for line in lines]
        return [" ".join(sorted(set(flags) - {"\\Recent"})) for flags in words]


@contextmanager
def dovecot(
    certificate: Certificate,
    *,
    mechanisms: str = "plain login",
    encrypted_only: bool = False,
    more: str = "",
) -> Iterator[Dovecot]:
    """Run an instance with its own configuration. Two servers may not share a folder."""
    program = required_tool("dovecot-imapd", "dovecot")
    if os.geteuid() != 0:
        unusable("dovecot-imapd", "lets only root run Dovecot")
    with tempfile.TemporaryDirectory(prefix="daily-papers-dovecot-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        (folder / "mail").chmod(0o777)
        (folder / "users").write_text(f"{USER}:{PASSWORD}\n")
        (folder / "users").chmod(0o644)
        running = Dovecot(folder, free_port(), free_port(), certificate.certificate)
        text = _CONFIGURATION.format(
            folder=folder,
            certificate=certificate,
            mechanisms=mechanisms,
            encrypted_only="yes" if encrypted_only else "no",
            plain_port=running.plain_port,
            tls_port=running.tls_port,
            more=more,
        )
        (folder / "dovecot.conf").write_text(text)
        with subprocess.Popen(
            [program, "-F", "-c", str(folder / "dovecot.conf")], stderr=subprocess.DEVNULL
        ) as process:
            try:
                _await_greeting(running)
                yield running
            finally:
                process.terminate()


def _await_greeting(running: Dovecot) -> None:
    """Until it greets: the socket listens before Dovecot can serve."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            with running.client():
                return
        except (OSError, IMAP4.error):
            if time.monotonic() > deadline:
                log = running.folder / "log"
                raise TimeoutError(log.read_text() if log.exists() else "Dovecot does not start") from None
            time.sleep(0.02)
