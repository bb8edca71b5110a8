"""Clusters: planted ones are found, names and scores are those worked out by hand, and wrong input is named."""

import warnings
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
import torch
from torch import nn

import fer_probe as fp
from fer_probe.activations import LayerError
from fer_probe.latents import clusters
from fer_probe.latents.clusters import Clusters, cluster, cluster_samples, name_clusters, score_clusters
from fer_probe.latents.encoded_images import EncodedImages
from fer_probe.records import load_record, save_record

SIZES = (40, 30, 20)


def blobs(length=5, sizes=SIZES, seed=0):
    """Clouds far apart, of different sizes, and which is which."""
    rng = np.random.default_rng(seed)
    centres = 20 * rng.normal(size=(len(sizes), length))
    belongs = rng.permutation(np.repeat(np.arange(len(sizes)), sizes))
    return (centres[belongs] + rng.normal(size=(len(belongs), length))).astype(np.float32), belongs


def labelled(expressions, names=("anger", "fear", "sadness")):
    """Faces of which nothing but the expression matters."""
    faces = fp.draw_faces(1, 16, 0, per_subject=1).select(np.zeros(len(expressions), np.int64))
    return replace(faces, expression=np.array(expressions), expression_names=names)


@pytest.mark.parametrize("length", [5, 300])
def test_planted_clusters_are_found(length):
    """Each cloud is one cluster, the largest is number 0; longer features are laid on 100 axes at most."""
    features, belongs = blobs(length)
    found = cluster(features, 3)
    assert np.array_equal(found.labels, belongs)
    assert np.bincount(found.labels).tolist() == list(SIZES)
    assert (found.axes is None) == (length == 5)
    if length == 300:
        assert found.axes.shape == (len(features), 300)  # fewer pictures than 100 axes have no more
        assert found.explained_variance == pytest.approx(1)


def test_the_numbers_of_the_record_are_those_of_the_clusters():
    """Centres are the means, distances to them, inertia the sum of squares: without axes in the features' own space."""
    features, belongs = blobs()
    found = cluster(features, 3)
    for number in range(3):
        centre = features[belongs == number].mean(0)
        np.testing.assert_allclose(found.centres[number], centre, rtol=1e-4)
        away = np.linalg.norm(features[belongs == number] - centre, axis=1)
        np.testing.assert_allclose(found.distance[belongs == number], away, rtol=1e-3)
    assert found.inertia == pytest.approx(np.square(found.distance).sum(), rel=1e-5)


def test_axes_are_the_largest_of_the_features(monkeypatch):
    """Two of a plane in 200 dimensions keep all; found on a sample they do as well, and that is said."""
    rng = np.random.default_rng(1)
    features, belongs = blobs(2)
    plane = features @ np.linalg.qr(rng.normal(size=(200, 2)))[0].T
    found = cluster(plane, 3, dimensions=2)
    assert found.explained_variance == pytest.approx(1, abs=1e-5) and found.sampled == len(plane)
    apart = np.linalg.norm(found.centres[0] - found.centres[1])
    expected = np.linalg.norm(features[belongs == 0].mean(0) - features[belongs == 1].mean(0))
    assert apart == pytest.approx(expected, rel=1e-4)
    monkeypatch.setattr(clusters, "PCA_SAMPLE", 12)
    few = cluster(plane, 3, dimensions=2)
    assert few.sampled == 12 and np.array_equal(few.labels, found.labels)


@pytest.mark.parametrize("length", [5, 300])
def test_other_pictures_get_the_nearest_cluster(length):
    """The clustered ones their own, new ones of the same clouds theirs; others of another length are refused."""
    features, belongs = blobs(length)
    found = cluster(features[:60], 3)
    assert np.array_equal(found.assign(features[:60]), found.labels)
    onto = {old: new for new, old in zip(found.labels, belongs[:60], strict=True)}
    assert found.assign(features[60:]).tolist() == [onto[b] for b in belongs[60:]]
    assert found.assign(features[:0]).shape == (0,)
    with pytest.raises(ValueError, match=f"of features of length {length}, given are some of length 4"):
        found.assign(features[:, :4])


def test_the_seed_decides():
    """The same seed, the same record; on shapeless noise another seed divides otherwise; further axes are flattened."""
    noise = np.random.default_rng(0).normal(size=(200, 4, 30)).astype(np.float32)
    one, again, other = (cluster(noise, 8, seed=seed) for seed in (3, 3, 4))
    for name in ("labels", "distance", "centres", "axes"):
        assert np.array_equal(getattr(one, name), getattr(again, name))
    assert not np.array_equal(one.labels, other.labels)
    assert np.array_equal(cluster(noise.reshape(200, -1), 8, seed=3).labels, one.labels)


