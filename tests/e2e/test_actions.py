"""Actions without a web server: from a link in a mail to the mails that come then."""

from datetime import timedelta
from email.message import EmailMessage
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from digest.demo.scenario import DAYS
from tests.e2e.test_unsubscribe import ADA, checked, fed, mail_to, receivers
from tests.support.home import Home

UNDO = "`digest subscribers reset EMAIL` undoes what a subscriber changed"
ONE = "1 message: 1 acted on, 0 acted on before, 0 not understood"

OUTDATED = "it is out of date, or about what is not known"


def link(home: Home, label: str) -> str:
    """The first link with this label in Ada's latest mail."""
    html = mail_to(home, ADA).get_body(("html",))
    assert html is not None
    before, _, _ = html.get_content().partition(f">{label}</a>")
    return unescape(before.rpartition('href="')[2].partition('"')[0])


def written(home: Home, label: str, **headers: str) -> bytes:
    """What a mail program writes when this link is followed."""
    address = urlsplit(link(home, label))
    fields = parse_qs(address.query)
    message = EmailMessage()
    message["To"], message["Subject"] = address.path, fields["subject"][0]
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(fields["body"][0])
    return message.as_bytes()


def keywords_of_next_mail(home: Home) -> list[str]:
    """The keywords of the sections in Ada's next mail."""
    assert ADA in receivers(home)
    text = mail_to(home, ADA).get_body(("plain",))
    assert text is not None
    headings = {line.partition(" · ")[0] for line in text.get_content().splitlines()}
    return [name for name in ("Reward Model", "Reasoning") if name in headings]


@pytest.mark.exhaustive
def test_a_keyword_is_muted_until_somebody_undoes_it(served: Home) -> None:
    line = "gets no papers of Reward Model until 2026-06-30 07:00 UTC"
    assert fed(served, written(served, "Mute for a week")) == [f"subscribers[0] {line}", ONE]
    assert checked(served) == [f"subscribers[0] {line}", UNDO]
    assert f"{ADA} {line}" in served.digest("status").stdout.splitlines()
    served.at(DAYS[1])
    assert keywords_of_next_mail(served) == ["Reasoning"]
    reset = served.digest("subscribers", "reset", "ADA@example.org")
    assert (reset.returncode, reset.stdout) == (0, "subscribers[0] gets mail as configured again\n")
    assert checked(served) == []
    served.at(DAYS[2])
    assert "Reward Model" in keywords_of_next_mail(served)


@pytest.mark.exhaustive
def test_a_message_acts_once_and_what_is_older_than_a_reset_does_nothing(served: Home) -> None:
    headers = {"Date": "Tue, 23 Jun 2026 06:30:00 +0000", "Message_ID": "<1@x.example>"}
    message = written(served, "One mail a week", **headers)
    assert fed(served, message) == ["subscribers[0] gets one mail a week", ONE]
    again = ["1 message: 0 acted on, 1 acted on before, 0 not understood"]
    assert fed(served, b"Received: by another.example\n" + message) == again
    assert served.digest("subscribers", "reset", ADA).returncode == 0
    assert fed(served, message.replace(b"<1@", b"<2@")) == [
        f"subscribers[0] asked for `weekly`, and nothing is changed: {OUTDATED}",
        "1 message: 0 acted on, 0 acted on before, 1 out of date, 0 not understood",
    ]
    assert checked(served) == []


@pytest.mark.exhaustive
def test_a_week_and_a_pause_hold_mails_back_and_lose_none(served: Home) -> None:
    fed(served, written(served, "One mail a week"))
    served.at(DAYS[1])
    assert ADA not in receivers(served)
    assert served.digest("pause", ADA).stdout == "subscribers[0] pauses until `digest resume EMAIL`\n"
    assert served.digest("subscribers", "reset", ADA).returncode == 0
    assert served.digest("pause", ADA, "--until", "2026-06-01").returncode == 2
    assert served.digest("pause", ADA, "--until", "2027-06-01").returncode == 0
    served.at(DAYS[2])
    assert ADA not in receivers(served)
    assert served.digest("resume", ADA).stdout == "subscribers[0] gets mail again from the next hour on\n"
    served.at(DAYS[2] + timedelta(hours=1))
    assert receivers(served) == [ADA]


@pytest.mark.exhaustive
def test_a_change_of_keywords_is_for_a_person(served: Home) -> None:
    file = served.folder / "message"
    file.write_bytes(written(served, "Change my keywords"))
    lines = served.digest("inbox", "message").stdout.splitlines()
    assert lines[1:] == ["1 not understood, please read:", "  message (no date): Please change my keywords"]


@pytest.mark.exhaustive
def test_an_action_is_done_once_wherever_the_program_is_killed(served: Home) -> None:
    file = served.folder / "message"
    file.write_bytes(written(served, "Mute for a week"))
    for milliseconds in range(0, 700, 100):
        served.killed_after(milliseconds / 1000, "inbox", "message")
    assert fed(served, file.read_bytes())[-1].startswith("1 message: ")
    assert checked(served)[1:] == [UNDO]
