"""What `digest explain` asks the state: why a paper was sent or not. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from digest.domain.papers import Paper
from digest.store.database import Database
from digest.store.queries.papers import paper_from
from digest.store.schema import deliveries, keywords, mails, papers, sightings, subscribers


@dataclass(frozen=True, slots=True)
class Seen:
    """A keyword that has a paper."""

    keyword: str
    seen_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to a paper. `sent_at` has the time of each mail that carried it and arrived;
    `sent_before` counts those that are so old that their times are not kept."""

    paper: Paper
    seen: tuple[Seen, ...]
    sent_at: tuple[datetime, ...]
    sent_before: int
    on_the_way: int


def history(database: Database, paper_id: str) -> History | None:
    """None if the paper was never seen."""
    with database.transaction() as connection:
        row = connection.execute(select(papers).where(papers.c.id == paper_id)).one_or_none()
        if row is None:
            return None
        seen = (
            select(keywords.c.name, sightings.c.seen_at, sightings.c.fresh)
            .join(keywords)
            .where(sightings.c.paper == row.number)
            .order_by(sightings.c.number)
        )
        carried = (
            select(mails.c.state, mails.c.settled_at)
            .select_from(deliveries)
            .outerjoin(mails, mails.c.number == deliveries.c.mail)
            .where(
                deliveries.c.subscriber.in_(select(subscribers.c.number)), deliveries.c.paper == row.number
            )
            .order_by(deliveries.c.mail)
        )
        sent = connection.execute(carried).all()
        return History(
            paper=paper_from(row),
            seen=tuple(Seen(s.name, s.seen_at, s.fresh) for s in connection.execute(seen)),
            sent_at=tuple(mail.settled_at for mail in sent if mail.state == "sent"),
            sent_before=sum(mail.state is None for mail in sent),
            on_the_way=sum(mail.state not in ("sent", None) for mail in sent),
        )
