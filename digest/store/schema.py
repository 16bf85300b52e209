"""The tables, as queries use them. `migrations` creates them; a test compares the two."""

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from digest.store.column_types import LongText, Moment

metadata = MetaData()


def _reference(table: str, **options: Any) -> Column[int]:
    return Column(table.removesuffix("s"), Integer, ForeignKey(f"{table}.number"), nullable=False, **options)


schema_version = Table("schema_version", metadata, Column("version", Integer, primary_key=True))

secrets = Table(
    "secrets",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

papers = Table(
    "papers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String, nullable=False, unique=True),
    Column("announcement_order", Integer, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("abstract", LongText, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("categories", JSON, nullable=False),
    Column("comment", Text, nullable=False),
    Column("submitted", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    # when this version was recorded
    Column("recorded_at", Moment, nullable=False),
    # of this version
    Column("url", Text, nullable=False),
    Column("pdf_url", Text, nullable=False),
)

keywords = Table(
    "keywords",
    metadata,
    Column("number", Integer, primary_key=True),
    # Keyword.id of digest.domain.keywords
    Column("key", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    # the highest announcement order known at the keyword's first good fetch; null before that, and while
    # nobody follows the keyword
    Column("baseline", Integer),
    # the high-water mark: everything announced up to this order has been fetched
    Column("covered", Integer),
    Column("last_good_at", Moment),
    # when the last fetch had everything up to the next announcement
    Column("up_to_date_at", Moment),
    Column("failing_since", Moment),
    Column("problem", Text),
    # on how many papers arXiv's answers were compared with the matcher, and on how many they differ
    Column("compared", Integer, nullable=False, server_default="0"),
    Column("differing", Integer, nullable=False, server_default="0"),
    # KeywordState.disputed, the latest at the end
    Column("disputed", JSON(none_as_null=True)),
    # why arXiv cannot answer the keyword's own query; null: it can
    Column("search_problem", Text),
)

# papers that the source has and cannot show (digest.domain.fetching.UnavailablePaper)
unavailable = Table(
    "unavailable",
    metadata,
    Column("number", Integer, primary_key=True),
    # empty where only the time of submission is known
    Column("id", String, nullable=False),
    Column("title", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("earliest", Moment),
    Column("latest", Moment),
)

fetches = Table(
    "fetches",
    metadata,
    Column("number", Integer, primary_key=True),
    _reference("keywords", index=True),
    Column("fetched_at", Moment, nullable=False),
    Column("papers", Integer, nullable=False),
    Column("fresh", Integer, nullable=False),
    # null: the fetch was good
    Column("problem", Text),
)

# matches: which keyword has which paper (digest.domain.fetching.KeywordMatch)
sightings = Table(
    "sightings",
    metadata,
    # ever growing: subscriptions and mails refer to positions in this order
    Column("number", Integer, primary_key=True),
    _reference("keywords"),
    _reference("papers"),
    # KeywordMatch.is_new: announced after the keyword's first good fetch
    Column("fresh", Boolean(create_constraint=False), nullable=False),
    Column("seen_at", Moment, nullable=False),
    # KeywordMatch.by_gaps
    Column("by_gaps", Boolean(create_constraint=False), nullable=False, server_default="0"),
    # an audit found it, after search and feed had not shown it
    Column("late", Boolean(create_constraint=False), nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("email", String, nullable=False, unique=True),
    Column("served_at", Moment, nullable=False),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _reference("subscribers", primary_key=True),
    _reference("keywords", primary_key=True),
    # new matches after this one wait for the subscriber; null until the keyword's first good fetch
    Column("since", Integer),
    # the number of papers in the welcome
    Column("welcome", Integer, nullable=False),
    # since when the configuration does not have it (digest.domain.subscriptions); null: it has
    Column("absent_since", Moment),
    sqlite_with_rowid=False,
)

welcomes = Table(
    "welcomes",
    metadata,
    _reference("subscribers", primary_key=True),
    _reference("keywords", primary_key=True),
    _reference("papers", primary_key=True),
    sqlite_with_rowid=False,
)

mails = Table(
    "mails",
    metadata,
    # ever growing: deliveries name mails that are long gone
    Column("number", Integer, primary_key=True),
    # this, the sender and the content are null when the mail is long done (digest.store.retention)
    Column("message_id", String, unique=True),
    _reference("subscribers", index=True),
    Column("sender", String),
    # PendingPapers.up_to: no match up to this one waits once the mail is delivered
    Column("through", Integer, nullable=False),
    # digest.domain.mails.MailState
    Column("state", String, nullable=False),
    Column("created_at", Moment, nullable=False),
    # null: the mail is queued
    Column("settled_at", Moment),
    Column("problem", Text),
    # attempts that were refused for now, and attempts whose end of data was not answered
    Column("refusals", Integer, nullable=False, server_default="0"),
    Column("unconfirmed", Integer, nullable=False, server_default="0"),
    Column("retry_at", Moment),
    # the finished message, compressed with zlib; the last column, so that SQLite skips it for the others
    Column("content", LargeBinary),
    sqlite_autoincrement=True,
)

deliveries = Table(
    "deliveries",
    metadata,
    # The primary key is the promise: no paper goes to a subscriber in two mails.
    _reference("subscribers", primary_key=True),
    _reference("papers", primary_key=True),
    # the number of the mail, which may be deleted: who got which paper is kept for ever
    Column("mail", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# the papers of mails that were refused for what they carry, until they arrive or for ever
refused_papers = Table(
    "refused_papers",
    metadata,
    _reference("subscribers", primary_key=True),
    _reference("papers", primary_key=True),
    # the number of the mail, which may be deleted
    Column("mail", Integer, primary_key=True),
    # so many papers were in it
    Column("among", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# permanent refusals of an address since its last mail that arrived, one a day in UTC (RefusalRecord)
refusals = Table(
    "refusals",
    metadata,
    _reference("subscribers", primary_key=True),
    Column("day", String, primary_key=True),
    Column("certain", Boolean(create_constraint=False), nullable=False, server_default="1"),
    Column("detail", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

# fingerprints by digest.domain.tokens.Signer, no addresses: the list outlives the person's data
suppressions = Table(
    "suppressions",
    metadata,
    Column("fingerprint", String, primary_key=True),
    # digest.domain.subscribers.SuppressionReason
    Column("reason", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("detail", Text, nullable=False),
    sqlite_with_rowid=False,
)

# digest.domain.subscribers.SuppressionEvent
suppression_events = Table(
    "suppression_events",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("fingerprint", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("made", Boolean(create_constraint=False), nullable=False),
    # when the operator got a mail about it
    Column("told_at", Moment),
    sqlite_autoincrement=True,
)

# messages that `digest inbox` has applied, so that none is applied twice: each by its bytes and by what it
# says. Never deleted, since a mailbox may show them again at any time
read_messages = Table(
    "read_messages",
    metadata,
    Column("fingerprint", String, primary_key=True),
    Column("read_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

# each `digest run`, and each time that the daemon fetched or sent
runs = Table(
    "runs",
    metadata,
    # ever growing, also when old runs are deleted
    Column("number", Integer, primary_key=True),
    Column("started_at", Moment, nullable=False),
    # null: it is under way, or it was killed
    Column("ended_at", Moment),
    # the number of keywords that were fetched
    Column("asked", Integer, nullable=False, server_default="0"),
    # the problems of each; empty: none; null: the run had nothing to do there
    Column("arxiv", Text),
    Column("mail", Text),
    Column("archive", Text),
    sqlite_autoincrement=True,
)

# each audit that gave a figure (digest.domain.auditing.Audit)
audits = Table(
    "audits",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("audited_at", Moment, nullable=False),
    # a day in UTC, as ISO 8601
    Column("since", String, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("unreadable", JSON, nullable=False),
    # the figures of each keyword
    Column("keywords", JSON, nullable=False),
    sqlite_autoincrement=True,
)

# each time that new papers were announced to everybody: all matches up to `through` are old since then
announcements = Table(
    "announcements",
    metadata,
    Column("through", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
)

# named timestamps: since when, or when last, something is so
_AT = Column("at", Moment, nullable=False)
timestamps = Table("marks", metadata, Column("name", String, primary_key=True), _AT, sqlite_with_rowid=False)
