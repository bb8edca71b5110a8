"""Theme: one look for every figure, on light and on dark pages.

Backgrounds are transparent and every explicit colour reads on both, so that a page can change a figure's template
afterwards. The palette is Okabe & Ito's ("Color Universal Design", 2008); an expression has one colour everywhere.
"""

from typing import Any

import plotly.graph_objects as go
import plotly.io as pio

LIGHT, DARK = "fer_probe_light", "fer_probe_dark"

#: Okabe & Ito's palette; its yellow darkened to be seen on white.
ORANGE, SKY, GREEN, YELLOW = "#E69F00", "#56B4E9", "#009E73", "#C8B400"
BLUE, VERMILLION, PURPLE, GREY = "#2C82C9", "#D55E00", "#CC79A7", "#8C96A0"
CYCLE: tuple[str, ...] = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, YELLOW, GREY)

EXPRESSION_COLOURS: dict[str, str] = {
    "anger": VERMILLION, "contempt": YELLOW, "disgust": GREEN, "fear": PURPLE,
    "happiness": ORANGE, "sadness": BLUE, "surprise": SKY, "neutral": GREY,
}  # fmt: skip

#: The feature maps that answer more strongly to faces with an action unit, those that do so no more than chance
#: would, and those that do not.
AU_SIDE, AU_SIDE_BY_CHANCE, OTHER_SIDE = VERMILLION, "#DFA98A", GREY

#: Of a map's bar: left to itself, a colour that few maps have gets broad bars.
BAR_WIDTH = 0.85

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"


def themed(figure: go.Figure, dark: bool = False) -> go.Figure:
    """Give a figure the look of the house; the same figure is returned."""
    return figure.update_layout(template=DARK if dark else LIGHT)


def category_colour(name: str, place: int) -> str:
    """An expression's own colour; for any other category the palette's colour at ``place``, round and round."""
    return EXPRESSION_COLOURS.get(name, CYCLE[place % len(CYCLE)])


def titled(figure: go.Figure, title: str, subtitle: str = "") -> go.Figure:
    """Set a figure's title and the line of facts under it (method, n, layer); the same figure is returned."""
    return figure.update_layout(title_text=title, title_subtitle_text=subtitle)


def say(figure: go.Figure, sentence: str, height: float = 0.5, **place: Any) -> go.Figure:
    """Write a sentence into a figure (into a panel, with ``row`` and ``col``), at a height from 0 to 1."""
    domain = {"xref": "x domain", "yref": "y domain"}
    return figure.add_annotation(text=sentence, x=0.5, y=height, showarrow=False, **domain, **place)


def _template(ink: str, faint: str, grid: str, hover: str, paper: str, strong: str) -> go.layout.Template:
    axis = {
        "gridcolor": grid,
        "linecolor": faint,
        "zeroline": False,
        "automargin": True,
        "ticks": "outside",
        "ticklen": 3,
        "tickcolor": faint,
        "title": {"standoff": 8, "font": {"size": 12}},
        "tickfont": {"size": 11},
    }
    return go.layout.Template(
        layout={
            "font": {"family": _FONT, "size": 12, "color": ink},
            "title": {
                "font": {"size": 15},
                "x": 0,
                "xref": "container",
                "xanchor": "left",
                "y": 1,
                "yref": "container",
                "yanchor": "top",
                "pad": {"t": 12, "l": 8},
                "subtitle": {"font": {"size": 11.5, "color": faint}},
            },
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "margin": {"l": 8, "r": 14, "t": 62, "b": 8},
            "xaxis": {**axis, "showgrid": False},
            "yaxis": axis,
            "colorway": list(CYCLE),
            "colorscale": {
                "sequential": [[0, paper], [1, strong]],
                "diverging": [[0, "#1F6FB2"], [0.5, paper], [1, VERMILLION]],
            },
            "legend": {
                "orientation": "h",
                "x": 0,
                "yref": "container",
                "y": 0,
                "yanchor": "bottom",
                "font": {"size": 11},
                "title": {"text": ""},
            },
            "hoverlabel": {"bgcolor": hover, "bordercolor": faint, "font": {"color": ink, "size": 12, "family": _FONT}},
            "annotationdefaults": {
                "font": {"color": ink, "size": 12},
                "arrowcolor": faint,
                "arrowwidth": 1,
                "arrowhead": 0,
            },
            "dragmode": False,
        }
    )


pio.templates[LIGHT] = _template("#1F2328", "#59636E", "#E4E7EB", "#FFFFFF", "#FFFFFF", "#0F4C81")
pio.templates[DARK] = _template("#E6EAEE", "#9DA7B1", "#2E353D", "#22272E", "#161B22", "#2870B0")
