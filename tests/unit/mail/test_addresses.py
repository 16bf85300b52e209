"""Addresses in the forms that a mail needs."""

from digest.domain.settings import MailSettings
from digest.mail.addresses import (
    bare_address,
    contact,
    display_name,
    domain,
    unsubscribe_subject,
    unsubscribe_url,
)

HEADER = "Daily Papers <papers@example.org>"


def test_a_header_value_is_taken_apart() -> None:
    assert (display_name(HEADER), bare_address(HEADER), domain(HEADER)) == (
        "Daily Papers",
        "papers@example.org",
        "example.org",
    )


def test_a_bare_address_has_no_name() -> None:
    assert (display_name("a@b.example"), bare_address("a@b.example")) == ("", "a@b.example")


def test_answers_go_to_the_sender_unless_the_configuration_says_otherwise() -> None:
    assert contact(MailSettings(HEADER, reply_to=None, when_empty="skip")) == "papers@example.org"
    assert contact(MailSettings(HEADER, reply_to="Ops <ops@b.example>", when_empty="skip")) == "ops@b.example"


def test_the_unsubscribe_link_writes_the_subject_and_escapes_what_a_link_cannot_hold() -> None:
    settings = MailSettings("X <a+b?c@b.example>", reply_to=None, when_empty="skip")
    assert (unsubscribe_subject("q7"), unsubscribe_url(settings, "q7")) == (
        "unsubscribe q7",
        "mailto:a%2Bb%3Fc@b.example?subject=unsubscribe%20q7",
    )
