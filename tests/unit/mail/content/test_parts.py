"""How a digest is split that no single mail can hold."""

from dataclasses import replace
from datetime import date

from digest.domain.digests import Digest, Entry, Section
from digest.mail.content.parts import beginning, split
from tests.support.builders import keyword, paper, subscriber


def digest(*counts: int) -> Digest:
    sections = [
        Section(
            keyword(f"Keyword {number}"),
            tuple(Entry(paper(f"2606.{number}{place:04}"), (), welcome=False) for place in range(count)),
        )
        for number, count in enumerate(counts)
    ]
    return Digest(subscriber(), date(2026, 6, 22), tuple(sections))


def shape(digest: Digest) -> list[tuple[str, int]]:
    return [(section.keyword.name, len(section.entries)) for section in digest.sections]


def test_a_split_digest_has_every_paper_once_and_keeps_its_order() -> None:
    whole = digest(5, 1, 3)
    parts = split(whole, 2)
    assert list(map(shape, parts)) == [
        [("Keyword 0", 4)],
        [("Keyword 0", 1), ("Keyword 1", 1), ("Keyword 2", 3)],
    ]
    assert sum((part.entries for part in parts), ()) == whole.entries
    assert [(part.part, part.parts, part.before) for part in parts] == [(1, 2, 0), (2, 2, 4)]
    assert [part.in_all for part in parts] == [whole.entries] * 2


def test_the_first_part_has_the_picks_and_the_narrow_keywords() -> None:
    whole = digest(40, 2)
    picks = whole.entries[30:32]
    first, second = split(replace(whole, picks=picks), 2)
    assert (shape(first), shape(second)) == ([("Keyword 0", 19), ("Keyword 1", 2)], [("Keyword 0", 21)])
    assert (first.picks, second.picks) == (picks, ())


def test_the_beginning_of_a_digest_has_the_best_of_each_keyword() -> None:
    whole = digest(40, 2)
    begun = beginning(whole, 6)
    assert (shape(begun), begun.unlisted, begun.in_all) == (
        [("Keyword 0", 4), ("Keyword 1", 2)],
        36,
        whole.entries,
    )


def test_parts_are_about_as_long_as_each_other() -> None:
    parts = split(digest(7), 3)
    assert [len(part.entries) for part in parts] == [2, 3, 2]


def test_a_digest_without_papers_is_one_part() -> None:
    assert split(digest(), 1) == (digest(),)
