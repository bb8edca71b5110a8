"""The latent space's pages on a study of a real, untrained fader: distributions, sliders, decoded faces, clusters."""

import importlib

import cv2
import numpy as np
import pytest
import torch

import fer_probe as fp
from dashboards.cluster_names import give_names, given_names, scores_by_hand
from dashboards.decoded_face import SIZE, DecodedFaceError, DecodedFaceView, dials
from fer_probe.faces.preprocessing import Preprocessing
from fer_probe.latents.clusters import ClusterNames, Clusters
from fer_probe.latents.latent_variables import Latents
from fer_probe.latents.placed_faces import PlacedFaces
from fer_probe.latents.traversals import Interpolations
from fer_probe.probe_settings import ProbeSettings

from .conftest import all_of, words_of

PAGES = ("latent", "latent_variables", "latent_decoded", "latent_clusters", "latent_measures")
NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


@pytest.fixture(scope="module")
def coded(tmp_path_factory):
    """A study of a fader on labelled faces, and on faces whose units are switched."""
    folder = tmp_path_factory.mktemp("coded")
    model = fp.build_model("barradas_fader", 7, size=16, seed=3)
    fp.save_checkpoint(folder / "f.safetensors", model, preprocessing=Preprocessing(16), class_names=NAMES)
    faces = {"shown": fp.draw_faces(6, 16), "switched": fp.draw_faces(4, 16, pictures="action_units", per_subject=5)}
    settings = ProbeSettings(steps=1, maximized=1, permutations=20)
    return fp.probe_checkpoint(fp.load_checkpoint(folder / "f.safetensors"), faces, folder / "study", settings)


@pytest.fixture
def layout(app, show, coded):
    """``layout("latent_clusters", faces="shown")``: a page over that study."""
    show(coded.folder)
    return lambda name, **query: importlib.import_module(f"dashboards.pages.{name}").layout(**query)


@pytest.fixture
def client(app, show, coded):
    show(coded.folder)
    return app.server.test_client()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("faces", ["shown", "switched"])
def test_every_page_shows_every_set_of_faces(layout, name, faces):
    """One heading, tabs with the page itself marked, words for every graph."""
    made = layout(name, faces=faces)
    assert all_of(made, "order").count(1) == 1
    tabs = [link for link in all_of(made, "href") if link.startswith("/latent")]
    assert {link.split("?")[0] for link in tabs} >= {"/latent", "/latent/variables", "/latent/clusters"}
    assert len(words_of(made)) > 200


@pytest.mark.parametrize("name", PAGES)
def test_a_study_without_latents_says_so(app, study, name):
    """Each page has words and a command where nothing was made; none fails."""
    made = importlib.import_module(f"dashboards.pages.{name}").layout(faces="bare")
    assert "fer-probe probe" in words_of(made) or "were known" in words_of(made)


def test_there_is_a_slider_for_every_variable_and_the_attribute(layout, coded):
    """Between the observed extremes, where the face's own latent lies or the address says."""
    made = layout("latent_variables", face="3", v1="0.25")
    values = coded.load(Latents, "shown", "latent").values
    words = words_of(made)
    assert "Emotion" in words and "Anger" in words and "Surprise" in words
    found = dials(coded, "shown", DecodedFaceView.of({"face": "3", "v1": "0.25"}))
    assert [one.variable for one in found] == list(range(6))
    assert found[1].value == 0.25 and found[0].value == pytest.approx(values[3, 0])
    assert found[2].low == values[:, 2].min() and found[2].high == values[:, 2].max()


def test_the_decoded_picture_is_the_models(client, coded):
    """A latent with two variables moved and the attribute told, decoded by the study's own weights."""
    answer = client.get("/pictures/shown/decoded.png?face=3&v0=1.5&v4=-2&told=0.25")
    shown = cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED)
    latent = torch.from_numpy(np.array(coded.load(Latents, "shown", "latent").values[3]))
    latent[0], latent[4] = 1.5, -2
    model = fp.load_checkpoint(coded.checkpoint_path).model
    expected = 255 * model.decode(latent[None], 0.25)[0, 0].detach().numpy()
    assert shown.shape == (SIZE, SIZE)
    middles = shown[8::16, 8::16].astype(float)
    assert np.abs(middles - expected).max() < 6  # enlarged by cubic interpolation
    assert client.get("/pictures/shown/decoded.png?face=3").data != answer.data


