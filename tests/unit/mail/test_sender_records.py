"""What SPF, DKIM and DMARC records say."""

import pytest

from digest.mail.sender_records import allows_all, dmarc_record, spf_lookups, spf_records, tags


def test_spf_records_are_told_from_other_texts() -> None:
    texts = ("v=spf1 -all", "v=spf10 -all", "site-verification=abc", "V=SPF1 mx ~all", "v=spf1")
    assert spf_records(texts) == ("v=spf1 -all", "V=SPF1 mx ~all", "v=spf1")


@pytest.mark.parametrize(
    ("record", "everybody"),
    [
        ("v=spf1 +all", True),
        ("v=spf1 mx all", True),
        ("v=spf1 mx -all", False),
        ("v=spf1 mx ~all +all", False),
        ("v=spf1 include:all.example.org ?all", False),
        ("v=spf1 redirect=all.example.org", False),
    ],
)
def test_a_record_that_lets_everybody_send_is_known(record: str, everybody: bool) -> None:
    assert allows_all(record) is everybody


_INCLUDED = {
    "three.example.org": ("v=spf1 a mx/24 exists:%{i}.example.org -all",),
    "loop.example.org": ("v=spf1 include:loop.example.org",),
    "other.example.org": ("no record", "v=spf1 ip4:192.0.2.1 -all"),
}


@pytest.mark.parametrize(
    ("record", "count"),
    [
        ("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all", 0),
        ("v=spf1 a mx -all", 2),
        ("v=spf1 include:three.example.org include:other.example.org ~all", 5),
        ("v=spf1 redirect=three.example.org", 4),
        ("v=spf1 -all redirect=three.example.org", 0),
        ("v=spf1 include:%{d}.example.org -all", 1),
        ("v=spf1 include:loop.example.org -all", 11),
        (f"v=spf1 {'a:x.example.org ' * 40}-all", 11),
        ("v=spf1 ((( a=== %%% -all", 1),
    ],
)
def test_lookups_are_counted_through_all_that_a_record_includes(record: str, count: int) -> None:
    assert spf_lookups(record, lambda name: _INCLUDED.get(name, ())) == count


@pytest.mark.parametrize(
    ("zone", "found"),
    [
        ({"_dmarc.a.example.org": ("v=DMARC1; p=reject",)}, ("a.example.org", "v=DMARC1; p=reject")),
        ({"_dmarc.example.org": ("other", "v=DMARC1;p=none")}, ("example.org", "v=DMARC1;p=none")),
        ({"_dmarc.org": ("v=DMARC1; p=none",)}, ("", "")),
        ({"_dmarc.example.org": ("v=DMARC1; p=none", "v=DMARC1; p=reject")}, ("", "")),
        ({"_dmarc.a.example.org": ("v=DMARC12; p=none",)}, ("", "")),
        ({}, ("", "")),
    ],
    ids=["own", "of the domain above", "never of the top", "several are none", "other version", "none"],
)
def test_a_domain_without_a_dmarc_record_has_that_of_the_one_above(
    zone: dict[str, tuple[str, ...]], found: tuple[str, str]
) -> None:
    assert dmarc_record("a.example.org", lambda name: zone.get(name, ())) == found


def test_tags_are_read_with_spaces_and_without_values() -> None:
    assert tags("v=DKIM1; K = rsa ;p=;; t=y:s") == {"v": "DKIM1", "k": "rsa", "p": "", "t": "y:s"}
