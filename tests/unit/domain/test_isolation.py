"""How the papers of refused mails go on."""

from digest.domain.digests import PendingPaper, RefusedPaper, Showing
from digest.domain.isolation import RISKY_AT_ONCE, Batch, batches, ends
from tests.support.builders import keyword, paper


def waiting(number: int, refused: RefusedPaper | None = None) -> PendingPaper:
    return PendingPaper(
        paper(f"2606.0000{number}"), frozenset([keyword().id]), welcome=False, refused=refused
    )


def test_what_was_never_refused_travels_together() -> None:
    assert batches([waiting(1), waiting(2)]) == (Batch((waiting(1), waiting(2))),)


def test_nothing_makes_no_digest() -> None:
    assert batches([]) == ()


def test_the_papers_of_a_refused_mail_travel_in_halves_after_all_others() -> None:
    suspects = [waiting(number, RefusedPaper(7, 3)) for number in (1, 2, 3)]
    assert batches([*suspects, waiting(4)]) == (
        Batch((waiting(4),)),
        Batch(tuple(suspects[:2]), Showing.FULL),
        Batch(tuple(suspects[2:]), Showing.FULL),
    )


def test_papers_of_different_refused_mails_are_never_mixed_and_the_smallest_mail_comes_first() -> None:
    large, small = waiting(1, RefusedPaper(7, 20)), waiting(2, RefusedPaper(8, 2))
    assert batches([large, small]) == (Batch((small,), Showing.FULL), Batch((large,), Showing.FULL))


def test_a_paper_that_was_refused_alone_travels_alone_each_time_in_fewer_words() -> None:
    tries = [waiting(1, RefusedPaper(7, 1, alone)) for alone in range(4)]
    assert [batches([suspect])[0].showing for suspect in tries] == [
        Showing.FULL,
        Showing.TITLE,
        Showing.LINK,
        Showing.LINK,
    ]


def test_so_many_risky_mails_are_made_at_once() -> None:
    suspects = [waiting(number, RefusedPaper(number, 1, 1)) for number in range(1, 10)]
    assert batches(suspects) == tuple(Batch((one,), Showing.TITLE) for one in suspects[:RISKY_AT_ONCE])


def test_a_paper_is_given_up_when_it_was_refused_alone_three_times() -> None:
    assert [ends(1, before) for before in range(4)] == [False, False, True, True]
    assert not ends(2, 5)
