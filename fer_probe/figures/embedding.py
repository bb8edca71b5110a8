"""An embedding as a scatter of pictures, coloured by what is known or predicted of them."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.action_units import action_unit_label
from fer_probe.evaluation import Evaluation
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.theme import GREY, category_colour, themed, titled
from fer_probe.latents.embeddings import Embedding, EmbeddingSeries
from fer_probe.latents.placed_faces import PlacedFaces

#: Past this many pictures the points are drawn by WebGL.
_SVG_POINTS = 2500
#: Categories that a legend still tells apart; how much of the map's own faces is left where others are placed on it.
_IN_LEGEND, _BEHIND = 16, 0.65
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "pentagon")
#: Of faces placed on a map: those without an expression's colour, and every one's edge.
_STAR, _STAR_EDGE = "#F0F3F6", "#1F2328"
_STARS = ("star", "star-diamond", "hexagram", "star-square")
_INTENSITY = " intensity"
_METHODS = {"tsne": "t-SNE", "pca": "PCA"}


def embedding_figure(
    embedding: Embedding,
    faces: FaceImages | None = None,
    *,
    colour_by: str = "expression",
    evaluation: Evaluation | None = None,
    placed: Sequence[PlacedFaces] = (),
    dark: bool = False,
) -> go.Figure:
    """A point a picture; ``customdata`` of a point is its picture's index, of a placed face ``"name/index"``.

    Args:
        embedding: N positions.
        faces: the same N pictures; None leaves the points uncoloured.
        colour_by: ``"expression"``, ``"predicted"``, ``"subject"``, ``"split"``, an action unit such as ``"AU12"`` or
            its intensity, ``"AU12 intensity"``; :func:`colour_choices` lists what can be had.
        evaluation: of the same pictures, for ``"predicted"``.
        placed: faces that the map was not made of, as stars over it; they take the colour of the expression that was
            given or read where the map is coloured by that.
        dark: for a dark page.

    Raises:
        ValueError: a colouring that these pictures do not know, or another number of pictures.
    """
    figure = go.Figure(_points(embedding, faces, colour_by, evaluation))
    told = 1 < len(figure.data) <= _IN_LEGEND
    if placed:
        figure.update_traces(opacity=_BEHIND, showlegend=told)
        figure.add_traces([mark for place, group in enumerate(placed) for mark in _stars(group, colour_by, place)])
    figure.update_layout(height=470, showlegend=told or bool(placed), hovermode="closest")
    figure.update_xaxes(visible=False).update_yaxes(visible=False, scaleanchor="x", scaleratio=1)
    method = _METHODS.get(embedding.method, embedding.method)
    title = " of ".join(filter(None, (method, embedding.layer))) + ("" if faces is None else f" by {colour_by}")
    stars = "".join(f" · {len(group)} placed on it, {group.name}" for group in placed)
    return themed(titled(figure, title, _facts(embedding) + stars), dark)


def embedding_series_figure(
    series: EmbeddingSeries,
    faces: FaceImages | None = None,
    *,
    colour_by: str = "expression",
    evaluation: Evaluation | None = None,
    columns: int = 2,
    dark: bool = False,
) -> go.Figure:
    """Several maps of the same pictures side by side, coloured alike.

    Args:
        series: M maps.
        faces: as for :func:`embedding_figure`, and so the rest.
        colour_by: what by.
        evaluation: of the same pictures.
        columns: of maps.
        dark: for a dark page.

    Raises:
        ValueError: as for :func:`embedding_figure`.
    """
    rows = -(-len(series) // columns)
    maps = [series[place] for place in range(len(series))]
    heads = [f"{_METHODS[one.method]}, {_facts_of(one)}".replace(" · ", "<br>") for one in maps]
    figure = make_subplots(rows, columns, subplot_titles=heads, horizontal_spacing=0.03, vertical_spacing=0.2 / rows)
    for place in range(len(series)):
        where = {"row": place // columns + 1, "col": place % columns + 1}
        for points in _points(maps[place], faces, colour_by, evaluation):
            figure.add_trace(points.update(showlegend=place == 0, legendgroup=points.name, marker_size=5), **where)
    shown = sum(bool(one.showlegend) for one in figure.data)
    figure.update_layout(height=110 + 330 * rows, showlegend=1 < shown <= _IN_LEGEND, hovermode="closest", margin_t=96)
    figure.update_xaxes(visible=False).update_yaxes(visible=False)
    figure.update_annotations(font_size=12)
    count = f"{series.positions.shape[1]} faces · trustworthiness over {series.neighbours} neighbours"
    return themed(titled(figure, f"{series.layer or 'Features'} at several perplexities", count), dark)


def colour_choices(faces: FaceImages, evaluation: Evaluation | None = None) -> tuple[str, ...]:
    """What :func:`embedding_figure` can colour these pictures by."""
    units = (f"AU{number}" for number in faces.action_unit_numbers)
    others = {"predicted": evaluation, "subject": faces.subject, "split": faces.split}
    graded = () if faces.action_unit_intensity is None else _graded(faces)
    return ("expression", *(name for name, known in others.items() if known is not None), *units, *graded)


def picture_labels(faces: FaceImages, colour_by: str, evaluation: Evaluation | None = None) -> np.ndarray:
    """(N,) str, the category of every picture: an expression's name, a subject, ``present``, ``not coded`` …

    Raises:
        ValueError: these pictures do not know it.
    """
    if colour_by == "expression":
        return np.array([*faces.expression_names, "unlabelled"])[np.asarray(faces.expression)]
    if colour_by == "predicted" and evaluation is not None:
        return np.array(evaluation.class_names)[np.asarray(evaluation.predicted)]
    if colour_by in ("subject", "split") and getattr(faces, colour_by) is not None:
        return np.asarray(getattr(faces, colour_by)).astype(str)
    numbers = [f"AU{number}" for number in faces.action_unit_numbers]
    if colour_by not in numbers:
        raise ValueError(f"no {colour_by!r} is known of these pictures; there are {', '.join(colour_choices(faces))}")
    presence = np.asarray(faces.action_units)[:, numbers.index(colour_by)]
    return np.select([presence == 1, presence == 0], ["with the AU", "without it"], "not coded")


def _points(
    embedding: Embedding, faces: FaceImages | None, colour_by: str, evaluation: Evaluation | None
) -> list[go.Scatter]:
    """A trace a category; one trace where they are coloured by degrees."""
    count = len(embedding.positions)
    if faces is not None and len(faces) != count:
        raise ValueError(f"{count} positions but {len(faces)} pictures")
    if faces is not None and colour_by in _graded(faces):
        return [_graded_points(embedding, faces, colour_by)]
    labels = np.full(count, "picture") if faces is None else picture_labels(faces, colour_by, evaluation)
    names = list(dict.fromkeys(sorted(labels.tolist(), key=_unknown_last)))
    return [
        _category_points(embedding, np.flatnonzero(labels == name), name, place, faces)
        for place, name in enumerate(names)
    ]


def _graded(faces: FaceImages) -> tuple[str, ...]:
    """The colourings by the intensity of an action unit."""
    known = () if faces.action_unit_intensity is None else faces.action_unit_numbers
    return tuple(f"AU{number}{_INTENSITY}" for number in known)


def _graded_points(embedding: Embedding, faces: FaceImages, colour_by: str) -> go.Scatter:
    """Every picture by the intensity of a unit; grey where it is not coded."""
    column = _graded(faces).index(colour_by)
    values = np.asarray(faces.action_unit_intensity)[:, column].astype(float)
    rows = np.argsort(np.nan_to_num(values, nan=-1), kind="stable")  # the strongest are drawn last, on top
    points = _category_points(embedding, rows, colour_by, 0, faces)
    bar = {"thickness": 10, "len": 0.8, "title": {"text": faces.action_unit_scale or ""}}
    shades = {"color": values[rows], "colorscale": [[0, GREY], [1, "#D55E00"]], "colorbar": bar, "symbol": "circle"}
    told = [f"{text}<br>{colour_by} {value:.2f}" for text, value in zip(points.text, values[rows], strict=True)]
    return points.update(marker=shades, text=told)


def _category_points(
    embedding: Embedding, rows: np.ndarray, name: str, place: int, faces: FaceImages | None
) -> go.Scatter:
    x, y = np.asarray(embedding.positions)[rows].T
    many = len(embedding.positions) > _SVG_POINTS
    colour = GREY if _unknown_last(name)[0] else category_colour(name, place)
    colour = {"with the AU": "#D55E00", "without it": GREY}.get(name, colour)
    marker = {"color": colour, "size": 4 if many else 7, "symbol": _SYMBOLS[place % len(_SYMBOLS)], "opacity": 0.85}
    points = go.Scattergl if many else go.Scatter
    return points(
        x=x, y=y, mode="markers", marker=marker, name=name, customdata=rows,
        text=[_hover(faces, row, units=not many) for row in rows],
        hovertemplate="%{text}<extra>" + name + "</extra>",
    )  # fmt: skip


def _stars(placed: PlacedFaces, colour_by: str, place: int) -> tuple[go.Scatter, go.Scatter]:
    """Placed faces, marks of their own over the map's; and their entry in the legend, which has no expression."""
    named = {"expression": placed.given, "predicted": placed.read}.get(colour_by)
    names = ["" if named is None else named(index) for index in range(len(placed))]
    colours = [category_colour(name, 0) if name else _STAR for name in names]
    mark = {"symbol": _STARS[place % len(_STARS)], "size": 15, "line": {"width": 1.5, "color": _STAR_EDGE}}
    x, y = np.asarray(placed.positions).T
    points = go.Scatter(
        x=x, y=y, mode="markers", marker={**mark, "color": colours}, showlegend=False,
        customdata=[f"{placed.name}/{index}" for index in range(len(placed))],
        text=[placed_in_words(placed, index) for index in range(len(placed))],
        hovertemplate="%{text}<extra>placed</extra>",
    )  # fmt: skip
    called = f"placed: {placed.name}"
    return points, go.Scatter(x=[None], y=[None], mode="markers", marker={**mark, "color": _STAR}, name=called)


def placed_in_words(placed: PlacedFaces, index: int) -> str:
    """A placed face's origin, the expression that was given with it, and the one that is read."""
    read = placed.read(index)
    sure = "" if placed.probabilities is None else f" {placed.probabilities[index].max():.0%}"
    words = (f"given {placed.given(index) or 'no label'}", f"read as {read}{sure}" if read else "")
    return "<br>".join(filter(None, (str(placed.origin[index]), *words)))


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
    return f"{len(embedding.positions)} faces · {_facts_of(embedding)}"


def _facts_of(embedding: Embedding) -> str:
    own = {
        "tsne": f"perplexity {embedding.perplexity:.3g}",
        "pca": f"{embedding.explained_variance:.0%} of the variance",
    }.get(embedding.method, "")
    kept = f"trustworthiness {embedding.trustworthiness:.2f}"
    return " · ".join(filter(None, (own, kept)))


def _unknown_last(name: str) -> tuple[bool, str]:
    return name in ("unlabelled", "not coded", "without it"), name
