import dataclasses

import numpy as np
import pytest

from fer_probe.figures import distance_figure, evidence_figure, significance_figure
from fer_probe.figures.theme import AU_SIDE


def test_every_map_has_one_bar_of_its_own_height(records):
    """All colours together draw each map's z once, and a click finds its number."""
    figure = significance_figure(records.significance, 12)
    bars = [bar for bar in figure.data if bar.type == "bar"]
    drawn = {int(m): float(z) for bar in bars for m, z in zip(bar.customdata, bar.y, strict=True)}
    assert drawn == pytest.approx(dict(enumerate(records.significance.z[0])))


def test_the_line_parts_detectors_from_chance(records):
    """Strongly coloured bars, and only they, rise above the line."""
    tested = records.significance
    figure = significance_figure(tested, 12)
    (line,) = [shape.y0 for shape in figure.layout.shapes]
    strong = np.concatenate([bar.y for bar in figure.data if bar.type == "bar" and bar.marker.color == AU_SIDE])
    others = np.concatenate([bar.y for bar in figure.data if bar.type == "bar" and bar.marker.color != AU_SIDE])
    assert len(strong) and strong.min() > line > others.max()
    for part in ("200 label permutations within each person", "p adjusted over 6 maps"):
        assert part in figure.layout.title.subtitle.text


def test_units_that_were_not_tested_say_why(records):
    """Too few faces, or labels that cannot change places: words, and no bars."""
    assert "too few faces" in significance_figure(records.significance, 27).layout.annotations[0].text
    refused = dataclasses.replace(records.significance, scheme=("",) * 4, refused=("its labels stay", "", "", ""))
    figure = significance_figure(refused, 12)
    assert figure.layout.annotations[0].text == "its labels stay" and not figure.data


def test_all_units_at_once_show_every_map_of_those_that_were_tested(records):
    """A dot for every map of AU12 and AU1 at its z; a tick each for what chance reaches."""
    tested = records.significance
    *dots, ticks = evidence_figure(tested).data
    drawn = {(au, m): z for trace in dots for (au, m), z in zip(trace.customdata, trace.x, strict=True)}
    expected = {(au, m): tested.z[row, m] for row, au in enumerate((12, 1)) for m in range(6)}
    assert drawn == pytest.approx(expected)
    assert list(ticks.x) == tested.chance_z[:2].tolist()
    strong = [tuple(one) for trace in dots if trace.marker.color == AU_SIDE for one in trace.customdata]
    assert set(strong) == {(12, m) for m in tested.detectors(12)} != set()


def test_with_nothing_tested_the_figure_is_empty_and_made(records):
    """No unit tested: no dots, no error."""
    figure = evidence_figure(dataclasses.replace(records.significance, scheme=("",) * 4))
    assert sum(len(trace.x) for trace in figure.data) == 0


def test_bars_are_as_broad_as_a_map(records):
    """However few maps a colour has, its bars reach no other map."""
    for figure in (significance_figure(records.significance, 12), distance_figure(records.distances, 12)):
        assert all(bar.width < 1 for bar in figure.data if bar.type == "bar")