@pytest.mark.parametrize(("query", "words"), [
    ("face=x", "face is 'x', expected a whole number"),
    ("face=900", "the faces are numbered 0 to 41"),
    ("v9=1", "v9 is no variable; they are v0 to v5"),
    ("v1=up", "v1 is 'up', expected a number"),
])  # fmt: skip
def test_what_cannot_be_decoded_is_a_bad_request(client, query, words):
    """400 and a sentence that begins with the key."""
    answer = client.get(f"/pictures/shown/decoded.png?{query}")
    assert answer.status_code == 400 and words in answer.text


def test_a_study_that_cannot_decode_says_so(layout, show, tmp_path, coded):
    """Two functions leave no weights: the page has distributions, and words in the place of sliders."""
    study = fp.probe_functions(
        lambda images: images.flatten(1)[:, :4], None, {"shown": fp.draw_faces(4, 16)}, tmp_path / "s",
        preprocessing=Preprocessing(16),
    )  # fmt: skip
    show(study.folder)
    words = words_of(layout("latent_variables"))
    assert "nothing can be decoded from this study" in words and "Expressions along" in words


def test_an_address_of_a_face_that_is_not_there_is_answered_in_words(layout):
    """With a way back."""
    words = words_of(layout("latent_variables", face="900"))
    assert "numbered 0 to 41" in words and "Begin at the mean" in words


def test_a_view_is_its_shortest_query():
    """What an address asks for is written as that again; other keys are passed over."""
    asked = {"face": "3", "v1": "0.25", "v10": "-2", "told": "0.5"}
    assert DecodedFaceView.of({**asked, "study": "a", "layer": "b"}).query() == asked
    assert DecodedFaceView.of({}).query() == {}
    with pytest.raises(DecodedFaceError, match="told is 'a lot'"):
        DecodedFaceView.of({"told": "a lot"})


def test_names_given_by_hand_are_kept_and_scored(layout, app, coded):
    """Choosing an expression for a cluster writes it to the study; the page shows it, and the scores are of it."""
    page = importlib.import_module("dashboards.pages.latent_clusters")
    before = words_of(layout("latent_clusters"))
    assert "one-to-one assignment" in before
    count = len(coded.load(Clusters, "shown", "latent").centres)
    scored = page.name_clusters(["anger", *[None] * (count - 1)], "")
    assert coded.load(ClusterNames, "shown", "latent").names == ("anger", *[""] * (count - 1))
    assert "Names given by hand" in words_of(scored)
    assert "anger" in all_of(layout("latent_clusters"), "value")
    scores = scores_by_hand(coded, "shown", "latent")
    assert scores.names[0] == "anger" and 0 < scores.unnamed < len(scores.expected)
    give_names(coded, "shown", "latent", [""] * count)
    assert scores_by_hand(coded, "shown", "latent") is None
    assert given_names(coded, "shown", "latent") == ("",) * count
    with pytest.raises(ValueError, match="1 names for"):
        give_names(coded, "shown", "latent", ["anger"])


def test_clusters_of_unlabelled_faces_can_be_named_all_the_same(layout):
    """Any expression; there is nothing to score against, and that is said."""
    made = layout("latent_clusters", faces="switched")
    assert "No face of these has a label" in words_of(made)
    assert any("contempt" in options for options in all_of(made, "data") if isinstance(options, list))


def test_beginning_with_a_face_is_a_link(layout, app):
    """The number that was typed goes into the address, and nothing else stays moved."""
    layout("latent_variables")
    page = importlib.import_module("dashboards.pages.latent_variables")
    assert page.begin_with(5, "?v1=2&told=0.3") == "/latent/variables?face=5"
    assert page.begin_with("", "?face=5") == "/latent/variables"


@pytest.fixture(scope="module")
def placed(coded):
    """Ten faces on the map of the shown ones."""
    fp.probe_placement(coded, fp.draw_faces(2, 24, seed=8).select(slice(10)), name="mine")
    return coded


