"""Message-IDs: whose they are, and what names the mail in them."""

from digest.domain.tokens import Signer, token_in

SIGNER = Signer(bytes(32))


def test_a_message_id_is_in_the_senders_domain_and_in_none_where_that_is_no_domain() -> None:
    ids = [SIGNER.message_id("ada@example.org", "1", domain) for domain in ("example.org", "localhost")]
    [token] = set(map(token_in, ids))
    assert ids == [f"<{token}@example.org>", f"<{token}@daily-papers.invalid>"]
    assert (len(token), SIGNER.message_id("ada@example.org", "1")) == (32, ids[1])
