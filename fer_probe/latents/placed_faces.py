"""Placed faces: other faces on a finished map, which does not move, and what a network reads of them.

A face unlike any other is placed all the same. How far it lies from its nearest neighbour in the layer, beside how far
the map's own faces lie from theirs, tells whether its place can be believed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.neighbors import NearestNeighbors

from fer_probe.faces.face_images import FaceImages
from fer_probe.latents.embeddings import Embedding
from fer_probe.records import Record

#: Neighbours that are kept of each face, and at most so many of the map's own faces to compare its distance with.
NEIGHBOURS, _COMPARED = 5, 5000


@dataclass(frozen=True, eq=False)
class PlacedFaces(Record):
    """n faces on a map that was made of N others.

    Attributes:
        positions: (n, 2) float32, on the map.
        neighbours: (n, k) int64, the map's own faces that are nearest on the axes which it was made of, nearest first.
        isolation: (n,) float32, the share of the map's own faces that lie nearer to their nearest than this face to
            its: 1 where it is farther off than any.
        pixels: (n, C, H, W) uint8.
        expression: (n,) int64, given with the face, an index into ``expression_names``; -1 unknown.
        expression_names: of the given expressions.
        probabilities: (n, K) float32, what the network reads; None where it reads no expressions.
        class_names: of the K classes.
        origin: (n,) str, each face's file, or its number.
        name: what they are called together.
        layer: of the map.
    """

    positions: NDArray[np.float32]
    neighbours: NDArray[np.int64]
    isolation: NDArray[np.float32]
    pixels: NDArray[np.uint8]
    expression: NDArray[np.int64]
    expression_names: tuple[str, ...]
    probabilities: NDArray[np.float32] | None
    class_names: tuple[str, ...]
    origin: NDArray[np.str_]
    name: str
    layer: str = ""

    def __len__(self) -> int:
        return len(self.positions)

    def variant(self) -> str:
        """The layer and what the faces are called: a map may have several groups of them."""
        return f"{self.layer}, {self.name}"

    def given(self, index: int) -> str:
        """The expression that was given with a face; empty for none."""
        return (*self.expression_names, "")[int(self.expression[index])]

    def read(self, index: int) -> str:
        """The expression that the network reads; empty where it reads none."""
        return "" if self.probabilities is None else self.class_names[int(self.probabilities[index].argmax())]


def place_faces(
    embedding: Embedding,
    features: ArrayLike,
    faces: FaceImages,
    *,
    pixels: NDArray[np.uint8] | None = None,
    probabilities: NDArray[np.float32] | None = None,
    class_names: Sequence[str] = (),
    name: str = "new",
) -> PlacedFaces:
    """Place faces on a finished map.

    Args:
        embedding: the map, with its axes.
        features: (n, …) what the map's layer gives for the faces.
        faces: n from 1 up.
        pixels: (n, C, H, W) what the network is shown of them; those of the faces where left out.
        probabilities: (n, K) what the network reads of them.
        class_names: of the K classes.
        name: what they are called together.

    Raises:
        ValueError: features of another length or number, or a map without axes.
    """
    given = np.asarray(features)
    if not len(faces) or len(given) != len(faces):
        raise ValueError(f"features of {len(given)} faces for {len(faces)} faces; expected one row a face")
    nearest, isolation = _neighbours(embedding, embedding.laid(given))
    numbers = np.array([f"face {index}" for index in range(len(faces))])
    return PlacedFaces(
        positions=embedding.place(given),
        neighbours=nearest,
        isolation=isolation,
        pixels=np.asarray(faces.pixels[:] if pixels is None else pixels),
        expression=np.asarray(faces.expression, np.int64),
        expression_names=tuple(faces.expression_names),
        probabilities=probabilities,
        class_names=tuple(class_names),
        origin=numbers if faces.path is None else np.asarray(faces.path).astype(str),
        name=name,
        layer=embedding.layer,
    )


def _neighbours(embedding: Embedding, laid: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The nearest of the map's own faces, and the share of these that lie nearer to their own nearest."""
    own = embedding.own
    tree = NearestNeighbors(n_neighbors=min(NEIGHBOURS, len(own)), n_jobs=1).fit(own)
    distance, nearest = tree.kneighbors(laid)
    some = np.random.default_rng(embedding.seed).permutation(len(own))[:_COMPARED]
    usual = np.sort(tree.kneighbors(own[some], 2)[0][:, 1])  # the nearest of all is the face itself
    return nearest.astype(np.int64), (np.searchsorted(usual, distance[:, 0]) / len(usual)).astype(np.float32)
