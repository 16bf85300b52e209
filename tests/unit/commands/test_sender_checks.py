"""What the doctor says of the sender's domain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from digest.commands.checks import Check
from digest.commands.sender_checks import check_sender
from digest.domain.settings import DkimSettings, MailSettings
from digest.errors import NameServerError
from digest.mail.dkim import record_of
from tests.support.dkim_keys import KEY

DKIM = DkimSettings("example.org", "s1", KEY)
SETTINGS = MailSettings("Daily Papers <papers@example.org>", dkim=DKIM)
KEY_NAME = "s1._domainkey.example.org"
GOOD = {
    "example.org MX": ("mail.example.org",),
    "example.org": ("v=spf1 mx -all",),
    KEY_NAME: (record_of(KEY),),
    "_dmarc.example.org": ("v=DMARC1; p=reject",),
}
WELL = [
    "example.org gets mail",
    "SPF: example.org says who may send for it: see that your mail server is among them",
    f"DKIM: {KEY_NAME} has the key that signs the mails",
    "DMARC: example.org has p=reject",
]


@dataclass
class KnownNames:
    """A DNS in which each name of the zone has texts, mail servers (`MX`) or an address (`A`)."""

    zone: Mapping[str, tuple[str, ...]]

    def texts(self, name: str) -> tuple[str, ...]:
        return self.zone.get(name, ())

    def mail_servers(self, name: str) -> tuple[str, ...]:
        return self.texts(f"{name} MX")

    def has_address(self, name: str) -> bool:
        return bool(self.texts(f"{name} A"))


class SilentNames(KnownNames):
    def __init__(self) -> None:
        super().__init__({})
        self.asked = 0

    def texts(self, name: str) -> tuple[str, ...]:
        self.asked += 1
        raise NameServerError(f"no answer about {name}")


def checks(changes: Mapping[str, tuple[str, ...]], settings: MailSettings = SETTINGS) -> list[Check]:
    return list(check_sender(settings, "mail.example.org", KnownNames({**GOOD, **changes})))


def test_a_domain_with_everything_has_four_ticks() -> None:
    assert checks({}) == list(map(Check, WELL))


@pytest.mark.parametrize(
    ("changes", "place", "sign", "result", "remedy"),
    [
        ({"example.org MX": ()}, 0, "!", "example.org gets no mail", "add an MX record at example.org"),
        ({"example.org MX": ("",)}, 0, "!", "example.org gets no mail", "add an MX record at example.org"),
        (
            {"example.org": ()},
            1,
            "!",
            "SPF: example.org does not say who may send for it",
            "add a TXT record",
        ),
        (
            {"example.org": ("v=spf1 mx -all", "v=spf1 a -all")},
            1,
            "✗",
            "SPF: example.org has several records",
            "make one of them",
        ),
        (
            {"example.org": ("v=spf1 mx +all",)},
            1,
            "!",
            "SPF: example.org lets everybody send for it",
            "write ~all or -all",
        ),
        (
            {"example.org": (f"v=spf1 {'mx ' * 11}-all",)},
            1,
            "✗",
            "SPF: the record of example.org cannot be used",
            "delete what you do not use",
        ),
        ({KEY_NAME: ()}, 2, "✗", f"DKIM: {KEY_NAME} has no key", f'"{record_of(KEY)}"'),
        ({KEY_NAME: ("v=DKIM1; p=",)}, 2, "✗", f"DKIM: {KEY_NAME} has no key", f'"{record_of(KEY)}"'),
        (
            {KEY_NAME: ("v=DKIM1; p=MFwwDQYJ",)},
            2,
            "✗",
            f"DKIM: {KEY_NAME} has another key than the one that signs the mails",
            f'"{record_of(KEY)}"',
        ),
        (
            {"_dmarc.example.org": ()},
            3,
            "!",
            "DMARC: example.org does not say what to do with forged mails",
            'add a TXT record at _dmarc.example.org: "v=DMARC1; p=none"',
        ),
    ],
    ids=[
        *("no mail server", "no mail", "no SPF", "several SPF", "everybody", "too many look-ups"),
        *("no key", "revoked key", "another key", "no DMARC"),
    ],
)
def test_what_is_missing_or_wrong_is_said_with_what_to_write(
    changes: Mapping[str, tuple[str, ...]], place: int, sign: str, result: str, remedy: str
) -> None:
    found = checks(changes)
    lines = list(found[place].lines)
    assert (lines[0], found[place].failed) == (f"{sign} {result}", sign == "✗")
    assert remedy in lines[-1]
    others = [check.result for check in found if check is not found[place]]
    assert others == [result for number, result in enumerate(WELL) if number != place]


def test_a_host_without_an_mx_record_gets_mail_too() -> None:
    assert checks({"example.org MX": (), "example.org A": ("192.0.2.1",)}) == list(map(Check, WELL))


def test_a_policy_of_none_is_enough() -> None:
    last = checks({"_dmarc.example.org": ("v=DMARC1; p=none",)})[-1]
    assert list(last.lines) == [
        "✓ DMARC: example.org has p=none, which is enough; p=quarantine also stops forged mails"
    ]


def test_without_a_key_of_ours_the_mail_server_must_sign() -> None:
    unsigned = checks({}, replace(SETTINGS, dkim=None))[2]
    assert (unsigned.is_advice, unsigned.result) == (
        True,
        "DKIM: the program signs nothing; whether your mail server does is not known",
    )


def test_the_return_path_has_an_spf_record_and_every_address_of_ours_gets_mail() -> None:
    settings = replace(SETTINGS, return_path="b@bounces.example.org", reply_to="ops@example.net")
    found = checks({"bounces.example.org": ("v=spf1 a -all",)}, settings)
    assert [check.result for check in found][:4] == [
        "example.org gets mail",
        "bounces.example.org gets no mail",
        "example.net gets no mail",
        "SPF: bounces.example.org says who may send for it: see that your mail server is among them",
    ]


def test_a_name_server_without_an_answer_leaves_a_doubt_and_is_asked_no_more() -> None:
    names = SilentNames()
    [doubt] = check_sender(SETTINGS, "mail.example.org", names)
    assert (doubt.is_advice, doubt.result) == (True, "what the DNS says of example.org is not known")
    assert (doubt.problem, names.asked) == ("no answer about example.org MX", 1)


@pytest.mark.parametrize(
    ("sender", "relay", "line"),
    [
        ("ada@localhost", "localhost", "! the sender is at localhost"),
        (
            "ada@gmail.com",
            "smtp.gmail.com",
            "✓ gmail.com belongs to a provider, whose mail server signs what it sends",
        ),
        (
            "ada@hotmail.com",
            "smtp-mail.outlook.com",
            "✓ hotmail.com belongs to a provider, whose mail server signs what it sends",
        ),
        (
            "ada@gmail.com",
            "mail.notgmail.com",
            "! gmail.com belongs to a provider, and mail.notgmail.com is not its mail server",
        ),
    ],
)
def test_of_a_domain_that_is_not_the_operators_nothing_is_asked(sender: str, relay: str, line: str) -> None:
    names = SilentNames()
    [found] = check_sender(MailSettings(sender), relay, names)
    assert (next(iter(found.lines)), names.asked) == (line, 0)
