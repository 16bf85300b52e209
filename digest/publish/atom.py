"""A feed as Atom: https://www.rfc-editor.org/rfc/rfc4287.

Why no library: feedgen has had no release since 2023 and brings dateutil for what are thirty lines. The
standard library's ElementTree escapes everything.
"""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from digest.publish.feed import SUBTITLE, Feed, FeedEntry, timestamp
from digest.publish.mark import MARK

_DECLARATION = f'<?xml version="1.0" encoding="utf-8"?>\n<!-- {MARK} -->\n'.encode()
_NAMESPACE = "http://www.w3.org/2005/Atom"


def atom(feed: Feed, url: str, home_url: str) -> bytes:
    """The feed as a file. `url` is its own web address, `home_url` that of the archive; both may be empty."""
    root = Element("feed", {"xmlns": _NAMESPACE})
    _text(root, "id", feed.id)
    _text(root, "title", feed.title)
    _text(root, "subtitle", SUBTITLE)
    _text(root, "updated", timestamp(feed.changed_at))
    _text(SubElement(root, "author"), "name", feed.title)  # for papers that name no author
    _link(root, url, rel="self", type="application/atom+xml")
    _link(root, home_url, rel="alternate", type="text/html")
    for entry in feed.entries:
        _add(root, entry)
    indent(root, "")  # one element a line: a changed file differs in few lines
    content: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return b"%b%b\n" % (_DECLARATION, content)


def _add(root: Element, entry: FeedEntry) -> None:
    paper = entry.paper
    element = SubElement(root, "entry")
    _text(element, "id", entry.id)
    _text(element, "title", paper.title)
    _text(element, "published", timestamp(paper.submitted))
    _text(element, "updated", timestamp(paper.updated))
    for author in paper.authors:
        _text(SubElement(element, "author"), "name", author)
    _link(element, paper.url, rel="alternate", type="text/html")
    _link(element, paper.pdf_url, rel="related", type="application/pdf", title="PDF")
    for tag in entry.tags:
        SubElement(element, "category", {"term": tag})
    _text(element, "content", entry.text)  # plain text is the default type


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text


def _link(parent: Element, href: str, **attributes: str) -> None:
    if href:
        SubElement(parent, "link", {**attributes, "href": href})
