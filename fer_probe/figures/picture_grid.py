"""A grid of pictures with its rows and columns named, as one figure: what most papers show of a decoder."""

import base64
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_probe.figures.mosaics import mosaic
from fer_probe.figures.pictures import enlarged, webp
from fer_probe.figures.theme import themed, titled

#: Tiles are enlarged to this many pixels, so that they stay sharp where the figure is wide.
_TILE, _GAP = 96, 4
#: What stands above and beside the pictures, pixels, a tile's side on a narrow page, and what slanted words and two
#: lines below take.
_MARGINS, _SMALL, _SLANTED, _TWO_LINES = (96, 84), 56, 30, 36
#: In a figure's ``meta``: its width by its height, for pages that give it as much height as their width allows.
ASPECT = "aspect"


def decoded_picture(pixels: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Pixels in 0–1, (…, C, H, W), for the eye: (…, H, W) or (…, H, W, 3) uint8; what lies beyond is cut off."""
    shown = np.rint(255 * np.clip(np.nan_to_num(np.asarray(pixels, np.float32)), 0, 1)).astype(np.uint8)
    last = np.moveaxis(shown, -3, -1)
    return np.ascontiguousarray(last[..., 0] if last.shape[-1] == 1 else last)


def picture_grid_figure(
    pixels: NDArray[np.float32],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    facts: str = "",
    below: Sequence[str] = (),
    dark: bool = False,
) -> go.Figure:
    """Pictures in rows and columns.

    Args:
        pixels: (R, V, C, H, W) in 0–1; a picture that is not a number is left out.
        rows: R names, empty ones for none.
        columns: V names, likewise; written above.
        title: of the figure.
        facts: the line under it.
        below: V texts of two lines that stand under the columns, or none.
        dark: for a dark page.

    Raises:
        ValueError: other names than rows and columns.
    """
    count, across = pixels.shape[:2]
    if len(rows) != count or len(columns) != across:
        raise ValueError(f"{len(rows)} and {len(columns)} names for {count} rows and {across} columns of pictures")
    tiles = np.stack([enlarged(tile, _TILE) for tile in decoded_picture(pixels.reshape(-1, *pixels.shape[2:]))])
    sheet = mosaic(tiles, columns=across, gap=_GAP)
    height, width = tiles.shape[1:3]
    absent = np.isnan(pixels).all((2, 3, 4)).reshape(-1)
    for place in np.flatnonzero(absent):
        top, left = place // across * (height + _GAP), place % across * (width + _GAP)
        sheet[top : top + height, left : left + width, 3] = 0
    figure = go.Figure(go.Image(source=_data_uri(sheet), hoverinfo="skip"))
    middles = {
        "x": np.arange(across) * (width + _GAP) + width / 2,
        "y": np.arange(count) * (height + _GAP) + height / 2,
    }
    # Many long words would stand in one another on a narrow page.
    crowded = across > 6 and max(map(len, columns)) > 5 and sum(map(bool, columns)) > 2
    plain = {"showgrid": False, "ticks": "", "showline": False}
    figure.update_xaxes(
        tickvals=middles["x"],
        ticktext=list(columns),
        side="top",
        tickangle=-40 if crowded else 0,
        constraintoward="left",
        **plain,
    )
    figure.update_yaxes(tickvals=middles["y"], ticktext=list(rows), constraintoward="top", **plain)
    tile = min(92, 700 // across)
    above = _MARGINS[0] + (_SLANTED if crowded else 0)
    under = _TWO_LINES if below else 0
    for middle, text in zip(middles["x"], below, strict=False):
        # At the pictures' lower edge, wherever the width of the page puts it.
        figure.add_annotation(
            x=middle, y=0, yref="y domain", yanchor="top", text=text, showarrow=False, font_size=10, borderpad=0
        )
    figure.update_layout(height=above + tile * count + under, margin_t=above - 12, dragmode=False)
    if under:
        figure.update_layout(margin_b=under)
    figure.update_layout(meta={ASPECT: (_MARGINS[1] + _SMALL * across) / (above + _SMALL * count + under)})
    return themed(titled(figure, title, facts), dark)


def _data_uri(sheet: NDArray[np.uint8]) -> str:
    return "data:image/webp;base64," + base64.b64encode(webp(sheet, quality=90)).decode()
