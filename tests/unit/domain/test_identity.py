"""When two spellings are one mailbox, or one keyword's name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.config.fields import address
from digest.domain.identity import mailbox_of, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@example.org", "Ada@EXAMPLE.org"),
        ("ada@example.org", " ada@example.org.\n"),
        ("ada@bücher.example", "ADA@xn--bcher-kva.example"),
        ("ada@BU\u0308CHER.example", "ada@bücher.example"),
        ("ada@bücher\u3002example", "ada@bücher.example"),
        ("e\u0301a@example.org", "\u00c9A@example.org"),
        ("\u0390@example.org", "\u03aa\u0301@example.org"),
        ("straße@example.org", "STRASSE@example.org"),
        ("ada@faß.example", "ada@xn--fa-hia.example"),
    ],
)
def test_two_spellings_are_one_mailbox(one: str, other: str) -> None:
    assert mailbox_of(one) == mailbox_of(other)


@pytest.mark.parametrize(
    "other", ["ada+arxiv@example.org", "a.da@example.org", "ada@example.com", "ada", "ada@mail.example.org"]
)
def test_other_addresses_are_other_mailboxes(other: str) -> None:
    assert mailbox_of(other) != mailbox_of("ada@example.org")


@given(st.text(), st.sampled_from(["example.org", "bücher.example", "faß.example", "例え.example", ""]))
def test_a_mailbox_is_its_own(local: str, domain: str) -> None:
    mailbox = mailbox_of(f"{local}@{domain}")
    assert mailbox_of(mailbox) == mailbox


@pytest.mark.parametrize("domain", ["bücher.example", "BÜCHER.example", "例え.example", "faß.example"])
def test_the_domain_of_a_configured_address_stays_as_it_is(domain: str) -> None:
    configured = address(f"ada@{domain}")
    assert mailbox_of(f"ada@{domain}") == mailbox_of(configured) == configured


def test_the_name_of_a_keyword_counts_without_case_and_wide_spaces() -> None:
    assert name_key(" Erdo\u030bs  graph") == name_key("erd\u0151s\u00a0GRAPH")
