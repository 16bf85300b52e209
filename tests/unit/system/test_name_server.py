"""Questions to a real name server on loopback."""

import pytest

from digest.errors import NameServerError
from digest.system import name_server
from digest.system.name_server import NameServer
from tests.support.dns_server import serving_names

LONG = "v=DKIM1; k=rsa; p=" + "A" * 600
ZONE = {
    ("example.org", "TXT"): ["v=spf1 mx -all", LONG],
    ("example.org", "MX"): ["10 mail.example.org.", "20 other.example.org."],
    ("none.example.org", "MX"): ["0 ."],
    ("mail.example.org", "A"): ["192.0.2.1"],
    ("other.example.org", "AAAA"): ["2001:db8::1"],
}


def test_records_are_found_and_a_name_without_them_has_none() -> None:
    with serving_names(ZONE) as server:
        names = NameServer(server)
        assert sorted(names.texts("example.org")) == [LONG, "v=spf1 mx -all"]
        assert sorted(names.mail_servers("example.org")) == ["mail.example.org", "other.example.org"]
        assert names.mail_servers("none.example.org") == ("",)
        assert [names.texts(name) for name in ("mail.example.org", "missing.example.org")] == [(), ()]
        hosts = ("mail.example.org", "other.example.org", "example.org", "missing.example.org")
        assert [names.has_address(name) for name in hosts] == [True, True, False, False]


def test_a_server_that_does_not_answer_is_an_error_and_no_missing_record(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(name_server, "QUESTION_SECONDS", 0.02)
    with (
        serving_names(None) as server,
        pytest.raises(NameServerError, match=r"^no answer about example\.org \(LifetimeTimeout\)$"),
    ):
        NameServer(server).texts("example.org")


def test_all_questions_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_server, "ALL_SECONDS", 0)
    with pytest.raises(NameServerError, match=r"^the answers took more than 0 seconds$"):
        NameServer("127.0.0.1:9").texts("example.org")


def test_a_name_that_the_dns_cannot_have_is_no_crash() -> None:
    with pytest.raises(NameServerError, match=r"^no answer about "):
        NameServer("127.0.0.1:9").texts("a" * 64 + ".example.org")
