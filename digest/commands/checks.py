"""The result of one of the doctor's tests."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one test. `problem` (one line or several) is empty where all is well."""

    result: str
    """A sentence that is true: of something that is well, or of something that is not."""
    problem: str = ""
    hint: str = ""
    detail: str = ""
    """More about the problem, which no log may have: DigestError.detail."""
    is_advice: bool = False
    """The program works all the same; but large receivers may take its mails for spam, or refuse them."""

    @property
    def failed(self) -> bool:
        """Whether something is certainly wrong."""
        return bool(self.problem) and not self.is_advice

    @property
    def lines(self) -> Iterator[str]:
        """The result with a tick; or with a cross or a mark, and below it what is wrong and what to do."""
        yield f"{self._sign} {self.result}"
        for line in (*self.problem.splitlines(), self.detail, self.hint):
            if line:
                yield f"    {line}"

    @property
    def _sign(self) -> str:
        if self.is_advice:
            return "!"
        return "✗" if self.problem else "✓"
