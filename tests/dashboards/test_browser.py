"""The pages in a real browser."""

import shutil
from threading import Thread

import pytest
from werkzeug.serving import make_server

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
ADDRESSES = ("/", "/maps", "/maps?layer=conv&map=7", "/action-units", "/action-units?au=12", "/latent?face=3")


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def base(made_app, study):
    from dashboards.studies import Studies

    made_app.server.config["STUDIES"] = Studies(study.folder)
    server = make_server("127.0.0.1", 0, made_app.server, threaded=True)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def windows(browser):
    """``windows(width, scheme)``: a browser window, the same one for the same wishes, so that scripts load once."""
    known = {}

    def window(width, scheme):
        if (width, scheme) not in known:
            size = {"width": width, "height": 900}
            known[width, scheme] = browser.new_context(viewport=size, color_scheme=scheme)
        return known[width, scheme]

    yield window
    for one in known.values():
        one.close()


@pytest.fixture
def opened(windows, base):
    """``opened(address, width, scheme)``: a page that has come to rest, and what its console complained of."""
    pages = []

    def open_page(address, width=1280, scheme="light"):
        pages.append(windows(width, scheme).new_page())
        page, complaints = pages[-1], []
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.append(asked.url) if base not in asked.url else None)
        page.goto(base + address)
        page.wait_for_selector("#content h1")
        page.wait_for_load_state("networkidle")
        return page, complaints

    yield open_page
    for page in pages:
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("address", ADDRESSES)
def test_pages_fit_and_nothing_complains(opened, address, width, scheme):
    """No console error, no request to elsewhere, no horizontal scrolling, pictures and scheme as they should be."""
    page, complaints = opened(address, width, scheme)
    assert complaints == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.documentElement.dataset.mantineColorScheme") == scheme
    broken = "[...document.images].filter(image => image.complete && !image.naturalWidth).map(image => image.src)"
    assert page.evaluate(broken) == []


def test_arrow_keys_and_the_way_back(opened):
    """The arrow keys lead from map to map, and back is back."""
    page, _ = opened("/maps?layer=conv&map=7")
    page.keyboard.press("ArrowRight")
    assert page.wait_for_selector("h1:has-text('map 8')")
    page.go_back()
    assert page.wait_for_selector("h1:has-text('map 7')")


def test_a_choice_is_a_link_and_figures_follow_the_switch(opened):
    """Choosing another order changes the address; switching the scheme recolours the figures."""
    page, _ = opened("/maps", width=1000)
    page.get_by_text("Projections", exact=True).click()
    page.wait_for_url("**/maps?show=projections")
    page.goto(page.url.split("/maps")[0] + "/action-units?au=12")
    page.wait_for_selector(".js-plotly-plot")
    ink = "document.querySelector('.js-plotly-plot').layout.template.layout.font.color"
    before = page.evaluate(ink)
    page.click("#scheme")
    assert page.wait_for_function(f"{ink} !== {before!r}")


def test_the_face_under_the_pointer(opened):
    """Pointing at a point of the latent space shows its face."""
    page, _ = opened("/latent")
    point = page.locator(".js-plotly-plot .point").first.bounding_box()
    page.mouse.move(point["x"] + point["width"] / 2, point["y"] + point["height"] / 2)
    assert page.wait_for_selector("#face-card h2")
