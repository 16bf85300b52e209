"""Whose fault a refusal is, by codes and words of mail servers."""

import time

import pytest

from digest.domain.fault import Fault, fault_of

CASES = [
    # enhanced, words, fault
    ("5.1.1", "<x>: Recipient address rejected: User unknown in virtual mailbox table", Fault.GONE),
    ("5.1.1", "", Fault.GONE),
    ("5.1.10", "RESOLVER.ADR.RecipientNotFound", Fault.GONE),
    ("", "Unknown user", Fault.ADDRESS),
    ("5.7.1", "No such user here", Fault.ADDRESS),
    ("5.1.1", "IP address blacklisted by recipient", Fault.OURS),
    ("5.1.1", "Over quota", Fault.LATER),
    ("5.1.1", "message size exceeds limit", Fault.MESSAGE),
    ("", "Mailing to remote domains not supported", Fault.OURS),
    ("5.2.252", "SendAsDenied; digest@example.net not allowed to send", Fault.OURS),
    ("", "Service unavailable; Client host [192.0.2.7] blocked using zen.example", Fault.OURS),
    ("5.7.515", "Access denied, sending domain does not meet the required level", Fault.OURS),
    ("5.5.0", "Requested action not taken: mailbox unavailable", Fault.ADDRESS),
    ("", "", Fault.UNCLEAR),
    # in bounces
    ("5.0.0", "Denied by policy", Fault.OURS),
    ("5.0.0", "Unauthenticated senders not allowed", Fault.OURS),
    ("5.0.0", "Message rejected: Email address is not verified", Fault.OURS),
    ("5.5.0", "domain [sender.example] mismatches client ip 192.0.2.1", Fault.OURS),
    ("5.0.0", "Host network not allowed", Fault.OURS),
    ("5.1.1", "192.0.2.1 has sent to too many recipients this hour", Fault.OURS),
    ("5.2.0", "Mail rejete. Mail rejected. OFR_506 [506]", Fault.OURS),
    ("5.1.1", "Invalid recipient. OFR_416 [416]", Fault.GONE),
    ("4.4.5", "Insufficient disk space; try again later", Fault.LATER),
    ("5.2.1", "The user is receiving mail at a rate that prevents more", Fault.LATER),
    ("5.2.2", "Mailbox size limit exceeded, quota exceeded", Fault.LATER),
    ("5.7.1", "Recipient address rejected: Access denied", Fault.ADDRESS),
    ("5.7.13", "Disabled recipient address", Fault.ADDRESS),
    ("5.7.13", "Recipient address rejected: User account disabled", Fault.ADDRESS),
]


@pytest.mark.parametrize(("enhanced", "words", "fault"), CASES)
def test_codes_and_words_tell_whose_fault_a_refusal_is(enhanced: str, words: str, fault: Fault) -> None:
    assert fault_of(enhanced, words) is fault


@pytest.mark.parametrize(
    "word",
    ["a", "sender ", "your ip ", "relay ", "<", "@", "a@", "limit per recipient user ", "пользователь "],
)
def test_words_of_any_length_take_a_moment(word: str) -> None:
    began = time.process_time()
    fault_of("", word * 100_000)
    assert time.process_time() - began < 1


def test_an_address_is_no_word() -> None:
    assert fault_of("5.1.1", "<spam@blocklist.example>: user unknown") is Fault.GONE
    assert fault_of("5.1.1", "spam@blocklist.example... User unknown") is Fault.GONE
