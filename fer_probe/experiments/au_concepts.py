"""Action-unit concepts: does a class become more likely as a layer's activations move the way an action unit does?

TCAV (Kim et al. 2018), with action units as the concepts. In each of several runs, over other drawn people:

    v       normal of the plane that tells people with the unit from the same people at rest, in the layer's activations
    score   share of pictures x of a class k with  ∇h_k(f(x)) · v > 0,   h_k the class's logit behind the layer f

The same is done for random concepts, pictures of any units against others, and a concept's scores are compared with
the random ones' by a two-sided t-test (section 3.5); q over all concepts and classes (Benjamini & Hochberg 1995). The
t-test is Student's: Welch's takes a concept that happens to score 1 in a few runs for certain. As every run has people
of its own, its v holds nothing of particular persons, and runs are independent, as the test needs; in the original one
set of concept pictures serves all. A unit whose planes do not tell held-out people is marked: its scores say nothing.

Activations and gradients are Captum's. Its ``TCAV`` is not used, but gives the same scores from the same planes (a
test holds it to that). Its own classifier splits pictures by the global ``random``, the same person on both sides, and
every activation and plane goes to files in ``./cav``, where the next call finds them whatever the model has become.

What it cannot say: that the class depends on the unit. It is a derivative: a unit that a class answers to fully already
has none; and v is what goes along with the unit in the layer, be it light or shadow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from captum.attr import LayerActivation, LayerGradientXActivation
from numpy.typing import NDArray
from scipy import stats
from sklearn.linear_model import LogisticRegression
from torch import nn

from fer_probe.activations import Images, LayerError, check_layers, evaluation_mode, find_layers, for_model
from fer_probe.evaluation import class_scores
from fer_probe.experiments.paired_effects import t_half_width
from fer_probe.experiments.sweeps import PEAK, expression_units, shown_expressions
from fer_probe.expressions import match_by_name
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.faces.drawn_faces.posed_people import PosedPeople, pose_people, prepared_alike
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.records import Record

#: A concept is called significant where its q is below this.
SIGNIFICANT = 0.05
#: Those who show the classes are people of this seed more.
OTHER_PEOPLE = 100_003


@dataclass(frozen=True, eq=False)
class ConceptTests(Record):
    """TCAV scores of A action units for K classes, in G runs, beside those of R random concepts.

    Attributes:
        layer: whose activations.
        class_names: (K,) the classes that can be drawn, as the model calls them.
        action_unit_numbers: (A,) the concepts.
        scores: (A, G, K) share of the class's pictures whose logit rises along the concept; ½ says neither.
        random_scores: (R, K) the same along random concepts.
        accuracy: (A, G) of each run's plane on people it was not fitted on; ½ by chance.
        p_value: (A, K) two-sided Student's t-test, scores against random ones.
        q_value: (A, K) over all concepts and classes, by Benjamini and Hochberg.
        people: on each side of every plane.
        class_pictures: whose gradients are taken, of every class.
        intensity: of a unit that is on, 0–1.
        seed: of the people and the random concepts.
    """

    layer: str
    class_names: tuple[str, ...]
    action_unit_numbers: np.ndarray
    scores: np.ndarray
    random_scores: np.ndarray
    accuracy: np.ndarray
    p_value: np.ndarray
    q_value: np.ndarray
    people: int
    class_pictures: int
    intensity: float
    seed: int

    @property
    def mean_score(self) -> NDArray[np.float64]:
        """(A, K) over runs."""
        return np.asarray(self.scores).mean(1)

    @property
    def separates(self) -> NDArray[np.bool_]:
        """(A,) whether planes tell held-out people: the 95 % interval of their accuracy, by t over runs, is above ½."""
        accuracy = np.asarray(self.accuracy)
        return np.asarray(accuracy.mean(1) - np.nan_to_num(t_half_width(accuracy.T)) > 0.5)

    @property
    def significant(self) -> NDArray[np.bool_]:
        """(A, K) where the concept can be told and its scores differ from random concepts'."""
        return np.asarray(self.separates[:, None] & (self.q_value < SIGNIFICANT))


