import importlib
import json
import re
import shutil
from dataclasses import replace

import dash
import numpy as np
import pytest
from dash import no_update

from fer_probe.evidence.au_evidence import find_evidence
from fer_probe.evidence.distance_significance import AUSignificance
from fer_probe.faces.drawn_faces import DRAWN_ACTION_UNITS
from fer_probe.latents.embeddings import Embedding

from .conftest import all_of, planted_faces, planted_harvest, planted_records, planted_study, words_of

PAGES = ("overview", "maps", "action_units", "latent", "experiments")


def page(name):
    """A page's module; it can only be imported once its app is made."""
    return importlib.import_module(f"dashboards.pages.{name}")


@pytest.fixture
def layout(app):
    """``layout("maps", map="3")``: a page as its address has it."""
    return lambda name, **query: page(name).layout(**query)


def test_pages_register(app):
    """Each page has its address; so has the one for addresses that nothing has."""
    paths = {entry["module"].split(".")[-1]: entry["path"] for entry in dash.page_registry.values()}
    assert paths == {
        "overview": "/", "maps": "/maps", "action_units": "/action-units", "latent": "/latent",
        "experiments": "/experiments", "drawn_face": "/drawn-face", "not_found_404": "/not-found",
        "groups": "/groups", "compared": "/compared",
        "attributions": "/attributions", "latent_variables": "/latent/variables", "latent_decoded": "/latent/decoded",
        "latent_clusters": "/latent/clusters", "latent_measures": "/latent/measures",
    }  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("faces", ["unseen", "known", "bare"])
def test_pages_show_every_set_of_faces(layout, name, faces):
    """Every page can be made, with analyses and without, and says something under one heading."""
    made = layout(name, faces=faces)
    assert all_of(made, "order").count(1) == 1
    assert len(words_of(made)) > 200


@pytest.mark.parametrize("name", PAGES)
def test_no_study_says_what_to_run(layout, show, tmp_path, name):
    """Where there is no study, a page says how to make one."""
    show(tmp_path)
    assert "fer-probe demo" in words_of(layout(name))


@pytest.mark.parametrize("name", PAGES)
def test_a_study_without_records_says_so(layout, show, tmp_path, name):
    """A study that holds faces and nothing else is shown in words."""
    study = planted_study(tmp_path / "bare")
    shutil.rmtree(study.folder / "records")
    show(study.folder)
    assert "fer-probe probe" in words_of(layout(name))


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("maps", {"layer": "nonsense"}, "there are features.0, conv"),
        ("maps", {"map": "70"}, "numbered 0 to 69"),
        ("maps", {"map": "x"}, "no map 'x'"),
        ("action_units", {"au": "99"}, "there are 12, 1, 26"),
        ("latent", {"face": "30"}, "numbered 0 to 29"),
        ("experiments", {"ask": "map", "map": "70"}, "numbered 0 to 69"),
        ("experiments", {"ask": "map", "layer": "features.0"}, "there are conv"),
        ("latent", {"colour": "red"}, "there are expression, predicted"),
        ("overview", {"faces": "nobody"}, "it has unseen, known"),
        ("drawn_face", {"au12": "2"}, "au12 is '2', expected a number from 0 to 1"),
    ],
)
def test_wrong_addresses_are_answered_in_words(layout, name, query, words):
    """An address of something that is not there says what is."""
    assert words in words_of(layout(name, **query))


def test_every_picture_of_every_page_is_there(app, layout):
    """Each picture that a page shows has words, and its address answers with a picture."""
    client = app.server.test_client()
    shown = [("overview", {}), ("maps", {"map": "7"}), ("maps", {"show": "places"}), ("action_units", {"au": "12"}),
             ("latent", {"face": "3"}), ("maps", {"layer": "features.0"})]  # fmt: skip
    for name, query in shown:
        made = layout(name, **query)
        addresses = all_of(made, "src")
        assert addresses and len(addresses) == len(all_of(made, "alt"))
        assert not [one for one in addresses[:6] if client.get(one).status_code != 200]


