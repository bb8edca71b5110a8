"""How many faces of a set show each expression: Honari Jahromi & Fyshe, figure 2; Barradas et al., 1 and 3."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.theme import category_colour, themed, titled


def expression_counts_figure(faces: FaceImages, *, dark: bool = False) -> go.Figure:
    """Bars of the number of faces an expression, in the corpus's own order; unlabelled ones last."""
    counts = np.bincount(np.asarray(faces.expression) % (len(faces.expression_names) + 1), minlength=1)
    counts = np.pad(counts, (0, len(faces.expression_names) + 1 - len(counts)))
    names = [*faces.expression_names, "unlabelled"][: None if counts[-1] else -1]
    counts = counts[: len(names)]
    figure = go.Figure(
        go.Bar(
            x=counts, y=names, orientation="h", text=counts, textposition="outside", cliponaxis=False,
            marker_color=[category_colour(name, 7) for name in names], marker_line_width=0,
            customdata=100 * counts / max(1, len(faces)),
            hovertemplate="%{y}<br>%{x} faces (%{customdata:.1f} %)<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=120 + 26 * max(len(names), 2), margin_r=44, bargap=0.25)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="").update_xaxes(title_text="faces", showgrid=True)
    people = "" if faces.subject is None else f" of {len(np.unique(faces.subject))} subjects"
    return themed(titled(figure, "Faces by expression", f"{len(faces)} faces{people}"), dark)
