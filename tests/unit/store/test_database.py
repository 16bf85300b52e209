import shutil
import sqlite3
import zlib
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from digest.domain.charging import RefusalRecord
from digest.domain.fetching import FetchResult
from digest.domain.mails import Mail, MailState, QueuedMail
from digest.errors import StoreError
from digest.pipeline.workers import run_in_workers
from digest.store.backup import back_up
from digest.store.database import Database
from digest.store.history import history
from digest.store.migrations import MIGRATIONS
from digest.store.queries.papers import paper_from, record_papers
from digest.store.queries.refusals import refusal_records
from digest.store.queries.suppression_events import untold_events
from digest.store.remedies import RESTORE
from digest.store.schema import fetches, metadata, papers, subscriptions
from digest.store.store import SqlStore
from digest.system.locks import held_lock
from tests.support.builders import NOON, config, keyword, paper, subscriber

_OLD_MAIL = Mail("<1@example.org>", "reader@example.org", "digest@example.org", b"the bytes")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "digest.sqlite3"


def test_a_new_state_is_private_durable_and_in_wal_mode(file: Path) -> None:
    database = Database.open(file)
    with database.transaction() as connection:
        pragmas = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "page_size")
        ]
    database.close()
    assert pragmas == ["wal", 2, 8192]  # 2 is FULL
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_a_row_that_refers_to_nothing_is_refused(file: Path) -> None:
    database = Database.open(file)
    row = {"subscriber": 7, "keyword": 7, "welcome": 0}
    with (
        pytest.raises(IntegrityError, match="FOREIGN KEY constraint failed"),
        database.transaction() as connection,
    ):
        connection.execute(insert(subscriptions), row)
    database.close()


def test_the_migrations_create_the_tables_that_the_queries_use(file: Path) -> None:
    database = Database.open(file)
    with database.transaction() as connection:
        found = inspect(connection)
        tables = {
            name: {c["name"]: str(c["type"]) for c in found.get_columns(name)}
            for name in found.get_table_names()
        }
    database.close()
    dialect = database._engine.dialect
    wanted = {
        table.name: {column.name: column.type.compile(dialect) for column in table.columns}
        for table in metadata.sorted_tables
    }
    assert tables == wanted


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("pending", QueuedMail(_OLD_MAIL, NOON)),
        (
            "unknown",
            QueuedMail(_OLD_MAIL, NOON, MailState.UNKNOWN, unconfirmed=1, retry_at=NOON, problem="lost"),
        ),
        ("sent", None),
        ("failed", None),
    ],
)
def test_a_state_of_the_first_schema_keeps_the_mails_that_wait(
    file: Path, state: str, expected: QueuedMail | None
) -> None:
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    first = MIGRATIONS[0]
    assert isinstance(first, str)
    connection.executescript(first)
    settled = {"pending": None}.get(state, "2026-06-22T12:00:00Z")
    problem = "lost" if state == "unknown" else None
    connection.execute("INSERT INTO schema_version VALUES (1)")
    connection.execute("INSERT INTO subscribers VALUES (1, ?, '2026-06-22T12:00:00Z')", [_OLD_MAIL.recipient])
    connection.execute(
        "INSERT INTO mails VALUES (1, ?, 1, ?, ?, 0, ?, 1, '2026-06-22T12:00:00Z', ?, ?)",
        [_OLD_MAIL.message_id, _OLD_MAIL.sender, zlib.compress(_OLD_MAIL.content), state, settled, problem],
    )
    connection.commit()
    connection.close()
    store = SqlStore.over(Database.open(file))
    assert store.mails.next_queued(subscriber(_OLD_MAIL.recipient)) == expected
    store.close()


