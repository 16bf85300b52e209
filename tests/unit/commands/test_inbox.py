"""What `digest inbox` prints of messages that a person should read."""

from collections import Counter
from pathlib import Path

from digest.commands.inbox import inbox_lines
from digest.subscribers.inbox import InboxReader, Puzzle, Unread
from digest.subscribers.registry import open_registry
from tests.support.builders import NOON, config
from tests.support.fakes import FakeClock


def test_messages_to_read_have_a_line_each(tmp_path: Path) -> None:
    with open_registry(config(tmp_path), FakeClock()) as registry:
        reader = InboxReader(registry)
    reader.counts = Counter({Unread.AUTOMATIC: 3, Unread.NOT_UNDERSTOOD: 12, Unread.TOO_COMPLEX: 2})
    reader.puzzles = [Puzzle("new/1", NOON, "Fewer papers?"), Puzzle("new/2", None, "")]
    assert list(inbox_lines(reader)) == [
        (
            "17 messages: 0 acted on, 0 acted on before, 3 automatic with nothing to do, "
            "2 too complex to read, 12 not understood"
        ),
        "12 not understood and 2 too complex, please read:",
        f"  new/1 ({NOON:%Y-%m-%d %H:%M} UTC): Fewer papers?",
        "  new/2 (no date): no subject",
        "  and 12 more",
    ]
