from datetime import UTC, date, datetime, timedelta

import pytest

from digest.domain.auditing import (
    KNOWN_ELSEWHERE,
    NOT_SHOWN,
    Audit,
    AuditedKeyword,
    AuditTimes,
    ChangedPaper,
    Changes,
    ChangesRequest,
    Finding,
    KeywordFigures,
    Missed,
    MissedPaper,
    first_day,
    is_audit_due,
    judge,
    recall_line,
)
from digest.domain.fetching import UnavailablePaper
from digest.domain.papers import Paper
from tests.support.builders import NOON, keyword, paper

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
REWARD, REASONING = keyword("Reward Model"), keyword("Reasoning", any=("reasoning",))
SINCE = date(2026, 6, 15)
LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


def about(id: str, **changes: object) -> Paper:
    return paper(id, title="A reward model", submitted=LONG_AGO, **changes)


def judged(
    *changed: ChangedPaper, papers: frozenset[str] = frozenset(), certain: dict[str, int] | None = None
) -> Finding:
    """What is found for a keyword that began with 2606.00100 and was last fetched up to 2606.00900."""
    audited = AuditedKeyword(REWARD, 202606_000100, 202606_000900, papers)
    request = ChangesRequest(SINCE, (REWARD,), certain or {})
    (finding,) = judge(Changes(changed), request, [audited])
    return finding


@pytest.mark.parametrize(
    ("id", "is_due"),
    [
        ("2606.00100", False),
        ("2606.00101", True),
        ("2606.00900", True),
        ("2606.00901", False),
        ("2605.12345", False),
    ],
    ids=["the baseline", "after it", "the high-water mark", "above it", "an old paper that was corrected"],
)
def test_a_keyword_should_have_what_lies_between_baseline_and_high_water_mark(id: str, is_due: bool) -> None:
    expected = (Missed(about(id), NOT_SHOWN),) if is_due else ()
    assert judged(ChangedPaper(about(id), 1)) == Finding(REWARD, (), expected)


def test_what_the_keyword_has_is_found() -> None:
    found = [ChangedPaper(about(f"2606.0020{number}"), 1) for number in (2, 1)]
    assert judged(*found, papers=frozenset({"2606.00201", "2606.00202"})) == Finding(
        REWARD, ("2606.00201", "2606.00202"), ()
    )


def test_what_does_not_match_is_no_matter() -> None:
    assert judged(ChangedPaper(paper("2606.00200", title="Something else"), 1)) == Finding(REWARD, (), ())


REVISED = "it has 2 versions; the first may not have matched"


@pytest.mark.parametrize(
    ("changed", "certain", "reason"),
    [
        (about("2606.00200"), {}, None),
        (about("2606.00200"), {"2606.00199": 202606_000199}, REVISED),
        (about("2606.00200"), {"2606.00300": 202606_000300}, None),
        (paper("2606.00200", title="A reward model", submitted=NOON - 6 * DAY), {}, REVISED),
    ],
    ids=[
        "no paper of these days known",
        "after a paper of these days",
        "before all papers of these days",
        "submitted since the first day",
    ],
)
def test_a_revised_paper_counts_only_if_it_was_announced_in_the_audited_days(
    changed: Paper, certain: dict[str, int], reason: str | None
) -> None:
    finding = judged(ChangedPaper(changed, 2), certain=certain)
    assert finding.missed == ((Missed(changed, reason),) if reason else ())


def test_a_revised_paper_of_earlier_days_is_not_counted_as_found_either() -> None:
    changed = ChangedPaper(about("2606.00200"), 2)
    assert judged(changed, papers=frozenset({"2606.00200"})) == Finding(REWARD, (), ())


def test_a_paper_of_another_keyword_is_known() -> None:
    both = paper("2606.00200", title="A reward model: reasoning", abstract="Reasoning.", submitted=LONG_AGO)
    audited = [
        AuditedKeyword(REWARD, 202606_000100, 202606_000900, frozenset({both.id})),
        AuditedKeyword(REASONING, 202606_000100, 202606_000900, frozenset()),
    ]
    request = ChangesRequest(SINCE, (REWARD, REASONING), {})
    assert judge(Changes((ChangedPaper(both, 1),)), request, audited) == (
        Finding(REWARD, (both.id,), ()),
        Finding(REASONING, (), (Missed(both, KNOWN_ELSEWHERE),)),
    )


