"""The papers that the state knows."""

from pathlib import Path

from digest.store.database import Database
from digest.store.queries.papers import SqlPaperStore, record_papers
from tests.support.builders import NOON, paper

OLD, NEW = paper("2606.00001"), paper("2606.00002")


def test_known_papers_are_found_by_id_and_by_announcement(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "state" / "digest.sqlite3")
    with database.transaction() as connection:
        record_papers(connection, [NEW, OLD], NOON)
    papers = SqlPaperStore(database)
    assert papers.of([NEW.id, "2606.00003", OLD.id]) == (OLD, NEW)
    assert papers.of([]) == ()
    assert papers.latest(1) == (NEW,)
    assert papers.latest(9) == (NEW, OLD)
    database.close()
