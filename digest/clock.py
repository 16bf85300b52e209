"""The only place that asks what time it is, or sleeps."""

import time
from datetime import UTC, datetime, timedelta


class SystemClock:
    """The machine's clock; given `started_at`, one that shows that moment now and runs on from there."""

    def __init__(self, started_at: datetime | None = None) -> None:
        self._shift = started_at - datetime.now(UTC) if started_at else timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def epoch_seconds(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)
