"""What a mail without papers says: among how many papers there was none, when the last one came, and how to
get more."""

from collections.abc import Iterator, Sequence
from datetime import date

from digest.domain.digests import Digest, Latest
from digest.domain.keywords import Keyword, Match, default_match
from digest.mail.content.paper_view import keyword_name
from digest.mail.content.phrases import plain_date

_NOTHING = "arXiv announced no paper that your keywords find."
_NOTHING_KNOWN = "As far as arXiv answered today, it announced no paper that your keywords find."
_NOTHING_RECENT = "arXiv has no recent paper yet that your keywords find."
_MORE_WORDS = "To get more, ask also for other words for the same thing, or for a shorter phrase."

_PLACES = {
    Match.TITLE_OR_ABSTRACT: "in title or abstract",
    Match.TITLE_AND_ABSTRACT: "in title and abstract",
    Match.TITLE: "in its title",
    Match.ABSTRACT: "in its abstract",
}


def quiet_notes(digest: Digest) -> Iterator[str]:
    """A sentence or two each."""
    yield " ".join((_nothing(digest), *_last_ones(digest.latest)))
    yield from _how_to_get_more([one.keyword for one in digest.latest])


def _nothing(digest: Digest) -> str:
    if digest.unanswered:
        return _NOTHING_KNOWN
    if digest.announced:
        papers = "1 paper" if digest.announced == 1 else f"{digest.announced:,} papers"
        return f"arXiv announced {papers}; {_none_found(digest)}."
    is_known = any(one.submitted for one in digest.latest)
    return _NOTHING if is_known or not digest.is_first else _NOTHING_RECENT


def _none_found(digest: Digest) -> str:
    """`none has “Galaxy” in title and abstract, and none fits Robots or your 15 other keywords`."""
    placed: dict[Match, list[str]] = {}
    others: list[str] = []
    for one in digest.latest:
        if place := _only_place(one.keyword):
            placed.setdefault(place, []).append(_quoted(_phrases(one.keyword)[0]))
        else:
            others.append(keyword_name(one.keyword.name))
    if unnamed := len(digest.subscriber.keywords) - len(digest.latest):
        others.append("your other keyword" if unnamed == 1 else f"your {unnamed} other keywords")
    clauses = [f"none has {_either(phrases)} {_PLACES[place]}" for place, phrases in placed.items()]
    *before, last = [*clauses, *([f"none fits {_either(others)}"] if others else [])]
    return f"{', '.join(before)}, and {last}" if before else last


def _last_ones(latest: Sequence[Latest]) -> Iterator[str]:
    """When each keyword last found a paper; a single keyword is not named."""
    by_day: dict[date | None, list[str]] = {}
    for one in latest:
        by_day.setdefault(one.submitted, []).append(keyword_name(one.keyword.name))
    unknown = by_day.pop(None, [])
    days = [(plain_date(day), ", ".join(names)) for day, names in by_day.items() if day]
    if len(latest) == 1:
        yield f"The last one was submitted on {days[0][0]}." if days else "No earlier one is known."
        return
    if days:
        which = "one was" if len(latest) - len(unknown) == 1 else "ones were"
        yield f"The last {which} submitted on {', '.join(f'{day} ({names})' for day, names in days)}."
    if unknown:
        yield f"No paper for {_either(unknown)} is known yet."


def _how_to_get_more(keywords: Sequence[Keyword]) -> Iterator[str]:
    """How to widen the first phrase that must be in a certain place, or else any keyword with words."""
    placed = ((phrase, _place(keyword, phrase)) for keyword in keywords for phrase in _phrases(keyword))
    strict = [(phrase, place) for phrase, place in placed if place is not Match.TITLE_OR_ABSTRACT]
    if strict:
        yield _how_to_widen(*strict[0])
    elif any(keyword.phrases for keyword in keywords):
        yield _MORE_WORDS


def _how_to_widen(phrase: str, place: Match) -> str:
    ask = f"To get more, ask for {_quoted(phrase)} in title or abstract"
    if place is not Match.TITLE_AND_ABSTRACT or len(phrase.split()) > 1:
        return f"{ask}."
    rule = f"A single word such as {_quoted(phrase)} must stand in both title and abstract."
    return f"{rule} {ask}, or for a phrase with it."


def _only_place(keyword: Keyword) -> Match | None:
    """Where the only phrase of a keyword must be; None if the keyword wants more than that."""
    more = keyword.query or keyword.exclude or keyword.authors or keyword.categories
    phrases = _phrases(keyword)
    return None if more or len(phrases) != 1 else _place(keyword, phrases[0])


def _phrases(keyword: Keyword) -> tuple[str, ...]:
    return (*keyword.any, *keyword.all)


def _place(keyword: Keyword, phrase: str) -> Match:
    return keyword.match or default_match(phrase)


def _quoted(phrase: str) -> str:
    return f"“{keyword_name(phrase)}”"


def _either(names: Sequence[str]) -> str:
    """`A`, `A or B`, `A, B or C`."""
    *before, last = names
    return f"{', '.join(before)} or {last}" if before else last
