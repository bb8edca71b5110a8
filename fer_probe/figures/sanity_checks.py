"""The same projections from networks that know less and less: what a picture of a unit can be evidence of."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_probe.experiments.sanity_checks import ANEW, EDGES, OTHER_MAP, SanityChecks
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.mosaics import mosaic
from fer_probe.figures.picture_grid import picture_grid_figure
from fer_probe.figures.pictures import enlarged, original_fields, projection_pictures
from fer_probe.figures.theme import AU_SIDE, GREY, themed, titled

#: Up to this share of its own, a projection hardly depends on something; from the second on, mostly.
_HARDLY, _MOSTLY = 1 / 3, 2 / 3
_SHORT = {ANEW: "anew", OTHER_MAP: "other"}
#: A tile of a mosaic has this many pixels, at least.
_TILE = 48


def sanity_figure(
    checks: SanityChecks, faces: FaceImages, row: int, picture_size: tuple[int, int], *, dark: bool = False
) -> go.Figure:
    """One map's strongest units in rows: the face, the trained projection, and the same under every condition.

    A layer's name heads what is shuffled down to it, "anew" its own strongest picture, "other" another map's unit.
    Below each column how like the trained ones this map's are: rank correlation, and structural similarity.

    Args:
        checks: of these faces.
        faces: the set that was harvested.
        row: of ``checks.maps``.
        picture_size: (height, width) as the model takes pictures.
        dark: for a dark page.
    """
    fields = original_fields(faces, checks.boxes[row], checks.image_index[row], picture_size)
    columns = [fields, *(projection_pictures(checks.pixels[i, row]) for i in range(len(checks.conditions)))]
    colour = any(column.ndim == 4 for column in columns)
    tiles = np.asarray(np.stack([_channels(column, colour) for column in columns], 1) / 255, np.float32)
    names = ["face", *(_short(name) for name in checks.conditions)]
    rows = [f"face {index}" for index in checks.image_index[row]]
    title = f"Map {checks.maps[row]} of {checks.layer}, and what else looks like it"
    numbers = [
        f"{checks.mean_correlation(i, row):.2f}<br>({checks.mean_similarity(i, row):.2f})"
        for i in range(1, len(checks.conditions))
    ]
    return picture_grid_figure(
        tiles, rows, names, title=title, facts=_grid_facts(checks), below=["", "", *numbers], dark=dark
    )


def sanity_mosaic(checks: SanityChecks, row: int) -> NDArray[np.uint8]:
    """(H, W, 4): one map's projections, a row a face, a column a condition."""
    columns = [projection_pictures(checks.pixels[i, row]) for i in range(len(checks.conditions))]
    tiles = [enlarged(column[face], _TILE) for face in range(len(columns[0])) for column in columns]
    return mosaic(np.stack(tiles), columns=len(columns))


def likeness_figure(checks: SanityChecks, *, dark: bool = False) -> go.Figure:
    """How like the trained network's each condition's projections are: mean, and the middle 95 % of units."""
    shown = range(1, len(checks.conditions))
    names = [checks.conditions[i] for i in shown]
    mean = np.array([checks.mean_correlation(i) for i in shown])
    low, high = (np.array([np.nanpercentile(checks.correlation[i], q) for i in shown]) for q in (2.5, 97.5))
    figure = go.Figure(
        go.Scatter(
            x=mean, y=names, mode="markers", marker={"color": AU_SIDE, "size": 10},
            error_x={"array": high - mean, "arrayminus": mean - low, "thickness": 1.5, "width": 4},
            customdata=[float(np.nanmean(checks.similarity[i])) for i in shown],
            hovertemplate="%{y}<br>rank correlation %{x:.2f}, structural similarity %{customdata:.2f}<extra></extra>",
        )
    )  # fmt: skip
    floor = float(checks.unrelated[0])
    figure.add_vline(x=floor, line={"color": GREY, "dash": "dash"})
    figure.add_annotation(x=floor, y=1.06, yref="paper", text="unrelated projections", showarrow=False)
    figure.update_layout(height=150 + 30 * len(names), margin_t=92)
    figure.update_xaxes(title_text="rank correlation with the trained network's", range=[-0.35, 1.02], showgrid=True)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    return themed(titled(figure, "How like the trained network's projection is …", _facts(checks)), dark)


def sanity_in_words(checks: SanityChecks, row: int | None = None) -> str:
    """What the projections of one map, a row of ``checks.maps``, or of all maps can be evidence of, and what not."""
    forgotten, other = checks.shuffled[-1], checks.conditions.index(OTHER_MAP)
    edges, floor = checks.mean_correlation(checks.conditions.index(EDGES), row), float(checks.unrelated[0])
    learnt, its_own = checks.own_share(forgotten, row), checks.own_share(other, row)
    if np.isnan(learnt) or np.isnan(its_own):
        return (
            "These projections are empty in one of the networks: they cannot be compared, and are evidence of nothing."
        )
    return (
        f"With every layer up to {checks.layer} shuffled, the same places give projections that are "
        f"{checks.mean_correlation(forgotten, row):.2f} like these (rank correlation; unrelated ones {floor:.2f}): "
        f"their shape depends {_words(learnt)} on the weights (own share {learnt:.0%}). Another map's unit at the same "
        f"place gives {checks.mean_correlation(other, row):.2f}: {_words_of_map(its_own)} (own share {its_own:.0%}). "
        f"An edge map gives {edges:.2f}. "
        "Weights that were never trained can pass all of this: what a map detects takes other evidence."
    )


def likeness_in_words(checks: SanityChecks, row: int) -> str:
    """Of one map every condition, with rank correlation and structural similarity to the trained ones."""
    told = (
        f"{name} {checks.mean_correlation(i, row):.2f} ({checks.mean_similarity(i, row):.2f})"
        for i, name in enumerate(checks.conditions[1:], start=1)
    )
    return f"trained; {'; '.join(told)}; unrelated {checks.unrelated[0]:.2f} ({checks.unrelated[1]:.2f})"


def _words(share: float) -> str:
    return "hardly" if share < _HARDLY else "in part" if share < _MOSTLY else "mostly"


def _words_of_map(share: float) -> str:
    if share < _HARDLY:
        return "a picture shows where a unit looks, and hardly which map it belongs to"
    if share < _MOSTLY:
        return "much of a picture is the place and the architecture; believe only what other maps do not show there"
    return "a picture is mostly its own map's"


def _short(name: str) -> str:
    return _SHORT.get(name, name.removesuffix(" shuffled"))


def _facts(checks: SanityChecks) -> str:
    maps, k = checks.correlation.shape[1:]
    shuffled = f"layers shuffled downward, seed {checks.seed}"
    return (
        f"{checks.layer} · {checks.rule} · n = {k} strongest faces of {maps} maps · {shuffled} · mean and middle 95 % "
        "of rank correlations, not tested"
    )


def _grid_facts(checks: SanityChecks) -> str:
    k = checks.correlation.shape[2]
    return (
        f"{checks.layer} · {checks.rule} · n = {k} strongest faces, seed {checks.seed} · below, their mean: rank "
        "correlation with trained (structural similarity), not tested"
    )


def _channels(pictures: np.ndarray, colour: bool) -> np.ndarray:
    """(k, h, w) or (k, h, w, 3) → (k, C, h, w)."""
    stacked = pictures[..., None] if pictures.ndim == 3 else pictures
    return np.moveaxis(np.repeat(stacked, 3, -1) if colour and stacked.shape[-1] == 1 else stacked, -1, 1)
