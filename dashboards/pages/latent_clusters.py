"""Clusters: faces of each, an expression given to it by hand, and how that agrees with the labels."""

from typing import Any

import dash_mantine_components as dmc
import numpy as np
from dash import Input, Output, State, callback, html, register_page
from dash.dependencies import ALL
from dash.development.base_component import Component

from dashboards.cluster_names import give_names, given_names, samples, scores_by_hand
from dashboards.components.aria import aria
from dashboards.components.choices import choice
from dashboards.components.facts import expression_of
from dashboards.components.gallery import face_tile, gallery
from dashboards.components.graph import graph
from dashboards.components.latent_notes import CLUSTERS
from dashboards.components.latent_tabs import latent_head, not_here
from dashboards.components.notes import hint, panel
from dashboards.shell import framed
from dashboards.view import View, query_of
from fer_probe.expressions import EXPRESSIONS
from fer_probe.figures import cluster_counts_figure, confusion_figure
from fer_probe.latents.clusters import Clusters, ClusterScores

_PATH = "/latent/clusters"


def layout(**query: str) -> Component:
    """The page for an address."""
    return framed(_PATH, _content, query)


def _content(view: View) -> list[Any]:
    head = latent_head(view, _PATH, "K-means on the space; look at a cluster's faces and say what they show.")
    layers = view.study.layers(Clusters, view.faces)
    if not layers:
        return [*head, not_here("These faces were not divided into clusters.")]
    layer = view.choice("layer", layers)
    found = view.study.load(Clusters, view.faces, layer)
    controls = []
    if len(layers) > 1:
        hrefs = {name: view.link(_PATH, layer=name) for name in layers}
        controls = [dmc.Group([choice("layer", hrefs, layer, label="Layer")], className="controls")]
    names, shown = given_names(view.study, view.faces, layer), samples(view.study, view.faces, layer)
    clusters = [_cluster(view, found, number, names[number], shown[number]) for number in range(len(names))]
    scores = html.Div(cluster_scores(view, layer), id="cluster-scores", **aria(live="polite"))
    return [*head, *controls, scores, dmc.Box(clusters, className="columns"), hint(CLUSTERS)]


def _cluster(view: View, found: Clusters, number: int, name: str, shown: np.ndarray) -> Component:
    """One cluster: how many faces, what it is taken for, and some of them."""
    faces = view.study.faces(view.faces)
    choose = dmc.Select(
        id={"type": "cluster-name", "number": number}, data=["", *_expressions(view)], value=name, size="sm", w=160,
        placeholder="no expression", allowDeselect=True, **aria(label=f"Expression of cluster {number}"),
    )  # fmt: skip
    count = int((np.asarray(found.labels) == number).sum())
    head = dmc.Group(
        [dmc.Title(f"Cluster {number}", order=2, size="h4"), dmc.Text(f"{count} faces", className="quiet"), choose]
    )
    tiles = [
        face_tile(
            view, int(face), f"Face {face}", dmc.Text(expression_of(faces, int(face)), size="xs", className="quiet")
        )
        for face in shown
        if face >= 0
    ]
    return panel("", head, gallery(tiles, f"Faces of cluster {number}", small=True))


def _expressions(view: View) -> list[str]:
    """What a cluster can be taken for: what faces of this set show, or any expression where none is labelled."""
    faces = view.study.faces(view.faces)
    return list(faces.expression_names) if (np.asarray(faces.expression) >= 0).any() else list(EXPRESSIONS)


def cluster_scores(view: View, layer: str) -> list[Component]:
    """How the names given by hand agree with the labels; else those of the optimal assignment."""
    by_hand = scores_by_hand(view.study, view.faces, layer)
    optimal = view.study.find(ClusterScores, view.faces)
    shown = by_hand or optimal
    if shown is None:
        words = "No face of these has a label to score clusters against; names given by hand are kept."
        return [panel("Agreement with the labels", dmc.Text(words))]
    words = (
        f"Names given by hand, on all labelled faces; {shown.unnamed} of them are in clusters without a name."
        if by_hand
        else "Names by the one-to-one assignment on half of the people, scored on the other half. Choose below to give "
        "your own."
    )
    titled = confusion_figure(shown).update_layout(title_text="Clusters as expressions, % of each row")
    graphs = [
        panel("", graph(cluster_counts_figure(shown), "Expressions of each cluster's faces", "cluster-counts")),
        panel("", graph(titled, "Confusion matrix of the clusters' expressions", "cluster-confusion")),
    ]
    return [dmc.Stack([dmc.Text(words, size="sm"), dmc.Box(graphs, className="columns")], gap="xs")]


@callback(
    Output("cluster-scores", "children"),
    Input({"type": "cluster-name", "number": ALL}, "value"),
    State("_pages_location", "search"),
    prevent_initial_call=True,
)
def name_clusters(names: list[str | None], search: str | None) -> list[Component]:
    """Keep what was chosen in the study, and score it."""
    view = View.of(query_of(search))
    layer = view.choice("layer", view.study.layers(Clusters, view.faces))
    chosen = tuple(name or "" for name in names)
    if chosen != given_names(view.study, view.faces, layer):
        try:
            give_names(view.study, view.faces, layer, chosen)
        except OSError as error:
            return [panel("The names could not be kept", dmc.Text(str(error)))]
    return cluster_scores(view, layer)


register_page(__name__, _PATH, name="Clusters", title="Clusters · fer_probe", layout=layout)  # type: ignore[no-untyped-call]
