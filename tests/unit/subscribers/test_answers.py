"""What becomes of each message that is sent in answer to a digest."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from digest.domain.mails import Mail
from digest.domain.subscribers import SuppressionReason
from digest.domain.tokens import Signer
from digest.store.database import Database
from digest.store.store import SqlStore
from digest.subscribers.inbox import InboxReader, Unread
from digest.subscribers.registry import Effect, open_registry
from tests.support.answers import ANSWERS, COMPLAINED, NOISE, STOPPED, TO_READ, Answer, filled
from tests.support.builders import NOON, config, subscriber
from tests.support.fakes import FakeClock

VERDICTS = {
    SuppressionReason.UNSUBSCRIBED: STOPPED,
    SuppressionReason.COMPLAINED: COMPLAINED,
    Unread.AUTOMATIC: NOISE,
    Unread.NOT_UNDERSTOOD: TO_READ,
}


def places(signer: Signer, email: str) -> dict[str, str]:
    token, mail = signer.unsubscribe_token(email), signer.message_id(email, "1")
    link = f"<mailto:digest@example.net?subject=unsubscribe%20{token}>"
    head = f"From: Daily Papers <digest@example.net>\nMessage-ID: {mail}\nList-Unsubscribe: {link}"
    return {
        "head": head,
        "to": email,
        "token": token,
        "token1": token[:16],
        "token2": token[16:],
        "id": mail,
        "subject": "Daily Papers: 1 new paper",
    }


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS.keys())
def test_each_answer_has_its_effect_and_no_other(tmp_path: Path, answers: Sequence[Answer]) -> None:
    """Each is from a subscriber of its own, who got one mail."""
    emails = [f"s{number}@example.org" for number in range(len(answers))]
    home, effects = config(tmp_path, *map(subscriber, emails)), list[Effect | Unread]()
    with closing(Database.open(home.state)) as database, open_registry(home, FakeClock()) as registry:
        store, reader = SqlStore.over(database), InboxReader(registry)
        store.subscriptions.sync(home, NOON)
        filling = [places(Signer(store.suppressions.signing_key()), email) for email in emails]
        store.mails.enqueue(
            [Mail(place["id"], place["to"], "digest@example.net", b"") for place in filling], 0, NOON
        )
        for answer, place in zip(answers, filling, strict=True):
            effects.append(reader.take(filled(answer.text, place), answer.name))
        found = store.suppressions.of(emails)
    what = [
        found[email].reason if email in found else effect
        for email, effect in zip(emails, effects, strict=True)
    ]
    assert [(answer.name, VERDICTS.get(reason)) for answer, reason in zip(answers, what, strict=True)] == [
        (answer.name, answer.verdict) for answer in answers
    ]
