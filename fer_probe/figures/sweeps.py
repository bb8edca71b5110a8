"""The classes' probabilities as one thing about the faces changes by degrees."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.experiments.sweeps import Sweep
from fer_probe.figures.theme import category_colour, themed, titled

_AXES = {
    "intensity": "intensity of its action units",
    "side light": "degrees to the side",
    "exposure": "factor on all light",
}
_TITLES = {
    "intensity": "How much of it must be shown?",
    "side light": "Light from the side",
    "exposure": "Dark and bright pictures",
}


def sweep_figure(found: Sweep, *, dark: bool = False) -> go.Figure:
    """A line an expression: the mean probability of the class that is shown, with its 95 % interval."""
    figure = go.Figure()
    for row, (name, label) in enumerate(zip(found.shown, found.own_class, strict=True)):
        mean, half = 100 * found.probability[row, :, label], 100 * found.half_width[row, :, label]
        _add_line(figure, found, name, category_colour(name, row), mean, half)
    figure.update_layout(height=380, hovermode="x unified")
    _dress(figure, found)
    figure.update_yaxes(title_text="probability of what is shown, %")
    return themed(titled(figure, _TITLES[found.condition], _note(found)), dark)


def sweep_classes_figure(found: Sweep, *, columns: int = 2, dark: bool = False) -> go.Figure:
    """A panel an expression: what all classes make of it; it tells what a faint or badly lit one is taken for."""
    rows = max(1, -(-len(found.shown) // columns))
    figure = make_subplots(rows, columns, subplot_titles=[f"shown: {name}" for name in found.shown], shared_yaxes=True)
    for place in range(len(found.shown)):
        for label, name in enumerate(found.class_names):
            trace = go.Scatter(
                x=found.values, y=100 * found.probability[place, :, label], name=name, legendgroup=name,
                showlegend=place == 0, mode="lines", line={"color": category_colour(name, label), "width": 2},
                hovertemplate=f"{name}: %{{y:.0f}} %<extra></extra>",
            )  # fmt: skip
            figure.add_trace(trace, row=place // columns + 1, col=place % columns + 1)
    figure.update_layout(height=130 + 170 * rows, margin_t=84, hovermode="x")
    _dress(figure, found)
    figure.update_xaxes(title_text="").update_xaxes(title_text=_AXES[found.condition], row=rows)
    figure.update_annotations(font_size=12).update_yaxes(title_text="%", col=1)
    return themed(titled(figure, f"{_TITLES[found.condition]} – all classes", _note(found)), dark)


def sweep_in_words(found: Sweep) -> str:
    """From which intensity on half of the people are read as what they show; of light, how many are read at best."""
    if found.condition == "intensity":
        told = sorted(_half_read(found, row) for row in range(len(found.shown)))
        return f"Half of the people are read as what they show: {', '.join(words for _, words in told)}."
    share = np.nanmean(found.read, axis=0)
    best, worst = int(share.argmax()), int(share.argmin())
    return (
        f"{_TITLES[found.condition]}: {share[best]:.0%} of the faces are read as what they show at "
        f"{found.values[best]:g}, where most are, and {share[worst]:.0%} at {found.values[worst]:g}, where fewest are."
    )


def _half_read(found: Sweep, row: int) -> tuple[float, str]:
    """An intensity to sort by, and words."""
    name, degree, last = found.shown[row], found.half_read(row), float(found.read[row, -1])
    if np.isfinite(degree):
        return degree, f"{name} from {degree:.2f} on"
    if found.read[row, 0] >= 0.5:
        return -np.inf, f"{name} from the first on"
    return np.inf, f"{name} not even at {found.values[-1]:g} ({last:.0%})"


def _add_line(figure: go.Figure, found: Sweep, name: str, colour: str, mean: np.ndarray, half: np.ndarray) -> None:
    low, high = np.clip(mean - half, 0, 100), np.clip(mean + half, 0, 100)
    figure.add_scatter(
        x=np.concatenate([found.values, found.values[::-1]]), y=np.concatenate([high, low[::-1]]), fill="toself",
        mode="none", fillcolor=colour, opacity=0.12, legendgroup=name, showlegend=False, hoverinfo="skip",
    )  # fmt: skip
    figure.add_scatter(
        x=found.values, y=mean, mode="lines+markers", name=name, legendgroup=name,
        line={"color": colour, "width": 2.5}, marker_size=6, hovertemplate="%{y:.0f} %",
    )  # fmt: skip


def _dress(figure: go.Figure, found: Sweep) -> None:
    figure.update_yaxes(range=[-2, 102])
    if found.condition == "exposure":
        figure.update_xaxes(type="log", tickvals=list(found.values), ticktext=[f"{v:g}" for v in found.values])
    figure.update_xaxes(title_text=_AXES[found.condition])


def _note(found: Sweep) -> str:
    return f"n = {found.people} drawn people, the same at every degree · bands: 95 % interval by t of the mean"
