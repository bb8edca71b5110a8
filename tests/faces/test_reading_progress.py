"""Reading progress: told while it lasts, to who listens, and never in the way."""

from fer_probe.faces.reading_progress import STEP, listening, told_progress


def test_a_listener_hears_how_far_it_is():
    """After every step and at the end, of how many where that is known; what is shorter than a step is not told."""
    heard = []
    with listening(lambda *what: heard.append(what)):
        assert list(told_progress(range(2 * STEP + 3), "reading rows", 515)) == list(range(515))
        assert list(told_progress("ab", "reading pictures", 2)) == ["a", "b"]
        assert len(list(told_progress(iter(range(STEP)), "finding pictures"))) == STEP
    assert heard == [
        ("reading rows", STEP, 515), ("reading rows", 2 * STEP, 515), ("reading rows", 515, 515),
        ("finding pictures", STEP, None),
    ]  # fmt: skip


def test_nobody_hears_afterwards():
    """A listener is let go at the block's end, also of an inner one, and after an error."""
    outer, inner = [], []
    with listening(lambda *what: outer.append(what)):
        try:
            with listening(lambda *what: inner.append(what)):
                list(told_progress(range(STEP), "within"))
                raise KeyError
        except KeyError:
            list(told_progress(range(STEP), "around"))
    list(told_progress(range(STEP), "after"))
    assert [what[0] for what in inner] == ["within"] and [what[0] for what in outer] == ["around"]
