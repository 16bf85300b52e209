"""What each subscriber would get now, from a state in memory and a fake arXiv."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from digest import bootstrap
from digest.domain.fetching import FetchRequest, FetchResult, KeywordState, Unavailable
from digest.domain.keywords import Keyword
from digest.domain.settings import Config
from digest.errors import RenderError, SourceUnavailable
from digest.pipeline.context import RunContext
from digest.pipeline.ports import Source
from digest.pipeline.run import run
from digest.preview.dry_run import DryRun, EmptySource, FetchCache
from digest.preview.models import Preview, PreviewError, Tab
from digest.subscribers.registry import KnownSubscriber, open_registry
from tests.support.builders import NOON, config, keyword, paper, subscriber
from tests.support.fakes import FakeClock, FakeMailBuilder, FakeSource, FakeTransport

REWARD, REASONING = keyword(), keyword("Reasoning")
ADA = subscriber("ada@example.org", REWARD, REASONING, name="Ada", label="subscribers[0]")
BO = subscriber("bo@example.org", REASONING, label="subscribers[1]")


@pytest.fixture
def arxiv() -> FakeSource:
    return FakeSource(
        {"Reward Model": [paper("2606.00001")], "Reasoning": [paper("2606.00002")]}, up_to_date=True
    )


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    return config(tmp_path, ADA, BO)


def dry_run(
    settings: Config,
    source: Callable[[Source], Source],
    *emails: str,
    mail_builder: FakeMailBuilder | None = None,
) -> DryRun:
    """A dry run as `digest preview` has it, with this arXiv and fake mails."""

    @contextmanager
    def open_run(config: Config) -> Iterator[RunContext]:
        with bootstrap.open_dry_run(config, FakeClock()) as context:
            yield replace(context, mail_builder=mail_builder or FakeMailBuilder())

    return DryRun(lambda: settings, open_run, source, frozenset(emails))


def asked(keyword: Keyword, source: Source) -> FetchResult:
    (result,) = source.fetch([FetchRequest(keyword, KeywordState())], Unavailable(NOON))
    return result


def test_each_subscriber_has_a_tab_with_what_would_go_out(settings: Config, arxiv: FakeSource) -> None:
    assert dry_run(settings, lambda _: arxiv).preview() == Preview((tab("Ada", 1), tab("bo@example.org", 2)))


def test_several_mails_to_one_subscriber_are_in_one_tab(settings: Config, arxiv: FakeSource) -> None:
    mail_builder = FakeMailBuilder(longest=1)
    shown = dry_run(settings, lambda _: arxiv, ADA.email, mail_builder=mail_builder).preview()
    assert shown.tabs == (Tab("Ada", (b"mail 1, part 1", b"mail 1, part 2")),)


def test_nothing_is_left_behind(settings: Config, arxiv: FakeSource, tmp_path: Path) -> None:
    dry_run(settings, lambda _: arxiv).preview()
    assert list(tmp_path.rglob("*")) == []


def test_subscribers_are_found_without_regard_to_case(settings: Config, arxiv: FakeSource) -> None:
    changed = replace(settings, subscribers=(replace(ADA, email="Ada@example.org"), BO))
    shown = dry_run(changed, lambda _: arxiv, "ada@example.org").preview()
    assert [tab.name for tab in shown.tabs] == ["Ada"]


def test_a_subscriber_who_was_removed_is_an_error(settings: Config, arxiv: FakeSource) -> None:
    with pytest.raises(PreviewError) as failure:
        dry_run(settings, lambda _: arxiv, "eve@example.org").preview()
    assert str(failure.value) == "nobody in subscribers.yaml has this address"
    assert failure.value.hint == "check the spelling of the address"


def test_arxiv_is_asked_once_however_often_a_file_is_saved(settings: Config, arxiv: FakeSource) -> None:
    cache = FetchCache()
    shown = dry_run(settings, lambda _: cache.wrap(arxiv), ADA.email)
    assert shown.preview().tabs == (tab("Ada", 1),)
    arxiv.answers.clear()
    assert shown.preview().tabs == (tab("Ada", 1),)
    assert arxiv.asked == ["Reward Model", "Reasoning"]


def test_a_keyword_that_is_added_later_is_not_fetched(arxiv: FakeSource) -> None:
    cache = FetchCache()
    assert asked(REWARD, cache.wrap(arxiv)).problem is None
    assert str(asked(REASONING, cache.wrap(arxiv)).problem) == (
        "the preview asks arXiv once, before this keyword was added; restart the preview to ask again"
    )
    assert arxiv.asked == ["Reward Model"]


def test_what_arxiv_does_not_answer_is_noted_and_the_rest_is_shown(
    settings: Config, arxiv: FakeSource
) -> None:
    arxiv.answers["Reward Model"] = SourceUnavailable("arXiv cannot be reached")
    assert dry_run(settings, lambda _: arxiv).preview() == Preview(
        (tab("Ada", 1), tab("bo@example.org", 2)),
        notes=("1 keyword failed (Reward Model): arXiv cannot be reached",),
    )


def test_a_mail_that_cannot_be_built_is_reported_in_the_tab_of_its_subscriber(
    settings: Config, arxiv: FakeSource
) -> None:
    mail_builder = FakeMailBuilder(broken={BO.email: RenderError("digest.html:3: 'x' is undefined")})
    assert dry_run(settings, lambda _: arxiv, mail_builder=mail_builder).preview() == Preview(
        (tab("Ada", 1), Tab("bo@example.org", problem="digest.html:3: 'x' is undefined"))
    )


def test_where_nothing_waits_a_sample_is_shown_and_called_one(settings: Config, arxiv: FakeSource) -> None:
    run_once(settings, arxiv)
    mail_builder = FakeMailBuilder()
    assert dry_run(
        settings, lambda source: EmptySource(source.calendar), ADA.email, mail_builder=mail_builder
    ).preview().tabs == (
        tab("Ada", 1, "A sample, made of the latest papers: no mail would go out now (nothing new waits)."),
    )
    (digest,) = mail_builder.made
    assert [
        (section.keyword, [entry.paper.id for entry in section.entries]) for section in digest.sections
    ] == [
        (REWARD, ["2606.00001"]),
        (REASONING, ["2606.00002"]),
    ]


def test_a_sample_that_cannot_be_built_is_reported_too(settings: Config, arxiv: FakeSource) -> None:
    run_once(settings, arxiv)
    mail_builder = FakeMailBuilder(broken={ADA.email: RenderError("digest.css: broken")})
    (found,) = (
        dry_run(settings, lambda source: EmptySource(source.calendar), ADA.email, mail_builder=mail_builder)
        .preview()
        .tabs
    )
    assert (found.mails, found.problem) == ((), "digest.css: broken")


def test_a_state_without_papers_has_no_sample(settings: Config) -> None:
    assert dry_run(settings, lambda source: EmptySource(source.calendar), BO.email).preview().tabs == (
        Tab(
            "bo@example.org",
            note="No mail would go out now: nothing new waits. "
            "There is no sample either: no papers are known yet.",
        ),
    )


def test_without_asking_what_waits_is_shown(settings: Config, arxiv: FakeSource) -> None:
    with bootstrap.open_run(settings, FakeClock(), nullcontext) as context:
        run(replace(context, source=arxiv, mail_builder=FakeMailBuilder(), archive=None), [])
    assert dry_run(settings, lambda source: EmptySource(source.calendar)).preview() == Preview(
        (tab("Ada", 1), tab("bo@example.org", 2))
    )


def test_a_sample_says_why_its_subscriber_gets_no_mail(settings: Config, arxiv: FakeSource) -> None:
    run_once(settings, arxiv)
    with open_registry(settings, FakeClock()) as registry:
        registry.unsubscribe(KnownSubscriber(ADA.email))
    (found,) = dry_run(settings, lambda _: arxiv, ADA.email).preview().tabs
    assert found.note == (
        "A sample, made of the latest papers: no mail would go out now (gets no mail: they unsubscribed)."
    )


def run_once(settings: Config, arxiv: FakeSource) -> None:
    """A real run, whose mails go nowhere."""
    with bootstrap.open_run(settings, FakeClock(), nullcontext) as context:
        run(
            replace(
                context,
                source=arxiv,
                mail_builder=FakeMailBuilder(),
                transports=[FakeTransport()],
                archive=None,
            ),
            settings.subscribers,
        )


def tab(name: str, number: int, note: str = "") -> Tab:
    return Tab(name, (f"mail {number}, part 1".encode(),), note)
