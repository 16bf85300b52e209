"""The tables that log what the program did, and when. The others are in `schema`."""

from sqlalchemy import JSON, Column, Integer, String, Table, Text

from digest.store.column_types import Moment
from digest.store.schema import metadata

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
    # how many papers the source announced; null: the run has not read all of an announcement
    Column("announced", Integer),
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
timestamps = Table(
    "marks",
    metadata,
    Column("name", String, primary_key=True),
    Column("at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