def test_placed_faces_stand_on_the_map_and_one_by_one(layout, placed, client):
    """Words and picture of the one that the address keeps; its neighbours are links to the map's own faces."""
    made = layout("latent", faces="shown", placed="mine/8")
    words = words_of(made)
    assert "Placed: face 8" in words and "of the map's own faces" in words and "Placed faces, mine" in words
    assert "8 to 9 of 10 faces" in words
    (nearest, *_) = placed.load(PlacedFaces, "shown", "latent, mine").neighbours[8]
    assert any(f"face={nearest}" in link for link in all_of(made, "href"))
    (source,) = [one for one in all_of(made, "src") if "/placed/" in one]
    answer = client.get(source)
    shown = cv2.imdecode(np.frombuffer(answer.data, np.uint8), cv2.IMREAD_UNCHANGED)
    assert answer.status_code == 200 and shown.shape == (192, 192)
    missing = client.get("/pictures/shown/placed/latent/mine/10.png")
    assert missing.status_code == 404 and "mine 0 to 9" in missing.text
    assert "mine/0 to mine/9" in words_of(layout("latent", faces="shown", placed="mine/10"))


def test_a_placed_face_is_shown_under_the_pointer_and_kept(layout, placed):
    """A star's name goes where a face's number does; what was kept before is let go."""
    layout("latent", faces="shown")
    page = importlib.import_module("dashboards.pages.latent")
    star, point = ({"points": [{"customdata": told}]} for told in ("mine/3", 5))
    assert "Placed: face 3" in words_of(page.show_face(star, "?face=5"))
    assert "Face 5" in words_of(page.show_face(point, "?placed=mine/3"))
    assert "Placed: face 3" in words_of(page.show_face(None, "?placed=mine/3"))
    assert page.keep_face(star, "?face=5&colour=predicted") == "/latent?colour=predicted&placed=mine%2F3"
    assert page.keep_face(point, "?placed=mine%2F3") == "/latent?face=5"
    assert page.type_face(7, "?placed=mine%2F3") == "/latent?face=7"


def test_how_to_place_faces_is_said_where_none_are(app, study):
    """The command."""
    words = words_of(importlib.import_module("dashboards.pages.latent").layout())
    assert "fer-probe place" in words


def test_every_judges_readings_stand_beside_the_traversals(layout, coded):
    """How to ask one where none was; then a graph each."""
    assert "fer-probe probe --judge" in words_of(layout("latent_decoded", faces="switched"))
    latents = coded.load(Latents, "switched", "latent")
    decode = fp.load_checkpoint(coded.checkpoint_path).model.decode
    for judge in ("one", "other"):
        found = fp.read_traversals(
            decode, latents.values[:3], lambda pixels: pixels[:, 0, 0, :2], ("AU1", "AU2"), names=latents.names,
            steps=3, read_by=judge, intensities=True,
        )  # fmt: skip
        coded.add(found, "switched", {})
    words = words_of(layout("latent_decoded", faces="switched"))
    assert "What one reads" in words and "What other reads" in words and "--judge" not in words


def test_which_face_others_are_reached_from_is_a_link(layout, coded):
    """Every two of the faces shown are kept; the menu leads to each of them, and the graph begins with it."""
    pairs = np.sort(coded.load(Interpolations, "shown", "latent").pairs, axis=1)
    faces = np.unique(pairs)
    assert len(np.unique(pairs, axis=0)) == len(pairs) == len(faces) * (len(faces) - 1) // 2
    menus = [one for one in all_of(layout("latent_decoded", faces="shown"), "data") if isinstance(one, list)]
    links = {option["value"] for menu in menus for option in menu if "begin=" in option["value"]}
    assert links == {f"/latent/decoded?begin={number}" for number in faces}
    words = words_of(layout("latent_decoded", faces="shown", begin=str(faces[-1])))
    assert f"between the latent of face {faces[-1]} and those of others" in words
    assert "there is no begin '9999' here" in words_of(layout("latent_decoded", faces="shown", begin="9999"))


def test_pictures_of_the_pages_are_there(layout, app):
    """Decoded and original face, and the faces of the clusters."""
    client = app.server.test_client()
    for name, query in (("latent_variables", {"face": "2"}), ("latent_clusters", {})):
        addresses = all_of(layout(name, **query), "src")
        assert addresses and all(client.get(one).status_code == 200 for one in addresses[:8])
