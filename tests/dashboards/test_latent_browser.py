"""Live decoding and naming clusters in a real browser."""

from threading import Thread

import pytest
from werkzeug.serving import make_server

from fer_probe.latents.clusters import ClusterNames

from .test_browser import browser  # noqa: F401 - a fixture
from .test_latent_pages import coded, placed  # noqa: F401 - fixtures

pytestmark = pytest.mark.browser
SOURCE = "document.getElementById('decoded-picture').getAttribute('src')"
#: Where the last of the placed faces is drawn, which lies on top of all others.
STAR = """() => {
    const graph = document.querySelector(".js-plotly-plot"), {xaxis, yaxis} = graph._fullLayout;
    const stars = graph._fullData.find(one => String(one.customdata?.[0]).startsWith("mine/"));
    const box = graph.getBoundingClientRect(), last = stars.x.length - 1;
    return [box.x + xaxis._offset + xaxis.d2p(stars.x[last]), box.y + yaxis._offset + yaxis.d2p(stars.y[last])];
}"""


@pytest.fixture(scope="module")
def base(made_app, placed):  # noqa: F811
    from dashboards.studies import Studies

    made_app.server.config["STUDIES"] = Studies(placed.folder)
    server = make_server("127.0.0.1", 0, made_app.server, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture
def opened(browser, base):  # noqa: F811
    """``opened(address, width, scheme)``: a page at rest, and what its console complained of."""
    contexts = []

    def open_page(address, width=1280, scheme="light"):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme))
        page, complaints = contexts[-1].new_page(), []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(base + address)
        page.wait_for_selector("#content h1")
        page.wait_for_load_state("networkidle")
        return page, complaints

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "address",
    ["/latent?placed=mine/8", "/latent/variables?face=2", "/latent/decoded", "/latent/clusters", "/latent/measures"],
)
def test_pages_fit_and_nothing_complains(opened, address, width, scheme):
    """No console error, no horizontal scrolling, no picture that did not come."""
    page, complaints = opened(address, width, scheme)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    broken = "[...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
    assert page.evaluate(broken) == []


def test_the_face_follows_a_slider_and_the_address_keeps_it(opened):
    """Moved by the keys: another picture comes, the address names the variable, and a reload shows the same."""
    page, complaints = opened("/latent/variables?face=2")
    page.wait_for_function(f"{SOURCE}.includes('decoded.png')")
    page.locator("input[type=range]").nth(1).focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(f"/[?&]v0=/.test({SOURCE})")
    page.wait_for_function("/[?&]v0=/.test(location.search)")
    assert "told=" not in page.url and "v1=" not in page.url and "face=2" in page.url
    page.wait_for_function("document.getElementById('decoded-picture').ariaBusy !== 'true'")
    assert page.evaluate("document.getElementById('decoded-picture').naturalWidth") == 256
    value = page.locator("input[type=range]").nth(1).input_value()
    page.reload()
    page.wait_for_selector("#decoded-picture")
    assert float(page.locator("input[type=range]").nth(1).input_value()) == pytest.approx(float(value), abs=1e-3)
    assert complaints == []


def test_a_star_is_pointed_at_and_clicked(opened):
    """The placed face under the mouse is shown; clicked, it stands in the address."""
    page, complaints = opened("/latent")
    page.wait_for_selector(".js-plotly-plot path.point")
    page.mouse.move(*page.evaluate(STAR))
    page.wait_for_selector("text=Placed: face")
    page.mouse.click(*page.evaluate(STAR))
    page.wait_for_function("location.search.includes('placed=mine')")
    page.wait_for_selector("text=Placed: face")
    assert complaints == []


def test_a_cluster_is_named_by_hand(opened, coded):  # noqa: F811
    """Chosen in the page, kept in the study, scored at once."""
    page, complaints = opened("/latent/clusters")
    page.locator("input[aria-label='Expression of cluster 1']").click()
    page.get_by_role("option", name="fear").click()
    page.wait_for_selector("text=Names given by hand")
    assert coded.load(ClusterNames, "shown", "latent").names[1] == "fear"
    assert complaints == []
