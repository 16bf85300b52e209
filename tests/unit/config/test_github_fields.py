import pytest

from digest.config.github_fields import announcement, repository, short_label


@pytest.mark.parametrize("text", ["you/daily-papers", "A1/.github", "a/b_c.d", "o-o/" + "x" * 100])
def test_a_repository_is_an_owner_and_a_name(text: str) -> None:
    assert repository(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("https://github.com/you/papers", "is its address; write its name, you/papers"),
        ("github.com/you/papers.git", "is its address; write its name, you/papers"),
        ("papers", "is no repository; write owner and name, such as you/daily-papers"),
        ("you/papers/issues", "is no repository; write owner and name, such as you/daily-papers"),
        ("you/..", "is no repository; write owner and name, such as you/daily-papers"),
        ("-you/papers", "is no repository; write owner and name, such as you/daily-papers"),
        ("you/pap ers", "is no repository; write owner and name, such as you/daily-papers"),
        ("you/papers?x=1", "is no repository; write owner and name, such as you/daily-papers"),
    ],
)
def test_anything_else_is_refused_with_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        repository(text)
    assert str(refused.value) == f'"{text}" {problem}'


def test_an_announcement_is_one_of_four() -> None:
    assert announcement("release") == "release"
    with pytest.raises(ValueError, match=r'unknown word "isue"; did you mean "issue"\?'):
        announcement("isue")


def test_a_label_is_as_short_as_github_wants_it() -> None:
    assert short_label("  new   papers ") == "new papers"
    with pytest.raises(ValueError, match="51 characters long; shorten it to 50, as GitHub wants it"):
        short_label("x" * 51)
