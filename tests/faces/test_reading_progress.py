"""Reading progress: told while it lasts, to who listens, and never in the way."""

from fer_probe.faces.reading_progress import STEP, listening, told_progress


def test_a_listener_hears_how_far_it_is():
    """After every step and at the end, with the whole where that is known; the things come through unchanged."""
    heard = []
    with listening(lambda *what: heard.append(what)):
        assert list(told_progress(range(2 * STEP + 3), "reading rows", 515)) == list(range(515))
        assert list(told_progress([], "finding pictures")) == []
    assert heard == [
        ("reading rows", STEP, 515), ("reading rows", 2 * STEP, 515), ("reading rows", 515, 515),
        ("finding pictures", 0, None),
    ]  # fmt: skip


def test_nobody_hears_afterwards():
    """A listener is let go at the block's end, also of an inner one, and after an error."""
    outer, inner = [], []
    with listening(lambda *what: outer.append(what)):
        try:
            with listening(lambda *what: inner.append(what)):
                list(told_progress([1], "within"))
                raise KeyError
        except KeyError:
            list(told_progress([1], "around"))
    list(told_progress([1], "after"))
    assert [what[0] for what in inner] == ["within"] and [what[0] for what in outer] == ["around"]
