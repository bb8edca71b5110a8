"""Clusters beside expressions: what each cluster's faces show, and the expression that it is taken for."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from fer_probe.figures.theme import category_colour, themed, titled
from fer_probe.latents.clusters import ClusterScores


def cluster_counts_figure(scores: ClusterScores, *, dark: bool = False) -> go.Figure:
    """A bar a cluster, divided by the expressions of its labelled faces (Cubarrubia et al., section 4.1)."""
    counts = np.asarray(scores.counts)
    rows = [cluster_name(number, scores.names) for number in range(len(counts))]
    figure = go.Figure()
    for place, name in enumerate(scores.class_names):
        if counts[:, place].any():
            figure.add_bar(
                y=rows, x=counts[:, place], name=name, orientation="h",
                marker={"color": category_colour(name, place), "line": {"width": 0}},
                hovertemplate="%{y}<br>%{x} faces of " + name + "<extra></extra>",
            )  # fmt: skip
    figure.update_layout(barmode="stack", bargap=0.25, height=150 + 28 * max(len(rows), 3))
    figure.update_xaxes(title_text="labelled faces", showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    return themed(titled(figure, "What each cluster's faces show", scores_in_words(scores)), dark)


def scores_in_words(scores: ClusterScores) -> str:
    """Accuracy and the two indices that need no names, and how many faces they are of."""
    faces = int((np.asarray(scores.expected) >= 0).sum())
    return (
        f"{faces} labelled faces · accuracy {scores.accuracy:.1%} · adjusted Rand {scores.adjusted_rand:.2f} · "
        f"mutual information {scores.mutual_information:.2f}"
    )


def cluster_name(number: int, names: Sequence[str]) -> str:
    """A cluster by its number and the expression that it is taken for."""
    return f"cluster {number}: {names[number]}" if number < len(names) and names[number] else f"cluster {number}"
