import pytest

from fer_probe.figures import au_profile_figure
from fer_probe.figures.theme import AU_SIDE


def test_every_unit_stands_once_and_too_few_last(records):
    """All action units are there; those without a distance stand at the foot and say why."""
    figure = au_profile_figure(records.distances, 2)
    drawn = [int(au) for bar in figure.data for au in bar.customdata]
    assert sorted(drawn) == [1, 12, 27, 43]
    order = figure.layout.yaxis.categoryarray
    assert all("too few" in label for label in order[:2])
    assert not any("too few" in label for label in order[2:])


def test_bars_are_the_maps_own_distances(records):
    """The bar of a unit is D of that unit and this map."""
    figure = au_profile_figure(records.distances, 2)
    drawn = {int(au): float(d) for bar in figure.data for au, d in zip(bar.customdata, bar.x, strict=True)}
    assert drawn[12] == records.distances.distance[0, 2]
    assert drawn[27] == 0


def test_a_map_that_does_not_exist_is_an_error(records):
    """The message says how many maps there are."""
    with pytest.raises(IndexError, match="6 maps"):
        au_profile_figure(records.distances, 6)


def test_units_that_a_map_is_above_chance_for_stand_out(records):
    """The strong colour is for the units whose shuffled labels give the map less."""
    number = records.significance.detector(12)
    figure = au_profile_figure(records.distances, number, records.significance)
    strong = [int(au) for bar in figure.data if bar.marker.color == AU_SIDE for au in bar.customdata]
    assert strong == [12]
    assert "200 label permutations" in figure.layout.title.subtitle.text
