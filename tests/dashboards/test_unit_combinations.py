from dashboards.unit_combinations import PEAK, clashes, closed_jaws, expression_units, seen_units
from fer_probe.action_units import EXCLUSIVE, PROTOTYPES
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS


def test_expressions_are_the_prototypes():
    """Each expression shows its first prototype, AU25 where a jaw drops, contempt on one side; neutral is at rest."""
    found = expression_units()
    assert set(found) == set(PROTOTYPES) and next(iter(found)) == "neutral"
    assert found["neutral"] == ()
    assert found["happiness"] == ((6, PEAK, PEAK), (12, PEAK, PEAK))
    assert [au for au, *_ in found["surprise"]] == [1, 2, 5, 25, 26]
    assert found["contempt"] == ((12, PEAK, 0.0), (14, PEAK, 0.0))


def test_expressions_hold_no_clash():
    """No expression that can be chosen shows two units that do not occur together."""
    for units in expression_units().values():
        shown = {au for au, *_ in units}
        assert not [pair for pair in EXCLUSIVE if pair <= shown]


def test_every_exclusive_pair_has_its_line():
    """All pairs of drawn units that exclude each other are told, with a reason."""
    told = {frozenset((a, b)): words for a, b, words in clashes()}
    assert set(told) == {pair for pair in EXCLUSIVE if pair <= set(DRAWN_ACTION_UNITS)}
    assert told[frozenset((26, 27))] == "AU26 and AU27 do not occur together: the jaw drops or stretches."
    assert all(":" in words for words in told.values())


def test_a_dropped_jaw_opens_with_parted_lips():
    """It asks for AU25, and is shown with it; a stretched mouth opens by itself."""
    assert [(jaw, lips) for jaw, lips, _ in closed_jaws()] == [(26, 25)]
    assert seen_units([26]) == (25, 26)
    assert seen_units([12, 27]) == (12, 27)
