"""Distributions of latent variables for each expression fed in: Barradas-Chacón et al., figures 7 and 10."""

from typing import Literal

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from fer_probe.figures.theme import category_colour, themed, titled
from fer_probe.latents.latent_variables import LatentDistributions

_ROW = 118


def latent_distributions_figure(
    found: LatentDistributions,
    *,
    panels: Literal["expression", "variable"] | None = None,
    columns: int = 2,
    dark: bool = False,
) -> go.Figure:
    """Densities over the value, a panel an expression fed in, or a panel a variable.

    Args:
        found: of the latents.
        panels: ``"expression"``, with a line a variable as in figure 7, which wants variables that have names;
            ``"variable"``, with a line an expression as in figure 10. Left out: what the variables allow.
        columns: of panels.
        dark: for a dark page.
    """
    by = panels or ("expression" if found.names else "variable")
    of_expression = by == "expression"
    heads = found.expression_names if of_expression else [_head(found, row) for row in range(len(found.variables))]
    columns = max(1, min(columns, len(heads)))
    rows = -(-len(heads) // columns)
    grid = make_subplots(
        rows, columns, subplot_titles=heads, shared_xaxes="all" if of_expression else False,
        vertical_spacing=44 / (_ROW * rows + 20), horizontal_spacing=0.06,
    )  # fmt: skip
    for panel in range(len(heads)):
        lines = range(len(found.variables)) if of_expression else range(len(found.expression_names))
        for line in lines:
            variable, expression = (line, panel) if of_expression else (panel, line)
            drawn = _line(found, variable, expression, of_expression, first=panel == 0)
            grid.add_trace(drawn, row=panel // columns + 1, col=panel % columns + 1)
    grid.update_layout(height=160 + _ROW * rows, hovermode="closest", margin_t=88, margin_b=52)
    grid.update_annotations(font_size=12)
    grid.update_xaxes(showticklabels=True).update_yaxes(showticklabels=False, ticks="", showgrid=False)
    title = "Latent variables of each expression fed in" if of_expression else "Expressions along latent variables"
    return themed(titled(grid, title, _facts(found)), dark)


def _line(
    found: LatentDistributions, variable: int, expression: int, of_expression: bool, *, first: bool
) -> go.Scatter:
    """One density; what belongs together, a variable and the expression it stands for, is filled."""
    number = int(found.variables[variable])
    own = bool(found.names) and found.own(number) == expression
    shown = found.name(number) if of_expression else found.expression_names[expression]
    colour = category_colour(shown, variable if of_expression else expression)
    area = {"fill": "tozeroy", "fillcolor": _faint(colour)} if own else {}
    auroc = float(found.auroc[number, expression])
    return go.Scatter(
        x=found.places[variable], y=found.density[variable, expression], mode="lines", name=shown, legendgroup=shown,
        showlegend=first, line={"color": colour, "width": 2.4 if own else 1.4}, **area,
        hovertemplate=f"{found.name(number)} on {found.expression_names[expression]} faces<br>%{{x:.2f}}"
        f"<br>AUROC {auroc:.2f}<extra></extra>",
    )  # fmt: skip


def _head(found: LatentDistributions, row: int) -> str:
    number = int(found.variables[row])
    own = found.own(number)
    named = [found.name(number), *[found.expression_names[own]] * (found.name(number) != found.expression_names[own])]
    return f"{': '.join(named)}, AUROC {found.auroc[number, own]:.2f}"


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.22)"


def _facts(found: LatentDistributions) -> str:
    return " · ".join(
        (
            f"{int(found.counts.sum())} faces",
            f"linear discriminant {found.separation:.0%} (chance {found.chance:.0%})",
            f"silhouette {found.silhouette:.2f}",
        )
    )
