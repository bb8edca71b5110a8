"""An embedding as a scatter of pictures, coloured by what is known or predicted of them."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.action_units import action_unit_label
from fer_probe.embeddings import Embedding
from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.theme import GREY, category_colour, themed, titled

#: Past this many pictures the points are drawn by WebGL.
_SVG_POINTS = 2500
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "pentagon")
_METHODS = {"tsne": "t-SNE", "pca": "PCA"}


def embedding_figure(
    embedding: Embedding,
    faces: FaceImages | None = None,
    *,
    colour_by: str = "expression",
    evaluation: Evaluation | None = None,
    dark: bool = False,
) -> go.Figure:
    """A point a picture; ``customdata`` of a point is its picture's index.

    Args:
        embedding: N positions.
        faces: the same N pictures; None leaves the points uncoloured.
        colour_by: ``"expression"``, ``"predicted"``, ``"subject"`` or an action unit such as ``"AU12"``;
            :func:`colour_choices` lists what can be had.
        evaluation: of the same pictures, for ``"predicted"``.
        dark: for a dark page.

    Raises:
        ValueError: a colouring that these pictures do not know, or another number of pictures.
    """
    labels = (
        np.full(len(embedding.positions), "picture") if faces is None else picture_labels(faces, colour_by, evaluation)
    )
    if len(labels) != len(embedding.positions):
        raise ValueError(f"{len(embedding.positions)} positions but {len(labels)} pictures")
    figure = go.Figure()
    names = list(dict.fromkeys(sorted(labels.tolist(), key=_unknown_last)))
    for place, name in enumerate(names):
        _add_points(figure, embedding, np.flatnonzero(labels == name), name, place, faces)
    figure.update_layout(height=470, showlegend=1 < len(names) <= 16, hovermode="closest")
    figure.update_xaxes(visible=False).update_yaxes(visible=False, scaleanchor="x", scaleratio=1)
    method = _METHODS.get(embedding.method, embedding.method)
    title = " of ".join(filter(None, (method, embedding.layer))) + ("" if faces is None else f" by {colour_by}")
    return themed(titled(figure, title, _facts(embedding)), dark)


def colour_choices(faces: FaceImages, evaluation: Evaluation | None = None) -> tuple[str, ...]:
    """What :func:`embedding_figure` can colour these pictures by."""
    units = (f"AU{number}" for number in faces.action_unit_numbers)
    subject, predicted = faces.subject is not None, evaluation is not None
    return ("expression", *["predicted"] * predicted, *["subject"] * subject, *units)


def picture_labels(faces: FaceImages, colour_by: str, evaluation: Evaluation | None = None) -> np.ndarray:
    """(N,) str, the category of every picture: an expression's name, a subject, ``present``, ``not coded`` …

    Raises:
        ValueError: these pictures do not know it.
    """
    if colour_by == "expression":
        return np.array([*faces.expression_names, "unlabelled"])[np.asarray(faces.expression)]
    if colour_by == "predicted" and evaluation is not None:
        return np.array(evaluation.class_names)[np.asarray(evaluation.predicted)]
    if colour_by == "subject" and faces.subject is not None:
        return np.asarray(faces.subject).astype(str)
    numbers = [f"AU{number}" for number in faces.action_unit_numbers]
    if colour_by not in numbers:
        raise ValueError(f"no {colour_by!r} is known of these pictures; there are {', '.join(colour_choices(faces))}")
    presence = np.asarray(faces.action_units)[:, numbers.index(colour_by)]
    return np.select([presence == 1, presence == 0], ["with the AU", "without it"], "not coded")


def _add_points(
    figure: go.Figure, embedding: Embedding, rows: np.ndarray, name: str, place: int, faces: FaceImages | None
) -> None:
    x, y = embedding.positions[rows].T
    many = len(embedding.positions) > _SVG_POINTS
    colour = GREY if _unknown_last(name)[0] else category_colour(name, place)
    colour = {"with the AU": "#D55E00", "without it": GREY}.get(name, colour)
    marker = {"color": colour, "size": 4 if many else 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)], "opacity": 0.85}
    points = go.Scattergl if many else go.Scatter
    figure.add_trace(
        points(
            x=x, y=y, mode="markers", marker=marker, name=name, customdata=rows,
            text=[_hover(faces, row, units=not many) for row in rows],
            hovertemplate="%{text}<extra>" + name + "</extra>",
        )
    )  # fmt: skip


def _hover(faces: FaceImages | None, row: int, *, units: bool) -> str:
    words = [f"picture {row}"]
    if faces is not None and faces.expression[row] >= 0:
        words.append(faces.expression_names[faces.expression[row]])
    if faces is not None and faces.subject is not None:
        words.append(f"subject {faces.subject[row]}")
    if faces is not None and units:
        present = np.asarray(faces.action_unit_numbers)[np.asarray(faces.action_units)[row] == 1]
        words.extend(action_unit_label(int(au)) for au in present)
    return "<br>".join(words)


def _facts(embedding: Embedding) -> str:
    own = {
        "tsne": f"perplexity {embedding.perplexity:.3g}",
        "pca": f"{embedding.explained_variance:.0%} of the variance",
    }.get(embedding.method, "")
    kept = f"trustworthiness {embedding.trustworthiness:.2f}"
    return " · ".join(filter(None, (f"{len(embedding.positions)} faces", own, kept)))


def _unknown_last(name: str) -> tuple[bool, str]:
    return name in ("unlabelled", "not coded", "without it"), name
