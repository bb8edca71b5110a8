"""What happens if action units come together: faces, answers, main effects and interactions."""

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.gallery import caption, gallery, picture
from dashboards.components.graph import graph
from dashboards.components.notes import TOGETHER, hint, missing, panel
from dashboards.drawn_face import query_of_units
from dashboards.view import View, address
from fer_probe.experiments.combinations import SCALES, Combinations
from fer_probe.figures.combinations import (
    combination_effects_figure,
    combination_words,
    combinations_figure,
    interactions_in_words,
)
from fer_probe.study import DRAWN_PEOPLE


def combination_panels(view: View, path: str) -> list[Component]:
    """The combination that the address names, or the first."""
    names = view.study.layers(Combinations, DRAWN_PEOPLE)
    if not names:
        command = "fer-probe probe --combine 4,22"
        return [panel("Action units together", missing("No action units were shown together", command))]
    chosen = view.choice("units", names)
    found = view.study.load(Combinations, DRAWN_PEOPLE, chosen)
    links = {name.replace("+", " + "): view.link(path, **{**view.query, "units": name}) for name in names}
    picked = choice("units", links, chosen.replace("+", " + "), label="Action units")
    answers = graph(combinations_figure(found), f"Classes for {chosen}, alone and together", "combination")
    effects = [
        panel("", graph(combination_effects_figure(found, scale), f"Effects on the {scale}", f"effects-{scale}"))
        for scale in SCALES
    ]
    return [
        *([dmc.Group([picked], className="controls")] if len(names) > 1 else []),
        panel("", answers, dmc.Text(interactions_in_words(found)), _faces(view, found), hint(TOGETHER)),
        html.Div(effects, className="columns"),
    ]


def _faces(view: View, found: Combinations) -> Component:
    """A face of each combination; leads to its sliders."""
    return gallery(
        [_face(view, found.units(row), found.intensity) for row in found.shown], "The combinations", small=True
    )


def _face(view: View, units: tuple[int, ...], intensity: float) -> Component:
    query, words = query_of_units(tuple((au, intensity, intensity) for au in units)), combination_words(units)
    shown = picture(address("/pictures/drawn-face.png", look="grey", **query), f"A drawn face, {words}")
    link = dmc.Anchor(
        [shown, caption(words)], href=view.link("/drawn-face", **query), className="tile", underline="never"
    )
    return html.Li(link)
