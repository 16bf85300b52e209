"""The steps from one schema version to the next. A step that has been released is never edited."""

from collections.abc import Callable

from sqlalchemy import Connection, insert, inspect, select

from digest.store.keyword_ids import identify_keywords
from digest.store.schema import schema_version
from digest.store.twins import merge_twins

_FIRST = """
CREATE TABLE schema_version (version INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE papers (
    number INTEGER NOT NULL PRIMARY KEY, id VARCHAR NOT NULL UNIQUE, announcement_order INTEGER NOT NULL,
    version INTEGER NOT NULL, title TEXT NOT NULL, abstract TEXT NOT NULL, authors JSON NOT NULL,
    categories JSON NOT NULL, comment TEXT NOT NULL, submitted VARCHAR NOT NULL, updated VARCHAR NOT NULL,
    recorded_at VARCHAR NOT NULL);
CREATE INDEX ix_papers_announcement_order ON papers (announcement_order);
CREATE TABLE keywords (
    number INTEGER NOT NULL PRIMARY KEY, key VARCHAR NOT NULL UNIQUE, name VARCHAR NOT NULL, baseline INTEGER,
    covered INTEGER, last_good_at VARCHAR, up_to_date_at VARCHAR, failing_since VARCHAR, problem TEXT);
CREATE TABLE fetches (
    number INTEGER NOT NULL PRIMARY KEY, keyword INTEGER NOT NULL REFERENCES keywords (number),
    fetched_at VARCHAR NOT NULL, papers INTEGER NOT NULL, fresh INTEGER NOT NULL, problem TEXT);
CREATE INDEX ix_fetches_keyword ON fetches (keyword);
CREATE TABLE sightings (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, keyword INTEGER NOT NULL REFERENCES keywords (number),
    paper INTEGER NOT NULL REFERENCES papers (number), fresh BOOLEAN NOT NULL, seen_at VARCHAR NOT NULL,
    UNIQUE (keyword, paper));
CREATE INDEX ix_sightings_paper ON sightings (paper);
CREATE INDEX ix_sightings_fresh ON sightings (keyword, number) WHERE fresh;
CREATE TABLE subscribers (
    number INTEGER NOT NULL PRIMARY KEY, email VARCHAR NOT NULL UNIQUE, served_at VARCHAR NOT NULL);
CREATE TABLE subscriptions (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number),
    keyword INTEGER NOT NULL REFERENCES keywords (number), since INTEGER, welcome INTEGER NOT NULL,
    PRIMARY KEY (subscriber, keyword)) WITHOUT ROWID;
CREATE TABLE welcomes (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number),
    keyword INTEGER NOT NULL REFERENCES keywords (number), paper INTEGER NOT NULL REFERENCES papers (number),
    PRIMARY KEY (subscriber, keyword, paper)) WITHOUT ROWID;
CREATE TABLE mails (
    number INTEGER NOT NULL PRIMARY KEY, message_id VARCHAR NOT NULL UNIQUE,
    subscriber INTEGER NOT NULL REFERENCES subscribers (number), sender VARCHAR NOT NULL,
    content BLOB NOT NULL, through INTEGER NOT NULL, state VARCHAR NOT NULL, attempts INTEGER NOT NULL,
    created_at VARCHAR NOT NULL, settled_at VARCHAR, problem TEXT);
CREATE INDEX ix_mails_subscriber ON mails (subscriber);
CREATE INDEX ix_mails_state ON mails (state);
CREATE TABLE deliveries (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number),
    paper INTEGER NOT NULL REFERENCES papers (number), mail INTEGER NOT NULL REFERENCES mails (number),
    PRIMARY KEY (subscriber, paper)) WITHOUT ROWID;
CREATE INDEX ix_deliveries_mail ON deliveries (mail);
"""

_DELIVERY = """
CREATE TABLE secrets (name VARCHAR NOT NULL PRIMARY KEY, value BLOB NOT NULL);
ALTER TABLE mails DROP COLUMN attempts;
ALTER TABLE mails ADD COLUMN refusals INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE mails ADD COLUMN unconfirmed INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE mails ADD COLUMN retry_at VARCHAR;
UPDATE mails SET unconfirmed = 1, retry_at = settled_at WHERE state = 'unknown';
UPDATE mails SET settled_at = NULL WHERE state IN ('pending', 'unknown');
CREATE INDEX ix_mails_unsettled ON mails (subscriber) WHERE settled_at IS NULL;
CREATE TABLE refusals (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number), day VARCHAR NOT NULL,
    PRIMARY KEY (subscriber, day)) WITHOUT ROWID;
CREATE TABLE suppressions (
    fingerprint VARCHAR NOT NULL PRIMARY KEY, reason VARCHAR NOT NULL, since VARCHAR NOT NULL,
    detail TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE read_messages (
    fingerprint VARCHAR NOT NULL PRIMARY KEY, read_at VARCHAR NOT NULL) WITHOUT ROWID;
"""

