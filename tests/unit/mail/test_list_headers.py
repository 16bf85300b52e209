"""What a mail says about the list it belongs to."""

from dataclasses import replace

from digest.domain.settings import MailSettings
from digest.mail.list_headers import list_headers

SETTINGS = MailSettings("Daily Papers <papers@example.org>", reply_to="Ops <ops@example.net>")


def test_without_a_service_one_leaves_by_mail_and_nothing_is_said_of_one_click() -> None:
    assert list_headers(SETTINGS, "q7") == {
        "List-Id": "Daily Papers <daily-papers.example.org>",
        "List-Help": "<mailto:ops@example.net?subject=help>",
        "List-Unsubscribe": "<mailto:ops@example.net?subject=unsubscribe%20q7>",
        "List-Owner": "<mailto:ops@example.net>",
        "Feedback-ID": "digest:daily-papers:example.org:bfabc3743295",
    }


def test_a_service_offers_one_click_beside_the_mail() -> None:
    headers = list_headers(replace(SETTINGS, unsubscribe_url="https://example.org/u"), "q7")
    assert (headers["List-Unsubscribe"], headers["List-Unsubscribe-Post"]) == (
        "<https://example.org/u/q7>, <mailto:ops@example.net?subject=unsubscribe%20q7>",
        "List-Unsubscribe=One-Click",
    )


def test_the_sender_id_is_that_of_the_domain_and_of_no_subscriber() -> None:
    def sender_id(sender: str, token: str) -> str:
        return list_headers(MailSettings(sender), token)["Feedback-ID"].rpartition(":")[2]

    same = {sender_id("a@example.org", "q7"), sender_id("B <b@example.org>", "q8")}
    assert (len(same), sender_id("a@example.net", "q7") in same) == (1, False)
