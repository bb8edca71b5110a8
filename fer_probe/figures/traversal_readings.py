"""What another network reads while latent variables are moved: of each its own expression, or what changes most."""

from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.action_units import PROTOTYPES
from fer_probe.expressions import match_by_name
from fer_probe.figures.theme import GREY, category_colour, themed, titled
from fer_probe.latents.traversal_readings import TraversalReadings

#: Lines that a variable's panel has at least, where there are as many readings.
_LINES = 4
#: Spearman's correlation from which on a reading is said to rise steadily.
_STEADY = 0.9


def traversal_readings_figure(found: TraversalReadings, *, dark: bool = False) -> go.Figure:
    """The mean reading of each variable's own expression, from its smallest to its largest observed value.

    Variables that are named after nothing the other network reads are left out; where all are, it is
    :func:`traversal_curves_figure`.
    """
    if not _own(found):
        return traversal_curves_figure(found, dark=dark)
    share = np.linspace(0, 1, found.values.shape[1])
    figure = go.Figure()
    for row, column in _own(found):
        rank = float(found.rank_correlation[row, column])
        figure.add_scatter(
            x=share, y=found.mean[row, :, column], name=f"{found.names[row]} ({rank:.2f})", mode="lines+markers",
            line={"color": category_colour(found.reading_names[column], row), "width": 2},
            customdata=found.values[row],
            hovertemplate=f"{found.names[row]} at %{{customdata:.2f}}<br>read %{{y:.2f}}<extra></extra>",
        )  # fmt: skip
    figure.update_layout(height=400, showlegend=True)
    figure.update_xaxes(title_text="from the smallest to the largest observed value", tickformat=".0%")
    figure.update_yaxes(title_text="read of its own expression", range=[-0.02, 1.02])
    facts = f"{_facts(found)} · Spearman's rank correlation in brackets"
    return themed(titled(figure, "Latent variables moved on faces", facts), dark)


