"""What a report shows of latent spaces: maps, distributions, what a decoder makes, clusters and measures."""

from dataclasses import dataclass
from functools import cached_property

import plotly.graph_objects as go

from fer_probe import figures
from fer_probe.evaluation import Evaluation
from fer_probe.latents.clusters import ClusterScores
from fer_probe.latents.disentanglement import Disentanglement
from fer_probe.latents.embeddings import Embedding, EmbeddingSeries
from fer_probe.latents.latent_variables import LatentDistributions, Latents
from fer_probe.latents.linear_probes import LinearProbes
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.latents.reconstructions import Reconstructions
from fer_probe.latents.transfers import Transfers
from fer_probe.latents.traversal_readings import TraversalReadings
from fer_probe.latents.traversals import Interpolations, Traversals
from fer_probe.records import Record
from fer_probe.study import Study

#: A figure, and what it shows in words for those who cannot see it.
Drawn = tuple[go.Figure, str]


@dataclass(frozen=True)
class LatentPart:
    """A part of the section: its heading, what can and cannot be said by it, and its figures."""

    title: str
    words: str
    figures: list[Drawn]


class ReportLatents:
    """A study's records on latents, on the faces that show most of them."""

    def __init__(self, study: Study, set_name: str) -> None:
        self.study = study
        sets = (set_name, *(name for name in study.face_sets if name != set_name))
        kinds: tuple[type[Record], ...] = (LatentDistributions, Traversals, LinearProbes)
        have = (name for kind in kinds for name in sets if study.layers(kind, name))
        self.set_name = next(have, set_name)

    @cached_property
    def parts(self) -> list[LatentPart]:
        """What there is, part by part; nothing for a study without these records."""
        parts = (self._placed, self._series, self._distributions, self._decoded, self._clusters, self._measures)
        return [part for make in parts if (part := make()).figures]

    def _placed(self) -> LatentPart:
        faces = self.study.faces(self.set_name)
        return LatentPart(
            "Faces placed on the map",
            "Faces that the map was not made of, the stars on it, each beside the map's own faces that are nearest to "
            "it in the layer. One unlike any other is placed all the same.",
            [
                (
                    figures.placed_faces_figure(placed, faces),
                    f"{len(placed)} placed faces, {placed.name}, beside their nearest neighbours in {layer}",
                )
                for layer in self.study.layers(Embedding, self.set_name)
                for placed in self.study.of_layer(PlacedFaces, self.set_name, layer)
            ],
        )

    def _series(self) -> LatentPart:
        faces, evaluation = self.study.faces(self.set_name), self.study.find(Evaluation, self.set_name)
        return LatentPart(
            "Several perplexities",
            "The same faces on several maps: what is on all of them can be believed, what is on one is that map's own.",
            [
                (
                    figures.embedding_series_figure(found, faces, evaluation=evaluation),
                    f"{len(faces)} faces by {layer} at several perplexities and by PCA",
                )
                for layer in self.study.layers(EmbeddingSeries, self.set_name)
                if (found := self.study.find(EmbeddingSeries, self.set_name, layer))
            ],
        )

    def _distributions(self) -> LatentPart:
        drawn = []
        for layer in self.study.layers(LatentDistributions, self.set_name):
            found = self.study.load(LatentDistributions, self.set_name, layer)
            for panels in ("expression", "variable") if found.names else ("variable",):
                figure = figures.latent_distributions_figure(found, panels=panels)
                drawn.append((figure, f"Distribution of each variable of {layer}, a panel for each {panels}"))
        return LatentPart(
            "Distributions of latent variables",
            "As in figures 7 and 10 of Barradas-Chacón et al. AUROC is how often a face of the expression has the "
            "larger value, 0.5 by chance; the discriminant reads people it was not fitted on.",
            drawn,
        )

    def _decoded(self) -> LatentPart:
        drawn: list[Drawn] = []
        faces = self.study.faces(self.set_name)
        for layer in self.study.layers(Traversals, self.set_name):
            moved = self.study.load(Traversals, self.set_name, layer)
            drawn.append((figures.traversals_figure(moved), "Faces decoded as one latent variable at a time is moved"))
            for read in self.study.of_layer(TraversalReadings, self.set_name, layer):
                words = f"What {read.read_by or 'another network'} reads as each variable is moved"
                drawn.append((figures.traversal_readings_figure(read), words))
            if back := self.study.find(Reconstructions, self.set_name, layer):
                words = f"Faces and their reconstructions, R² {back.explained:.2f}"
                drawn.append((figures.reconstructions_figure(back, faces), words))
            if between := self.study.find(Interpolations, self.set_name, layer):
                begin = int(between.pairs[0, 0])
                words = f"Faces between the latent of face {begin} and of others"
                drawn.append((figures.interpolations_figure(between, faces, begin=begin), words))
            if told := self.study.find(Transfers, self.set_name, layer):
                words = f"Faces decoded under each {told.attribute}"
                drawn.append((figures.transfers_figure(told, faces=faces), words))
        return LatentPart(
            "What the decoder makes",
            "As in figures 8, 9 and 11 of Barradas-Chacón et al., 6 and 8 of Cubarrubia et al.: variables moved from "
            "the smallest to the largest value observed, originals beside what is made of them, and latents decoded "
            "under something else that is told. R² is the share of what faces differ by that comes back.",
            drawn,
        )

    def _clusters(self) -> LatentPart:
        scores = self.study.find(ClusterScores, self.set_name)
        drawn: list[Drawn] = []
        if scores is not None:
            words = figures.scores_in_words(scores)
            drawn = [
                (figures.cluster_counts_figure(scores), f"Expressions of each cluster's faces: {words}"),
                (
                    figures.confusion_figure(scores).update_layout(title_text="Clusters as expressions, % of each row"),
                    f"Confusion matrix of the clusters' expressions: {words}",
                ),
            ]
        return LatentPart(
            "Clusters",
            "K-means on the space; each cluster takes the expression that the one-to-one assignment gives it on half "
            "of the people, and is scored on the other half.",
            drawn,
        )

    def _measures(self) -> LatentPart:
        drawn: list[Drawn] = []
        for layer in self.study.layers(Disentanglement, self.set_name):
            found = self.study.load(Disentanglement, self.set_name, layer)
            latents = self.study.find(Latents, self.set_name, layer)
            told = ", ".join(f"{name} {score:.2f} (chance {low:.2f})" for name, (score, low, _) in found.scores.items())
            drawn.append((figures.disentanglement_figure(found, latents.names if latents else ()), told))
        layers = self.study.layers(LinearProbes, self.set_name)
        if probes := [self.study.load(LinearProbes, self.set_name, layer) for layer in layers]:
            drawn.append((figures.linear_probes_figure(probes), f"What is read linearly off {', '.join(layers)}"))
        return LatentPart(
            "Measures",
            "Each measure of disentanglement is 1 where each factor is one variable; of noise FactorVAE's is one by "
            "the number of factors, the others 0. Linear probes say what a space holds, not that the network uses it.",
            drawn,
        )
