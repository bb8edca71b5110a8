"""Latent probe: what of a study is made of a space – a latent, or the layer before the outputs – and of its decoder."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fer_probe.expressions import EXPRESSIONS, match_by_name
from fer_probe.faces.face_images import FaceImages
from fer_probe.faces.factors import known_factors
from fer_probe.faces.prepared_images import PreparedImages
from fer_probe.latents.clusters import cluster, name_clusters, score_clusters
from fer_probe.latents.codings import EMOTION, IDENTITY, Coding, PixelImages
from fer_probe.latents.disentanglement import measure_disentanglement
from fer_probe.latents.embeddings import embed, embed_series
from fer_probe.latents.judges import Judge
from fer_probe.latents.latent_variables import Latents, find_latents, latent_distributions
from fer_probe.latents.linear_probes import probe_linearly
from fer_probe.latents.reconstructions import reconstruct
from fer_probe.latents.transfers import transfer
from fer_probe.latents.traversal_readings import read_traversals
from fer_probe.latents.traversals import interpolate_pairs, traverse_variables

Keep = Callable[..., None]
Say = Callable[[str], None]

#: What a latent is called in records.
LATENT = "latent"
#: So many numbers of latents are held at most: of more, the first faces stand for all.
_NUMBERS = 2**27
#: Of longer latents, the variables with the largest variance are measured and traversed.
_MEASURED, _TRAVERSED = 64, 8
#: Several perplexities are laid out of at most so many faces, and disentanglement is measured on a sample of so many.
_SERIES, _SAMPLE = 5000, 4000
#: Judges read at most so many variables, on a sample of so many faces.
_READ, _READ_FACES = 12, 64
_PEOPLE, _STEPS, _CLUSTERS = 6, 6, 8


@dataclass(frozen=True)
class LatentProbe:
    """One set of faces, and where what is found on it goes.

    Attributes:
        faces: with what is known of them.
        keep: takes a record and the parameters of its making.
        note: takes a sentence on what was left out.
        seed: of everything random.
        batch_size: changes speed only.
        judges: that read what is decoded while variables are moved.
    """

    faces: FaceImages
    keep: Keep
    note: Say
    seed: int
    batch_size: int
    judges: tuple[Judge, ...] = ()

    def on_space(self, features: NDArray[Any], layer: str) -> None:
        """Maps, clusters and linear probes of a space, (N, …)."""
        self._tried(f"map of {layer}", lambda: self._maps(features, layer))
        self._tried(f"division of {layer} into clusters", lambda: self._clusters(features, layer))
        self._tried(f"linear probe of {layer}", lambda: self._linear(features, layer))

    def on_coding(self, coding: Coding, images: PreparedImages) -> None:
        """All that is told of a latent, and what its decoder makes."""
        pixels = PixelImages(images)
        latents = find_latents(
            coding.encode, _first(pixels, coding), names=coding.names, layer=LATENT, batch_size=self.batch_size
        )
        told = self if len(latents.values) == len(self.faces) else self._of_first(len(latents.values))
        if told is self:
            self.keep(latents)
            self.on_space(latents.values, LATENT)
        else:
            self.note(
                f"The latents of {len(self.faces)} faces by {latents.values.shape[1]} variables are too many to be "
                f"held: maps and clusters are left out, the rest is of the first {len(latents.values)} faces."
            )
        if len(np.unique(told.faces.expression[told.faces.expression >= 0])) > 1:
            told._tried("distribution of latents by expression", lambda: told._distributions(latents))
        told._tried("measure of disentanglement", lambda: told._disentanglement(latents))
        if coding.decode is not None:
            told._decoded(coding, latents, pixels)

    def _of_first(self, count: int) -> "LatentProbe":
        return replace(self, faces=self.faces.select(slice(count)))

    def _tried(self, what: str, find: Callable[[], None]) -> None:
        """What faces or features do not allow is left out and said."""
        try:
            find()
        except ValueError as error:
            self.note(f"There is no {what}: {error}.")

    def _maps(self, features: NDArray[Any], layer: str) -> None:
        found = embed(features, seed=self.seed, layer=layer)
        self.keep(found)
        if len(features) <= _SERIES:
            self.keep(embed_series(features, seed=self.seed, layer=layer, known=found))

    def _distributions(self, latents: Latents) -> None:
        self.keep(latent_distributions(latents, self.faces, seed=self.seed))

    def _clusters(self, features: NDArray[Any], layer: str) -> None:
        shown = len(np.unique(self.faces.expression[self.faces.expression >= 0]))
        found = cluster(features, min(shown or _CLUSTERS, len(features)), seed=self.seed, layer=layer)
        self.keep(found)
        if shown > 1:
            naming, scored = _halves(self.faces, self.seed)
            k = len(found.centres)
            names = name_clusters(found.labels[naming], self.faces.select(naming), k)
            self.keep(
                score_clusters(found.labels[scored], self.faces.select(scored), names), named_by=int(naming.sum())
            )

    def _linear(self, features: NDArray[Any], layer: str) -> None:
        self.keep(probe_linearly(features, self.faces, layer=layer, seed=self.seed))

    def _disentanglement(self, latents: Latents) -> None:
        some = np.sort(np.random.default_rng(self.seed).permutation(len(self.faces))[:_SAMPLE])
        variables, factors = _varying(latents.values, _MEASURED), known_factors(self.faces.select(some))
        values = np.asarray(latents.values)[some][:, variables]
        self.keep(measure_disentanglement(values, factors, variables=variables, seed=self.seed, layer=LATENT))

    def _decoded(self, coding: Coding, latents: Latents, pixels: PixelImages) -> None:
        """Traversals, what lies between faces, reconstructions and transfers."""
        fixed, words = _fixed(coding)
        shown = one_of_each(self.faces)
        variables = range(latents.values.shape[1]) if coding.names else _varying(latents.values, _TRAVERSED).tolist()
        begin = f"the mean of all faces{words}"
        self.keep(
            traverse_variables(fixed, latents.values, variables, names=coding.names, begins_with=begin, layer=LATENT)
        )
        self._readings(coding, latents, variables)
        pairs = list(combinations(shown.tolist(), 2)) or [(int(shown[0]), int(shown[0]))]
        self.keep(interpolate_pairs(fixed, latents.values, pairs, layer=LATENT))
        beside, decode = coding.beside(self.faces), coding.decode
        assert decode is not None
        if beside is None:
            self.note("The decoder makes faces of people it was told of, so that there is no reconstruction of others.")
        else:
            some = _Stretch(pixels, len(self.faces))
            self.keep(
                reconstruct(
                    coding.encode, decode, some, shown=shown.tolist(), beside=beside, layer=LATENT,
                    batch_size=self.batch_size,
                )
            )  # fmt: skip
        self._transfers(coding, latents, shown)

    def _readings(self, coding: Coding, latents: Latents, traversed: Sequence[int]) -> None:
        """What judges read of some faces as each variable is moved; of many, those named after expressions."""
        if not self.judges or coding.decode is None:
            return
        named = [place for place, known in enumerate(match_by_name(latents.names, EXPRESSIONS)) if known >= 0]
        variables = named if len(traversed) > _READ and named else list(traversed)[:_READ]
        some = np.sort(np.random.default_rng(self.seed).permutation(len(self.faces))[:_READ_FACES])
        beside = coding.beside(self.faces.select(some))
        decode, values = coding.decode if beside is not None else _fixed(coding)[0], np.asarray(latents.values)
        for judge in self.judges:
            self.keep(
                read_traversals(
                    decode, values[some], judge.read, judge.reading_names, dimensions=variables,
                    extremes=(values.min(0), values.max(0)), beside=beside, names=latents.names, read_by=judge.name,
                    intensities=judge.intensities, layer=LATENT,
                ),
                faces=len(some),
            )  # fmt: skip

    def _transfers(self, coding: Coding, latents: Latents, shown: NDArray[np.int64]) -> None:
        if coding.attribute == IDENTITY and coding.people:
            people = np.linspace(0, len(coding.people) - 1, min(_PEOPLE, len(coding.people))).astype(np.int64)
            names = [coding.people[number] for number in people]
            told: NDArray[Any] = people
        elif coding.attribute == EMOTION:
            told, names = np.linspace(0, 1, _STEPS, dtype=np.float32), []
        else:
            return
        assert coding.decode is not None
        self.keep(
            transfer(coding.decode, latents.values, shown.tolist(), coding.attribute, told, names=names, layer=LATENT)
        )


class _Stretch:
    """The first of some pictures."""

    def __init__(self, pixels: Any, count: int) -> None:
        self._pixels, self._count = pixels, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: slice) -> torch.Tensor:
        start, stop, _ = index.indices(self._count)
        return self._pixels[start:stop]


def one_of_each(faces: FaceImages) -> NDArray[np.int64]:
    """A face of each expression, each of another person as far as there are so many; else eight faces."""
    shown = np.asarray(faces.expression)
    present = np.unique(shown[shown >= 0])
    if not len(present):
        return np.unique(np.linspace(0, len(faces) - 1, 8).astype(np.int64))
    people = (
        np.zeros(len(faces), np.int64) if faces.subject is None else np.unique(faces.subject, return_inverse=True)[1]
    )
    chosen = []
    for place, expression in enumerate(present):
        own = np.flatnonzero(shown == expression)
        another = own[people[own] == place % (people.max() + 1)]
        chosen.append(int((another if len(another) else own)[0]))
    return np.array(chosen, np.int64)


def _first(pixels: PixelImages, coding: Coding) -> Any:
    """All pictures, or as many as have latents that can be held."""
    length = find_latents(coding.encode, _Stretch(pixels, 1)).values.shape[1]
    return _Stretch(pixels, min(len(pixels), max(1, _NUMBERS // length)))


def _fixed(coding: Coding) -> tuple[Any, str]:
    """The decoder with what it wants beside the latent, for moving latents alone; and that in words."""
    decode = coding.decode
    assert decode is not None
    if coding.attribute == IDENTITY:
        someone = coding.people[0] if coding.people else "the first person"
        return lambda latent: decode(latent, identity=torch.zeros(len(latent), dtype=torch.int64)), f", on {someone}"
    return decode, ", told that an emotion is shown" if coding.attribute == EMOTION else ""


def _varying(values: NDArray[Any], most: int) -> NDArray[np.int64]:
    """The variables with the largest variance, in their own order; those that never vary are none of them."""
    deviation = np.asarray(values).std(0)
    order = np.argsort(-deviation, kind="stable")[:most]
    return np.sort(order[deviation[order] > 0]).astype(np.int64)


def _halves(faces: FaceImages, seed: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Faces to name clusters by and faces to score them on: no person in both, where people are known."""
    draws = np.random.default_rng(seed)
    if faces.subject is None:
        naming = draws.permutation(len(faces)) < len(faces) // 2
    else:
        people = draws.permutation(np.unique(faces.subject))
        naming = np.isin(faces.subject, people[: max(1, len(people) // 2)])
    return naming, ~naming