def test_links_keep_the_faces(layout):
    """On other faces, every link within the dashboard stays on them."""
    links = [href for href in all_of(layout("maps", faces="known"), "href") if href.startswith("/")]
    assert len(links) > 64
    assert all("faces=known" in href for href in links)


def test_overview_tells_of_the_model(layout):
    """Accuracy, layers and each unit's best map, or too few, stand on the overview."""
    made = layout("overview")
    words = words_of(made)
    for expected in ("planted_net", "20 × 20 grey", "7,003 parameters", "map 7", "Too few", "Nothing was left out."):
        assert expected in words
    assert len(all_of(made, "figure")) == 3


def test_overview_of_unlabelled_faces_shows_the_evaluated_ones(layout):
    """Faces without expressions have no confusion matrix; that of the faces which do stands there, named."""
    assert "Faces “unseen”." in words_of(layout("overview", faces="bare"))


def test_detectors_come_with_their_numbers(layout, study):
    """Tile, table and map's page tell D and q of AU12's planted map; the overview begins with it."""
    unit = find_evidence(study, "unseen", "conv").unit(12)
    told, q = f"{unit.distance:.3g}", f"{unit.q_value:.2g}"
    tiles = _links(layout("overview"), "href")
    first, *_ = [link for link in tiles if str(link.href).startswith("/action-units?au=")]
    assert first.href == "/action-units?au=12"
    assert f"map 7, D {told}, q {q}" in words_of(first)
    cells = [words_of(cell).strip() for cell in _links(layout("action_units"), "ta")]
    assert {told, q, "Detector", "not testable", "too few"} <= set(cells) and cells.count("map 7") == 2
    words = words_of(layout("maps", map="7"))
    assert "Detector of" in words and f"AU12 lip corner puller (D = {told}, q {q})" in words
    assert "No action unit's detector" in words_of(layout("maps", map="8"))
    assert "detector of AU12" in words_of(layout("maps")) and words_of(layout("maps")).count("detector of") == 1


def test_units_without_a_detector_are_told_from_one_another(layout):
    """Not testable and too few are said with their reasons, on the overview and on their own pages."""
    words = words_of(layout("overview"))
    assert "1 of 1 action units have a detector" in words and "2 could not be asked" in words
    assert "Not testable: " in words and "Too few faces: " in words
    assert "too few persons have equally many faces" in words_of(layout("action_units", au="1"))


def test_how_it_was_tested_is_said(layout):
    """The method, n, permutations and both corrections stand with the numbers, and under the figures."""
    for query in ({}, {"au": "12"}):
        words = words_of(layout("action_units", **query))
        for part in ("200 times within each person", "n = 9", "70 maps", "Westfall & Young", "Benjamini & Hochberg"):
            assert part in words
    under_figures = "200 label permutations within each person, p adjusted over 70 maps"
    assert words_of(layout("action_units", au="12")).count(under_figures) == 2


def test_a_study_that_was_not_tested_says_so(layout, show, tmp_path):
    """Without significance no map is called a detector anywhere; the largest D is called just that."""
    study = planted_study(tmp_path / "study")
    for entry in study.entries(AUSignificance.kind()):
        shutil.rmtree(entry.folder)
    show(study.folder)
    pages = [layout("overview"), layout("action_units"), layout("action_units", au="12"), layout("maps", map="7")]
    told = [words_of(one) for one in pages]
    assert "Nothing was tested" in told[0] and "Nothing was tested" in told[1]
    assert "Whether that stands above chance was not tested" in told[2]
    assert "Largest d for" in told[3] or "Largest D for" in told[3]
    assert not any("is a detector" in words or "Detector of" in words for words in told)


def test_measures_are_set_side_by_side(layout):
    """A unit's page tells which map each measure ranks first: here the planted one, by all of them."""
    (rows,) = [
        [words_of(cell) for cell in _links(one, "ta")]
        for one in _links(layout("action_units", au="12"), "role")
        if getattr(one, "aria-label", "") == "What each measure ranks first"
    ]
    assert sum("map 7" in cell for cell in rows) == 5


