"""The keys below `github:`."""

from digest.config.section import Section, default, optional
from digest.config.value_types import Announcement, Repository, ShortLabel


class GitHubSection(Section):
    """How `digest publish github` announces new papers to everybody who watches the repository."""

    announce: Announcement = default(
        "issue", "What is opened each day that has new papers: an issue, a discussion, a release, or none."
    )
    keep_open: int = default(
        7, "So many announcements stay open; older ones are closed. Releases stay as they are.", ge=1
    )
    label: ShortLabel | None = optional("The label of each issue. GitHub makes it if need be.", "new papers")
    category: ShortLabel = default(
        "Announcements", "The category of each discussion. It must exist.", "General"
    )
    repository: Repository | None = optional(
        "Where to announce. Default: the repository of the workflow (GITHUB_REPOSITORY).", "you/daily-papers"
    )
