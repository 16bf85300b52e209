"""Bring the archive up to date from what the state knows, without asking the source."""

from digest.domain.archive_settings import ArchiveSettings
from digest.domain.keywords import distinct
from digest.domain.runs import ArchiveOutcome
from digest.errors import ArchiveError
from digest.pipeline.ports import Archive, KeywordStore


def publish(archive: Archive, keywords: KeywordStore, settings: ArchiveSettings) -> ArchiveOutcome:
    """Write what has changed. Raises StoreError."""
    sections = [
        keywords.archive_section(keyword, settings.papers_needed) for keyword in distinct(settings.keywords)
    ]
    try:
        return ArchiveOutcome(changed=archive.update(sections))
    except ArchiveError as exc:
        return ArchiveOutcome(problem=str(exc), hint=exc.hint)
