"""Texts below `mail:` that are for large receivers."""

import re
from collections.abc import Callable

import pytest

from digest.config.mail_fields import dns_name, name_server, return_path, unsubscribe_url


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (return_path, "bounces@Example.org", "bounces@example.org"),
        (return_path, f"{'b' * 31}@example.org", f"{'b' * 31}@example.org"),
        (unsubscribe_url, "https://example.org/u", "https://example.org/u"),
        (unsubscribe_url, "https://example.org:8443/u?t={token}", "https://example.org:8443/u?t={token}"),
        (dns_name, "Papers", "papers"),
        (dns_name, "s1._x.example.org", "s1._x.example.org"),
        (name_server, "127.0.0.1", "127.0.0.1:53"),
        (name_server, "127.0.0.1:5353", "127.0.0.1:5353"),
        (name_server, "::1", "[::1]:53"),
        (name_server, "[::1]", "[::1]:53"),
        (name_server, "[::1]:5353", "[::1]:5353"),
    ],
)
def test_a_text_is_read_as_its_value(read: Callable[[str], str], text: str, value: str) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "problem"),
    [
        (
            return_path,
            f"{'b' * 32}@example.org",
            '32 characters before the "@", and each mail adds 33; shorten them to 31',
        ),
        (return_path, "Bounces <b@example.org>", "write the address alone"),
        (return_path, "jörg@example.org", 'use ASCII before the "@"'),
        (unsubscribe_url, "http://example.org/u", "needs an https address (RFC 8058)"),
        (unsubscribe_url, "http://127.0.0.1/u", "needs an https address (RFC 8058)"),
        (unsubscribe_url, "mailto:a@example.org", "needs an https address (RFC 8058)"),
        (unsubscribe_url, "https://me:secret@example.org/u", "needs an https address (RFC 8058)"),
        (unsubscribe_url, "https://example.org/u?t=", "say where the token stands"),
        (unsubscribe_url, "https://example.org/{token}/{token}", "{token} stands once, behind the host"),
        (unsubscribe_url, "https://{token}.example.org/", "{token} stands once, behind the host"),
        (unsubscribe_url, "https://example.org/#{token}", "{token} stands once, behind the host"),
        (unsubscribe_url, "https://example.org:port/", "not a web address"),
        (unsubscribe_url, "https://example.org/a>,<b", "signs that a mail header cannot hold"),
        (unsubscribe_url, "https://example.org/\r\nBcc: x", "signs that a mail header cannot hold"),
        (unsubscribe_url, f"https://example.org/{'u' * 500}", "not a web address"),
        (dns_name, "two words", '"two words" is no name in the DNS'),
        (dns_name, "a..b", "is no name in the DNS"),
        (name_server, "dns.example.org", '"dns.example.org" is not the address of a name server'),
        (name_server, "127.0.0.1:x", "is not the address of a name server"),
        (name_server, "127.0.0.1:99999", "the port of a name server is from 1 to 65535"),
    ],
)
def test_a_text_that_means_nothing_is_refused(read: Callable[[str], str], text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        read(text)
