"""What another network reads while latent variables are moved: a line a variable, of its own expression."""

import numpy as np
import plotly.graph_objects as go

from fer_probe.expressions import match_by_name
from fer_probe.figures.theme import category_colour, say, themed, titled
from fer_probe.latents.traversal_readings import TraversalReadings


def traversal_readings_figure(found: TraversalReadings, *, dark: bool = False) -> go.Figure:
    """The mean reading of each variable's own expression, from its smallest to its largest observed value.

    Variables that are named after nothing the other network reads are left out, and said where all are.
    """
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
    if not figure.data:
        say(figure, "No variable is named after what was read.")
    figure.update_layout(height=400, showlegend=bool(figure.data))
    figure.update_xaxes(title_text="from the smallest to the largest observed value", tickformat=".0%")
    figure.update_yaxes(title_text="read of its own expression", range=[-0.02, 1.02])
    by = f", read by {found.read_by}" if found.read_by else ""
    facts = f"{found.faces} faces{by} · Spearman's rank correlation in brackets"
    return themed(titled(figure, "Latent variables moved on faces", facts), dark)


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