def test_papers_of_an_older_schema_get_their_addresses(file: Path) -> None:
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    for step in MIGRATIONS[:3]:
        assert isinstance(step, str)
        connection.executescript(step)
    connection.execute("INSERT INTO schema_version VALUES (3)")
    moment = "2026-06-20T08:00:00Z"
    connection.execute(
        "INSERT INTO papers VALUES"
        " (1, '2606.00001', 202606000001, 2, 'Title', 'Abstract', '[]', '[]', '', ?, ?, ?)",
        [moment, moment, moment],
    )
    connection.commit()
    connection.close()
    database = Database.open(file)
    with database.transaction() as opened:
        found = paper_from(opened.execute(select(papers)).one())
    database.close()
    assert (found.order, found.url, found.pdf_url) == (
        202606000001,
        "https://arxiv.org/abs/2606.00001v2",
        "https://arxiv.org/pdf/2606.00001v2",
    )


def test_matches_of_an_older_schema_are_not_late_and_there_is_no_audit_yet(file: Path) -> None:
    file.parent.mkdir()
    connection = sqlite3.connect(file)
    for step in MIGRATIONS[:5]:
        if isinstance(step, str):
            connection.executescript(step)
    connection.execute("INSERT INTO schema_version VALUES (5)")
    moment = "2026-06-20T08:00:00Z"
    connection.execute("INSERT INTO keywords (number, key, name) VALUES (1, 'key', 'Reward Model')")
    connection.execute(
        "INSERT INTO papers VALUES (1, '2606.00001', 1, 1, 'T', 'A', '[]', '[]', '', ?, ?, ?, '', '')",
        [moment] * 3,
    )
    connection.execute("INSERT INTO sightings VALUES (7, 1, 1, 1, ?)", [moment])
    connection.commit()
    connection.close()
    store = SqlStore.over(Database.open(file))
    found = history(store.database, "2606.00001")
    assert found is not None
    assert [(seen.is_new, seen.is_late) for seen in found.seen] == [(True, False)]
    assert store.audits.latest() is None
    store.close()


def test_refusals_of_an_older_schema_count_as_certain_and_nobody_is_told_of_yet(file: Path) -> None:
    Database.open(file).close()
    with closing(sqlite3.connect(file)) as state:
        state.executescript(
            "DROP TABLE announcements; DROP TABLE preferences; DROP TABLE suppression_events;"
            "ALTER TABLE runs DROP COLUMN announced;"
            "ALTER TABLE refusals DROP COLUMN certain;"
            "ALTER TABLE refusals DROP COLUMN detail; UPDATE schema_version SET version = 9;"
            "INSERT INTO subscribers VALUES (1, 'ada@example.org', '2026-06-20T08:00:00Z');"
            "INSERT INTO refusals VALUES (1, '2026-06-20')"
        )
    database = Database.open(file)
    with database.transaction() as connection:
        found = list(refusal_records(connection))
        assert untold_events(connection, {}) == ()
    database.close()
    assert found == [RefusalRecord("ada@example.org", frozenset({date(2026, 6, 20)}))]


def test_a_long_text_is_kept_compressed_and_a_plain_one_of_old_is_read(file: Path) -> None:
    database = Database.open(file)
    abstract = "The same words, again and again. " * 40
    with database.transaction() as connection:
        record_papers(connection, [paper(abstract=abstract), paper("2606.00002")], NOON)
        connection.exec_driver_sql("UPDATE papers SET abstract = 'plain' WHERE id = '2606.00002'")
        kept = connection.exec_driver_sql("SELECT abstract FROM papers WHERE id = '2606.00001'").scalar_one()
        read = connection.scalars(select(papers.c.abstract).order_by(papers.c.id)).all()
    database.close()
    assert zlib.decompress(kept).decode() == abstract
    assert len(kept) < len(abstract) / 10
    assert read == [abstract, "plain"]


def test_two_processes_may_write_at_the_same_time(file: Path, tmp_path: Path) -> None:
    """Each transaction reads before it writes: without the write lock from the start, one would fail."""
    databases = [Database.open(file) for _ in range(2)]
    SqlStore.over(databases[0]).subscriptions.sync(config(tmp_path), NOON)

    def write(database: Database, hour: int) -> None:
        SqlStore.over(database).keywords.record(FetchResult(keyword()), [], 1, NOON + timedelta(hours=hour))

    list(run_in_workers(write, databases, range(60)))
    with databases[0].transaction() as connection:
        assert connection.scalar(select(func.count()).select_from(fetches)) == 60
    for database in databases:
        database.close()


