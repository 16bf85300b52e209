"""The migration step that merges subscribers who are one mailbox. Up to then `ada@` and `Ada@` were two.

Like every released step this is never edited: it speaks plain SQL, and knows the tables as they were.
"""

from sqlalchemy import Connection

from digest.domain.identity import mailbox_of

# Deliveries come together first: no paper that either of them got is mailed to the mailbox again. The mails
# that the other one has in the queue end, since the kept one may have the same papers in a mail: what cannot
# have arrived waits again, for the kept one.
_MERGE = (
    """DELETE FROM deliveries WHERE subscriber = :other AND mail IN (SELECT number FROM mails
    WHERE subscriber = :other AND settled_at IS NULL AND unconfirmed = 0)""",
    """UPDATE mails SET state = 'failed', settled_at = created_at, retry_at = NULL,
    problem = 'this mailbox had another mail' WHERE subscriber = :other AND settled_at IS NULL""",
    "UPDATE mails SET subscriber = :kept WHERE subscriber = :other",
    "UPDATE OR IGNORE deliveries SET subscriber = :kept WHERE subscriber = :other",
    "UPDATE OR IGNORE welcomes SET subscriber = :kept WHERE subscriber = :other",
    "UPDATE OR IGNORE refused_papers SET subscriber = :kept WHERE subscriber = :other",
    "UPDATE OR IGNORE refusals SET subscriber = :kept WHERE subscriber = :other",
    """UPDATE subscriptions SET since = (SELECT min(since) FROM subscriptions AS either
    WHERE either.keyword = subscriptions.keyword AND either.subscriber IN (:kept, :other))
    WHERE subscriber = :kept""",
    "UPDATE OR IGNORE subscriptions SET subscriber = :kept WHERE subscriber = :other",
    """UPDATE subscribers SET served_at = (SELECT max(served_at) FROM subscribers AS either
    WHERE either.number IN (:kept, :other)) WHERE number = :kept""",
    "DELETE FROM deliveries WHERE subscriber = :other",
    "DELETE FROM welcomes WHERE subscriber = :other",
    "DELETE FROM refused_papers WHERE subscriber = :other",
    "DELETE FROM refusals WHERE subscriber = :other",
    "DELETE FROM subscriptions WHERE subscriber = :other",
    "DELETE FROM subscribers WHERE number = :other",
)


def merge_twins(connection: Connection) -> None:
    """Merge the subscribers with the same mailbox into the first of them."""
    kept: dict[str, int] = {}
    for number, email in connection.exec_driver_sql("SELECT number, email FROM subscribers ORDER BY number"):
        kept.setdefault(mailbox_of(email), number)
    for number, email in connection.exec_driver_sql("SELECT number, email FROM subscribers").all():
        if (first := kept[mailbox_of(email)]) != number:
            for statement in _MERGE:
                connection.exec_driver_sql(statement, {"kept": first, "other": number})
