"""Reading progress: whoever reads a long corpus tells how far it is; whoever wants to know listens meanwhile.

Readers of corpora know nothing of bars and pages, and pages nothing of readers.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

T = TypeVar("T")

#: Is told what is being read, how many are done, and of how many where that is known.
Listener = Callable[[str, int, int | None], None]

#: A listener hears of every so many things.
STEP = 256

_listener: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Tell ``listener`` how far every reading is that this block starts."""
    before = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(before)


def told_progress(things: Iterable[T], doing: str, total: int | None = None) -> Iterator[T]:
    """The same things, one by one; who listens is told after every :data:`STEP` of them.

    At the end once more, but not of a reading too short for a step.

    Args:
        things: what is read.
        doing: what happens to them, in words for people, such as ``"reading rows"``.
        total: how many there will be, where that is known.
    """
    tell = _listener.get() or _nobody
    done = 0
    for done, thing in enumerate(things, start=1):
        yield thing
        if done % STEP == 0:
            tell(doing, done, total)
    if done > STEP:
        tell(doing, done, total)


def _nobody(doing: str, done: int, total: int | None) -> None:
    """Nobody listens."""