def test_opening_a_state_again_changes_nothing(file: Path, tmp_path: Path) -> None:
    first = SqlStore.over(Database.open(file))
    first.subscriptions.sync(config(tmp_path), NOON)
    first.close()
    again = SqlStore.over(Database.open(file))
    assert again.subscriptions.last_served_at() == {"reader@example.org": NOON}
    again.close()


def test_a_state_of_a_newer_program_stops_the_run(file: Path) -> None:
    Database.open(file).close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE schema_version SET version = 99")
    connection.commit()
    connection.close()
    for open_it in (Database.open, Database.open_existing, Database.dry_run):
        with pytest.raises(StoreError) as caught:
            open_it(file)
        assert str(caught.value) == (
            f"{file}: the state has schema 99, and this program knows schemas up to {len(MIGRATIONS)}"
        )
        assert caught.value.hint == "a newer version of the program wrote it: use that one"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "the state file is empty, and the program never leaves it empty"),
        (b"this is no database" * 100, "the state cannot be used: the file is not a database"),
    ],
    ids=["empty", "overwritten"],
)
def test_a_corrupt_state_stops_the_run_and_stays_as_it_is(file: Path, content: bytes, problem: str) -> None:
    file.parent.mkdir()
    file.write_bytes(content)
    for open_it in (Database.open, Database.open_existing, Database.dry_run):
        with pytest.raises(StoreError) as caught:
            open_it(file)
        assert str(caught.value) == f"{file}: {problem}"
        assert caught.value.hint == RESTORE
        assert file.read_bytes() == content


def test_a_log_that_belongs_to_the_state_that_was_there_before_is_not_taken_for_this_ones(
    file: Path, tmp_path: Path
) -> None:
    """Its writer was killed, and then a backup was copied to its place."""
    log, before = file.with_name("digest.sqlite3-wal"), SqlStore.over(Database.open(file))
    before.subscriptions.sync(config(tmp_path), NOON)
    left = log.read_bytes()
    back_up(file, tmp_path / "backup", NOON)
    before.close()
    file.rename(tmp_path / "before")
    shutil.copy(tmp_path / "backup", file)
    log.write_bytes(left)
    for open_it in (Database.open, Database.open_existing, Database.dry_run):
        with pytest.raises(StoreError) as caught:
            open_it(file)
        assert (
            str(caught.value)
            == f"{log}: this log belongs to another state, and would damage the one beside it"
        )
        assert caught.value.hint == (
            "remove it, and the -shm file beside it: they belong to the state that was there before"
        )
    assert file.read_bytes() == (tmp_path / "backup").read_bytes()
    log.unlink()
    restored = SqlStore.over(Database.open(file))
    assert restored.subscriptions.last_served_at() == {"reader@example.org": NOON}
    restored.close()


def test_a_damaged_page_is_found_by_the_closer_look(file: Path, tmp_path: Path) -> None:
    store = SqlStore.over(Database.open(file))
    store.subscriptions.sync(config(tmp_path), NOON)
    store.close()
    sound = Database.open_existing(file)
    assert sound.damage() == ""
    sound.close()
    content = bytearray(file.read_bytes())
    content[8192 * 3 : 8192 * 4] = b"\xff" * 8192
    file.write_bytes(content)
    damaged = Database.open_existing(file)
    with_damage = damaged.damage()
    damaged.close()
    assert with_damage != ""


