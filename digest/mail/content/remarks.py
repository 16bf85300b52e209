"""What a mail says about itself: what is unusual about it, who sends it and when."""

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from itertools import islice

from digest.domain.digests import Digest, Showing
from digest.domain.text import counted, listed
from digest.mail.content.paper_view import keyword_name
from digest.mail.content.phrases import missing, not_in_full, plain_date, when
from digest.mail.content.quiet import quiet_notes

_NAMED_IN_NOTICE = 10
_NOTICES = 4
_COMES_LATER = "Nothing is lost: those papers come with the next digest."
_TITLES = "Only titles are shown, because mail programs cut off long mails."


def notes(digest: Digest, contact: str, *, has_lines: bool) -> Iterator[str]:
    """A sentence or two each. `has_lines`: lists say more than titles."""
    if digest.is_first:
        yield from _welcome(digest, contact)
    if not digest.entries:
        yield from quiet_notes(digest)
    if digest.since and digest.is_catch_up:
        yield f"These are the papers since {plain_date(digest.since)}, the best first under each keyword."
    if digest.showing in (Showing.TITLE, Showing.LINK):
        yield not_in_full(digest.showing)
    elif digest.entries and not has_lines:
        yield _TITLES
    if digest.unlisted:
        yield f"{counted(digest.unlisted, 'more paper')} would be too much for one mail: see the archive."
    yield from missing(digest.waiting, digest.given_up)


def _welcome(digest: Digest, contact: str) -> Iterator[str]:
    begin = f"Welcome! This digest comes {when(digest.subscriber.schedule)} when there are new papers."
    yield f"{begin} To change that or your keywords, write to {contact}, who runs it."
    if digest.entries:
        yield "Here are the latest papers for your keywords. From now on you will get new ones only."


def notices(digest: Digest) -> Iterator[str]:
    """One for all keywords with the same last good answer: if arXiv is down, these are all keywords."""
    names: dict[datetime | None, list[str]] = {}
    unanswered = digest.unanswered if digest.showing is Showing.ALL else ()
    for one in unanswered:
        names.setdefault(one.last_good_at, []).append(keyword_name(one.keyword.name))
    for last_good_at, group in islice(names.items(), _NOTICES):
        yield _notice(group, last_good_at, digest.subscriber.schedule.timezone)
    if others := sum(len(group) for group in islice(names.values(), _NOTICES, None)):
        yield f"arXiv gave no complete answer for {counted(others, 'more keyword')} today. {_COMES_LATER}"


def _notice(names: Sequence[str], last_good_at: datetime | None, timezone: tzinfo) -> str:
    which = listed(names, _NAMED_IN_NOTICE)
    if last_good_at is None:
        whose = "its" if len(names) == 1 else "their"
        return (
            f"arXiv has not answered for {which} yet. "
            f"Nothing is lost: {whose} papers come with a later digest."
        )
    local = last_good_at.astimezone(timezone)
    return (
        f"arXiv gave no complete answer for {which} today; its last good one was on "
        f"{plain_date(local.date())} at {local:%H:%M}. {_COMES_LATER}"
    )


def sender_line(digest: Digest, contact: str, subscribed: Sequence[str]) -> str:
    """Who sends the mail, when, and for what."""
    return (
        f"You get this mail {when(digest.subscriber.schedule)} for: {', '.join(subscribed)}. "
        f"To change that, write to {contact}, who runs this digest."
    )


def how_ordered(digest: Digest) -> str:
    """How papers come into their order; empty if there are no picks, since then nothing seems preferred."""
    if not digest.picks:
        return ""
    return (
        "The order comes from counting: your words in titles and abstracts, code, an accepted venue. "
        "The sentences are the authors' own."
    )
