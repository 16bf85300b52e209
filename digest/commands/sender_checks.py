"""What the DNS says of the sender's domain, for `digest doctor`: may we send for it, and can it be answered?

Only what certainly breaks is a failure: what receivers are known to count as broken. All else is advice.
"""

from collections.abc import Iterator
from typing import Protocol

from digest.commands.checks import Check
from digest.domain.settings import DkimSettings, MailSettings
from digest.errors import NameServerError
from digest.mail.addresses import contact, domain
from digest.mail.sender_records import (
    MOST_LOOKUPS,
    allows_all,
    dmarc_record,
    spf_lookups,
    spf_records,
    tags,
)

_LOCAL = "localhost"
_GOOGLE, _MICROSOFT, _YAHOO, _APPLE, _GMX = (
    ("gmail.com", "google.com"),
    ("outlook.com", "office365.com"),
    ("yahoo.com", "aol.com"),
    ("me.com", "icloud.com"),
    ("gmx.net", "gmx.com"),
)
_PROVIDERS = {
    **dict.fromkeys(["gmail.com", "googlemail.com"], _GOOGLE),
    **dict.fromkeys(["outlook.com", "hotmail.com", "live.com", "msn.com"], _MICROSOFT),
    **dict.fromkeys(["yahoo.com", "ymail.com", "aol.com"], _YAHOO),
    **dict.fromkeys(["icloud.com", "me.com", "mac.com"], _APPLE),
    **dict.fromkeys(["gmx.net", "gmx.de", "gmx.com"], _GMX),
    **{name: (name,) for name in ("web.de", "t-online.de", "orange.fr", "mail.ru", "yandex.ru")},
    **{name: (name,) for name in ("qq.com", "163.com", "126.com", "zoho.com", "fastmail.com")},
}
"""Domains of providers, and where their mail servers are: only these may send for them."""

_RELAY_KNOWS = "what your mail server's provider tells you to write"


class Names(Protocol):
    """The DNS. Each method raises NameServerError."""

    def texts(self, name: str) -> tuple[str, ...]: ...

    def mail_servers(self, name: str) -> tuple[str, ...]: ...

    def has_address(self, name: str) -> bool: ...


def check_sender(settings: MailSettings, relay: str, names: Names) -> Iterator[Check]:
    """What the DNS says of the domains in the mails that go out through the host `relay`.

    Nothing more is asked after a name server that does not answer: then nothing is known.
    """
    sender = domain(settings.sender)
    if sender == _LOCAL:
        yield _advice(
            "the sender is at localhost",
            "nobody can answer, and most mail servers refuse such mails",
            "write an address of your own at `from:` below `mail:`",
        )
    elif sender in _PROVIDERS:
        yield _of_provider(sender, relay)
    else:
        try:
            yield from _of_own_domain(settings, names)
        except NameServerError as exc:
            yield _advice(f"what the DNS says of {sender} is not known", str(exc), exc.hint)


def _advice(result: str, problem: str, hint: str) -> Check:
    return Check(result, problem, hint, is_advice=True)


def _of_provider(sender: str, relay: str) -> Check:
    homes = _PROVIDERS[sender]
    if any(relay == home or relay.endswith(f".{home}") for home in homes):
        return Check(f"{sender} belongs to a provider, whose mail server signs what it sends")
    return _advice(
        f"{sender} belongs to a provider, and {relay} is not its mail server",
        "large receivers refuse such mails, or take them for spam",
        f"send through the mail server of {sender}, or use a sender in a domain of your own",
    )


def _of_own_domain(settings: MailSettings, names: Names) -> Iterator[Check]:
    sender = domain(settings.sender)
    envelope = domain(settings.return_path or settings.sender)
    for name in dict.fromkeys([sender, envelope, domain(contact(settings))]):
        yield _mail_check(name, names)
    yield _spf_check(envelope, names)
    yield _dkim_check(settings.dkim, names)
    yield _dmarc_check(sender, names)


def _mail_check(name: str, names: Names) -> Check:
    servers = names.mail_servers(name)
    if any(servers) or (not servers and names.has_address(name)):
        return Check(f"{name} gets mail")
    return _advice(
        f"{name} gets no mail",
        "replies, requests to unsubscribe and reports of failed mails are lost",
        f"add an MX record at {name} that names a mail server, or use an address in another domain",
    )


def _spf_check(name: str, names: Names) -> Check:
    records = spf_records(names.texts(name))
    if not records:
        return _advice(
            f"SPF: {name} does not say who may send for it",
            "Gmail, Yahoo and Microsoft take such mails for spam, or refuse them",
            f'add a TXT record at {name}: "v=spf1 include:RELAY ~all", with {_RELAY_KNOWS} for RELAY',
        )
    if len(records) > 1:
        problem = f"there are {len(records)} SPF records; receivers count several as a mistake, and take none"
        return Check(f"SPF: {name} has several records", problem, "make one of them, with the terms of all")
    return _spf_record_check(name, records[0], names)


def _spf_record_check(name: str, record: str, names: Names) -> Check:
    if allows_all(record):
        return _advice(
            f"SPF: {name} lets everybody send for it",
            f"the record is: {record}",
            "write ~all or -all at its end in place of +all",
        )
    if spf_lookups(record, names.texts) > MOST_LOOKUPS:
        return Check(
            f"SPF: the record of {name} cannot be used",
            f"it needs more than {MOST_LOOKUPS} look-ups, and receivers stop there (RFC 7208, section 4.6.4)",
            "delete what you do not use, or write addresses (ip4:) in place of names",
        )
    return Check(f"SPF: {name} says who may send for it: see that your mail server is among them")


def _dkim_check(settings: DkimSettings | None, names: Names) -> Check:
    if settings is None:
        return _advice(
            "DKIM: the program signs nothing; whether your mail server does is not known",
            "Gmail, Yahoo and Microsoft want signed mails",
            "send yourself a mail: its source has dkim=pass if it is signed; if not, `dkim:` below `mail:` "
            "signs it",
        )
    from digest.mail.dkim import is_public_part, record_of  # only here: its library costs 90 ms

    name = f"{settings.selector}._domainkey.{settings.domain}"
    remedy = f'write a TXT record at {name}: "{record_of(settings.key)}"'
    keys = [tags(text).get("p") for text in names.texts(name)]
    if any(key and is_public_part(key, settings.key) for key in keys):
        return Check(f"DKIM: {name} has the key that signs the mails")
    found = "has another key than the one that signs the mails" if any(keys) else "has no key"
    return Check(f"DKIM: {name} {found}", "every signature fails, which is worse than none", remedy)


def _dmarc_check(name: str, names: Names) -> Check:
    where, record = dmarc_record(name, names.texts)
    policy = tags(record).get("p", "").lower()
    if not policy:
        return _advice(
            f"DMARC: {name} does not say what to do with forged mails",
            "Gmail, Yahoo and Microsoft ask senders of many mails for it",
            f'add a TXT record at _dmarc.{name}: "v=DMARC1; p=none"',
        )
    if policy == "none":
        return Check(f"DMARC: {where} has p=none, which is enough; p=quarantine also stops forged mails")
    return Check(f"DMARC: {where} has p={policy}")
