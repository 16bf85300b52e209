"""A keyword of a state up to schema 3, which is known by its arXiv query, gets the id of its definition."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.domain.analyzer import searchable
from digest.domain.keywords import Keyword, Match, default_match
from digest.domain.names import canonical_name
from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.keyword_ids import NoOldKey, id_from_old_key
from digest.store.migrations import MIGRATIONS
from digest.store.store import SqlStore
from tests.support.builders import NOON, config, keyword, subscriber


def old_key(keyword: Keyword) -> str:
    """What identified a keyword up to schema 3."""
    wanted = [_join("OR", [_phrase(phrase, keyword.match) for phrase in keyword.any])]
    wanted += [_phrase(phrase, keyword.match) for phrase in keyword.all]
    wanted += [_join("OR", [f'au:"{searchable(author)}"' for author in keyword.authors])]
    wanted += [_join("OR", [f"cat:{category}" for category in keyword.categories])]
    positive = _join("AND", wanted)
    unwanted = _join("OR", [_phrase(phrase, Match.TITLE_OR_ABSTRACT) for phrase in keyword.exclude])
    return (f"({positive} ANDNOT {unwanted})" if unwanted else positive).casefold()


def _phrase(phrase: str, match: Match | None) -> str:
    words = searchable(phrase)
    title, abstract = f'ti:"{words}"', f'abs:"{words}"'
    return {
        Match.TITLE: title,
        Match.ABSTRACT: abstract,
        Match.TITLE_AND_ABSTRACT: f"({title} AND {abstract})",
        Match.TITLE_OR_ABSTRACT: f"({title} OR {abstract})",
    }[match or default_match(phrase)]


def _join(operator: str, parts: list[str]) -> str:
    there = [part for part in parts if part]
    return f"({f' {operator} '.join(there)})" if len(there) > 1 else "".join(there)


phrases = st.text("abAB ß'É-İ1", min_size=1, max_size=6).filter(searchable) | st.sampled_from(
    ["Reward Model", "and", "or", "andnot", "ti abs", "self-play", "Łoś"]
)
several = st.lists(phrases, max_size=3).map(tuple)
# The old query parted what looks like a name with digits, such as 1'A, and kept no trace of it.
names = phrases.filter(lambda name: canonical_name(name) == searchable(name))
keywords = st.builds(
    Keyword,
    st.just("a name"),
    any=several,
    all=several,
    exclude=several,
    authors=st.lists(names, max_size=3).map(tuple),
    categories=st.lists(st.sampled_from(["cs.LG", "cs.*", "math-ph", "eess.SY"]), max_size=3).map(tuple),
    match=st.none() | st.sampled_from(Match),
).filter(lambda keyword: keyword.any or keyword.all or keyword.authors or keyword.categories)


@given(keywords)
def test_every_old_key_is_parsed_to_the_id_of_its_keyword(keyword: Keyword) -> None:
    assert id_from_old_key(old_key(keyword)) == keyword.id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "words",
        "(",
        ")",
        'ti:"a" or ti:"b"',
        '(ti:"a")',
        '(ti:"a" or ti:"b" and ti:"c")',
        '(ti:"a" andnot ti:"b"',
        '((ti:"a" and ti:"b") or ti:"c")',
        '((ti:"a" andnot ti:"b") and ti:"c")',
        '(ti:"a" andnot (ti:"b" and ti:"c"))',
        '(and or ti:"a")',
    ],
)
def test_what_the_program_never_made_has_no_id(text: str) -> None:
    with pytest.raises(NoOldKey):
        id_from_old_key(text)


def old_state(file: Path, *statements: str) -> None:
    """A state of schema 3, with these rows."""
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        for step in MIGRATIONS[:3]:
            assert isinstance(step, str)
            connection.executescript(step)
        connection.execute("INSERT INTO schema_version VALUES (3)")
        for statement in statements:
            connection.execute(statement)
        connection.commit()


ONE, TWO = keyword("One", any=("reward model", "critic")), keyword("Two", any=("critic", "reward model"))
ADA, BO = subscriber("ada@example.org", ONE), subscriber("bo@example.org", TWO)


def keyword_row(number: int, of: Keyword, baseline: object = 1, covered: object = 202606000900) -> str:
    return (
        "INSERT INTO keywords (number, key, name, baseline, covered, up_to_date_at) "
        f"VALUES ({number}, '{old_key(of)}', '{of.name}', {baseline}, {covered}, '2026-06-22T12:00:00Z')"
    )


def paper_row(number: int) -> str:
    return (
        f"INSERT INTO papers VALUES ({number}, '2606.{number:05}', {202606_000_000 + number}, 1, 't', 'a', "
        "'[]', '[]', '', '2026-06-20T08:00:00Z', '2026-06-20T08:00:00Z', '2026-06-22T12:00:00Z')"
    )


def match_row(number: int, keyword: int, paper: int, new: int = 1) -> str:
    return f"INSERT INTO sightings VALUES ({number}, {keyword}, {paper}, {new}, '2026-06-22T12:00:00Z')"


TWO_SUBSCRIBERS = (
    keyword_row(1, ONE),
    keyword_row(2, TWO),
    "INSERT INTO subscribers VALUES (1, 'ada@example.org', '2026-06-22T12:00:00Z')",
    "INSERT INTO subscribers VALUES (2, 'bo@example.org', '2026-06-22T12:00:00Z')",
    *(paper_row(number) for number in range(1, 6)),
)


def pending(folder: Path, *rows: str) -> dict[str, set[int]]:
    """The numbers of the papers that wait for each subscriber in an upgraded state with these rows."""
    settings = config(folder, ADA, BO)
    old_state(settings.state, *rows)
    store = SqlStore.over(Database.open(settings.state))
    with closing(store):
        store.subscriptions.sync(settings, NOON)
        with store.database.transaction() as connection:
            assert connection.exec_driver_sql("SELECT key FROM keywords").all() == [(ONE.id,)]
        assert store.keywords.fetch_statuses()[ONE.id].up_to_date_at is None
        return {
            one.email[:3].rstrip("@"): {
                _number(waiting.paper) for waiting in store.mails.pending_papers(one).papers
            }
            for one in settings.subscribers
        }


def _number(paper: Paper) -> int:
    return int(paper.id.removeprefix("2606."))


def subscribed(*since: object) -> tuple[str, ...]:
    """Ada is subscribed to the first keyword and Bo to the second, up to these matches."""
    return tuple(
        f"INSERT INTO subscriptions VALUES ({number}, {number}, {up_to}, 0)"
        for number, up_to in enumerate(since, 1)
    )


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ((*subscribed(0, 0), match_row(1, 1, 1), match_row(2, 2, 1)), {"ada": {1}, "bo": {1}}),
        ((*subscribed(2, 2), match_row(1, 1, 1), match_row(2, 2, 1)), {"ada": set(), "bo": set()}),
        (
            (
                *subscribed(2, 2),
                match_row(1, 1, 1),
                "INSERT INTO deliveries VALUES (1, 1, 1)",
                match_row(5, 2, 1),
            ),
            {"ada": set(), "bo": {1}},
        ),
        ((*subscribed(0, 0), match_row(1, 1, 1, new=0), match_row(2, 2, 1)), {"ada": {1}, "bo": {1}}),
        (
            (
                *subscribed(9, "NULL"),
                "INSERT INTO welcomes VALUES (1, 1, 2), (2, 2, 2), (2, 2, 3)",
                match_row(1, 1, 2, new=0),
                match_row(2, 2, 2, new=0),
                match_row(3, 2, 3, new=0),
            ),
            {"ada": {2}, "bo": {2, 3}},
        ),
        (
            (
                *subscribed(4, 4),
                "INSERT INTO subscriptions VALUES (1, 2, 2, 0)",
                match_row(3, 2, 4),
                match_row(5, 1, 5),
            ),
            {"ada": {4, 5}, "bo": {5}},
        ),
    ],
    ids=[
        "both wait",
        "both had it",
        "one had it, the other found it later",
        "past for one, new for the other",
        "welcomes",
        "subscribed to both",
    ],
)
def test_two_keywords_that_become_one_are_merged(
    tmp_path: Path, rows: tuple[str, ...], expected: dict[str, set[int]]
) -> None:
    assert pending(tmp_path, *TWO_SUBSCRIBERS, *rows) == expected


def test_the_merged_keyword_is_as_far_as_the_one_that_is_behind(tmp_path: Path) -> None:
    """Bo's keyword failed when Ada's found paper 5: it has to be found once more, for Bo."""
    settings = config(tmp_path, ADA, BO)
    rows = [row for row in TWO_SUBSCRIBERS if "'Two'" not in row]
    behind = keyword_row(2, TWO, covered=202606_000_004)
    old_state(settings.state, *rows, behind, *subscribed(9, 9), match_row(1, 1, 4), match_row(2, 1, 5))
    with closing(SqlStore.over(Database.open(settings.state))) as store:
        known = store.keywords.state_of(ONE)
    assert (known.high_water_mark, known.papers) == (202606_000_004, frozenset({"2606.00004"}))


def test_a_text_that_is_no_query_stays_and_is_in_nobodys_way(tmp_path: Path) -> None:
    settings = config(tmp_path, ADA)
    old_state(settings.state, keyword_row(1, ONE).replace(old_key(ONE), "words"), keyword_row(2, TWO))
    with (
        closing(SqlStore.over(Database.open(settings.state))) as store,
        store.database.transaction() as connection,
    ):
        keys = connection.exec_driver_sql("SELECT key FROM keywords ORDER BY number").all()
    assert keys == [("words",), (ONE.id,)]
