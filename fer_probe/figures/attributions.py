"""Attributions of faces by every method, the maps that fired beside them, and which units' pixels they land on."""

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_probe.action_units import action_unit_label
from fer_probe.evidence.attribution_regions import TOGETHER, AttributionRegions
from fer_probe.faces.face_images import FaceImages
from fer_probe.figures.picture_grid import picture_grid_figure
from fer_probe.figures.pictures import Picture, face_picture, projection_pictures
from fer_probe.figures.theme import themed, titled
from fer_probe.projections.attributions import Attributions
from fer_probe.projections.fired_maps import FiredMaps

#: How a method is called.
METHOD_NAMES = {
    "saliency": "saliency",
    "integrated_gradients": "integrated gradients",
    "occlusion": "occlusion",
    "grad_cam": "Grad-CAM",
    "guided_grad_cam": "guided Grad-CAM",
    "lrp": "layer-wise relevance",
}
#: What raises the logit, what lowers it: the ends of the theme's diverging scale.
_RAISES, _LOWERS = np.array([213, 94, 0]), np.array([31, 111, 178])
#: Ratios are told apart by colour up to 2 to the power of this, and down to its inverse.
_REACH = 3.0
#: The face under an attribution keeps this share of its contrast; the strongest pixels cover it so far.
_CONTRAST, _COVER = 0.55, 0.9


def attribution_picture(face: Picture, pixels: np.ndarray) -> Picture:
    """(H, W, 3): a face in pale grey with an attribution on it, what raises the logit orange, what lowers it blue.

    Args:
        face: (H, W) or (H, W, 3), as large as the attribution.
        pixels: (C, H, W), summed over channels; its 99.5th percentile covers the face most.
    """
    values = np.asarray(pixels, np.float64).sum(0)
    reach = float(np.quantile(np.abs(values), 0.995)) or float(np.abs(values).max()) or 1.0
    cover = _COVER * np.clip(np.abs(values) / reach, 0, 1)[..., None] ** 0.8
    grey = face.mean(-1) if face.ndim == 3 else face.astype(np.float64)
    ground = np.repeat((255 - _CONTRAST * (255 - grey))[..., None], 3, -1)
    colour = np.where(values[..., None] > 0, _RAISES, _LOWERS)
    return np.rint((1 - cover) * ground + cover * colour).astype(np.uint8)


def attributions_figure(
    found: Attributions, faces: FaceImages, *, fired: FiredMaps | None = None, dark: bool = False
) -> go.Figure:
    """Faces in columns: the face, every method on it, and what made the map that fired most fire.

    Args:
        found: of these faces.
        faces: the set that they are of.
        fired: maps that fired most for the same faces, in the same order.
        dark: for a dark page.
    """
    size = (int(found.pixels.shape[-2]), int(found.pixels.shape[-1]))
    columns = [_column(found, faces, i, size, fired) for i in range(len(found.image_index))]
    tiles = np.asarray(np.moveaxis(np.stack(columns, 1), -1, 2) / 255, np.float32)
    rows = ["face", *(METHOD_NAMES[method] for method in found.methods), *["strongest map"] * (fired is not None)]
    title = "What each class's logit rests on, and what the strongest map saw"
    told = [target_in_words(found, i) for i in range(len(columns))]
    return picture_grid_figure(tiles, rows, told, title=title, facts=attributions_note(found), dark=dark)


def attributions_note(found: Attributions) -> str:
    """The facts under a figure: how many, of which layer, how many steps, how complete."""
    parts = [f"{len(found.image_index)} faces", "orange raises the logit, blue lowers it"]
    if found.layer:
        parts.append(f"Grad-CAM of {found.layer}")
    if "occlusion" in found.methods:
        parts.append(f"windows {found.window[0]}×{found.window[1]}")
    if np.isfinite(found.incompleteness).any():
        worst = float(np.nanmax(found.incompleteness))
        parts.append(f"integral of {found.steps} steps, {worst:.1%} off at most")
    return " · ".join(parts)


