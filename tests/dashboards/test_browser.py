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
ADDRESSES = (
    "/", "/maps", "/maps?layer=conv&map=7", "/action-units", "/action-units?au=12", "/latent?face=3",
    "/experiments", "/experiments?ask=map&map=7", "/drawn-face",
    "/drawn-face?au1=1&au2_left=0.85&au5=1&au26=1&au27=1&moved=1", "/drawn-face?smile=1",
)  # fmt: skip


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


SHOWN = """async () => {
  const image = document.getElementById("face-picture");
  while (image.ariaBusy === "true") await new Promise((next) => setTimeout(next, 20));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL();
}"""

#: A slider that is moved thirty times before the browser can turn to anything else.
DRAGGED = """(slider) => {
  const set = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set;
  for (let i = 1; i <= 30; i++) {
    set.call(slider, i / 100);
    slider.dispatchEvent(new Event("input", {bubbles: true}));
  }
}"""


def test_a_slider_moves_the_face_and_the_address_keeps_it(opened, base):
    """Keys on a slider change the picture and, in the same entry of the history, the address, which shows it again."""
    page, complaints = opened("/drawn-face")
    entries, at_rest = page.evaluate("history.length"), page.evaluate(SHOWN)
    page.get_by_label("AU12 Lip corner puller").press("End")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/drawn-face?au12=0.99")
    moved = page.evaluate(SHOWN)
    assert moved != at_rest
    assert page.evaluate("history.length") == entries
    again, _ = opened(page.url.removeprefix(base))
    assert again.evaluate(SHOWN) == moved
    assert again.get_by_label("AU12 Lip corner puller").input_value() == "0.99"
    assert complaints == []


def test_sides_are_kept_apart(opened):
    """One side moves by itself, the other keeps its value, and the slider shows the side that it moves."""
    page, _ = opened("/drawn-face?au12=1")
    page.get_by_text("Person's right", exact=True).click()
    slider = page.get_by_label("AU12 Lip corner puller")
    slider.press("Home")
    page.wait_for_url("**/drawn-face?au12_left=1&side=right")
    assert slider.input_value() == "0"
    page.get_by_text("Person's left", exact=True).click()
    page.wait_for_url("**/drawn-face?au12_left=1&side=left")
    assert slider.input_value() == "1"


def test_expressions_people_and_reset(opened):
    """An expression sets its units and no others, a person stays the same through it, reset brings all to rest."""
    page, _ = opened("/drawn-face?person=4&au1=1&yaw=5")
    page.get_by_role("button", name="Next person").click()
    page.get_by_role("button", name="Happiness").click()
    page.wait_for_url("**/drawn-face?person=5&au6=0.8&au12=0.8&yaw=5")
    assert page.locator("[aria-pressed=true]").all_inner_texts() == ["Happiness"]
    assert "Person 5 · AU6 0.8 · AU12 0.8" in page.inner_text("#face-caption")
    page.get_by_role("button", name="Reset all").click()
    page.wait_for_url("**/drawn-face")
    assert page.get_by_label("Yaw").input_value() == "0"


def test_units_that_do_not_occur_together_are_told(opened):
    """The line stands while both units are up, and only then; closed lips are told while AU25 is at rest."""
    page, _ = opened("/drawn-face?au26=1&au27=0.5")
    notices = page.locator(".face-notices > :visible")
    assert [words[:28] for words in notices.all_inner_texts()] == [
        "AU26 and AU27 do not occur t", "AU26 moves the jaw behind cl",
    ]  # fmt: skip
    page.get_by_label("AU25 Lips part").press("End")
    page.get_by_label("AU27 Mouth stretch").press("Home")
    page.wait_for_function("!document.querySelector('.face-notices > :not([hidden])')")


def test_the_last_picture_wins_and_none_queue_up(opened):
    """However fast a slider moves, one picture is asked for at a time, and the last one stays."""
    page, _ = opened("/drawn-face")
    asked, under_way = [], [0]

    def ask(one):
        if "/pictures/" in one.url:
            asked.append(one.url)
            under_way.append(under_way[-1] + 1)

    page.on("request", ask)
    page.on("requestfinished", lambda one: under_way.append(under_way[-1] - ("/pictures/" in one.url)))
    page.get_by_label("AU12 Lip corner puller").evaluate(DRAGGED)
    page.wait_for_url("**/drawn-face?au12=0.3")
    page.evaluate(SHOWN)
    assert max(under_way) == 1 and 1 <= len(asked) < 10
    assert asked[-1].endswith("/pictures/drawn-face.png?au12=0.3")
    assert page.get_attribute("#face-picture", "src").endswith("?au12=0.3")


def test_the_way_back_to_the_face(opened):
    """Leaving the page and coming back shows the face as it was left; the page's own link shows it at rest."""
    page, _ = opened("/drawn-face")
    page.get_by_label("AU1 Inner brow raiser").press("End")
    page.wait_for_url("**/drawn-face?au1=1")
    page.get_by_role("link", name="Latent space").click()
    page.wait_for_selector("h1:has-text('Latent space')")
    page.go_back()
    page.wait_for_selector("#face-caption:has-text('AU1 1')")
    assert page.get_by_label("AU1 Inner brow raiser").input_value() == "1"
    page.get_by_role("link", name="Drawn face").click()
    page.wait_for_selector("#face-caption:has-text('at rest')")
    assert page.get_by_label("AU1 Inner brow raiser").input_value() == "0"
