import plotly.graph_objects as go
import plotly.io as pio
import pytest

from fer_probe.expressions import EXPRESSIONS
from fer_probe.figures.theme import DARK, EXPRESSION_COLOURS, LIGHT, category_colour, say, themed


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted([_luminance(one), _luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("template", "page"), [(LIGHT, "#FFFFFF"), (DARK, "#161B22")])
def test_text_stands_out_from_the_page(template, page):
    """Titles and axis numbers reach WCAG's 4.5:1 on their page."""
    layout = pio.templates[template].layout
    assert _contrast(layout.font.color, page) >= 4.5
    assert _contrast(layout.title.subtitle.font.color, page) >= 4.5


def test_every_expression_has_its_own_colour():
    """The fixed palette covers all expressions, no colour twice."""
    assert set(EXPRESSION_COLOURS) == set(EXPRESSIONS)
    assert len(set(EXPRESSION_COLOURS.values())) == len(EXPRESSIONS)


def test_an_expression_keeps_its_colour_wherever_it_stands():
    """A category's place decides its colour only where it is no expression."""
    assert category_colour("fear", 0) == category_colour("fear", 5)
    assert category_colour("S01", 0) != category_colour("S01", 1)


def test_backgrounds_are_transparent_in_both_looks():
    """A figure lies on any page."""
    for dark in (False, True):
        figure = themed(go.Figure(), dark)
        assert (
            figure.layout.template.layout.paper_bgcolor == figure.layout.template.layout.plot_bgcolor == "rgba(0,0,0,0)"
        )


def test_themed_does_not_change_the_default_look():
    """Importing the figures leaves a user's own figures alone."""
    assert pio.templates.default not in (LIGHT, DARK)


def test_say_writes_into_the_figure():
    """An empty figure says why it is empty."""
    assert say(go.Figure(), "nothing here").layout.annotations[0].text == "nothing here"