@pytest.mark.parametrize(
    ("name", "query", "href"),
    [
        ("overview", {}, "/"),
        ("action_units", {}, "/action-units"),
        ("maps", {"layer": "conv", "map": "7"}, "/maps?layer=conv&map=7"),
    ],
)
def test_uncoded_faces_lead_to_the_coded_ones(layout, show, tmp_path, name, query, href):
    """Faces without action units say so and link to the faces that have distances; no command is asked for."""
    study = planted_study(tmp_path / "study")
    study.add(planted_harvest("conv"), "bare", {})
    show(study.folder)
    made = layout(name, faces="bare", **query)
    (link,) = [one for one in _links(made, "href") if "the faces “unseen”" in words_of(one)]
    assert link.href == href
    assert "have no coded action units" in words_of(made)
    assert "No distance to action units" not in words_of(made)


def test_grid_pages(layout):
    """64 maps stand on the first page of the grid, the rest on the second; past the end is the last."""
    tiles = lambda made: [href for href in all_of(made, "href") if "map=" in href]  # noqa: E731
    assert len(tiles(layout("maps"))) == 64
    assert tiles(layout("maps", page="2")) == tiles(layout("maps", page="9"))
    assert tiles(layout("maps", page="2"))[0] == "/maps?layer=conv&map=64"


def test_grid_order_and_search(layout):
    """The map that was planted for AU12 is first by its D, and a search for the unit finds it alone."""
    first = next(href for href in all_of(layout("maps", order="au12"), "href") if "map=" in href)
    assert first == "/maps?layer=conv&map=7"
    found = [href for href in all_of(layout("maps", find="lip corner"), "href") if "map=" in href]
    assert found == ["/maps?layer=conv&map=7"]
    assert "No map found" in words_of(layout("maps", find="nonsense"))


def test_one_map(layout):
    """A map's page has its neighbours on the arrow keys, its units, and words where it was not maximised."""
    made = layout("maps", map="7")
    assert [getattr(link, "href", "") for link in _links(made, "data-key")] == [
        "/maps?layer=conv&map=6", "/maps?layer=conv&map=8",
    ]  # fmt: skip
    assert "AU12 lip corner puller" in words_of(made)
    assert "largest response to a face" in words_of(made)
    assert "Only 2 maps were maximised" in words_of(layout("maps", map="0"))
    assert "map=69" in _links(layout("maps", map="0"), "data-key")[0].href


def test_one_action_unit(layout):
    """A unit's page ranks the maps on its side; too few faces are said to be too few."""
    made = layout("action_units", au="12")
    assert next(href for href in all_of(made, "href") if "map=" in href) == "/maps?layer=conv&map=7"
    assert "zygomaticus major" in words_of(made)
    assert "Too few: 2 faces with it, 28 without" in words_of(layout("action_units", au="26"))


def test_latent_colours_and_card(layout):
    """The plane can be coloured by all that is known, and the chosen face stands beside it, ringed."""
    for colour in ("expression", "predicted", "subject", "AU12"):
        assert f"coloured by {colour}" in words_of(layout("latent", colour=colour))
    made = layout("latent", face="3")
    assert "Face 3" in words_of(made)
    assert all_of(made, "figure")[0]["data"][-1]["marker"]["symbol"] == "circle-open"


def test_latent_begins_with_what_is_known(layout, show, tmp_path):
    """Faces without expressions are coloured by their first action unit, and by their subject without those."""
    faces = planted_faces()
    unlabelled = replace(faces, expression=np.full(len(faces), -1))
    uncoded = replace(unlabelled, action_units=np.full((len(faces), 3), np.nan, np.float32))
    study = planted_study(tmp_path / "study")
    for name, images in (("unlabelled", unlabelled), ("uncoded", uncoded)):
        study = study.add_faces(name, images, {})
        study.add(next(one for one in planted_records(faces) if isinstance(one, Embedding)), name, {})
    show(study.folder)
    assert "coloured by expression" in words_of(layout("latent"))
    assert "coloured by AU12" in words_of(layout("latent", faces="unlabelled"))
    assert "coloured by subject" in words_of(layout("latent", faces="uncoded"))