def test_concepts(
    model: nn.Module,
    prepare: Callable[[FaceImages], PreparedImages],
    layer: str,
    class_names: Sequence[str],
    *,
    action_units: Sequence[int] = DRAWN_ACTION_UNITS,
    runs: int = 20,
    random_runs: int = 60,
    people: int = 6,
    class_pictures: int = 24,
    intensity: float = 1.0,
    size: int = 96,
    channels: int = 1,
    seed: int = 0,
    batch_size: int = 64,
) -> ConceptTests:
    """Test action units as concepts of a layer, for every class that is an expression.

    Args:
        model: any classifier that gives logits; run in eval mode and given back as it was.
        prepare: its checkpoint's preprocessing.
        layer: as ``model.named_modules()`` names it.
        class_names: in the order of the model's outputs; those that can be drawn are tested.
        action_units: the concepts; they must be drawn.
        runs: planes a concept, each of other people, at least 3.
        random_runs: random concepts, at least 3.
        people: on each side of a plane, at least 2: each with the unit, and at rest.
        class_pictures: of other people who show the class's expression.
        intensity: of a unit that is on, above 0 and at most 1.
        size, channels: of the drawn pictures: 1 grey, 3 colour.
        seed: of the people and the random concepts.
        batch_size: changes speed only.

    Raises:
        ValueError: too few of anything, no class that can be drawn, or another number of classes than outputs.
        LayerError: a layer that does not exist, does not run exactly once, or that no gradient comes back to.
        FacesError: a unit that cannot be drawn, or a face that cannot be cropped.
    """
    shown = shown_expressions(class_names, "exposure")
    if min(runs, random_runs) < 3 or people < 2 or class_pictures < 1 or not shown or not len(action_units):
        raise ValueError(
            f"{runs} runs, {random_runs} random ones, {people} people, {class_pictures} pictures of a class, "
            f"{len(action_units)} units and the classes {', '.join(class_names)}: expected 3 runs of each kind, 2 "
            "people, a picture, a unit and a class that can be drawn, or more"
        )
    posed = pose_people(runs * people, seed=seed, size=size, channels=channels)
    others = pose_people(max(2, class_pictures), seed=seed + OTHER_PEOPLE, size=size, channels=channels)
    looked_at = _LayerOf(model, layer, batch_size)
    gradients = looked_at.class_gradients(prepare, others, shown, class_names)[:, :class_pictures]
    faces = prepared_alike(prepare, posed.showing([{}, *({au: intensity} for au in action_units)]))
    # (G, people, 1 + A, F): at rest first.
    activations = looked_at.activations(faces).reshape(runs, people, 1 + len(action_units), -1)
    # The layer's unit is of no matter to the planes' regularisation.
    activations /= activations.std() or 1.0
    split = [_Run.spanned(one, activations[(i + 1) % runs], gradients) for i, one in enumerate(activations)]
    scores, accuracy = (np.stack(part, 1) for part in zip(*(run.concepts() for run in split), strict=True))
    rng = np.random.default_rng(seed)
    random_scores = np.stack([split[number % runs].random_concept(rng) for number in range(random_runs)])
    p_value = _student(scores, random_scores)
    q_value = stats.false_discovery_control(p_value.ravel()).reshape(p_value.shape)
    return ConceptTests(
        layer, tuple(class_names[i] for i in match_by_name(shown, class_names)), np.asarray(action_units),
        scores, random_scores, accuracy, p_value, q_value, people, class_pictures, intensity, seed,
    )  # fmt: skip


test_concepts.__test__ = False  # type: ignore[attr-defined]  # pytest takes every test_ that it sees for a test


