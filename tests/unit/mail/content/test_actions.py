"""The mails that the links of a digest write; tests/unit/mail/inbound/test_said.py reads their subjects."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

from digest.domain.digests import Digest, Entry, Section
from digest.domain.settings import MailSettings
from digest.domain.subscribers import Subscriber
from digest.mail.content.actions import ActionLink, Actions, digest_actions
from digest.mail.inbound.said import said_in_subject
from tests.support.builders import keyword, paper, schedule, subscriber

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
SETTINGS = MailSettings("Daily Papers <papers@example.org>")
MODEL, REASONING = keyword("Reward Model"), keyword("Räsonieren & mehr")
ENTRY = Entry(paper("2606.12345"), (), welcome=False)
OF_OLD = Entry(paper("hep-th/9901001"), (), welcome=False)


def actions(who: Subscriber, *sections: Section) -> Actions:
    picks = tuple(entry for section in sections for entry in section.entries)
    digest = Digest(who, date(2026, 6, 22), sections, picks=picks)
    return digest_actions(digest, SETTINGS, TOKEN, [one.name for one in who.keywords])


def fields(link: ActionLink) -> tuple[str, str, str]:
    """Recipient, subject and text of the mail that a link writes."""
    address = urlsplit(link.url)
    (subject,), (body,) = (parse_qs(address.query)[name] for name in ("subject", "body"))
    return address.path, subject, body


def test_each_link_writes_a_mail() -> None:
    found = actions(
        subscriber("ada@example.org", MODEL, REASONING),
        Section(MODEL, (ENTRY,)),
        Section(REASONING, (OF_OLD,)),
    )
    foot = {link.label: fields(link) for link in found.foot}
    assert foot == {
        "One mail a week": (
            "papers@example.org",
            f"weekly {TOKEN}",
            "Send this mail: one mail a week comes, with all papers.",
        ),
        "Pause until 6 July 2026": (
            "papers@example.org",
            f"pause until 2026-07-06 {TOKEN}",
            "Send this mail: no mail before the day in the subject, which you may change. No paper is lost.",
        ),
        "Change my keywords": (
            "papers@example.org",
            "Please change my keywords",
            "My keywords are: Reward Model, Räsonieren & mehr\n\nPlease change them to: ",
        ),
    }
    assert [fields(link)[1:] for link in found.keywords.values()] == [
        (f"mute {MODEL.id[:8]} {TOKEN}", "Send this mail: no papers of Reward Model come for a week."),
        (
            f"mute {REASONING.id[:8]} {TOKEN}",
            "Send this mail: no papers of Räsonieren & mehr come for a week.",
        ),
    ]
    assert {id: link.subject for id, link in found.papers.items()} == {
        "2606.12345": f"more like 2606.12345 {TOKEN}"
    }


def test_whatever_a_link_asks_for_is_understood() -> None:
    who = subscriber("ada@example.org", MODEL, REASONING, has_preferences=True)
    found = actions(who, Section(MODEL, (ENTRY,)))
    links = [*found.foot, *found.keywords.values(), *found.papers.values()]
    asked = [said_in_subject(link.subject).asked for link in links]
    assert [one.action if one else None for one in asked] == [
        "weekly",
        "pause",
        "reset",
        None,
        "mute",
        "more",
    ]


def test_no_link_offers_what_is_so_already() -> None:
    who = subscriber(schedule=schedule(days=frozenset({0})))
    found = actions(who, Section(who.keywords[0], (ENTRY,)))
    assert [link.label for link in found.foot] == ["Pause until 6 July 2026", "Change my keywords"]
    assert found.keywords == {}
