"""`digest audit` beside a small arXiv whose search and feed do not show every paper."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from digest.demo.server import ArxivServer, Behaviour, Reply
from tests.e2e.test_run import papers_in
from tests.support.arxiv_support import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, about_rewards, batch
from tests.support.home import Home

pytestmark = pytest.mark.exhaustive

HIDDEN = "2606.00006"
PAPERS = (
    *batch(MONDAY, range(1, 4)),
    about_rewards("2606.00004", MONDAY),
    about_rewards("2606.00005", TUESDAY),
    about_rewards(HIDDEN, TUESDAY),
    *batch(TUESDAY, range(7, 10)),
    about_rewards("2606.00010", WEDNESDAY),
    *batch(WEDNESDAY, range(11, 14)),
)
ONE = "subscribers:\n  - email: ada@example.org\n    keywords: [Reward Model]\n"
WEEK = timedelta(days=7)


@contextmanager
def lived(folder: Path, *hidden: str, until: int = 2) -> Iterator[Home]:
    """A home where so many days were lived, from Monday on."""
    with ArxivServer(PAPERS, MONDAY) as arxiv:
        arxiv.hidden = frozenset(hidden)
        home = Home(folder / "home", arxiv)
        home.folder.mkdir()
        home.write(ONE)
        for day in (MONDAY, TUESDAY, WEDNESDAY)[:until]:
            home.at(day)
            assert home.digest("run").returncode == 0
        arxiv.requests.clear()
        yield home


def asked_of_oai(home: Home) -> int:
    return sum(request.path == "/oai" for request in home.arxiv.requests)


def status(home: Home) -> dict[str, object]:
    facts: dict[str, object] = json.loads(home.digest("status", "--json").stdout)["audit"]
    return facts


@pytest.mark.exhaustive
def test_an_audit_finds_what_was_missed_and_it_comes_late_and_once(tmp_path: Path) -> None:
    with lived(tmp_path, HIDDEN) as home:
        first = home.digest("audit")
        assert first.returncode == 0
        assert first.stdout.splitlines() == [
            "announced papers that match, by what arXiv changed since 2026-06-21:",
            "Reward Model  2 announced: 1 mailed, 0 waiting, 1 missed",
            f"  {HIDDEN}: neither arXiv's search nor its feed has shown it",
            "recall 0.5 of 2: 1 paper was missed; it comes with the next digest, marked as late",
            "this took 1 request",
        ]
        assert (status(home)["recall"], status(home)["missed"]) == (0.5, 1)
        home.at(WEDNESDAY)
        assert home.digest("run").returncode == 0
        *_, last = home.mails()
        assert papers_in(last) == {HIDDEN, "2606.00010"}
        html, text = (last.get_body((kind,)) for kind in ("html", "plain"))
        for part in (html, text):
            assert part is not None
            assert unescape(part.get_content()).count("announced earlier; arXiv's search did not") == 1
        assert HIDDEN in home.readme
        explained = home.digest("explain", HIDDEN).stdout
        assert "late: announced earlier; arXiv's search did not show it, an audit found it" in explained
        second = home.digest("audit")
        assert second.stdout.splitlines()[1:3] == [
            "Reward Model  3 announced: 3 mailed, 0 waiting, 0 missed",
            "recall 1.0 of 3: no announced paper was missed",
        ]
        home.at(THURSDAY)
        assert home.digest("run").returncode == 0
        assert len(list(home.mails())) == 3


def test_nothing_hidden_gives_a_recall_of_one(tmp_path: Path) -> None:
    with lived(tmp_path) as home:
        done = home.digest("audit")
        assert (done.returncode, asked_of_oai(home)) == (0, 1)
        assert "recall 1.0 of 2: no announced paper was missed" in done.stdout
        assert "recall 1.0 of 2" in home.digest("status").stdout


def test_on_the_first_day_there_is_nothing_to_audit(tmp_path: Path) -> None:
    with lived(tmp_path, until=1) as home:
        done = home.digest("audit")
        assert (done.returncode, done.stdout) == (0, "there is nothing to audit before the second day\n")
        assert home.arxiv.requests == []


def error(code: str) -> Behaviour:
    text = f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="{code}">no</error></OAI-PMH>'
    return lambda _: Reply(200, text.encode(), "text/xml")


def half(reply: Reply) -> Reply:
    return replace(reply, body=reply.body[: len(reply.body) // 2])


def busy(_: Reply) -> Reply:
    return Reply(503, b"busy", "text/plain", (("Retry-After", "1"),))


def without_the_end(reply: Reply) -> Reply:
    """In good order, as if the list ended before its last paper that matches."""
    head, *_ = reply.body.partition(b"<record><header><identifier>oai:arXiv.org:2606.00005")
    return replace(reply, body=head + b"</ListRecords></OAI-PMH>")


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("behaviour", "status_code", "words"),
    [
        (busy, 75, "127.0.0.1 gave no answer in 4 tries; the last: 503 Service Unavailable"),
        (half, 1, "cut off: "),
        (error("noRecordsMatch"), 1, "empty list of changes: "),
        (error("badArgument"), 1, "OAI-PMH error: badArgument (no)"),
        (error("badResumptionToken"), 1, "resumption token not accepted: 3 times"),
        (without_the_end, 1, "incomplete list of changes: it leaves out 1 of 2 announced papers"),
    ],
    ids=["503", "half", "empty", "an error", "token", "too short"],
)
def test_a_fault_never_gives_a_false_figure(
    tmp_path: Path, behaviour: Behaviour, status_code: int, words: str
) -> None:
    with lived(tmp_path, HIDDEN) as home:
        home.arxiv.misbehave(*[behaviour] * 4)
        done = home.digest("audit")
        assert (done.returncode, done.stdout) == (status_code, "")
        assert f"error: the audit gives no figure: {words}" in done.stderr
        assert status(home) is None
        home.arxiv._behaviours.clear()
        assert "recall 0.5 of 2" in home.digest("audit").stdout
        assert "Traceback" not in done.stderr


@pytest.mark.exhaustive
def test_a_fault_that_passes_changes_no_figure(tmp_path: Path) -> None:
    with lived(tmp_path, HIDDEN) as home:
        home.arxiv.records = 2
        home.arxiv.misbehave(busy, None, half, error("badResumptionToken"), error("noRecordsMatch"))
        done = home.digest("audit")
        assert done.returncode == 0
        assert "recall 0.5 of 2" in done.stdout


def test_a_local_arxiv_is_not_audited_against_the_real_one(tmp_path: Path) -> None:
    with lived(tmp_path) as home:
        home.environment["DIGEST_ARXIV_OAI"] = "https://oaipmh.arxiv.org/oai"
        done = home.digest("audit")
        assert done.returncode == 2
        assert done.stderr.startswith("error: a local arXiv is not audited against the real one\n")


@pytest.mark.exhaustive
def test_a_run_audits_once_a_week_and_its_failure_is_no_failure_of_the_run(tmp_path: Path) -> None:
    with lived(tmp_path, HIDDEN, until=3) as home:
        home.at(MONDAY + WEEK)
        assert home.digest("run", "--dry-run").returncode == 0
        assert asked_of_oai(home) == 0
        home.arxiv.misbehave(*[None] * len(home.arxiv.requests), *[busy] * 4)
        failed = home.digest("run")
        assert (failed.returncode, asked_of_oai(home)) == (0, 4)
        assert "the audit gave no figure and is repeated with a later run" in failed.stderr
        assert status(home) is None
        home.at(TUESDAY + WEEK)
        assert home.digest("run").returncode == 0
        assert status(home)["missed"] == 1
        assert len(list(home.mails())) == 3
        assert home.digest("run").returncode == 0
        *_, last = home.mails()
        assert papers_in(last) == {HIDDEN}
        assert asked_of_oai(home) == 5
