import dataclasses

import numpy as np

from fer_probe.figures import confusion_figure


def test_rows_are_labels_and_sum_to_a_hundred(records):
    """Cells are percentages of the labels' rows, with counts behind them."""
    heat = confusion_figure(records.evaluation).data[0]
    assert np.allclose(heat.z.sum(axis=1), 100)
    assert np.array_equal(heat.customdata[..., 0], records.evaluation.confusion)
    assert list(heat.y) == list(records.evaluation.class_names)


def test_a_class_without_faces_has_an_empty_row(records):
    """No faces, no percentage: neither a number nor a text, and nothing is divided by zero."""
    counts = records.evaluation.confusion.copy()
    counts[1] = 0
    heat = confusion_figure(dataclasses.replace(records.evaluation, confusion=counts)).data[0]
    assert np.isnan(heat.z[1]).all()
    assert set(heat.text[1]) == {""}
