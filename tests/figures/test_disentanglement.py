"""The map of importances and the bars of the probes hold the records' numbers."""

import numpy as np
import pytest

from fer_probe.figures import disentanglement_figure, linear_probes_figure
from fer_probe.latents.disentanglement import measure_disentanglement
from fer_probe.latents.linear_probes import LinearProbes


def probes(layer, scores, names=("expression", "identity", "AU12")):
    measures = ("balanced accuracy", "balanced accuracy", "R²")[: len(names)]
    return LinearProbes(
        names, measures, np.array(scores, np.float32), np.array([0.25, 0.1, 0][: len(names)], np.float32),
        np.array([True, False, True][: len(names)]), 60, layer,
    )  # fmt: skip


def test_the_variables_that_matter_are_drawn():
    """Forty variables of which two hold the factors: those are among the drawn ones, with their names."""
    rng = np.random.default_rng(0)
    factors = {"a": rng.uniform(size=120), "b": rng.uniform(size=120)}
    latents = rng.normal(size=(120, 40))
    latents[:, 7], latents[:, 31] = factors["a"], factors["b"]
    found = measure_disentanglement(latents, factors)
    figure = disentanglement_figure(found, [f"z{number}" for number in range(40)])
    drawn = figure.data[0]
    assert len(drawn.y) == 24 and list(drawn.x) == ["a", "b"]
    assert drawn.z[list(drawn.y).index("z7")][0] == found.importance[7, 0] > 0.9
    assert "FactorVAE" in figure.layout.title.subtitle.text
    assert "variable 31" in disentanglement_figure(found).data[0].y


def test_a_bar_for_everything_read_off_each_layer():
    """Scores below 0 are bars of no length that still tell their number; chance is marked once."""
    figure = linear_probes_figure(
        [probes("fc1", [0.9, 0.2, 0.5]), probes("latent", [0.8, -0.1], ("expression", "AU12"))]
    )
    one, other, chance = figure.data
    assert (one.name, other.name) == ("fc1", "latent")
    assert list(other.x) == pytest.approx([0.8, 0]) and other.customdata[1, 0] == pytest.approx(-0.1)
    assert list(chance.y) == ["expression", "identity", "AU12"]
    with pytest.raises(ValueError, match="no linear probes"):
        linear_probes_figure([])