_KEEPING = """
CREATE TABLE slim (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number),
    paper INTEGER NOT NULL REFERENCES papers (number), mail INTEGER NOT NULL,
    PRIMARY KEY (subscriber, paper)) WITHOUT ROWID;
INSERT INTO slim SELECT subscriber, paper, mail FROM deliveries;
DROP TABLE deliveries;
ALTER TABLE slim RENAME TO deliveries;
DROP INDEX ix_sightings_paper;
DROP INDEX ix_sightings_fresh;
CREATE INDEX ix_sightings_fresh ON sightings (keyword, number) WHERE fresh = 1;
CREATE TABLE slim (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, message_id VARCHAR UNIQUE,
    subscriber INTEGER NOT NULL REFERENCES subscribers (number), sender VARCHAR, through INTEGER NOT NULL,
    state VARCHAR NOT NULL, created_at VARCHAR NOT NULL, settled_at VARCHAR, problem TEXT,
    refusals INTEGER DEFAULT 0 NOT NULL, unconfirmed INTEGER DEFAULT 0 NOT NULL, retry_at VARCHAR,
    content BLOB);
INSERT INTO slim SELECT number, message_id, subscriber, sender, through, state, created_at, settled_at,
    problem, refusals, unconfirmed, retry_at, content FROM mails;
DROP TABLE mails;
ALTER TABLE slim RENAME TO mails;
CREATE INDEX ix_mails_subscriber ON mails (subscriber);
CREATE INDEX ix_mails_unsettled ON mails (subscriber) WHERE settled_at IS NULL;
CREATE TABLE runs (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, started_at VARCHAR NOT NULL, ended_at VARCHAR,
    asked INTEGER DEFAULT 0 NOT NULL, arxiv TEXT, mail TEXT, archive TEXT);
CREATE TABLE marks (name VARCHAR NOT NULL PRIMARY KEY, at VARCHAR NOT NULL) WITHOUT ROWID;
"""

_PAPER_ADDRESSES = """
ALTER TABLE papers ADD COLUMN url TEXT NOT NULL DEFAULT '';
ALTER TABLE papers ADD COLUMN pdf_url TEXT NOT NULL DEFAULT '';
UPDATE papers SET url = 'https://arxiv.org/abs/' || id || 'v' || version,
    pdf_url = 'https://arxiv.org/pdf/' || id || 'v' || version;
"""

_DISCOVERY = """
ALTER TABLE keywords ADD COLUMN compared INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE keywords ADD COLUMN differing INTEGER DEFAULT 0 NOT NULL;
ALTER TABLE keywords ADD COLUMN disputed JSON;
ALTER TABLE keywords ADD COLUMN search_problem TEXT;
ALTER TABLE sightings ADD COLUMN by_gaps BOOLEAN DEFAULT 0 NOT NULL;
CREATE TABLE unavailable (
    number INTEGER NOT NULL PRIMARY KEY, id VARCHAR NOT NULL, title TEXT NOT NULL, reason TEXT NOT NULL,
    since VARCHAR NOT NULL, asked_at VARCHAR NOT NULL, earliest VARCHAR, latest VARCHAR);
ALTER TABLE sightings ADD COLUMN late BOOLEAN DEFAULT 0 NOT NULL;
CREATE TABLE audits (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, audited_at VARCHAR NOT NULL, since VARCHAR NOT NULL,
    requests INTEGER NOT NULL, unreadable JSON NOT NULL, keywords JSON NOT NULL);
"""

_REFUSED_PAPERS = """
CREATE TABLE refused_papers (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number),
    paper INTEGER NOT NULL REFERENCES papers (number), mail INTEGER NOT NULL, among INTEGER NOT NULL,
    PRIMARY KEY (subscriber, paper, mail)) WITHOUT ROWID;
"""

_ABSENCE = """
ALTER TABLE subscriptions ADD COLUMN absent_since VARCHAR;
"""

_SUPPRESSION_EVENTS = """
ALTER TABLE refusals ADD COLUMN certain BOOLEAN DEFAULT 1 NOT NULL;
ALTER TABLE refusals ADD COLUMN detail TEXT DEFAULT '' NOT NULL;
CREATE TABLE suppression_events (
    number INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, at VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, detail TEXT NOT NULL, made BOOLEAN NOT NULL, told_at VARCHAR);
"""

_PREFERENCES = """
CREATE TABLE preferences (
    subscriber INTEGER NOT NULL REFERENCES subscribers (number), action VARCHAR NOT NULL,
    about VARCHAR NOT NULL, since VARCHAR NOT NULL, until VARCHAR,
    PRIMARY KEY (subscriber, action, about)) WITHOUT ROWID;
"""

_ANNOUNCED = """
ALTER TABLE runs ADD COLUMN announced INTEGER;
"""

_ANNOUNCEMENTS = """
CREATE TABLE announcements (through INTEGER NOT NULL PRIMARY KEY, at VARCHAR NOT NULL);
"""

MIGRATIONS: tuple[str | Callable[[Connection], None], ...] = (
    _FIRST,
    _DELIVERY,
    _KEEPING,
    identify_keywords,
    _PAPER_ADDRESSES,
    _DISCOVERY,
    _REFUSED_PAPERS,
    _ABSENCE,
    merge_twins,
    _SUPPRESSION_EVENTS,
    _PREFERENCES,
    _ANNOUNCED,
    _ANNOUNCEMENTS,
)
"""Step n, SQL statements or a function, leads from schema version n to n + 1."""


def current_version(connection: Connection) -> int:
    """The schema version of a database; 0 if it has no tables at all."""
    if not inspect(connection).has_table("schema_version"):
        return 0
    return connection.scalar(select(schema_version.c.version)) or 0


def migrate(connection: Connection) -> None:
    """Bring the schema up to date, inside the caller's transaction."""
    version = current_version(connection)
    for step in MIGRATIONS[version:]:
        if callable(step):
            step(connection)
        else:
            _execute(connection, step)
    if version < len(MIGRATIONS):
        connection.execute(schema_version.delete())
        connection.execute(insert(schema_version).values(version=len(MIGRATIONS)))


def _execute(connection: Connection, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            connection.exec_driver_sql(statement)
