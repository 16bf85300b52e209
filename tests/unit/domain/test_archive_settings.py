import pytest

from digest.domain.archive_settings import files_url

RAW = "https://raw.githubusercontent.com/you/papers"


@pytest.mark.parametrize(
    ("url", "files"),
    [
        ("https://you.github.io/papers/", "https://you.github.io/papers"),
        ("https://github.com/you/papers", f"{RAW}/HEAD"),
        ("https://github.com/you/papers.git", f"{RAW}/HEAD"),
        ("https://github.com/you/papers/", f"{RAW}/HEAD"),
        ("https://github.com/you/papers/tree/main", f"{RAW}/main"),
        ("https://github.com/you/papers/tree/main/digests/", f"{RAW}/main/digests"),
        ("https://github.com.example.org/you/papers", "https://github.com.example.org/you/papers"),
    ],
)
def test_a_folder_gives_out_its_files_there(url: str, files: str) -> None:
    assert files_url(url) == files
