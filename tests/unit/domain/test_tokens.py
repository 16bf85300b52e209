"""Message-IDs: whose they are, and what names the mail in them."""

import pytest

from digest.domain.tokens import Signer, is_ours, token_in

SIGNER = Signer(bytes(32))


def test_a_message_id_is_in_the_senders_domain_and_in_none_where_that_is_no_domain() -> None:
    ids = [SIGNER.message_id("ada@example.org", "1", domain) for domain in ("example.org", "localhost")]
    [token] = set(map(token_in, ids))
    assert ids == [f"<{token}@example.org>", f"<{token}@daily-papers.invalid>"]
    assert (len(token), SIGNER.message_id("ada@example.org", "1")) == (32, ids[1])


@pytest.mark.parametrize(
    ("message_id", "ours"),
    [
        (SIGNER.message_id("ada@example.org", "1", "example.org"), True),
        (SIGNER.message_id("ada@example.org", "1"), True),
        ("<long-ago@daily-papers.invalid>", True),
        ("<20260622.1@example.org>", False),
        (f"<{'a' * 33}@example.org>", False),
        ("", False),
    ],
)
def test_our_message_ids_are_known_by_their_form_whatever_the_domain(message_id: str, ours: bool) -> None:
    assert is_ours(message_id) is ours
