"""For whom the network works: accuracy and detectors within groups of people, or in words why that is not told."""

import dash_mantine_components as dmc
from dash.development.base_component import Component

from dashboards.components.choices import choice
from dashboards.components.graph import graph
from dashboards.components.notes import GROUPS, hint, missing, panel
from dashboards.components.tables import table
from dashboards.view import View
from fer_probe.action_units import action_unit_label
from fer_probe.evidence.group_comparisons import GroupAccuracy, GroupDetectors
from fer_probe.faces.groups import why_no_groups
from fer_probe.figures.group_comparisons import (
    GROUP_DETECTOR_COLUMNS,
    group_accuracy_figure,
    group_accuracy_in_words,
    group_detector_rows,
    group_detectors_figure,
    group_detectors_in_words,
)

#: So many differences between groups are listed, the surest first.
_LISTED = 12


def group_panels(view: View, path: str) -> list[Component]:
    """Accuracy, then every detector; each of these faces, or of the first others that it is known of."""
    return [_accuracy(view), *_detectors(view, path)]


def _accuracy(view: View) -> Component:
    seen = view.where(GroupAccuracy)
    if seen is None:
        return panel("Accuracy", *_why(view, "No accuracy was compared between groups of people"))
    found = seen.study.load(GroupAccuracy, seen.faces)
    words = f"Accuracy and its interval within each group: {', '.join(found.groups)}"
    return panel(
        "",
        graph(group_accuracy_figure(found), words, "group-accuracy"),
        dmc.Text(group_accuracy_in_words(found)),
        _of_faces(view, seen),
        hint(GROUPS),
    )


def _detectors(view: View, path: str) -> list[Component]:
    seen = view.where(GroupDetectors)
    if seen is None:
        return [panel("Detectors", *_why(view, "No detector was compared between groups: it takes one above chance"))]
    layers = seen.study.layers(GroupDetectors, seen.faces)
    layer = seen.choice("layer", layers, str(seen.study.about.get("main_layer", "")))
    found = seen.study.load(GroupDetectors, seen.faces, layer)
    chosen = seen.choice("by", found.groupings)
    links = {name.capitalize(): view.link(path, **{**view.query, "by": name}) for name in found.groupings}
    words = f"AUROC of each detector within each group by {chosen}"
    drawn = graph(group_detectors_figure(found, found.groupings.index(chosen)), words, "group-detectors")
    picked = choice("by", links, chosen.capitalize(), label="Group by")
    told = dmc.Text(group_detectors_in_words(found))
    return [
        panel("", dmc.Group([picked], className="controls"), drawn, told, _of_faces(view, seen)),
        _differences(seen, found),
    ]


def _differences(view: View, found: GroupDetectors) -> Component:
    rows = group_detector_rows(found)[:_LISTED]
    known = {action_unit_label(int(au)): int(au) for au in found.action_unit_numbers}
    cells = [_linked(view, found.layer, known[row["Action unit"]], row) for row in rows]
    words = "Each difference lies between the groups with the largest and the least AUROC; its interval stands alone."
    return panel(
        "The largest differences",
        dmc.Text(words, size="sm"),
        table(GROUP_DETECTOR_COLUMNS, cells, "Detectors that differ most between groups", numeric=(6, 7)),
    )


def _linked(view: View, layer: str, au: int, row: dict[str, str]) -> list[object]:
    """A row whose unit and map lead to their pages."""
    unit = dmc.Anchor(row["Action unit"], fz="sm", href=view.link("/action-units", au=au, layer=layer))
    number = dmc.Anchor(row["Map"], fz="sm", href=view.link("/maps", layer=layer, map=row["Map"].removeprefix("map ")))
    return [unit, number, *list(row.values())[2:]]


def _of_faces(view: View, seen: View) -> Component | None:
    """Which faces it is of, where these are not they."""
    return None if seen.faces == view.faces else dmc.Text(f"On the faces “{seen.faces}”.", size="sm")


def _why(view: View, what: str) -> list[Component]:
    """What these faces do not tell, or what was not run."""
    untold = why_no_groups(view.study.faces(view.faces))
    if untold:
        known = "Drawn faces tell all three, BU-4DFE sex; in Python, give them to the faces as attributes."
        return [dmc.Text(untold), dmc.Text(known, className="hint", size="sm")]
    return [missing(what)]
