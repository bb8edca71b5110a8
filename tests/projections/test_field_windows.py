"""Windows hold what a crop must keep to be the same computation."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fer_probe.projections.field_windows import FieldWindow
from fer_probe.projections.receptive_fields import ReceptiveField

AXES = st.tuples(st.integers(1, 40), st.sampled_from([1, 2, 3, 4, 8]), st.integers(0, 15), st.integers(20, 120))


@given(rows=AXES, columns=AXES)
def test_every_field_lies_in_its_window_on_the_grid_and_in_the_picture(rows, columns):
    """Contained as far as the picture goes, begun on the stride's grid, ended inside the picture."""
    size, stride, padding, picture = zip(rows, columns, strict=True)
    field = ReceptiveField(size, stride, (-padding[0], -padding[1]), picture)
    window = FieldWindow.around(field)
    units = np.stack(np.meshgrid(*(np.arange(p // s) for p, s in zip(picture, stride, strict=True))), -1).reshape(-1, 2)
    origins, boxes = window.origins(units), field.boxes(units)
    ends = origins + np.array(window.size)
    assert (origins >= 0).all() and (ends <= np.array(picture)).all()
    seen = np.concatenate([np.clip(boxes[:, :2], 0, picture), np.clip(boxes[:, 2:], 0, picture)], 1)
    inside = seen[:, :2] < seen[:, 2:]
    assert ((seen[:, :2] >= origins) | ~inside).all() and ((seen[:, 2:] <= ends) | ~inside).all()
    if window.size != picture:
        assert not (origins % np.array(stride)).any()
        reach_past = boxes[:, 2:] > np.array(picture)
        assert (ends[reach_past] == np.broadcast_to(picture, ends.shape)[reach_past]).all()


def test_units_that_see_everything_take_the_whole_picture():
    """No window is smaller than what a unit sees."""
    window = FieldWindow.around(ReceptiveField((48, 48), (0, 0), (0, 0), (48, 48)))
    assert window.size == (48, 48)
    assert window.origins(np.array([[0, 0]])).tolist() == [[0, 0]]
