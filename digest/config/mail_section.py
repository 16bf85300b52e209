"""The keys below `mail:`: how mails look, how they are delivered, and what comes back."""

from digest.config.section import Section, default, key, optional
from digest.config.value_types import (
    Command,
    DnsName,
    FilePath,
    Mailbox,
    MailOrder,
    NameServer,
    ReturnPath,
    Services,
    Text,
    UnsubscribeUrl,
    WhenEmpty,
    WhenUnconfirmed,
)


class DkimSection(Section):
    """How the program signs mails, for a mail server that does not."""

    key_file: FilePath = key(
        ...,
        "The file with the private RSA key, made by `openssl genrsa -out dkim.pem 2048`. Only its owner may "
        "read it (chmod 600).",
        "dkim.pem",
        {},
    )
    selector: DnsName = key(
        ..., "The name under which the DNS has the public key: SELECTOR._domainkey.DOMAIN.", "papers", {}
    )
    domain: DnsName | None = optional("The domain that signs. Default: the sender's.", "example.org")


class MailSection(Section):
    """How mails look, and how they are delivered."""

    sender: Mailbox | None = optional(
        "The sender of the mails: Name <a@b> or an address. Default: the SMTP user.",
        "Daily Papers <digest@example.org>",
        alias="from",
    )
    reply_to: Mailbox | None = optional("Where replies and unsubscribe requests go.", "you@example.org")
    order: MailOrder = default(
        "relevance",
        "The order of the papers under each keyword: relevance (docs/ranking.md), or the newest first.",
        "newest",
    )
    when_empty: WhenEmpty = default("skip", "What to do when there are no new papers.")
    when_unconfirmed: WhenUnconfirmed = default(
        "retry",
        "Whether to send a mail again, an hour later, if the connection broke before the mail server "
        "confirmed it. It may then arrive twice.",
    )
    links: Services = key(
        (),
        "Other pages about a paper to link to: alphaxiv, huggingface. Default: none.",
        "[alphaxiv, huggingface]",
        {},
    )
    connections: int = default(1, "Parallel connections to the mail server.", ge=1, le=32)
    mails_per_connection: int = default(100, "Mails per connection before it is opened again.", ge=1)
    keep_days: int = default(
        3,
        "How many days the state keeps the text of mails that were delivered or given up. It keeps for ever "
        "who got which paper.",
        ge=1,
        le=3650,
    )
    suppressed_percent: int = default(
        5,
        "Bounces and refused addresses may stop the mail of so many percent of all subscribers at most "
        "within a day, and of three always. What is more is told instead.",
        ge=0,
        le=100,
    )
    smtp_url_file: FilePath | None = optional(
        "The file with the SMTP URL, smtps://user:password@host:465. Only its owner may read it (chmod "
        "600). Without it, and without DIGEST_SMTP_URL, mails go to the outbox folder."
    )
    return_path: ReturnPath | None = optional(
        "The address that gets the reports of mails that could not be delivered. Each mail adds its token, "
        "as in bounces+TOKEN@example.org, so that every report can be attributed. Default: the sender, "
        "without a token.",
        "bounces@example.org",
    )
    unsubscribe_url: UnsubscribeUrl | None = optional(
        "The https service that unsubscribes with one click (RFC 8058): it gets a POST, with the "
        "subscriber's token in place of {token} or at the end.",
        "https://example.org/unsubscribe/{token}",
    )
    dkim: DkimSection | None = optional("How the program signs mails, for a mail server that does not.")
    name_server: NameServer | None = optional(
        "The DNS server that `digest doctor` asks. Default: the system's.", "127.0.0.1:53"
    )
    inbox: Text | None = optional(
        "Where answers arrive: imaps://user@host/INBOX without the password, or the path of a Maildir or "
        "mbox. The daemon reads it every five minutes, and a run before it begins.",
        "imaps://digest%40example.org@mail.example.org/INBOX",
    )
    inbox_password_file: FilePath | None = optional(
        "The file with the password of the inbox. Only its owner may read it (chmod 600). "
        "DIGEST_INBOX_PASSWORD is another way to give it.",
        "inbox-password",
    )
    smtp_token_command: Command | None = optional(
        "For smtps+xoauth2:// and smtp+starttls+xoauth2://: a program that prints an access token, and its "
        "arguments. It runs for each login, in the folder of this file, for at most 30 seconds. There is no "
        "shell.",
        "[oauth2-token, you@example.org]",
    )
    smtp_token_file: FilePath | None = optional(
        "The same, for a file that another program renews. Only its owner may read it."
    )
