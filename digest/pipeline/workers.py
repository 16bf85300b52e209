"""A worker pool: threads that each have a resource of their own, such as a connection."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")

Item = TypeVar("Item")

Resource = TypeVar("Resource")


def run_in_workers(
    work: Callable[[Resource, Item], Result], resources: Sequence[Resource], items: Iterable[Item]
) -> Iterator[Result]:
    """`work(resource, item)` for each item, in the order in which they are done.

    The first item is done alone, so that its result may stop the rest: an item is taken from `items` only
    when a resource is free. With one resource everything happens in the calling thread. An exception of
    `work` ends the pool after the items in hand; an exception of a signal ends it at once.
    """
    items = iter(items)
    for item in items:
        yield work(resources[0], item)
        if len(resources) > 1:
            break
    yield from _in_threads(work, resources, items)


def _in_threads(
    work: Callable[[Resource, Item], Result], resources: Sequence[Resource], items: Iterator[Item]
) -> Iterator[Result]:
    idle, at_once = list(resources), False
    done: SimpleQueue[tuple[Resource, Future[Result]]] = SimpleQueue()

    def next_done() -> Result:
        nonlocal at_once
        at_once = True  # an exception while waiting here is that of a signal
        resource, future = done.get()
        at_once = False
        idle.append(resource)
        return future.result()

    def do(resource: Resource, item: Item) -> None:
        future: Future[Result] = Future()
        try:
            future.set_result(work(resource, item))
        except BaseException as exc:  # raised again where the result is read
            future.set_exception(exc)
        done.put((resource, future))

    try:
        for item in items:
            # A daemon thread, so that a program that must end at once does not wait for it.
            Thread(target=do, args=(idle.pop(), item), daemon=True).start()
            if not idle:
                yield next_done()
        while len(idle) < len(resources):
            yield next_done()
    finally:
        while len(idle) < len(resources) and not at_once:
            idle.append(done.get()[0])
