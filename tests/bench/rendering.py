"""Build one mail, from the digest to its bytes."""

from time import perf_counter

from digest.domain.digests import Digest, Entry, Section
from digest.domain.settings import MailSettings
from digest.domain.tokens import Signer
from digest.mail.builder import DigestMailBuilder
from digest.mail.content.render import MailRenderer
from digest.system.places import templates_folder
from tests.bench.prose import Prose
from tests.support.builders import NOON, keyword, paper, subscriber

_PAPERS = 12
_MAILS = 20


def measure() -> str:
    settings = MailSettings("Daily Papers <digest@example.org>", None, "skip")
    mail_builder = DigestMailBuilder(MailRenderer(settings, templates_folder()), settings, Signer(bytes(32)))
    digest = _digest(Prose(seed=1))
    start = perf_counter()
    sizes = [len(mail_builder.build(digest, NOON)[0].content) for _ in range(_MAILS)]
    milliseconds = (perf_counter() - start) / _MAILS * 1_000
    return f"rendering: a mail with {_PAPERS} papers in {milliseconds:.1f} ms, {sizes[0] / 1_000:.0f} kB"


def _digest(prose: Prose) -> Digest:
    wanted = keyword(prose.phrase())
    papers = [
        paper(f"2606.{number:05}", title=prose.words(10), abstract=prose.words(200))
        for number in range(1, _PAPERS + 1)
    ]
    entries = tuple(Entry(one, also=(), welcome=False) for one in papers)
    return Digest(subscriber("rita@example.org", wanted), NOON.date(), (Section(wanted, entries),))
