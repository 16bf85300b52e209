import pytest

from digest.sources.arxiv.responses import Announcement, Malformed
from tests.support.builders import NOON
from tests.support.sources_support import announced

NEW = announced("2606.00007")
LATER = announced("2606.12345")
CROSS = announced("2606.20000", kind="cross")
REPLACED = announced("2606.20001", version=2, kind="replace")
REPLACED_CROSS = announced("2606.20002", version=2, kind="replace-cross")


def test_only_what_is_announced_for_the_first_time_is_new() -> None:
    announcement = Announcement((LATER, CROSS, NEW, REPLACED, REPLACED_CROSS), NOON)
    assert announcement.new == (LATER, NEW)


def test_all_but_replacements_arrive_and_the_highest_of_them_is_the_top() -> None:
    announcement = Announcement((LATER, CROSS, NEW, REPLACED, REPLACED_CROSS), NOON)
    assert (announcement.arrivals, announcement.top) == ((LATER, CROSS, NEW), 202_606_020_000)


def test_a_day_with_replacements_alone_has_no_top() -> None:
    announcement = Announcement((REPLACED, REPLACED_CROSS), NOON)
    assert (announcement.arrivals, announcement.top) == ((), 0)


@pytest.mark.parametrize(
    ("announcement", "size"),
    [
        (Announcement((LATER, CROSS, NEW, NEW, REPLACED), NOON, is_whole=True), 2),
        (Announcement((LATER, NEW), NOON), None),
        (Announcement((LATER, NEW), NOON, (Malformed("", "no title"),), is_whole=True), None),
    ],
    ids=["whole", "cut", "with an entry that cannot be read"],
)
def test_the_size_is_known_of_what_was_read_whole(announcement: Announcement, size: int | None) -> None:
    assert announcement.size == size