def test_a_record_comes_back(tmp_path):
    """To disk and back, it assigns as before; so without axes."""
    for length in (5, 300):
        features, _ = blobs(length)
        found = cluster(features, 3, layer="encoder")
        save_record(found, tmp_path / "clusters", {"seed": 0})
        back = load_record(tmp_path / "clusters", Clusters)
        assert np.array_equal(back.assign(features), found.labels) and back.layer == "encoder"


def test_what_cannot_be_divided_is_refused():
    """Too few pictures, too few different ones, features that are no numbers: one sentence each."""
    features, _ = blobs()
    with pytest.raises(ValueError, match="4 pictures cannot be divided into 8 clusters; expected 1 to 4"):
        cluster(features[:4])
    with pytest.raises(ValueError, match="20 pictures have 2 different features, too few for 3 clusters"):
        cluster(np.repeat(features[:2], 10, axis=0), 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match="different features"):
            cluster(np.ones((20, 300), np.float32), 3)
    features[7, 2] = np.nan
    with pytest.raises(ValueError, match="features of pictures 0 to 89 are not all finite"):
        cluster(features, 3)


#: Rows are clusters. Anger is most common in cluster 0 and in 1; one-to-one, 0 takes fear: 4 + 5 + 3 beats 6 + 1 + 3.
CROSSED = {0: "AAAAAAFFFF", 1: "AAAAAF", 2: "SSSA"}


def crossed(counted=CROSSED):
    order = ["AFS".index(letter) for letters in counted.values() for letter in letters]
    numbers = [number for number, letters in counted.items() for _ in letters]
    return np.array(numbers), labelled(order)


def test_names_are_the_assignment_under_which_most_agree():
    """By hand: not each cluster's most common expression, which two would share."""
    numbers, faces = crossed()
    assert name_clusters(numbers, faces, 3) == ("fear", "anger", "sadness")
    scores = score_clusters(numbers, faces, name_clusters(numbers, faces, 3))
    assert scores.accuracy == pytest.approx(12 / 20)
    assert scores.counts.tolist() == [[6, 4, 0], [5, 1, 0], [1, 0, 3]]
    assert scores.confusion.tolist() == [[5, 6, 1], [1, 4, 0], [0, 0, 3]]