def test_a_paper_that_the_search_cannot_show_has_this_for_a_reason() -> None:
    hidden = UnavailablePaper("2606.00200", "", "500 Internal Server Error", NOON, NOON)
    audited = AuditedKeyword(REWARD, 202606_000100, 202606_000900, frozenset())
    changes = Changes((ChangedPaper(about("2606.00200"), 1),))
    (finding,) = judge(changes, ChangesRequest(SINCE, (REWARD,), {}), [audited], [hidden])
    reason = "the search cannot show it: 500 Internal Server Error"
    assert finding.missed == (Missed(about("2606.00200"), reason),)


def audit(*figures: KeywordFigures) -> Audit:
    return Audit(NOON, SINCE, figures)


def missed(*ids: str) -> tuple[MissedPaper, ...]:
    return tuple(MissedPaper(id, "why") for id in ids)


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (audit(KeywordFigures("A", 0, 0, 0)), "no recall: no announced paper matches a keyword"),
        (audit(KeywordFigures("A", 118, 118, 0)), "recall 1.0 of 118: no announced paper was missed"),
        (
            audit(KeywordFigures("A", 8, 7, 0, missed("1"))),
            "recall 0.875 of 8: 1 paper was missed; it comes with the next digest, marked as late",
        ),
        (
            audit(KeywordFigures("A", 8, 7, 0, missed("1")), KeywordFigures("B", 8, 6, 0, missed("1", "2"))),
            "recall 0.812 of 16: 2 papers were missed; they come with the next digest, marked as late",
        ),
        (
            audit(KeywordFigures("A", 100_000, 99_999, 0, missed("1"))),
            "recall 0.999 of 100000: 1 paper was missed; it comes with the next digest, marked as late",
        ),
    ],
    ids=["nothing to compare", "all", "all but one", "one paper of two keywords", "never rounded up to 1"],
)
def test_the_recall_in_words(result: Audit, line: str) -> None:
    assert recall_line(result) == line


BEGAN = NOON - 30 * DAY
"""NOON is on a Monday."""


@pytest.mark.parametrize(
    ("setting", "times", "due"),
    [
        ("weekly", AuditTimes(), False),
        ("weekly", AuditTimes(NOON - 6 * DAY), False),
        ("weekly", AuditTimes(NOON - 7 * DAY + HOUR), True),
        ("weekly", AuditTimes(BEGAN, audited_at=NOON - 6 * DAY), False),
        ("weekly", AuditTimes(BEGAN, audited_at=NOON - 7 * DAY + HOUR), True),
        ("weekly", AuditTimes(BEGAN, audited_at=NOON + DAY), True),
        ("weekly", AuditTimes(BEGAN, tried_at=NOON - 11 * HOUR), False),
        ("weekly", AuditTimes(BEGAN, tried_at=NOON - 12 * HOUR), True),
        ("weekly", AuditTimes(BEGAN, tried_at=NOON + HOUR), True),
        ("never", AuditTimes(BEGAN), False),
        ("monday", AuditTimes(BEGAN, audited_at=NOON - DAY), True),
        ("monday", AuditTimes(BEGAN, audited_at=NOON - HOUR), False),
        ("tuesday", AuditTimes(BEGAN, audited_at=NOON - 6 * DAY), False),
        ("tuesday", AuditTimes(BEGAN, audited_at=NOON - 7 * DAY), True),
        ("tuesday", AuditTimes(BEGAN), True),
    ],
    ids=[
        "before the first fetch",
        "in the first week",
        "after it",
        "six days after the last one",
        "a week after it",
        "the clock was ahead then",
        "it failed a little ago",
        "it failed half a day ago",
        "it failed when the clock was ahead",
        "switched off",
        "on its weekday",
        "done on its weekday",
        "before its weekday comes again",
        "when its weekday was missed",
        "the first one waits for no weekday",
    ],
)
def test_an_audit_is_due_once_a_week(setting: str, times: AuditTimes, due: bool) -> None:
    assert is_audit_due(setting, times, NOON) is due


@pytest.mark.parametrize(
    ("times", "day"),
    [
        (AuditTimes(BEGAN), date(2026, 6, 15)),
        (AuditTimes(BEGAN, audited_at=NOON - 2 * DAY), date(2026, 6, 15)),
        (AuditTimes(BEGAN, audited_at=NOON - 9 * DAY), date(2026, 6, 12)),
        (AuditTimes(BEGAN, audited_at=NOON - 200 * DAY), date(2026, 5, 25)),
        (AuditTimes(NOON - 3 * DAY), date(2026, 6, 18)),
    ],
    ids=["a week", "after another one", "since a late one", "four weeks at most", "since the beginning"],
)
def test_an_audit_asks_for_all_days_since_the_last_one(times: AuditTimes, day: date) -> None:
    assert first_day(times, NOON) == day
