"""Uncoded faces: words in the place of distances to action units, and the way to the faces that have them."""

import dash_mantine_components as dmc
import numpy as np
from dash.development.base_component import Component

from dashboards.components.notes import missing
from dashboards.view import View
from fer_probe.evidence.au_distance import AUDistances


def no_distances(view: View, path: str, of_layer: str = "", **state: object) -> Component:
    """Why these faces have no distances, and a link to those that have; the command where none have.

    Args:
        view: of the faces without distances.
        path: the page that the link leads to.
        of_layer: the layer that the distances are wanted of; any where it is empty.
        state: of that page.
    """
    measured = view.where(AUDistances, of_layer)
    if measured is None:
        return missing(f"No distance to action units was measured on the faces “{view.faces}”")
    coded = not np.isnan(view.study.faces(view.faces).action_units).all()
    why = "were not compared with action units" if coded else "have no coded action units"
    href = measured.link(path, **state)
    link = dmc.Anchor(f"the faces “{measured.faces}”", href=href, inherit=True, underline="always")
    return dmc.Text([f"The faces “{view.faces}” {why}; distances were measured on ", link, "."])