def test_the_assignment_is_the_best_of_all():
    """Against every permutation, on random counts; expressions that nobody shows are given to nobody."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        numbers, shown = rng.integers(0, 4, 60), rng.integers(0, 4, 60)
        faces = labelled(shown + 1, ("contempt", "anger", "fear", "sadness", "neutral"))
        names = name_clusters(numbers, faces, 4)
        best = max(
            score_clusters(numbers, faces, [faces.expression_names[1 + i] for i in way]).accuracy
            for way in permutations(range(4))
        )
        assert score_clusters(numbers, faces, names).accuracy == pytest.approx(best)
        assert sorted(names) == sorted(faces.expression_names[1:])


def test_renumbered_clusters_score_the_same():
    """Names follow the clusters; the two indices know no numbers at all."""
    numbers, faces = crossed()
    other = np.array([2, 0, 1])[numbers]
    one, two = (score_clusters(n, faces, name_clusters(n, faces, 3)) for n in (numbers, other))
    assert one.accuracy == two.accuracy and np.array_equal(one.confusion, two.confusion)
    assert np.array_equal(one.predicted, two.predicted)
    assert one.adjusted_rand == pytest.approx(two.adjusted_rand)


def test_the_indices_are_their_formulas():
    """Adjusted Rand from pairs counted one by one, mutual information from the counts; 1 for the same division."""
    numbers, faces = crossed()
    scores = score_clusters(numbers, faces, ("fear", "anger", "sadness"))
    expression, n = faces.expression, len(faces)
    i, j = np.triu_indices(n, 1)
    mine, theirs = numbers[i] == numbers[j], expression[i] == expression[j]
    chance, mean = mine.sum() * theirs.sum() / len(i), (mine.sum() + theirs.sum()) / 2
    assert scores.adjusted_rand == pytest.approx(((mine & theirs).sum() - chance) / (mean - chance))
    p = scores.counts / n
    row, column = p.sum(1, keepdims=True), p.sum(0, keepdims=True)
    information = (p[p > 0] * np.log((p / (row * column))[p > 0])).sum()
    entropies = [-(q * np.log(q)).sum() for q in (row, column)]
    assert scores.mutual_information == pytest.approx(information / np.mean(entropies))
    same = score_clusters(np.asarray(expression), faces, ("anger", "fear", "sadness"))
    assert same.accuracy == same.adjusted_rand == pytest.approx(1) == same.mutual_information


def test_names_by_hand():
    """Two clusters may show the same, one may be left without a name and is wrong; spelling does not matter."""
    numbers, faces = crossed()
    scores = score_clusters(numbers, faces, {0: "Angry", 1: "anger", 2: ""})
    assert scores.names == ("anger", "anger", "")
    assert scores.accuracy == pytest.approx(11 / 20) and scores.unnamed == 4
    assert scores.confusion.tolist() == [[11, 0, 0], [5, 0, 0], [0, 0, 0]]
    assert (scores.predicted[numbers == 2] == -1).all()
    with pytest.raises(ValueError, match="cluster 2 has no name: give it an expression, or '' for none"):
        score_clusters(numbers, faces, {0: "anger", 1: "fear"})
    with pytest.raises(ValueError, match="cluster 1 is called 'joy'; these faces show anger, fear, sadness"):
        score_clusters(numbers, faces, {0: "anger", 1: "joy", 2: "fear"})


def test_more_clusters_than_expressions_and_fewer():
    """What is left over has no name; one face too few leaves an expression without a cluster."""
    numbers, faces = crossed({0: "AAA", 1: "FFF", 2: "SSSS", 3: "A"})
    assert name_clusters(numbers, faces, 4) == ("anger", "fear", "sadness", "")
    assert score_clusters(numbers, faces, name_clusters(numbers, faces, 4)).accuracy == pytest.approx(10 / 11)
    assert name_clusters(np.minimum(numbers, 1), faces, 2) == ("anger", "sadness")


def test_unlabelled_faces_count_for_nothing():
    """Scores are those of the labelled ones; where there is none that is said, and so are unequal numbers."""
    numbers, faces = crossed()
    half = replace(faces, expression=np.where(np.arange(20) % 2, faces.expression, -1))
    names = ("fear", "anger", "sadness")
    part, kept = score_clusters(numbers, half, names), np.arange(20) % 2 == 1
    alone = score_clusters(numbers[kept], faces.select(kept), names)
    assert (part.accuracy, part.adjusted_rand) == (alone.accuracy, alone.adjusted_rand)
    with pytest.raises(ValueError, match="none of the 20 faces has an expression"):
        name_clusters(numbers, replace(faces, expression=np.full(20, -1)), 3)
    with pytest.raises(ValueError, match="clusters of 3 pictures but labels of 20 faces"):
        score_clusters(numbers[:3], faces, names)


def test_samples_are_the_clusters_own():
    """At random by the seed, none twice; -1 where a cluster has fewer."""
    labels = np.repeat([0, 1, 2], (30, 20, 2))
    shown = cluster_samples(labels, 4, seed=1)
    assert shown.shape == (3, 4) and shown[2].tolist() == [50, 51, -1, -1]
    for number, row in enumerate(shown[:2]):
        assert (labels[row] == number).all() and len(set(row.tolist())) == 4
    assert np.array_equal(cluster_samples(labels, 4, seed=1), shown)
    assert not np.array_equal(cluster_samples(labels, 4, seed=2), shown)


class Encoder(nn.Module):
    """A stranger's, with dropout that must not act."""

    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.5)

    def encode(self, images):
        return self.drop(images[:, :, ::2, ::2])


def test_latents_are_encoded_when_they_are_asked_for():
    """Any stretch is what the model gives, in eval mode, in batches of any size; the model stays in its own mode."""
    model, images = Encoder().train(), torch.rand(11, 1, 8, 8)
    latents = EncodedImages(model, images, batch_size=3)
    whole = images[:, :, ::2, ::2].flatten(1).numpy()
    assert latents.shape == (11, 16) and len(latents) == 11 and model.training
    assert np.array_equal(latents[0:11], whole) and np.array_equal(latents[4:9], whole[4:9])
    assert latents[5:5].shape == (0, 16)
    assert np.array_equal(cluster(latents, 2).labels, cluster(whole, 2).labels)


def test_what_does_not_encode_is_refused():
    """No ``encode``, no pictures, a step, an output that is no latent."""
    images = torch.rand(4, 1, 8, 8)
    with pytest.raises(LayerError, match=r"Linear has no method encode\(images\)"):
        EncodedImages(nn.Linear(1, 1), images)
    with pytest.raises(LayerError, match="no pictures"):
        EncodedImages(Encoder(), images[:0])
    with pytest.raises(LayerError, match="without the step 2"):
        EncodedImages(Encoder(), images)[0:4:2]
    pair = Encoder()
    pair.encode = lambda images: (images, images)
    with pytest.raises(LayerError, match="encode gives a tuple for 1 pictures"):
        EncodedImages(pair, images)
