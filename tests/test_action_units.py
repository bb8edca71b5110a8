"""The tables of the Facial Action Coding System hold together."""

from fer_probe.action_units import (
    ACTION_UNITS,
    CK_PLUS_CRITERIA,
    EXCLUSIVE,
    FACS_PROTOTYPES,
    PROTOTYPES,
    action_unit_label,
)
from fer_probe.expressions import EXPRESSIONS


def test_tables_use_known_units_and_expressions():
    """Prototypes, criteria and exclusions name units that FACS has."""
    for table in (PROTOTYPES, FACS_PROTOTYPES, CK_PLUS_CRITERIA):
        assert set(table) <= set(EXPRESSIONS)
        assert {au for variants in table.values() for units in variants for au in units} <= set(ACTION_UNITS)
    assert {au for pair in EXCLUSIVE for au in pair} <= set(ACTION_UNITS)


def test_no_prototype_asks_for_what_anatomy_forbids():
    """No expression shows two units that exclude each other."""
    for variants in (*PROTOTYPES.values(), *FACS_PROTOTYPES.values()):
        assert not any(pair <= set(units) for units in variants for pair in EXCLUSIVE)


def test_labels_are_for_people():
    """Known units carry their name, unknown ones their number."""
    assert action_unit_label(12) == "AU12 lip corner puller"
    assert action_unit_label(99) == "AU99"
