"""A paper that arXiv cannot show: what the run, `status` and `explain` say, and how it comes in the end."""

from datetime import timedelta

import pytest

from digest.demo.scenario import DAYS
from digest.demo.server import Reply
from tests.support.home import Home

BROKEN = "2606.13871"


def cannot_show(reply: Reply) -> Reply:
    """Pages and lists, but not the feed, fail where they would show the paper."""
    shown = f"/abs/{BROKEN}v".encode() in reply.body and b"opensearch" in reply.body
    return Reply(500, b"", "text/plain") if shown else reply


@pytest.mark.exhaustive
def test_a_paper_that_arxiv_cannot_show_blocks_nothing_and_comes_later(home: Home) -> None:
    home.digest("run")
    home.at(DAYS[1])
    home.arxiv.misbehave(*[cannot_show] * 100)
    second = home.digest("run")
    assert second.returncode == 1
    (error,) = (line for line in second.stderr.splitlines() if line.startswith("error:"))
    assert error.startswith(f"error: arXiv cannot show a paper ({BROKEN}, “")
    assert "500 Internal Server Error" in error
    assert "mails sent" in second.stdout or "mail sent" in second.stdout
    for command in (["status"], ["explain", BROKEN]):
        assert f"arXiv cannot show a paper ({BROKEN}" in home.digest(*command).stdout
    home.at(DAYS[2])
    third = home.digest("run")
    assert third.returncode == 0
    assert f"arXiv cannot show a paper ({BROKEN}" in third.stdout
    home.arxiv.forgive()
    home.at(DAYS[2] + timedelta(days=1))
    assert home.digest("run").returncode == 0
    notes = home.digest("status").stdout.splitlines()
    assert not [line for line in notes if line.startswith("arXiv cannot show")]
    assert "sent to 1 subscriber" in home.digest("explain", BROKEN).stdout
