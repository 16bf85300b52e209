"""`python -m tests.support.screenshots DIR` writes a picture of each kind of mail in each view.

The papers are invented; the mails are those of the tests in tests/e2e/test_looks.py.
"""

import shutil
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

from digest import bootstrap
from digest.domain.compose import compose
from digest.domain.digests import Digest, Entry, Latest, PendingPaper, Section, Unanswered
from digest.domain.papers import Paper
from digest.domain.ranking import Ranking
from digest.mail.content.facts import paper_facts
from digest.preview.views import in_scheme, view, without_style
from tests.support.browser import Browser, chromium
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.fakes import FakeClock

HOSTILE = (
    "<script>alert(1)</script> in a title",
    '"><img src="https://example.org/x.png" onerror="alert(1)"> breaks out',
    "</a></h3></td></tr></table> ends the table",
    "<!-- a comment that does not end",
    "{{ digest.subject }} {% for x in y %} of a template",
    "<style>* { display: none }</style> hides the rest",
    "&lt;b&gt; entities &amp; more &#60;i&#62;",
    'javascript:alert(1) https://example.org/?q=<b>&x="y"',
    "\u202egnp.exe\u202c turned, and \u2066isolated",
    "‏كلمات مخترعة‏ and עברית in one title",
    "漢字だけの題名でありしかも切れ目がないのでどこでも折り返せる長い長い題名",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3,
    "<![endif]--> of a conditional comment",
    "]]> of a section, \\ and ` and ' and \"",
)


def many(count: int, **changes: object) -> tuple[Paper, ...]:
    """Invented papers of different lengths, newest first."""
    return tuple(
        paper(
            f"2606.{number:05}",
            title=f"Reward Models and the {number} Ways to Invent Them" + " at Some Length" * (number % 4),
            abstract="We invent a reward model, and say so. " * (8 + number % 20),
            authors=tuple(f"Ada Example the {rank}." for rank in range(1, 2 + number % 7)),
            comment="" if number % 3 else f"{number} pages, code at https://github.com/invented/paper",
            **changes,
        )
        for number in range(count, 0, -1)
    )


def titled(*titles: str) -> tuple[Paper, ...]:
    """Papers that differ in nothing but these titles and their numbers."""
    return tuple(paper(f"2606.{number:05}", title=title) for number, title in enumerate(titles, 1))


def digest_of(*papers: Paper, unanswered: bool = False) -> Digest:
    """These papers in two sections, the second with every fourth of them."""
    reward, reasoning = keyword(), keyword("Reasoning")
    entries = [Entry(each, (), welcome=False) for each in papers]
    found = {reasoning: entries[3::4], reward: [each for each in entries if each not in entries[3::4]]}
    return Digest(
        subscriber("rita@example.org", reward, reasoning),
        NOON.date(),
        tuple(Section(each, tuple(found[each])) for each in (reward, reasoning) if found[each]),
        (Unanswered(reasoning, NOON - timedelta(days=1)), Unanswered(reward, None)) if unanswered else (),
    )


def ranked(count: int, galaxy: str = "", *, welcome: bool = False) -> Digest:
    """A digest with picks of so many papers, as a run composes it: most of Reward Model, every tenth of Time
    Series. With `galaxy`, five more of a new keyword, whose titles begin so."""
    reward, series, new = keyword(), keyword("Time Series"), keyword("Galaxy")
    pending = [
        PendingPaper(
            _venued(each, number), frozenset({(reward if number % 10 else series).id}), welcome and not galaxy
        )
        for number, each in enumerate(many(count))
    ]
    latest = [replace(each, id=f"2605.0000{n}", title=f"{galaxy} {n}") for n, each in enumerate(many(5))]
    pending += [PendingPaper(each, frozenset({new.id}), welcome) for each in latest if galaxy]
    reader = subscriber("rita@example.org", reward, series, new)
    return compose(reader, pending, NOON.date(), {}, Ranking(paper_facts))


def _venued(paper: Paper, number: int) -> Paper:
    """Two of three titles do not name the keyword; every seventh paper was accepted."""
    title = paper.title if number % 3 == 0 else paper.title.replace("Reward Models", "Invented Nuts")
    return replace(paper, title=title, comment=paper.comment if number % 7 else "Accepted at ICML 2026")


DIGESTS: Mapping[str, Digest] = {
    "no paper": digest_of(),
    "1 paper": digest_of(*many(1)),
    "12 papers": digest_of(*many(12)),
    "80 papers": digest_of(*many(80)),
    "unanswered": digest_of(*many(2), unanswered=True),
    "hostile titles": digest_of(*titled(*HOSTILE)),
    "45 papers": ranked(45),
    "124 papers": ranked(124),
    "316 papers": ranked(316),
    "first": replace(ranked(10, welcome=True), is_first=True),
    "new keyword": ranked(4, "A galaxy", welcome=True),
    "quiet": replace(
        digest_of(),
        latest=(Latest(keyword(), NOON.date()), Latest(keyword("Galaxy"), None)),
        announced=1_432,
    ),
    "two weeks away": replace(ranked(316), since=NOON.date() - timedelta(days=14)),
    "long words": digest_of(
        *many(1, categories=("cs.LG" * 40,)), paper("2606.00009", title="w" * 300, abstract="x" * 4000)
    ),
}


@cache
def html_of(name: str) -> str:
    """The HTML of the mail with the digest of this name."""
    return html_of_digest(DIGESTS[name])


def html_of_digest(digest: Digest) -> str:
    """The HTML of the (first) mail of this digest, built as in a run."""
    settings = config(Path("nowhere"))
    with bootstrap.open_dry_run(settings, FakeClock()) as context:
        return view(context.mail_builder.build(digest, NOON)[0].content).html


def take(browser: Browser, folder: Path) -> None:
    """Write the pictures, such as `12-papers-phone.png`."""
    for name in DIGESTS:
        light = in_scheme(html_of(name), "light")
        views = {
            "phone": (light, 375),
            "desktop": (light, 700),
            "dark": (in_scheme(html_of(name), "dark"), 375),
            "no-style": (without_style(light), 375),
        }
        for kind, (html, width) in views.items():
            with browser.opened(html, width=width) as page:
                page.screenshot(folder / f"{name.replace(' ', '-')}-{kind}.png")


def main() -> None:
    program = shutil.which("chromium")
    if len(sys.argv) != 2 or not program:
        sys.exit(
            "usage: python -m tests.support.screenshots DIR, on a machine with Debian's package chromium"
        )
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with chromium(program) as browser:
        take(browser, folder)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures are in {folder}\n")


if __name__ == "__main__":
    main()
