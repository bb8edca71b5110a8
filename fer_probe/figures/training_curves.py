"""Training curves: what was measured after every epoch, one panel a unit of measure."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.figures.theme import BLUE, CYCLE, GREEN, VERMILLION, say, themed, titled

_PANELS = ("loss", "accuracy")
_COLOURS = {"train": BLUE, "val": VERMILLION, "test": GREEN}


def training_curves_figure(curves: Mapping[str, Sequence[float]], *, dark: bool = False) -> go.Figure:
    """Curves over epochs, counted from 1; names with ``loss`` in one panel, with ``accuracy`` in another.

    Args:
        curves: name → one value an epoch, such as ``{"train_loss": […], "validation_accuracy": […]}``.
        dark: for a dark page.
    """
    panels = {panel: [n for n in curves if panel_of(n) == panel] for panel in dict.fromkeys(map(panel_of, curves))}
    figure = make_subplots(max(1, len(panels)), 1, shared_xaxes=True, vertical_spacing=0.08)
    if not panels:
        say(figure, "no curves were kept")
    for row, (panel, names) in enumerate(panels.items(), start=1):
        for place, name in enumerate(names):
            _add_curve(figure, _word(name, panel), curves[name], _colour(name, place), row)
        figure.update_yaxes(
            title_text=panel, row=row, tickformat=".0%" if panel == "accuracy" else None, rangemode="tozero"
        )
    figure.update_xaxes(title_text="epoch", row=max(1, len(panels)))
    figure.update_layout(height=130 + 160 * max(1, len(panels)), hovermode="x unified", legend_traceorder="normal")
    epochs = max((len(values) for values in curves.values()), default=0)
    return themed(titled(figure, "Training curves", f"{epochs} epochs"), dark)


def panel_of(name: str) -> str:
    """The unit of measure a curve's name speaks of: ``loss``, ``accuracy``, else the name itself."""
    return next((panel for panel in _PANELS if panel in name.lower()), name.replace("_", " "))


def _add_curve(figure: go.Figure, name: str, values: Sequence[float], colour: str, row: int) -> None:
    figure.add_scatter(
        x=np.arange(1, len(values) + 1), y=np.asarray(values, dtype=float), name=name, mode="lines+markers",
        line_color=colour, line_width=2, marker_size=4, row=row, col=1, hovertemplate="%{y:.3g}",
        legendgroup=name, showlegend=name not in {curve.name for curve in figure.data},
    )  # fmt: skip


def _word(name: str, panel: str) -> str:
    """What is left to say of a curve in its panel: ``train_loss`` → ``train``."""
    words = name.replace("_", " ")
    return words.replace(panel, "").strip() or words


def _colour(name: str, place: int) -> str:
    return next(
        (colour for part, colour in _COLOURS.items() if name.lower().startswith(part)), CYCLE[place % len(CYCLE)]
    )
