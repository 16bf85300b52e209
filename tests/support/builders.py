"""Records with sensible values, so that a test writes only what it is about. The papers are invented."""

from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from digest.domain.archive_settings import ArchiveSettings
from digest.domain.keywords import Keyword
from digest.domain.papers import Paper
from digest.domain.settings import ArxivSettings, Config, MailSettings
from digest.domain.subscribers import Schedule, Subscriber
from digest.sources.arxiv.identifiers import announcement_order, page_url, pdf_url

NOON = datetime(2026, 6, 22, 12, tzinfo=UTC)


def paper(id: str = "2606.00001", **changes: object) -> Paper:
    """A paper with arXiv's order and addresses."""
    version = changes.get("version", 1)
    assert isinstance(version, int)
    fields: dict[str, object] = {
        "order": announcement_order(id),
        "url": page_url(id, version),
        "pdf_url": pdf_url(id, version),
        "id": id,
        "version": 1,
        "title": f"An invented paper numbered {id}",
        "abstract": "We invent a paper. It has two sentences.",
        "authors": ("Ada Example", "Bo Sample"),
        "categories": ("cs.LG", "stat.ML"),
        "comment": "",
        "submitted": datetime(2026, 6, 20, 8, tzinfo=UTC),
        "updated": datetime(2026, 6, 20, 8, tzinfo=UTC),
    }
    return Paper(**{**fields, **changes})  # type: ignore[arg-type]


def keyword(name: str = "Reward Model", **changes: object) -> Keyword:
    return Keyword(**{"name": name, "any": (name,), **changes})  # type: ignore[arg-type]


def schedule(
    at: str = "07:00", timezone: str = "UTC", days: frozenset[int] = frozenset(range(7))
) -> Schedule:
    return Schedule(at=time.fromisoformat(at), timezone=ZoneInfo(timezone), days=days)


def subscriber(email: str = "reader@example.org", *keywords: Keyword, **changes: object) -> Subscriber:
    fields: dict[str, object] = {
        "email": email,
        "keywords": keywords or (keyword(),),
        "schedule": schedule(),
        "name": "",
        "label": "subscribers[0]",
    }
    return Subscriber(**{**fields, **changes})  # type: ignore[arg-type]


def config(folder: Path, *subscribers: Subscriber, **changes: object) -> Config:
    subscribers = subscribers or (subscriber(),)
    fields: dict[str, object] = {
        "file": folder / "subscribers.yaml",
        "subscribers": subscribers,
        "mail": MailSettings("Daily Papers <digest@example.org>", None, "skip"),
        "archive": ArchiveSettings(
            folder / "README.md",
            tuple(keyword for subscriber in subscribers for keyword in subscriber.keywords),
            100,
        ),
        "arxiv": ArxivSettings("http://127.0.0.1:9/api/query", "http://127.0.0.1:9/atom/", 0.0, 0.0),
        "welcome": 2,
        "state": folder / "state" / "digest.sqlite3",
        "outbox": folder / "outbox",
        "smtp": None,
    }
    return Config(**{**fields, **changes})  # type: ignore[arg-type]