def test_drawn_face_needs_no_study(layout, show, tmp_path):
    """The page is the same with a study and without one."""
    query = {"au12": "0.8", "person": "3"}
    with_study = words_of(layout("drawn_face", study="planted", faces="known", **query))
    show(tmp_path)
    assert words_of(layout("drawn_face", **query)) == with_study


def test_drawn_face_has_a_slider_for_each_unit(layout):
    """Every unit that can be drawn has its slider, named and at the value of the address; the picture is that face."""
    made = layout("drawn_face", au12="0.8", au2_left="0.3", side="left")
    at = {one.id["name"]: one.value for one in _links(made, "step") if getattr(one, "type", "") == "range"}
    assert {f"au{au}" for au in DRAWN_ACTION_UNITS} <= at.keys()
    assert (at["au12"], at["au2"], at["au1"]) == ("0.8", "0.3", "0")
    labelled = {json.loads(one)["name"] for one in all_of(made, "htmlFor")}
    assert labelled == at.keys()
    assert "AU12 Lip corner puller" in words_of(made) and "zygomaticus major" in words_of(made)
    assert all_of(made, "src") == ["/pictures/drawn-face.png?au2_left=0.3&au12=0.8&side=left"]


def test_action_units_lead_to_the_drawn_face(layout):
    """A unit's page shows it on a drawn face at its strongest, a jaw with parted lips, on the same study and faces."""
    for au, href in (("12", "/drawn-face?faces=known&au12=1"), ("26", "/drawn-face?faces=known&au25=1&au26=1")):
        assert href in all_of(layout("action_units", au=au, faces="known"), "href")


def test_find_map(app):
    """Typing leads to the grid with the search in its address, back on its first page."""
    find = page("maps").find_map
    assert find("lip", "?layer=conv&page=2") == "/maps?layer=conv&find=lip"
    assert find("", "?find=lip") == "/maps"
    assert find("lip", "?find=lip") is no_update


def test_clicks_on_figures_lead_on(app):
    """A bar or a cell leads to its map or its unit by what it carries; no click leads nowhere."""
    bar = {"points": [{"customdata": 7, "x": 3}]}
    units = page("action_units")
    assert units.open_map(bar, "?au=12") == "/maps?layer=conv&map=7"
    assert units.open_cell({"points": [{"x": 5, "y": "AU12 lip corner puller"}]}, "") == "/maps?layer=conv&map=5"
    assert page("maps").open_action_unit({"points": [{"customdata": 12}]}, "?map=7") == "/action-units?au=12"
    for ask in (units.open_map, units.open_cell, page("maps").open_action_unit, page("latent").keep_face):
        assert ask(None, "") is no_update


def test_faces_of_the_latent_space(app):
    """Pointing shows a face, leaving brings the kept one back, clicking or typing keeps one in the address."""
    latent = page("latent")
    pointed = {"points": [{"customdata": 4}]}
    assert "Face 4" in words_of(latent.show_face(pointed, ""))
    assert "Face 3" in words_of(latent.show_face(None, "?face=3"))
    assert "Point at a face" in words_of(latent.show_face(None, ""))
    assert latent.keep_face(pointed, "?colour=subject") == "/latent?colour=subject&face=4"
    assert latent.type_face(5, "?face=4") == "/latent?face=5"
    assert latent.type_face(4, "?face=4") is no_update


def test_nothing_comes_from_elsewhere(app):
    """The page asks no other server for scripts, styles or fonts, and packs no picture into itself."""
    index = app.server.test_client().get("/").text
    assert not re.findall(r"(?:src|href)=\"(?:https?:)?//", index)
    assert "base64" not in index
    assert 'lang="en"' in index and 'name="viewport"' in index


def test_unknown_address(app):
    """An address that no page has is answered with words and the navigation."""
    made = page("not_found_404").layout()
    assert "No such page" in words_of(made)
    assert "/maps" in all_of(made, "href")


def _links(component, name):
    """Every component within that has a property."""
    here = [component] if hasattr(component, name) else []
    children = getattr(component, "children", None)
    for child in children if isinstance(children, list | tuple) else [children]:
        if hasattr(child, "to_plotly_json"):
            here += _links(child, name)
    return here
