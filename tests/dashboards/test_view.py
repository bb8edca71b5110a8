from urllib.parse import urlsplit

import pytest

from dashboards.view import View, address, query_of
from fer_probe.study import StudyError

from .conftest import planted_study


def test_state_in_a_link_round_trips(app):
    """A view read back from the link it made has the same faces and state."""
    view = View.of({"faces": "known", "layer": "features.0", "find": "a & b=ü"})
    again = View.of(query_of(urlsplit(view.link("/maps", **view.query)).query))
    assert (again.faces, again.query) == (view.faces, view.query)


def test_links_leave_out_what_is_taken_for_granted(app):
    """The first faces, the only study and empty values do not stand in a link."""
    assert View.of({}).link("/maps", layer=None, find="") == "/maps"
    assert View.of({"faces": "known"}).link("/maps", map=0) == "/maps?faces=known&map=0"


def test_links_name_the_study_among_several(app, show, tmp_path):
    """With several studies, links and pictures keep the one that is shown."""
    for name in ("a", "b"):
        planted_study(tmp_path / name, name)
    show(tmp_path)
    view = View.of({"study": "b"})
    assert view.link("/") == "/?study=b"
    assert view.picture("conv", 3, "originals") == "/pictures/unseen/conv/3/originals.png?study=b"


@pytest.mark.parametrize(
    ("query", "words"),
    [({"faces": "nobody"}, "it has unseen, known"), ({"study": "other"}, "there are planted")],
)
def test_unknown_faces_and_studies_are_named(app, query, words):
    """An address of faces or a study that is not there says what is."""
    with pytest.raises(StudyError, match=words):
        View.of(query)


def test_choice_and_number(app):
    """Choices and numbers outside what there is are refused in words; absent ones have a default."""
    view = View.of({"layer": "conv", "map": "12", "page": "-1", "order": ["number", "strongest"]})
    assert view.choice("layer", ("features.0", "conv")) == "conv"
    assert view.choice("show", ("originals", "places")) == "originals"
    assert view.choice("show", ("originals", "places"), "places") == "places"
    assert view.choice("order", ("number", "strongest")) == "strongest"
    assert view.number("map", 13) == 12
    assert view.number("au", 13) is None
    with pytest.raises(StudyError, match="numbered 0 to 11"):
        view.number("map", 12)
    with pytest.raises(StudyError, match="no page '-1'"):
        view.number("page", 5)
    with pytest.raises(StudyError, match="no layer 'conv' here; there are fc"):
        view.choice("layer", ("fc",))


def test_address():
    """A query holds what is neither None nor empty; without one there is no question mark."""
    assert address("/", a=None, b="") == "/"
    assert address("/maps", map=0, find="é&") == "/maps?map=0&find=%C3%A9%26"
    assert query_of(None) == query_of("") == {}