def target_in_words(found: Attributions, row: int) -> str:
    """The class that is attributed on a face."""
    target = int(found.targets[row])
    return found.class_names[target] if found.class_names else f"output {target}"


def attribution_regions_figure(found: AttributionRegions, *, dark: bool = False) -> go.Figure:
    """How much more of each attribution (columns) lands on a unit's pixels (rows) than an even spread would.

    Means over the faces that show the unit; colours by the logarithm, so that twice and half are as strong.
    """
    methods, regions = range(len(found.methods)), range(len(found.region_names))
    told = np.array([[found.mean_ratio(s, r) for s in methods] for r in regions])
    mean, half, count = (told[..., i] for i in range(3))
    # What lands nowhere has no logarithm: it is as blue as can be.
    log = np.log2(np.maximum(mean, 2**-_REACH))
    names = [METHOD_NAMES.get(method, method) for method in found.methods]
    labels = [f"{_region(name)} ({int(count[r].max())})" for r, name in enumerate(found.region_names)]
    intervals = np.where(np.isfinite(half), np.char.mod("± %.2f", np.nan_to_num(half)), "one face")
    figure = go.Figure(
        go.Heatmap(
            z=log, x=names, y=labels, zmid=0, zmin=-_REACH, zmax=_REACH, autocolorscale=True, hoverongaps=False,
            xgap=1, ygap=1, customdata=np.stack([mean, intervals.astype(object)], -1), showscale=False,
            text=[[_short(one) for one in row] for row in mean],
            texttemplate="%{text}", textfont_size=10,
            hovertemplate="%{y}<br>%{x}: %{customdata[0]:.2f} %{customdata[1]} times its area<extra></extra>",
        )
    )  # fmt: skip
    figure.update_layout(height=190 + 22 * max(len(labels), 4), margin_b=8)
    figure.update_yaxes(autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(ticks="", side="bottom", tickangle=-40)
    facts = (
        f"share of the absolute attribution over that of the picture · mean over the faces in brackets, of n = "
        f"{len(found.image_index)}, 95 % intervals by t over faces, not adjusted · 1: an even spread"
    )
    return themed(titled(figure, "On which pixels attributions land", facts), dark)


def attribution_regions_in_words(found: AttributionRegions) -> str:
    """What every method has on all regions together, with its interval over faces, the highest first."""
    row = found.region_names.index(TOGETHER)
    told = [(METHOD_NAMES.get(name, name), *found.mean_ratio(s, row)) for s, name in enumerate(found.methods)]
    ranked = sorted((one for one in told if one[3]), key=lambda one: -one[1])
    what = "what any unit moved" if any(name.startswith("AU") for name in found.region_names) else "the regions"
    listed = "; ".join(
        f"{name} {mean:.2f}" + (f" ± {half:.2f}" if np.isfinite(half) else "") for name, mean, half, _ in ranked
    )
    return (
        f"On {what} lands, against an even spread over the picture: {listed} (mean and 95 % interval by t over faces). "
        "Whatever reads faces looks at their middle: compare regions and methods with one another, not with 1 alone."
    )


def _column(
    found: Attributions, faces: FaceImages, row: int, size: tuple[int, int], fired: FiredMaps | None
) -> NDArray[np.uint8]:
    """(rows, H, W, 3)."""
    face = face_picture(faces, int(found.image_index[row]), size)
    shown = [face, *(attribution_picture(face, found.pixels[s, row]) for s in range(len(found.methods)))]
    if fired is not None:
        shown.append(projection_pictures(fired.pixels[row, :1])[0])
    return np.stack([np.repeat(one[..., None], 3, -1) if one.ndim == 2 else one for one in shown])


def _region(name: str) -> str:
    if name.startswith("AU"):
        return action_unit_label(int(name.removeprefix("AU")))
    return name.capitalize()


def _short(ratio: float) -> str:
    """``2.9``, ``12``, or nothing."""
    return "" if np.isnan(ratio) else f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"
