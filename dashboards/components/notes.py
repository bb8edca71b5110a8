"""Notes: what a picture can and cannot say, and words where there is no picture."""

from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

PROJECTION = (
    "A projection shows which pixels the map's strongest unit could draw on, not that they caused it: part of the "
    "picture comes back whatever the weights are (Nie et al. 2018; Adebayo et al. 2018). Believe a shape that "
    "recurs in all nine and is not simply the picture's strongest edges."
)
DISTANCE = (
    "D compares a map's nine largest responses with and without the action unit (Zhu et al., eq. 13). Every unit has a "
    "largest D, and the side with more faces has the larger responses by sampling alone: what chance gives is told by "
    "shuffling the labels. Units that come together in the same expressions share their maps."
)
SIGNIFICANCE = (
    "To see what chance gives, the unit's labels are dealt out anew, a thousand times. z: how far D stands above what "
    "that gives, in deviations. p: how often chance gives any map of the layer as large a z. q: which share of the "
    "units named at that q are expected to be named by chance. A detector tells the unit from its absence on these "
    "faces; that it sees nothing else, or that the network uses it, is another question."
)
NEARER = (
    "A grey dot beyond the tick is no detector: faces without the unit still give that map the larger responses, only "
    "less so than chance would have them."
)
CONFIRMATION = (
    "On other people: a map is chosen on half of the people and tested on the other half, which had no part in the "
    "choice."
)
MEASURES = (
    "D looks at the nine strongest faces of either kind, the others at all faces. Where they name different maps, the "
    "first one fires hardest for the unit and the others more regularly."
)
MAXIMIZED = (
    "Painted from noise to excite the map: what it would like best, not what it meets in faces. Compare the "
    "activation reached with the largest one on real pictures."
)
EMBEDDING = (
    "Neighbours on the plane tend to be neighbours in the layer; distances between clusters and their sizes mean "
    "nothing. Trustworthiness says how far neighbours can be believed, from 0 to 1."
)
ABLATION = (
    "Switching off any strong map moves something; what counts is where a map stands among the others. A map that "
    "moves nothing may be one of several that do the same. What follows the layer never met faces without a map."
)
SWITCHED = (
    "The same drawn people at rest and with one unit on, all else equal: what differs, the unit caused. A unit alone "
    "is no expression: what takes several units together does not show here. Of photographs none of this is known."
)
TOGETHER = (
    "An interaction is what units do together beyond what each adds by itself. Probabilities end at 0 and 1 and show "
    "interactions that the network does not compute; what the logits show too is its own."
)
SWEPT = (
    "The same drawn people at every degree; only what is named changes. A photograph's light differs in more than that."
)
SHUFFLED = (
    "A layer's name heads projections from weights that are shuffled down to it, “anew” those of the shuffled "
    "network's own strongest face, “other” those of another map at the same place. A shape that stays was not learnt; "
    "one that another map shows is no sign of this one. That it changes proves no detector: untrained weights change "
    "it too."
)
DEPTH = (
    "The same drawn people at rest and with one unit; the map with the largest AUROC in a layer is chosen on half of "
    "them and measured on the others. What shuffled weights tell was not learnt. A unit that no single map tells may "
    "still stand in several together."
)
MATCHED = (
    "Maps that answer to the same faces need not look at the same thing in them: what two maps share may be light, a "
    "person or an action unit. One map of one network may also be spread over several of the other."
)
SIMILAR = (
    "CKA says how alike two layers lay out the faces, whatever their maps are called. It has no scale of its own: "
    "early layers of untrained networks are alike too, and are what to compare with."
)
GROUPS = (
    "That no difference is shown does not mean there is none: see how wide the intervals are. Groups may also differ "
    "in what they show, how they are lit, and in what else goes with age or sex. Drawn people are no population."
)
ATTRIBUTIONS = (
    "Each method answers its own question: what a small change of a pixel does (saliency), how a logit comes about on "
    "the way from a flat picture (integrated gradients), what covering a part does (occlusion), which maps together "
    "spoke for the class (Grad-CAM). Where they disagree none is wrong. Guided pictures partly come back whatever the "
    "weights are."
)
CONCEPTS = (
    "TCAV (Kim et al. 2018): a direction of the layer that leads from people at rest to the same people with the unit, "
    "and the share of a class's faces whose logit rises along it. Orange: more often than along random concepts; blue: "
    "less often; empty: not shown to differ."
)
PLACES = "Laid over the mean face, scaled to the map's own largest. Faces that are not aligned blur it."
ORDINARY = (
    "What the map's strongest unit sees on faces that are not its strongest, the larger response first; greyed where "
    "it does not fire. What the nine strongest share and these do not is what the map answers to."
)
REGIONS = (
    "On how many faces the strongest response lies in each region around the landmarks; a place chosen blindly would "
    "give the region's area. It is the middle of what a unit sees, not all of it, and not yet what it answers to."
)


def hint(text: str) -> Component:
    """A short word on what the picture beside it can and cannot say."""
    return dmc.Text(text, className="hint", size="sm")


def nothing_here(title: str, text: str | Component, command: str = "") -> Component:
    """Words in the place of what is not there, with the command that makes it."""
    return html.Section(
        [
            dmc.Title(title, order=1, size="h3"),
            dmc.Text(text) if isinstance(text, str) else text,
            *([dmc.Text(["To make it, run ", dmc.Code(command), "."])] if command else []),
        ],
        className="nothing",
    )


def missing(what: str, command: str = "fer-probe probe") -> Component:
    """One line in the place of a picture whose analysis has not been run."""
    return dmc.Text([f"{what}; run ", dmc.Code(command), " to make it."], className="hint", size="sm")


def panel(title: str, *children: Any) -> Component:
    """A part of a page; without a title where its first child brings one."""
    heads = [dmc.Title(title, order=2, size="h4", className="panel-title")] if title else []
    return html.Section([*heads, *children], className="panel")
