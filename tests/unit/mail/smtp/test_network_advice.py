"""What a failed handshake of TLS means."""

import ssl

import pytest

from digest.mail.smtp.network_advice import handshake_advice

NO_MAIL_SERVER = (
    "what answers at this port is no mail server: see that host and port of the SMTP URL are right"
)
TOO_OLD = "the server knows no TLS 1.2: its operator must renew it, or use another relay"


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("WRONG_VERSION_NUMBER", NO_MAIL_SERVER),
        ("RECORD_LAYER_FAILURE", NO_MAIL_SERVER),
        ("TLSV1_ALERT_PROTOCOL_VERSION", TOO_OLD),
        ("UNSUPPORTED_PROTOCOL", TOO_OLD),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", TOO_OLD),
        ("UNEXPECTED_EOF_WHILE_READING", ""),
        (None, ""),
    ],
)
def test_a_failed_handshake_has_a_remedy_where_its_cause_is_known(reason: str | None, advice: str) -> None:
    error = ssl.SSLError(1, "failed")
    error.reason = reason  # type: ignore[assignment]
    assert handshake_advice(error) == advice


def test_another_failure_has_none() -> None:
    assert handshake_advice(TimeoutError("timed out")) == ""
