"""Clusters of a protocol: faces read by an autoencoder that learnt no expression (Cubarrubia et al., section 4.1)."""

from pathlib import Path

import numpy as np

from fer_probe.checkpoints import Checkpoint
from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.latents.clusters import ClusterScores, cluster, name_clusters, score_clusters
from fer_probe.latents.encoded_images import EncodedImages
from fer_probe.records import save_record
from trainers.labelled_faces import classes_of


def read_clusters(
    trained: Checkpoint, learnt: FaceImages, sides: tuple[FaceImages, FaceImages, FaceImages], path: Path, seed: int
) -> tuple[float, Evaluation]:
    """Cluster the latents of the faces that an autoencoder learnt from, name the clusters, and read faces by them.

    There are as many clusters as expressions. Where the paper's authors looked at a cluster's pictures and gave it an
    expression, here the training faces do: one to one, so that most of them agree. Clusters and scores are kept as
    records, ``RUN-clusters`` and ``RUN-cluster-scores``.

    Args:
        trained: the autoencoder.
        learnt: faces without labels.
        sides: the training faces, which name the clusters, the validation and the test faces.
        path: of the run's file, beside which the records are kept.
        seed: of the clusters.

    Returns:
        The accuracy on the validation faces, 0–1, and what was read of the test faces; every answer is sure.
    """
    model = trained.model.to(trained.metrics["device"])
    training, validation, test = sides
    class_names = classes_of(training)
    found = cluster(EncodedImages(model, trained.preprocessing(learnt)), len(class_names), seed=seed, layer="encoder")

    def clusters_of(faces: FaceImages) -> np.ndarray:
        return found.assign(EncodedImages(model, trained.preprocessing(faces)))

    names = name_clusters(clusters_of(training), training, len(class_names))
    chosen, read = (score_clusters(clusters_of(faces), faces, names) for faces in (validation, test))
    provenance = {"checkpoint_sha256": trained.sha256, "seed": seed, "named_by": "optimal assignment"}
    for told, record in (("clusters", found), ("cluster-scores", read)):
        save_record(record, path.with_name(f"{path.stem}-{told}"), provenance)
    return chosen.accuracy, _evaluation(read, class_names)


def _evaluation(read: ClusterScores, class_names: tuple[str, ...]) -> Evaluation:
    """The same among the expressions that there are clusters of; a face is in its cluster and in no other."""
    onto = np.array([class_names.index(name) if name in class_names else -1 for name in (*read.class_names, "")])
    shown = [read.class_names.index(name) for name in class_names]
    predicted = onto[read.predicted]
    return Evaluation(
        probabilities=np.eye(len(class_names), dtype=np.float32)[predicted],
        predicted=predicted,
        expected=onto[read.expected],
        class_names=class_names,
        accuracy=read.accuracy,
        confusion=read.confusion[np.ix_(shown, shown)],
        without_faces=tuple(name for name, i in zip(class_names, shown, strict=True) if not (read.expected == i).any()),
        unknown_to_model=(),
        left_out=0,
    )
