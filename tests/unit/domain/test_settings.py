from pathlib import Path

from tests.support.builders import config


def test_the_locks_of_a_state_lie_beside_it() -> None:
    found = config(Path("/srv/papers"))
    assert [found.run_lock, found.daemon_lock, found.arxiv_lock, found.announce_lock] == [
        Path("/srv/papers/state/run.lock"),
        Path("/srv/papers/state/daemon.lock"),
        Path("/srv/papers/state/arxiv.lock"),
        Path("/srv/papers/state/announce.lock"),
    ]
