import dataclasses

import numpy as np
import pytest

from fer_probe.figures import best_map_in_words, distance_figure, distance_grid_figure, distance_heatmap_figure
from fer_probe.figures.theme import AU_SIDE, AU_SIDE_BY_CHANCE, OTHER_SIDE


def _texts(figure) -> str:
    return " ".join(a.text for a in figure.layout.annotations)


def test_every_map_has_one_bar_of_its_own_distance(records):
    """Both colours together draw each map once, at D, and a click finds its number."""
    figure = distance_figure(records.distances, 12)
    drawn = {int(m): float(d) for bar in figure.data for m, d in zip(bar.customdata, bar.y, strict=True)}
    assert drawn == pytest.approx(dict(enumerate(records.distances.distance[0])))
    assert all(np.array_equal(bar.x, bar.customdata) for bar in figure.data)


def test_colour_tells_the_side(records):
    """Maps on the AU's side, and only they, have the strong colour."""
    sides = {bar.marker.color: set(bar.customdata.tolist()) for bar in distance_figure(records.distances, 12).data}
    assert sides[AU_SIDE] == set(np.flatnonzero(records.distances.direction[0] > 0).tolist())
    assert sides[AU_SIDE] | sides[OTHER_SIDE] == set(range(6))


def test_the_best_map_is_named(records):
    """The annotation points at the map that the record calls best."""
    best = records.distances.best_map(12)
    note = distance_figure(records.distances, 12).layout.annotations[0]
    assert best is not None
    assert f"map {best}" in note.text
    assert note.x == best
    assert note.y == records.distances.distance[0, best]


def test_too_few_is_said_and_draws_no_bars(records):
    """An AU on three faces has no distances, and the figure says so with the counts."""
    figure = distance_figure(records.distances, 27)
    assert len(figure.data) == 0
    assert "too few" in _texts(figure)
    assert "3 faces with" in _texts(figure)


def test_none_is_said_where_no_map_is_on_the_units_side(records):
    """All bars on the other side: "none", and no map is named."""
    other = dataclasses.replace(records.distances, direction=-np.ones_like(records.distances.direction))
    assert "none" in _texts(distance_figure(other, 12))
    assert best_map_in_words(other, 12).startswith("none")
    assert "map " not in best_map_in_words(other, 12).split("(")[0]


def test_an_unknown_unit_is_an_error(records):
    """A unit that the record lacks is named."""
    with pytest.raises(KeyError, match="AU99"):
        distance_figure(records.distances, 99)


def test_the_grid_names_each_panels_best_map_in_its_own_panel(records):
    """The lines to the best maps use their own panels' axes, not the first one's."""
    figure = distance_grid_figure(records.distances, [12, 1])
    named = [a for a in figure.layout.annotations if "map " in a.text and a.showarrow]
    assert [a.xref for a in named] == [a.axref for a in named]
    assert len({a.xref for a in named}) == len(named)


def test_the_heat_map_is_signed_and_scaled_by_rows(records):
    """A row's largest D is ±1, below 0 on the other side; rows with too few pictures are empty; D is in the text."""
    heat = distance_heatmap_figure(records.distances).data[0]
    assert np.nanmax(np.abs(heat.z[0])) == 1
    assert np.array_equal(np.sign(heat.z[0]), records.distances.direction[0])
    assert np.isnan(heat.z[2]).all()
    assert heat.text[0][1].startswith(f"D = {records.distances.distance[0, 1]:.3g}")


def test_only_a_detector_is_named_and_strongly_coloured(records):
    """Tested, the strong colour is for maps above chance, the pale one for others on the unit's side."""
    tested = records.significance
    figure = distance_figure(records.distances, 12, tested)
    sides = {bar.marker.color: set(bar.customdata.tolist()) for bar in figure.data}
    on_side = set(np.flatnonzero(records.distances.direction[0] > 0).tolist())
    assert sides[AU_SIDE] == set(tested.detectors(12).tolist()) != set()
    assert sides[AU_SIDE] | sides[AU_SIDE_BY_CHANCE] == on_side
    assert f"map {tested.detector(12)}" in _texts(figure)
    assert "200 label permutations within each person, p adjusted over 6 maps" in figure.layout.title.subtitle.text


def test_without_a_detector_no_map_is_named(records):
    """AU1 is on half of the people and raises nothing: none, and no map's number."""
    assert records.significance.detector(1) is None
    figure = distance_figure(records.distances, 1, records.significance)
    assert "none" in _texts(figure) and "map " not in _texts(figure).split("(")[0]
    assert not [bar for bar in figure.data if bar.marker.color == AU_SIDE and len(bar.x)]
    assert "between whole persons" in figure.layout.title.subtitle.text
    assert best_map_in_words(records.distances, 1, records.significance) == "none (no map stands above chance)"


def test_untestable_units_say_why(records):
    """Labels that cannot change places are not taken for no detector."""
    refused = dataclasses.replace(
        records.significance, scheme=("", *records.significance.scheme[1:]), refused=("its labels stay", "", "", "")
    )
    assert best_map_in_words(records.distances, 12, refused) == "not testable (its labels stay)"
    assert "not tested" in distance_figure(records.distances, 12, refused).layout.title.subtitle.text


def test_the_heat_map_marks_what_stands_above_chance(records):
    """A dot on every cell that is above chance, and on no other."""
    dots = distance_heatmap_figure(records.distances, records.significance).data[1]
    assert list(dots.x) == records.significance.detectors(12).tolist()
    assert all(label.startswith("AU12 ") for label in dots.y)
    assert len(distance_heatmap_figure(records.distances).data) == 1