def traversal_curves_figure(found: TraversalReadings, *, columns: int = 2, dark: bool = False) -> go.Figure:
    """A panel a variable: the readings that change most from its smallest to its largest observed value.

    Of action units, those of the expression's prototype that the variable is named after are drawn in full colour
    whether they change or not, and others in grey.

    Args:
        found: readings of anything.
        columns: of panels.
        dark: for a dark page.
    """
    rows = -(-len(found.names) // columns)
    gap = min(0.3 / rows, 0.1)
    figure = make_subplots(
        rows, columns, subplot_titles=found.names, shared_yaxes="all", horizontal_spacing=0.04, vertical_spacing=gap
    )
    drawn = [(row, _told(found, row)) for row in range(len(found.names))]
    shown = np.concatenate([found.mean[row][:, chosen].ravel() for row, (chosen, _) in drawn])
    low, high = min(0.0, float(shown.min())), max(float(shown.max()), 1e-6)
    for row, (chosen, own) in drawn:
        _panel(figure, found, row, chosen, own, (row // columns + 1, row % columns + 1), (low, high))
    figure.update_layout(height=110 + 150 * rows, showlegend=False, margin_t=90)
    figure.update_xaxes(tickvals=[], range=[-0.02, 2.05], showline=True)
    figure.update_yaxes(range=[low - 0.06 * (high - low), high + 0.06 * (high - low)], nticks=4, showgrid=False)
    figure.update_yaxes(ticks="", selector=lambda axis: axis.showticklabels is False)
    figure.for_each_annotation(lambda note: note.update(font_size=12), selector={"font": {"size": 16}})
    what = "Intensity" if found.intensities else "Probability"
    facts = f"{_facts(found)} · from the smallest to the largest value, change beside the line{_risen(found, drawn)}"
    return themed(titled(figure, f"{what} read as each variable is moved", facts), dark)


def _risen(found: TraversalReadings, drawn: list[tuple[int, tuple[list[int], list[int]]]]) -> str:
    """How many of the prototypes' units follow their variables, in words; nothing where there are none."""
    pairs = [(row, column) for row, (_, own) in drawn for column in own]
    if not pairs:
        return ""
    rows, columns = np.array(pairs).T
    higher = int((found.mean[rows, -1, columns] > found.mean[rows, 0, columns]).sum())
    steady = int((found.rank_correlation[rows, columns] >= _STEADY).sum())
    return (
        f" · in colour the units of its expression's prototype: {higher} of {len(pairs)} end higher, {steady} rise "
        f"steadily (Spearman ≥ {_STEADY})"
    )


def _panel(
    figure: go.Figure,
    found: TraversalReadings,
    row: int,
    chosen: list[int],
    own: list[int],
    place: tuple[int, int],
    reach: tuple[float, float],
) -> None:
    """A variable's curves, each named at its end."""
    share = np.linspace(0, 1, found.values.shape[1])
    at = _apart(found.mean[row, -1, chosen], reach)
    for number, (column, height) in enumerate(zip(chosen, at, strict=True)):
        name, curve = found.reading_names[column], found.mean[row, :, column]
        colour = category_colour(name, number) if not own or column in own else GREY
        told = f"{name} %{{y:.2f}}<br>Spearman {found.rank_correlation[row, column]:.2f}"
        figure.add_scatter(
            x=share, y=curve, mode="lines", line={"color": colour, "width": 2}, customdata=found.values[row],
            hovertemplate=f"{found.names[row]} at %{{customdata:.2f}}<br>{told}<extra></extra>",
            row=place[0], col=place[1],
        )  # fmt: skip
        figure.add_annotation(
            x=1.04, y=height, text=f"{name} {curve[-1] - curve[0]:+.2f}", xanchor="left", showarrow=False,
            font={"size": 9.5, "color": colour}, row=place[0], col=place[1],
        )  # fmt: skip


def _told(found: TraversalReadings, row: int) -> tuple[list[int], list[int]]:
    """The readings that a variable's panel shows, and those of them that are units of its expression's prototype."""
    numbers = PROTOTYPES.get(found.names[row], ((),))[0] if found.intensities else ()
    own = [column for column, name in enumerate(found.reading_names) if name in {f"AU{unit}" for unit in numbers}]
    most = np.argsort(-np.ptp(found.mean[row], axis=0), kind="stable").tolist()
    chosen = own + [column for column in most if column not in own][: max(1, _LINES - len(own))]
    return chosen, own


def _apart(heights: np.ndarray, reach: tuple[float, float]) -> np.ndarray:
    """Heights for names near to those given, none on another and none below the panel."""
    low, high = reach
    placed, least = np.array(heights, float), (high - low) / 9
    order = np.argsort(-heights, kind="stable")
    for above, below in pairwise(order):
        placed[below] = min(placed[below], placed[above] - least)
    floors = low + least * np.arange(len(order))[::-1]  # so many names are still to come under each
    placed[order] = np.maximum(placed[order], floors)
    return placed


def _facts(found: TraversalReadings) -> str:
    return f"{found.faces} faces" + (f", read by {found.read_by}" if found.read_by else "")


def traversal_reading_rows(found: TraversalReadings) -> tuple[dict[str, str], ...]:
    """A row a variable that is named after a reading: at both ends, Spearman's, and how many faces kept theirs."""
    return tuple(
        {
            "variable": found.names[row],
            "smallest": f"{found.mean[row, 0, column]:.2f}",
            "largest": f"{found.mean[row, -1, column]:.2f}",
            "Spearman": f"{found.rank_correlation[row, column]:.2f}",
            "read as it at the largest": f"{found.share[row, -1, column]:.0%}",
        }
        for row, column in _own(found)
    )


def _own(found: TraversalReadings) -> list[tuple[int, int]]:
    """(variable, reading) of each variable that is named after a reading."""
    return [(row, column) for row, column in enumerate(match_by_name(found.names, found.reading_names)) if column >= 0]
