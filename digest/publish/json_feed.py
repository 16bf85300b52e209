"""A feed as JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/."""

import json

from digest.publish.feed import SUBTITLE, Feed, FeedEntry, timestamp
from digest.publish.mark import MARK


def json_feed(feed: Feed, url: str, home_url: str) -> bytes:
    """The feed as a file. `url` is its own web address, `home_url` that of the archive; both may be empty."""
    content: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "_daily_papers": {"note": MARK},  # an extension, as the format allows it
        "title": feed.title,
        "description": SUBTITLE,
        "home_page_url": home_url,
        "feed_url": url,
        "items": [_item(entry) for entry in feed.entries],
    }
    return f"{json.dumps(_known(content), ensure_ascii=False, indent=1)}\n".encode()


def _item(entry: FeedEntry) -> dict[str, object]:
    paper = entry.paper
    item: dict[str, object] = {
        "id": entry.id,
        "url": paper.url,
        "title": paper.title,
        "content_text": entry.text,
        "date_published": timestamp(paper.submitted),
        "date_modified": timestamp(paper.updated),
        "authors": [{"name": author} for author in paper.authors],
        "tags": list(entry.tags),
    }
    return _known(item)


def _known(fields: dict[str, object]) -> dict[str, object]:
    """Without addresses that are not known: the format has no empty ones."""
    return {name: value for name, value in fields.items() if value != "" or name == "content_text"}
