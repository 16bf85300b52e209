"""Read arXiv identifiers: the name of a paper, its place in the order of announcement, its web addresses.

Source: https://info.arxiv.org/help/arxiv_identifier.html
"""

import re

_NEW = r"(?P<yymm>\d{4})\.(?P<number>\d{4,5})"
_OLD = r"(?P<archive>[a-z-]+)(?:\.[A-Z]{2})?/(?P<old>\d{7})"
_IDENTIFIER = re.compile(rf"(?P<id>{_NEW}|{_OLD})(?:v(?P<version>[1-9]\d*))?")
_AROUND_ID = re.compile(
    r"^(?:arxiv:\s*|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/)|(?:\.pdf)?/?(?:[?#].*)?$",
    re.IGNORECASE,
)
_NUMBERS_A_MONTH = 1_000_000  # room for more than arXiv has ever given out
_FIRST_YEAR = 91  # arXiv began in 1991: two digits from here on mean 19xx


def split_identifier(text: str) -> tuple[str, int | None]:
    """`2505.14674v2` → (`2505.14674`, 2). The version is None where none is written.

    Raises ValueError if the text is not an arXiv identifier.
    """
    found = _IDENTIFIER.fullmatch(text)
    if not found:
        raise ValueError(f"not an arXiv identifier: {text[:80]!r}")
    version = found["version"]
    return found["id"], int(version) if version else None


def paper_id(text: str) -> str:
    """The id of a paper as a person writes it: `2606.12345`, `arXiv:2606.12345v2`, or a web address.

    Raises ValueError if the text is none of these.
    """
    return split_identifier(_AROUND_ID.sub("", text.strip()))[0]


def announcement_order(paper_id: str) -> int:
    """A number that grows in the order of announcement: year and month, then the running number.

    arXiv gives out the running number when it announces a paper, not when the paper is submitted, so a
    number above the highest known one was announced later. Old identifiers (`hep-th/9901001`) are numbered
    in each archive; they come before all new ones, which is enough.

    Raises ValueError if the text is not an identifier without version.
    """
    found = _IDENTIFIER.fullmatch(paper_id)
    if not found or found["version"]:
        raise ValueError(f"not an arXiv identifier without version: {paper_id[:80]!r}")
    digits = found["yymm"] or found["old"][:4]
    number = found["number"] or found["old"][4:]
    return month_order(_century(int(digits[:2])) + int(digits[:2]), int(digits[2:])) + int(number)


def page_url(paper_id: str, version: int) -> str:
    """The address of the page with the abstract of this version."""
    return f"https://arxiv.org/abs/{paper_id}v{version}"


def pdf_url(paper_id: str, version: int) -> str:
    """The address of this version as PDF."""
    return f"https://arxiv.org/pdf/{paper_id}v{version}"


def identifier_at(order: int) -> str:
    """The identifier with this announcement order; for those from 2015 on, which have five digits."""
    month, number = divmod(order, _NUMBERS_A_MONTH)
    return f"{month % 10_000:04}.{number:05}"


def month_order(year: int, month: int) -> int:
    """A number below the announcement order of every paper of that month and above those before."""
    return (year * 100 + month) * _NUMBERS_A_MONTH


def month_of(order: int) -> int:
    """The order of the month that an announcement order lies in."""
    return order - order % _NUMBERS_A_MONTH


def next_month(order: int) -> int:
    """The order of the month after the one that an announcement order lies in."""
    year, month = divmod(order // _NUMBERS_A_MONTH, 100)
    return month_order(year + 1, 1) if month == 12 else month_order(year, month + 1)


def _century(two_digit_year: int) -> int:
    return 1900 if two_digit_year >= _FIRST_YEAR else 2000
