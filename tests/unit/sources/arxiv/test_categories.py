import pytest

from digest.sources.arxiv.categories import (
    ALIASES,
    ALL_ARCHIVES,
    ARCHIVES,
    CATEGORIES,
    archive_of,
    canonical,
    pattern,
)


@pytest.mark.parametrize(
    ("category", "name", "archive"),
    [
        ("cs.LG", "cs.LG", "cs"),
        ("cs.SY", "eess.SY", "eess"),
        ("math.MP", "math-ph", "math-ph"),
        ("cond-mat.str-el", "cond-mat.str-el", "cond-mat"),
        ("hep-th", "hep-th", "hep-th"),
        ("cs", "cs", "cs"),
    ],
    ids=[
        "a class",
        "an alias in another archive",
        "an alias of an archive",
        "hyphens",
        "undivided",
        "archive",
    ],
)
def test_a_category_has_one_name_and_one_archive(category: str, name: str, archive: str) -> None:
    assert (canonical(category), archive_of(category)) == (name, archive)


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        ("cs", "cs.*"),
        ("cs.LG", "cs.LG"),
        ("quant-ph", "quant-ph"),
        ("cond-mat", "cond-mat.*"),
        ("cs.NA", "math.NA"),
    ],
)
def test_an_archive_finds_its_classes_and_an_alias_its_category(category: str, expected: str) -> None:
    assert pattern(category) == expected


def test_every_alias_and_its_canonical_name_is_a_category() -> None:
    assert CATEGORIES.issuperset(ALIASES.keys() | ALIASES.values())
    assert ALIASES.keys().isdisjoint(ALIASES.values())


def test_an_archive_that_is_divided_is_no_category_and_every_other_is_one() -> None:
    assert ARCHIVES.isdisjoint(CATEGORIES)
    assert ALL_ARCHIVES - CATEGORIES == ARCHIVES
    undivided = ALL_ARCHIVES - ARCHIVES
    assert undivided == {
        *("gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math-ph", "nucl-ex", "nucl-th", "quant-ph")
    }
