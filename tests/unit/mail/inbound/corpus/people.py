"""What people and their mail programs write: wishes to leave, complaints, and answers that are neither."""

# A row a message, however long.
# ruff: noqa: E501
# fmt: off

from tests.unit.mail.inbound.corpus.case import Case, Verdict, plain
from tests.unit.mail.inbound.corpus.innocent import PERSON

NOTHING, WISH = Verdict.NOTHING, Verdict.WISH


def answer(subject: str, words: str) -> str:
    return plain(f"{PERSON}Subject: {subject}\n", words)


PEOPLE = (
    Case("the link", WISH, answer("{link}", "")),
    Case("the link behind a company's mark", WISH, answer("[EXTERNAL] {link}", "")),
    Case("the link, encoded", WISH, answer("=?utf-8?q?unsubscribe?= {token}", "")),
    Case("the link, folded", WISH, answer("unsubscribe\n {token}", "")),
    Case("the first line of an answer", WISH, answer("Re: 4 new papers", "{link}\n\n{quoted head}")),
    Case("apple's button behind a mark of an answer", WISH, answer("Re: {link}\nX-Apple-Unsubscribe: true\nAuto-Submitted: auto-replied", "Apple Mail sent this.")),
    Case("a program that answers the link", NOTHING, answer("Re: {link}\nAuto-Submitted: auto-replied", "I am away.")),
    Case("a wish in Dutch", WISH, answer("Antw: 4 new papers\nIn-Reply-To: {id}", "Uitschrijven aub")),
    Case("a wish in Polish", WISH, answer("Odp: 4 new papers\nIn-Reply-To: {id}", "Rezygnuję z subskrypcji")),
    Case("a wish in Swedish", WISH, answer("SV: 4 new papers\nIn-Reply-To: {id}", "Avsluta prenumerationen, tack")),
    Case("a wish in Turkish", WISH, answer("YNT: 4 new papers\nIn-Reply-To: {id}", "Listeden çıkmak istiyorum")),
    Case("thanks, with a link below", NOTHING, f"{PERSON}Subject: Re: 4 new papers\nIn-Reply-To: {{id}}\nContent-Type: text/html; charset=utf-8\n\n<p>Thanks</p><p><a href='https://a.example/u'>unsubscribe</a></p>\n"),
    Case("thanks, with the mail quoted", NOTHING, answer("AW: 4 new papers", "Danke!\n\n> {link}")),
    Case("a question about unsubscribing", NOTHING, answer("Re: 4 new papers", "How do I unsubscribe my colleague?")),
    Case("a forwarded digest", NOTHING, answer("Fwd: 4 new papers", "{quoted head}\n\n> {link}")),
)
