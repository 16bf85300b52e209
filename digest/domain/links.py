"""Find what belongs to a paper on the web: code, models, data, demos, a project page.

Everything that arXiv gives out may be hostile: an address is put together anew from a host and a path of
plain characters, always with https, and never has a user, a port or a query.
"""

import re
from dataclasses import dataclass

from digest.domain.papers import Paper

SERVICES = ("alphaxiv", "huggingface")
"""Pages about papers elsewhere, for those who want links to them."""

# Paths of these sites that are not somebody's repository.
_PAGES = "blog|collections|docs|features|orgs|papers|topics"

# No name there is longer than 100 characters.
_REPOSITORY = re.compile(
    r"(?<![\w.-])(?:www\.)?"
    rf"(?P<place>(?:github\.com|gitlab\.com|bitbucket\.org|huggingface\.co)/(?!(?:{_PAGES})/)"
    r"(?:(?:datasets|spaces)/)?)(?P<name>[\w.-]{1,100}/[\w.-]{0,99}\w)(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_KINDS = {"huggingface.co/": "Model", "huggingface.co/datasets/": "Data", "huggingface.co/spaces/": "Demo"}

_DEPOSIT = re.compile(
    r"(?<![\w.-])(?:www\.)?(?P<address>zenodo\.org/(?:records?|doi)/[\w./-]{1,60}\w"
    r"|(?:dx\.)?doi\.org/10\.5281/zenodo\.\d{1,12}|osf\.io/\w{5,10}|figshare\.com/[\w./-]{1,100}\w|kaggle\.com/(?:datasets|competitions)/[\w./-]{1,100}\w"
    r"|data\.mendeley\.com/datasets/\w{1,20})(?!\w)",
    re.ASCII | re.IGNORECASE,
)
_HOSTED_PAGE = re.compile(
    r"https?://(?P<address>[\w-]{1,63}\.(?:github|gitlab)\.io(?![\w@:-]|\.\w)(?:/[\w./~-]{0,100})?"
    r"|sites\.google\.com/(?:view|site)/[\w./-]{1,100})",
    re.ASCII | re.IGNORECASE,
)
# Elsewhere only where the text calls it so.
_NAMED_PAGE = re.compile(
    r"\b(?:(?:project|demo|web|home)[ -]?(?:page|site)|website|project|demo)\b[^.;/]{0,30}?"
    r"https?://(?P<address>(?:[\w-]{1,63}\.){1,4}[a-z]{2,24}(?:/[\w./~-]{0,150})?)(?![\w@:])",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PaperLink:
    """A place on the web: `Code`, `invented/paper`, `https://github.com/invented/paper`."""

    kind: str
    """Code, Model, Data, Demo or Project."""
    name: str
    url: str


def paper_links(text: str) -> tuple[PaperLink, ...]:
    """What the text names, the first of each kind: code, then models, data, demos and the project page."""
    plain = _plain(text)
    found = (*_repositories(plain), *_deposits(plain), *_project_pages(plain))
    first = {link.kind: link for link in reversed(found)}
    return tuple(first[kind] for kind in ("Code", "Model", "Data", "Demo", "Project") if kind in first)


def service_links(paper: Paper, services: tuple[str, ...]) -> tuple[PaperLink, ...]:
    """The paper's pages at these of SERVICES, in this order."""
    links = {
        "alphaxiv": PaperLink("alphaXiv", paper.id, f"https://www.alphaxiv.org/abs/{paper.id}"),
        "huggingface": PaperLink("Hugging Face", paper.id, f"https://huggingface.co/papers/{paper.id}"),
    }
    return tuple(links[service] for service in services if service in links)


def _plain(text: str) -> str:
    """The text without TeX's escapes in addresses."""
    return text.replace(r"\_", "_").replace(r"\~", "~").replace(r"\%", "%")


def _repositories(text: str) -> tuple[PaperLink, ...]:
    return tuple(
        PaperLink(
            _KINDS.get(found["place"].lower(), "Code"),
            found["name"].removesuffix(".git"),
            f"https://{found['place']}{found['name']}".removesuffix(".git"),
        )
        for found in _REPOSITORY.finditer(text)
    )


def _deposits(text: str) -> tuple[PaperLink, ...]:
    return tuple(_link("Data", found["address"]) for found in _DEPOSIT.finditer(text))


def _project_pages(text: str) -> tuple[PaperLink, ...]:
    pages = (*_HOSTED_PAGE.finditer(text), *_NAMED_PAGE.finditer(text))
    addresses = (found["address"] for found in pages)
    return tuple(
        _link("Project", address)
        for address in addresses
        if not _REPOSITORY.search(address) and not _DEPOSIT.search(address)
    )


def _link(kind: str, address: str) -> PaperLink:
    """`address` has no scheme; what ends a sentence is no part of it."""
    clean = address.rstrip("./-~")
    host, _, path = clean.partition("/")
    return PaperLink(kind, f"{host.lower()}/{path}".rstrip("/"), f"https://{host.lower()}/{path}")
