"""The keys below `mail:`: how mails look, how they are delivered, and what comes back."""

from digest.config.section import Section, default, optional
from digest.config.value_types import FilePath, Mailbox, MailOrder, WhenEmpty, WhenUnconfirmed


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
    connections: int = default(1, "Parallel connections to the mail server.", ge=1, le=32)
    mails_per_connection: int = default(100, "Mails per connection before it is opened again.", ge=1)
    keep_days: int = default(
        3,
        "How many days the state keeps the text of mails that were delivered or given up. It keeps for ever "
        "who got which paper.",
        ge=1,
        le=3650,
    )
    smtp_url_file: FilePath | None = optional(
        "The file with the SMTP address, smtps://user:password@host:465. Only its owner may read it (chmod "
        "600). Without it, and without DIGEST_SMTP_URL, mails go to the outbox folder."
    )
