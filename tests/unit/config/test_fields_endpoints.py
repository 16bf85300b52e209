import pytest

from digest.config.fields import endpoint, feed, is_local, is_loopback

_REMEDY = "write one such as https://export.arxiv.org/api/query"


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", True),
        ("LOCALHOST", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("127.0.0.1.example.org", False),
        ("localhost.example.org", False),
        ("", False),
    ],
)
def test_only_this_machine_is_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    "text",
    ["https://export.arxiv.org/api/query", "http://127.0.0.1:8000/api", "http://[::1]:8000/api"],
)
def test_an_endpoint_is_https_or_on_this_machine(text: str) -> None:
    assert endpoint(text) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("http://arxiv.org/api", '"http://arxiv.org/api": http is for this machine only; write https'),
        ("ftp://arxiv.org", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("arxiv.org/api", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://me:pw@arxiv.org/", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/?a=b", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/#a", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org/a b", f"not a web address without user, query and fragment; {_REMEDY}"),
        ("https://arxiv.org:99999/", f"not a web address; {_REMEDY}"),
        ("https://[::1/", f"not a web address; {_REMEDY}"),
    ],
)
def test_another_endpoint_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        endpoint(text)
    assert str(caught.value) == problem


@pytest.mark.parametrize("text", ["https://rss.arxiv.org/atom", "https://rss.arxiv.org/atom/"])
def test_a_feed_ends_with_a_slash(text: str) -> None:
    assert feed(text) == "https://rss.arxiv.org/atom/"


def test_the_host_of_an_endpoint_tells_whether_it_is_local() -> None:
    assert is_local("http://localhost:1/api")
    assert not is_local("https://export.arxiv.org/api/query")
