"""Addresses in the forms that a mail needs."""

import pytest

from digest.domain.settings import MailSettings
from digest.mail.addresses import (
    bare_address,
    contact,
    display_name,
    domain,
    envelope_sender,
    one_click_url,
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


def test_reports_go_to_the_sender_or_to_an_address_that_names_the_mail() -> None:
    message_id = "<mfrggzdfmztwq2lknnwg23tpobyxe43u@example.org>"
    assert envelope_sender(MailSettings(HEADER), message_id) == "papers@example.org"
    settings = MailSettings(HEADER, return_path="list+bounces@b.example")
    assert envelope_sender(settings, message_id) == (
        "list+bounces+mfrggzdfmztwq2lknnwg23tpobyxe43u@b.example"
    )


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("https://example.org/u", "https://example.org/u/q7"),
        ("https://example.org/u/", "https://example.org/u/q7"),
        ("https://example.org/u?t={token}&l=en", "https://example.org/u?t=q7&l=en"),
        ("https://example.org/{token}/stop", "https://example.org/q7/stop"),
    ],
)
def test_a_one_click_address_has_the_token_in_its_place_or_at_its_end(address: str, url: str) -> None:
    assert one_click_url(address, "q7") == url
