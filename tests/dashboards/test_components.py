import json

import numpy as np
import plotly.graph_objects as go
from dash._callback_context import context_value
from dash._utils import AttributeDict

from dashboards.components.choices import choice, follow, pager
from dashboards.components.facts import face_facts
from dashboards.components.graph import graph, ringed
from fer_probe.figures.theme import titled

from .conftest import all_of, planted_faces, words_of


def test_every_option_of_a_choice_is_a_link():
    """What can be chosen is written, what is sent is an address."""
    made = choice("layer", {"conv1": "/maps?layer=conv1", "conv2": "/maps"}, "conv2", label="Layer")
    assert [one["value"] for one in made.data] == ["/maps?layer=conv1", "/maps"]
    assert made.value == "/maps"


def test_follow_goes_where_the_option_leads():
    """The address becomes the one of the control that was used."""
    prop = '{"name":"layer","type":"choice"}.value'
    token = context_value.set(AttributeDict(triggered_inputs=[{"prop_id": prop, "value": "/maps?map=3"}]))
    try:
        assert follow(["/", "/maps?map=3"]) == "/maps?map=3"
    finally:
        context_value.reset(token)


def test_pager():
    """One page needs no pager; of several the current one is marked."""
    assert pager("page", ["/maps"], 1) == []
    links = pager("page", ["/maps", "/maps?page=2"], 2)[0].children
    assert [getattr(link, "aria-current", None) for link in links] == [None, "page"]


def test_graphs_send_plain_customdata(app):
    """Dash tells a callback no customdata that was packed, so it travels as a list; the title stands in the page."""
    figure = titled(go.Figure(go.Bar(x=np.arange(3), y=np.arange(3), customdata=np.array([4, 5, 6]))), "Bars", "of 3")
    made = graph(figure, "Three bars", "bars")
    (sent,) = all_of(made, "figure")
    assert sent["data"][0]["customdata"] == [4, 5, 6]
    assert "text" not in sent["layout"].get("title", {})
    assert "Bars of 3" in " ".join(words_of(made).split())
    json.dumps(sent)


def test_graphs_arrive_in_the_readers_scheme(made_app):
    """A cookie tells the server light from dark."""
    inks = set()
    for scheme in ("light", "dark"):
        with made_app.server.test_request_context("/", headers={"Cookie": f"scheme={scheme}"}):
            (sent,) = all_of(graph(titled(go.Figure(), "Empty"), "Empty", "empty"), "figure")
            inks.add(sent["layout"]["template"]["layout"]["font"]["color"])
    assert len(inks) == 2


def test_ring_marks_the_chosen_point():
    """The ring lies where the point with that customdata lies; none is drawn for no choice."""
    figure = go.Figure(go.Scatter(x=[1, 2, 3], y=[4, 5, 6], customdata=[10, 11, 12]))
    assert len(ringed(figure, None).data) == 1
    ring = ringed(figure, 11).data[1]
    assert (list(ring.x), list(ring.y)) == ([2], [5])


def test_face_facts():
    """Present units are named; an unknown expression is said to be unknown."""
    facts = dict(face_facts(planted_faces(), 0))
    assert facts["Expression"] == "no label"
    assert facts["Subject"] == "S0"
    assert facts["Action units"] == "AU12 lip corner puller, AU1 inner brow raiser, AU26 jaw drop"
    assert dict(face_facts(planted_faces(), 11))["Action units"] == "none"
