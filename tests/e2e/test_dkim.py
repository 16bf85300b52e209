"""A signed mail, judged by Perl's Mail::DKIM: a program that shares nothing with ours."""

import subprocess
from collections.abc import Callable, Iterable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from digest.mail.dkim import record_of
from tests.support.dkim_keys import KEY, write_key
from tests.support.dns_server import serving_names
from tests.support.home import LEAST, Home
from tests.support.mailbox import Mailbox, Received, serving
from tests.support.tools import required_module

SIGNED = (
    "mail:\n  from: Daily Papers <digest@papers.example.org>\n"
    "  return_path: bounces@papers.example.org\n"
    "  unsubscribe_url: https://papers.example.org/unsubscribe\n"
    "  dkim: {key_file: dkim.pem, selector: s1}\n"
)
ZONE = {("s1._domainkey.papers.example.org", "TXT"): [record_of(KEY)]}
_JUDGE = """
use Mail::DKIM::Verifier; use Mail::DKIM::DNS; use Net::DNS;
my ($port, @files) = @ARGV;
Mail::DKIM::DNS::resolver(Net::DNS::Resolver->new(nameservers => ['127.0.0.1'], port => $port));
local $/;
for my $file (@files) {
  open my $mail, '<:raw', $file or die;
  my $judge = Mail::DKIM::Verifier->new(); $judge->PRINT(<$mail>); $judge->CLOSE;
  print $judge->result, "\\n";
}
"""

pytestmark = pytest.mark.exhaustive

Change = Callable[[bytes], bytes]


def replaced(old: bytes, new: bytes) -> Change:
    def change(content: bytes) -> bytes:
        assert old in content
        return content.replace(old, new, 1)

    return change


def verdicts(messages: Iterable[bytes], server: str, folder: Path) -> list[str]:
    """What Mail::DKIM says of the messages, with the keys that this name server has."""
    perl = required_module("libmail-dkim-perl", "Mail::DKIM::Verifier")
    files = []
    for number, content in enumerate(messages):
        files.append(folder / f"{number}.eml")
        files[-1].write_bytes(content)
    command = [perl, "-e", _JUDGE, server.rpartition(":")[2], *map(str, files)]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()


@pytest.fixture
def delivered(home: Home) -> Received:
    """A mail as it went over the wire."""
    write_key(home.folder / "dkim.pem")
    home.write(LEAST + SIGNED)
    mailbox = Mailbox()
    with serving(mailbox) as port:
        home.environment["DIGEST_SMTP_URL"] = f"smtp://localhost:{port}"
        done = home.digest("run")
    assert done.returncode == 0, done.stderr
    [got] = mailbox.received
    return got


def test_the_envelope_of_a_mail_names_it_by_its_message_id(delivered: Received) -> None:
    message = message_from_bytes(delivered.content, policy=policy.default)
    token, _, place = message["Message-ID"].strip("<>").partition("@")
    assert (place, delivered.sender) == ("papers.example.org", f"bounces+{token}@papers.example.org")


def test_another_program_accepts_the_signature_and_no_change_of_the_mail(
    delivered: Received, tmp_path: Path
) -> None:
    changes: dict[str, Change] = {
        "as it is": bytes,
        "body": replaced(b"<td", b"<tD"),
        "subject": replaced(b"Subject: ", b"Subject: Re: "),
        "one click": replaced(b"/unsubscribe/", b"/elsewhere/"),
        "one click is one click": replaced(b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Other"),
        "another sender": replaced(b"From: ", b"From: Eve <eve@example.net>\r\nFrom: "),
        "appended": lambda content: content + b"more\r\n",
        "passed on": lambda content: b"Received: from relay by host; now\r\n" + content,
    }
    with serving_names(ZONE) as server:
        found = verdicts((change(delivered.content) for change in changes.values()), server, tmp_path)
    accepted = {"as it is", "passed on"}
    assert dict(zip(changes, found, strict=True)) == {
        name: "pass" if name in accepted else "fail" for name in changes
    }
    with serving_names({}) as server:
        assert verdicts([delivered.content], server, tmp_path) == ["invalid"]
