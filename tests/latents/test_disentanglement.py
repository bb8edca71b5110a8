"""Measures on hand-made codes: a perfect one reaches each ceiling, a rotated one less, noise its chance level."""

import numpy as np
import pytest
from sklearn.metrics import mutual_info_score

from fer_probe.latents.disentanglement import Disentanglement, measure_disentanglement
from fer_probe.records import load_record, save_record

FACES = 1000
RNG = np.random.default_rng(0)
FACTORS = {
    **{f"AU{number}": RNG.uniform(size=FACES) for number in range(5)},
    "identity": np.array([f"D{number:02}" for number in RNG.integers(0, 12, FACES)]),
}
PERFECT = np.stack([np.unique(told, return_inverse=True)[1] for told in FACTORS.values()], 1).astype(float)
PERFECT = (PERFECT - PERFECT.mean(0)) / PERFECT.std(0)
NOISE = RNG.normal(size=(FACES, 10))


@pytest.fixture(scope="module")
def scores():
    """Code → measure → score, chance, ceiling. The perfect code has four variables of noise beside it."""
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(6, 6)))
    codes = {"perfect": np.hstack([PERFECT, NOISE[:, :4]]), "rotated": PERFECT @ turn, "noise": NOISE}
    return {name: measure_disentanglement(code, FACTORS).scores for name, code in codes.items()}


MEASURES = ("MIG", "SAP", "DCI disentanglement", "DCI completeness", "DCI informativeness", "FactorVAE")


@pytest.mark.parametrize("measure", MEASURES)
def test_a_perfect_code_reaches_the_ceiling(scores, measure):
    """Whatever stands beside it: 1, up to what a finite number of faces can show."""
    score, _, ceiling = scores["perfect"][measure]
    assert ceiling == 1 and score > 0.96


@pytest.mark.parametrize("measure", MEASURES)
def test_a_rotated_code_is_clearly_below(scores, measure):
    """It holds the same and separates less."""
    assert scores["rotated"][measure][0] < scores["perfect"][measure][0] - 0.1


@pytest.mark.parametrize("measure", MEASURES)
def test_noise_is_at_its_chance_level(scores, measure):
    """0 each (a forest that reads noise is a little below), 1/6 of FactorVAE for six factors."""
    score, chance, _ = scores["noise"][measure]
    assert chance == (1 / 6 if measure == "FactorVAE" else 0)
    assert abs(score - chance) < (0.1 if measure == "DCI informativeness" else 0.05)


def test_a_bent_code_is_as_good_as_a_straight_one():
    """Bins are of equal number: what rises with the factor knows it, however bent."""
    bent = measure_disentanglement(np.exp(2 * PERFECT), FACTORS)
    assert bent.mig > 0.96 and bent.disentanglement > 0.96


def test_a_factor_twice_in_the_code_has_no_gap():
    """MIG and SAP want one variable a factor: of a code held twice they are 0, and completeness falls."""
    found = measure_disentanglement(np.hstack([PERFECT, PERFECT]), FACTORS)
    assert found.mig < 0.01 and found.sap < 0.01 and found.disentanglement > 0.95
    assert found.completeness < 0.9


def test_mutual_information_is_corrected_for_few_faces():
    """It is the plain one less what empty information has of itself; entropies likewise."""
    few = {"a": FACTORS["AU0"][:100], "b": np.arange(100) % 4}
    found = measure_disentanglement(NOISE[:100, :2], few)
    bins = np.searchsorted(np.quantile(NOISE[:100, 0], np.linspace(0, 1, 21))[1:-1], NOISE[:100, 0], side="right")
    plain = mutual_info_score(bins, few["b"])
    cells = [len(np.unique(x)) for x in (bins, few["b"], bins * 4 + few["b"])]
    expected = plain + (cells[0] - 1 + cells[1] - 1 - (cells[2] - 1)) / 200
    assert found.mutual_information[0, 1] == pytest.approx(max(expected, 0), abs=1e-6)
    assert found.entropy[1] == pytest.approx(np.log(4) + 3 / 200, abs=1e-6)


def test_the_same_seed_gives_the_same_numbers(tmp_path):
    """And the record comes back."""
    one, same = (measure_disentanglement(NOISE[:80], {k: v[:80] for k, v in FACTORS.items()}, seed=4) for _ in "12")
    assert one.scores == same.scores
    back = load_record(save_record(one, tmp_path / "d", {}), Disentanglement)
    assert back.scores == one.scores and np.array_equal(back.importance, one.importance)


def test_a_latent_that_never_varies_tells_nothing():
    """Zeros all over: chance, and no division by nothing."""
    found = measure_disentanglement(np.zeros((50, 3)), {k: v[:50] for k, v in FACTORS.items()})
    assert found.factor_vae == pytest.approx(1 / 6) and found.mig == 0 and found.disentanglement == 0


@pytest.mark.parametrize(("latents", "factors", "words"), [
    (NOISE[:30], FACTORS, "40 faces or more"),
    (NOISE[:50] * np.nan, FACTORS, "finite latents"),
    (NOISE[:50], {"a": np.zeros(50), "b": np.arange(50)}, "factor a does not vary"),
    (NOISE[:50], {"a": np.arange(49.0)}, r"factor a is \(49,\); expected one value for each of 50"),
    (NOISE[:50], {"a": np.arange(50.0)}, "1 factors"),
])  # fmt: skip
def test_what_cannot_be_measured_is_said(latents, factors, words):
    """By name."""
    with pytest.raises(ValueError, match=words):
        measure_disentanglement(latents, factors)


def test_a_unit_at_rest_on_most_faces_is_still_a_factor():
    """Intensities that are 0 but on few faces: the variable that holds them reaches the ceiling, no entropy is 0."""
    rng = np.random.default_rng(6)
    rare = {f"AU{au}": np.where(rng.uniform(size=600) < 0.08, rng.uniform(0.2, 1, 600), 0) for au in range(3)}
    found = measure_disentanglement(np.stack([*rare.values(), rng.normal(size=600)], 1), rare)
    assert (found.entropy > 0.2).all() and found.mig > 0.9 and found.completeness > 0.95
