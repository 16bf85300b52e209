import pytest

from digest.domain.names import name_words, person_name, whole_words


@pytest.mark.parametrize(
    ("asked", "author", "found"),
    [
        ("Ada Example", "Ada Example", True),
        ("Example, Ada", "Ada Example", True),
        ("EXAMPLE Ada", "Ada Example", True),
        ("Example", "Ada Example", True),
        ("A. Example", "Ada Example", True),
        ("A Example", "Ada Example", True),
        ("Example, A.", "Ada Example", True),
        ("Example_A", "Ada Example", True),
        ("A. Example", "Bo Example", False),
        ("E. Example", "Bo Example", False),
        ("Ada Example", "A. Example", False),
        ("Ada Example", "Ada B. Example", True),
        ("Ada B. Example", "Ada Example", True),
        ("Ada B. Example", "Ada Berta Example", True),
        ("Ada B. Example", "Ada C. Example", False),
        ("A.B. Example", "Ada Berta Example", True),
        ("del Muster", "Cy del Muster", True),
        ("Ming-Hsuan Example", "Ming-Hsuan Example", True),
        ("Ming Hsuan Example", "Ming-Hsuan Example", True),
        ("Müller-Exempel", "Ada Muller-Exempel", True),
        ("O’Sample", "Bo O'Sample", True),
        ("Łada Sørensen", "Łada Sørensen", True),
        ("李 明", "李 明", False),
        ("Ada", "Adam Example", False),
        ("A.", "Ada Example", False),
    ],
)
def test_a_name_is_found_however_it_is_written(asked: str, author: str, found: bool) -> None:
    assert person_name(asked).is_of(name_words(author)) == found


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Ada Example", "Ada Example"),
        ("Example, A.", "Example"),
        ("Example_A", "Example"),
        ("J.-L. Ming-Hsuan", "Ming-Hsuan"),
        ("A. B.", ""),
    ],
)
def test_arxiv_is_asked_for_the_words_that_are_no_initials(asked: str, words: str) -> None:
    assert whole_words(asked) == words
