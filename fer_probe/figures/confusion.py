"""The confusion matrix: Honari Jahromi & Fyshe, figure 4."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.evaluation import Evaluation
from fer_probe.figures.theme import themed, titled
from fer_probe.latents.clusters import ClusterScores


def confusion_figure(evaluation: Evaluation | ClusterScores, *, dark: bool = False) -> go.Figure:
    """Rows are the labels, columns the predictions; cells hold the percentage of their row, hovering the counts.

    A class without faces keeps an empty row.
    """
    counts = np.asarray(evaluation.confusion)
    faces = counts.sum(axis=1, keepdims=True)
    share = np.divide(100 * counts, faces, out=np.full(counts.shape, np.nan), where=faces > 0)
    names = list(evaluation.class_names)
    figure = go.Figure(
        go.Heatmap(
            z=share, x=names, y=names, zmin=0, zmax=100, autocolorscale=True, showscale=False, xgap=1, ygap=1,
            text=np.where(np.isnan(share), "", np.char.mod("%.0f", np.nan_to_num(share))), texttemplate="%{text}",
            textfont_size=12, customdata=np.stack([counts, np.broadcast_to(faces, counts.shape)], axis=-1),
            hovertemplate="labelled %{y}, predicted %{x}<br>%{customdata[0]} of %{customdata[1]} faces "
            "(%{z:.1f} %)<extra></extra>", hoverongaps=False,
        )
    )  # fmt: skip
    figure.update_layout(height=170 + 38 * len(names))
    figure.update_xaxes(title_text="predicted", tickangle=-45, ticks="")
    figure.update_yaxes(title_text="labelled", autorange="reversed", showgrid=False, ticks="")
    return themed(titled(figure, "Confusion matrix, % of each row", _facts(evaluation)), dark)


def _facts(evaluation: Evaluation | ClusterScores) -> str:
    labelled = int(np.asarray(evaluation.confusion).sum())
    if not labelled:
        return "no face has a label the model knows"
    return f"{labelled} labelled faces · accuracy {evaluation.accuracy:.1%}"
