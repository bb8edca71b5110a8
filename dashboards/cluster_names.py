"""Cluster names: the expressions that a reader gave to clusters, kept in the study, and how well they fit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_probe.latents.clusters import ClusterNames, Clusters, ClusterScores, cluster_samples, score_clusters
from fer_probe.study import Study

#: So many faces of each cluster are shown.
SAMPLES = 9


def given_names(study: Study, faces: str, layer: str) -> tuple[str, ...]:
    """The names that were given by hand, one a cluster; empty ones where none was."""
    found = study.load(Clusters, faces, layer)
    kept = study.find(ClusterNames, faces, layer)
    count = len(found.centres)
    return kept.names if kept is not None and len(kept.names) == count else ("",) * count


def give_names(study: Study, faces: str, layer: str, names: Sequence[str]) -> None:
    """Keep names in the study, in the place of earlier ones.

    Raises:
        ValueError: another number of names than clusters.
        OSError: a study that cannot be written to.
    """
    count = len(study.load(Clusters, faces, layer).centres)
    if len(names) != count:
        raise ValueError(f"{len(names)} names for {count} clusters")
    study.add(ClusterNames(tuple(names), layer), faces, {"named": "by hand"})


def scores_by_hand(study: Study, faces: str, layer: str) -> ClusterScores | None:
    """How well the given names agree with the labels; None where no cluster has a name, or no face a label."""
    names, shown = given_names(study, faces, layer), study.faces(faces)
    if not any(names) or not (np.asarray(shown.expression) >= 0).any():
        return None
    return score_clusters(np.asarray(study.load(Clusters, faces, layer).labels), shown, names)


def samples(study: Study, faces: str, layer: str) -> NDArray[np.int64]:
    """(K, SAMPLES) some faces of each cluster; -1 where it has fewer."""
    found = study.load(Clusters, faces, layer)
    return cluster_samples(np.asarray(found.labels), SAMPLES, seed=found.seed)