@pytest.mark.parametrize("folder", ["what?", "daily%20papers", "100%", "a#b", "a b", "file:x?mode=memory"])
def test_a_folder_may_have_any_name_and_the_state_lies_there_and_nowhere_else(
    tmp_path: Path, folder: str
) -> None:
    file = tmp_path / folder / "digest.sqlite3"
    for open_it in (Database.open, Database.open_existing, Database.dry_run):
        open_it(file).close()
    back_up(file, tmp_path / folder / "copy?.sqlite3", NOON)
    back_up(file, tmp_path / folder / "copy?.sqlite3", NOON)
    assert [path.name for path in tmp_path.iterdir()] == [folder]
    names = {path.name for path in file.parent.iterdir()}
    assert names == {"digest.sqlite3", "copy?.sqlite3", "backup.lock"}


def test_a_link_that_leads_nowhere_is_not_replaced_by_a_new_state(tmp_path: Path) -> None:
    """The disk that it leads to is not mounted."""
    link = tmp_path / "digest.sqlite3"
    link.symlink_to(tmp_path / "disk" / "digest.sqlite3")
    for open_it in (Database.open, Database.open_existing, Database.dry_run):
        with pytest.raises(StoreError) as caught:
            open_it(link)
        assert str(caught.value) == f"{link}: this is a link that leads to no file"
        assert caught.value.hint == (
            "mount the disk that it leads to; or remove the link, to begin with a new state"
        )
    assert link.is_symlink()


def test_what_a_killed_process_left_of_a_new_state_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "digest.sqlite3"
    (tmp_path / "digest.sqlite3.new").write_bytes(b"half a header")
    Database.open(file).close()
    assert [path.name for path in tmp_path.iterdir()] == ["digest.sqlite3"]


def test_of_two_processes_that_begin_at_once_neither_replaces_the_others_state(tmp_path: Path) -> None:
    files = [tmp_path / str(number) / "digest.sqlite3" for number in range(10)]

    def begin(_worker: int, file: Path) -> None:
        with closing(Database.open(file)) as database:
            SqlStore.over(database).runs.begin(NOON)

    list(run_in_workers(begin, range(2), [file for file in files for _ in range(2)]))
    for file in files:
        with closing(Database.open_existing(file)) as database:
            assert len(SqlStore.over(database).runs.latest(5)) == 2
        assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_state_that_is_not_there_cannot_be_read(file: Path) -> None:
    with pytest.raises(StoreError, match="there is no state yet"):
        Database.open_existing(file)
    assert not file.exists()


def test_a_folder_that_cannot_be_made_is_a_store_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file in the way")
    with pytest.raises(StoreError, match="the state cannot be used: File exists"):
        Database.open(tmp_path / "state" / "digest.sqlite3")


def test_a_dry_run_sees_the_state_and_leaves_no_trace(file: Path, tmp_path: Path) -> None:
    store = SqlStore.over(Database.open(file))
    store.subscriptions.sync(config(tmp_path), NOON)
    store.close()
    before = file.read_bytes()
    dry_run = SqlStore.over(Database.dry_run(file))
    dry_run.keywords.record(FetchResult(keyword()), [], 1, NOON)
    assert dry_run.keywords.state_of(keyword()).baseline == 1
    dry_run.close()
    assert file.read_bytes() == before


def test_a_dry_run_without_a_state_makes_none(file: Path, tmp_path: Path) -> None:
    dry_run = SqlStore.over(Database.dry_run(file))
    dry_run.subscriptions.sync(config(tmp_path), NOON)
    dry_run.close()
    assert not file.parent.exists()


def test_a_folder_that_is_a_link_to_a_missing_disk_is_not_made_anew(tmp_path: Path) -> None:
    folder, disk = tmp_path / "state", tmp_path / "disk"
    folder.symlink_to(disk / "state")
    for open_state in (Database.open, Database.open_existing, Database.dry_run):
        with pytest.raises(StoreError, match="leads to no"):
            open_state(folder / "digest.sqlite3")
    with pytest.raises(StoreError, match="leads to nothing"), held_lock(folder / "run.lock"):
        raise AssertionError("the lock is held")
    assert not disk.exists()