@dataclass(frozen=True)
class _LayerOf:
    """A layer's activations, and the gradients of classes there, through Captum."""

    model: nn.Module
    layer: str
    batch_size: int

    def activations(self, images: Images) -> NDArray[np.float32]:
        """(N, F)."""
        check_layers(self.model, [self.layer], for_model(self.model, images[0:1]))
        with evaluation_mode(self.model), torch.no_grad():
            seen = LayerActivation(self.model, find_layers(self.model, [self.layer])[self.layer])
            batches = [
                seen.attribute(for_model(self.model, images[start : start + self.batch_size])).flatten(1)
                for start in range(0, len(images), self.batch_size)
            ]
        return np.asarray(torch.cat(batches).float().cpu().numpy())

    def class_gradients(
        self,
        prepare: Callable[[FaceImages], PreparedImages],
        people: PosedPeople,
        shown: Sequence[str],
        class_names: Sequence[str],
    ) -> NDArray[np.float32]:
        """(K, n, F) of each class's logit, on people who show its expression."""
        images = prepared_alike(prepare, people.showing([expression_units(name, PEAK) for name in shown]))
        outputs = class_scores(self.model, images[0:1]).shape[1]
        if outputs != len(class_names):
            raise ValueError(f"the model has {outputs} outputs but there are {len(class_names)} class names")
        check_layers(self.model, [self.layer], for_model(self.model, images[0:1]))
        own = np.tile(match_by_name(shown, class_names), len(people))
        with torch.inference_mode(False), evaluation_mode(self.model), torch.enable_grad():
            asked = LayerGradientXActivation(
                self.model, find_layers(self.model, [self.layer])[self.layer], multiply_by_inputs=False
            )
            stretches = [slice(start, start + self.batch_size) for start in range(0, len(own), self.batch_size)]
            try:
                batches = [asked.attribute(for_model(self.model, images[s]), target=own[s].tolist()) for s in stretches]
            except RuntimeError as error:
                said = " ".join(str(error).split())
                raise LayerError(f"no gradient comes back to layer {self.layer!r} ({said}): name another") from error
        found = torch.cat([batch.detach().flatten(1) for batch in batches]).float().cpu().numpy()
        return np.asarray(found.reshape(len(people), len(shown), -1).swapaxes(0, 1))


@dataclass(frozen=True)
class _Run:
    """A run's pictures in coordinates of the space that they span, which holds every plane between them.

    A plane of least Σ w² has no part outside of the span of its pictures: the same plane is found in tens of
    dimensions as in the layer's thousands. Others' pictures and the gradients need no more than their part in it.
    """

    pictures: NDArray[np.float64]  # (people, 1 + A, D), at rest first
    others: NDArray[np.float64]  # the next run's
    gradients: NDArray[np.float64]  # (K, n, D)

    @staticmethod
    def spanned(pictures: np.ndarray, others: np.ndarray, gradients: np.ndarray) -> "_Run":
        """Of activations (people, 1 + A, F) and gradients (K, n, F)."""
        # A plane has an intercept: what all pictures share is of no matter to it, and only costs digits.
        middle = pictures.mean((0, 1))
        centred = (pictures - middle).astype(np.float64)
        span = np.linalg.svd(centred.reshape(-1, centred.shape[-1]), full_matrices=False)[2].T
        return _Run(centred @ span, (others - middle) @ span, gradients @ span)

    def concepts(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores (A, K) of each unit, and accuracy (A,) on the other run's people."""
        labels = np.repeat([0, 1], len(self.pictures))
        scores, accuracy = [], []
        for unit in range(1, self.pictures.shape[1]):
            own, held_out = (np.concatenate([one[:, 0], one[:, unit]]) for one in (self.pictures, self.others))
            plane = LogisticRegression(solver="newton-cholesky").fit(own, labels)
            scores.append(self.scores(plane))
            accuracy.append(plane.score(held_out, labels))
        return np.array(scores), np.array(accuracy)

    def random_concept(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Scores (K,) of some pictures, whatever they show, against as many others."""
        people, shown, size = self.pictures.shape
        chosen = rng.choice(people * shown, 2 * people, replace=False)
        plane = LogisticRegression(solver="newton-cholesky").fit(
            self.pictures.reshape(-1, size)[chosen], np.repeat([0, 1], people)
        )
        return self.scores(plane)

    def scores(self, plane: LogisticRegression) -> NDArray[np.float64]:
        """(K,) share of each class's pictures whose logit rises along a plane's normal."""
        return np.asarray((self.gradients @ plane.coef_[0] > 0).mean(1))


def _student(scores: np.ndarray, random_scores: np.ndarray) -> NDArray[np.float64]:
    """(A, K) two-sided p of Student's t-test, (A, G, K) against (R, K); of scores that never vary 1 or 0."""
    told = [(one.mean(axis), one.std(axis, ddof=1), one.shape[axis]) for one, axis in ((scores, 1), (random_scores, 0))]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = stats.ttest_ind_from_stats(*told[0], *told[1]).pvalue
    alike = np.isclose(told[0][0], told[1][0])
    still = np.maximum(told[0][1], told[1][1]) < np.finfo(np.float32).eps
    return np.asarray(np.where(still, alike, found), dtype=np.float64)
