"""Texts of 1 MB that cost a careless program minutes."""

from hypothesis import strategies as st

BYTES = 1_000_000

PIECES = (
    r"\(", r"\[", "$", "$a ", "$$a", "{", "}", "{}", "{a,", r"\frac{", "^{a}", "x^{", "a_{b", r"\'e", r"\"a",
    r"\"", "`", "``", "`a ", "'", "a~", "--", r"\alpha ", r"\foo{a}", r"\foo{", r"\foo[a]", r"\text{$", r"\$",
    "\\", r"\href{a}{", r"\url{", "http://a.b/", "www.", "@", ":a:", "[", "<", "&", "e\u0331t}", "a. B", " ",
    "a ", "\t\n", "\u0301\u0316", "\u0316\u0301a", "e\u0301", "\x00", "\ud800", "\u200d", "\U000e0041", "한",
    "github.com/a/b", "$5 and ",
)  # fmt: skip
"""What a text is made of: openings that are never closed, marks out of order, what is no character."""


def repeated(*pieces: str) -> str:
    """1 MB of these pieces, over and over."""
    together = "".join(pieces)
    size = len(together.encode("utf-8", "surrogatepass"))
    return together * (BYTES // size)


def long_texts() -> st.SearchStrategy[str]:
    """1 MB of up to four pieces, each once or many times over."""
    piece = st.builds(
        lambda text, times: text * times, st.sampled_from(PIECES), st.sampled_from([1, 2, 5, 500])
    )
    return st.lists(piece, min_size=1, max_size=4).map(lambda pieces: repeated(*pieces))
