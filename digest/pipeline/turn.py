"""One subscriber's turn: their queued mails, then what is new; in ever smaller mails if it is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from digest.domain.compose import compose
from digest.domain.digests import Digest, PendingPaper, PendingPapers
from digest.domain.isolation import Batch, batches
from digest.domain.mails import Mail
from digest.domain.runs import MailOutcome
from digest.domain.subscribers import Subscriber
from digest.errors import RenderError
from digest.pipeline.building import Built, build_mails
from digest.pipeline.context import RunContext
from digest.pipeline.delivery import Delivery
from digest.pipeline.ports import Transport
from digest.pipeline.quiet_day import with_quiet_day

MOST_REFUSED = 8
"""After so many refused mails a turn ends: enough to find one paper in a hundred by halves."""


@dataclass(slots=True)
class Turn:
    """`failing` has the ids of all keywords whose last fetch failed, with their last good fetch.

    All methods raise StoreError.
    """

    context: RunContext
    delivery: Delivery
    transport: Transport
    subscriber: Subscriber
    failing: Mapping[str, datetime | None]
    _left_out: set[str] = field(default_factory=set, init=False)
    """The papers that are not tried again in this turn."""

    def send_queued(self) -> list[MailOutcome]:
        """Mails that are queued, up to the first one that has to be retried later."""
        return self.delivery.deliver_queued(self.transport, self.subscriber)

    def pending(self) -> PendingPapers:
        """What waits. Papers of a keyword that was muted when this turn was planned, and is so no more, wait
        for the next one."""
        found = self.context.store.mails.pending_papers(self.subscriber)
        theirs = {keyword.id for keyword in self.subscriber.keywords}
        papers = tuple(paper for paper in found.papers if paper.keywords & theirs)
        return replace(found, papers=papers, more=found.more + len(found.papers) - len(papers))

    def send_new(self, before: Sequence[MailOutcome], pending: PendingPapers) -> list[MailOutcome]:
        """Send what waits, and again in smaller mails what is refused. Returns these outcomes after those of
        queued mails, `before`; `pending` is what waits after these."""
        outcomes = [*before]
        self._leave_out(before)
        while self._travelling(pending) or not pending.papers:
            outcomes += self._enqueue(pending)
            sent = self.send_queued()
            outcomes += sent
            self._leave_out(sent)
            refused = sum(outcome.refused for outcome in outcomes)
            pending = self.pending()
            if not _should_go_on(sent) or refused >= MOST_REFUSED or not pending.papers:
                break
        arrived = () if pending.papers else [one for one in outcomes if one.refused and len(one.without) > 1]
        return [outcome for outcome in outcomes if outcome not in arrived]

    def _travelling(self, pending: PendingPapers) -> list[PendingPaper]:
        return [paper for paper in pending.papers if paper.paper.id not in self._left_out]

    def _leave_out(self, outcomes: Iterable[MailOutcome]) -> None:
        """What was refused alone is tried again in a later run."""
        for outcome in outcomes:
            if outcome.refused and len(outcome.without) == 1:
                self._left_out.update(outcome.without)

    def _enqueue(self, pending: PendingPapers) -> list[MailOutcome]:
        """Queue the mails with these papers. Returns what could not be built."""
        now = self.context.clock.now()
        built = Built()
        for place, batch in enumerate(batches(self._travelling(pending)) or (Batch(()),)):
            about = pending if place == 0 else replace(pending, more=0, given_up=0)
            try:
                built += self._build(batch, about, now)
            except RenderError as exc:
                return [MailOutcome(self.subscriber.label, problem=str(exc), hint=exc.hint)]
        carries_all = _carried(built.mails) == len(pending.papers) and not pending.more
        self.context.store.mails.enqueue(built.mails, pending.up_to if carries_all else 0, now)
        self._left_out.update(paper for paper, _ in built.unfit)
        return [
            MailOutcome(self.subscriber.label, problem=str(exc), hint=exc.hint, without=(paper,))
            for paper, exc in built.unfit
        ]

    def _build(self, batch: Batch, pending: PendingPapers, now: datetime) -> Built:
        """Raises RenderError."""

        ranking = self.context.rankings.of(self.subscriber)

        def digest_of(papers: Sequence[PendingPaper]) -> Digest:
            digest = compose(self.subscriber, papers, self._day(now), self.failing, ranking)
            digest = digest if papers else with_quiet_day(digest, self.context, pending, now)
            return replace(
                digest,
                showing=batch.showing,
                waiting=pending.more,
                given_up=pending.given_up,
                is_first=pending.is_first,
                since=self._day(pending.served_at) if pending.served_at else None,
            )

        return build_mails(self.context.mail_builder, digest_of, batch.papers, now)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.subscriber.schedule.timezone).date()


def _should_go_on(sent: Sequence[MailOutcome]) -> bool:
    """Whether mails were refused, and the server is not down, and the last one is not to be retried later."""
    return any(outcome.refused for outcome in sent) and (sent[-1].refused or not sent[-1].problem)


def _carried(mails: Sequence[Mail]) -> int:
    return sum(len(mail.papers) for mail in mails)


def final_outcomes(outcomes: Sequence[MailOutcome]) -> list[MailOutcome]:
    """The outcomes of a turn, without refused mails whose papers went on in smaller ones."""
    refused = [outcome for outcome in outcomes if outcome.refused]
    others = [outcome for outcome in outcomes if not outcome.refused]
    alone = [outcome for outcome in refused if len(outcome.without) == 1]
    if alone and any(outcome.papers for outcome in others):
        return [*others, *alone]
    return [*others, *(replace(outcome, without=()) for outcome in refused[-1:])]
