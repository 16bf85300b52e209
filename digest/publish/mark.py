"""Mark the files of the archive as the program's own, so that it never overwrites a person's."""

MARK = "Daily Papers writes this file"
"""What each of them has near its beginning, as a comment or as a value: Markdown in its first line."""

LOOKED_AT = 1_000
"""Bytes of a file that show whether it has the mark."""


def marked(page: str) -> bytes:
    """A page of Markdown with the mark; `page` has no line end at its end."""
    return f"<!-- {MARK}; what others write into it is lost. -->\n{page}\n".encode()


def is_ours(content: bytes) -> bool:
    """Whether the program has written this file."""
    return MARK.encode() in content[:LOOKED_AT]
