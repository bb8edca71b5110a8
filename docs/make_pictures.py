"""Make the README's pictures from the demonstration's study, in a real browser.

fer-probe demo --no-serve && python docs/make_pictures.py
"""

import logging
import shutil
import sys
import threading
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from werkzeug.serving import make_server

from dashboards.app import create_app

PICTURES = Path(__file__).parent / "pictures"
STUDY = Path("studies/demo")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
VIEWS = {
    "dashboard-overview": ("/", 1280, 900, "light"),
    "dashboard-maps": ("/maps?layer=conv3", 1280, 900, "light"),
    "dashboard-map": ("/maps?layer=conv3&map={best}", 1280, 900, "dark"),
    "dashboard-action-unit": ("/action-units?au=12", 1280, 900, "light"),
    "dashboard-latent": ("/latent?faces=expressions", 1280, 900, "dark"),
    "dashboard-drawn-face": (
        "/drawn-face?person=33&au2_left=1&au6=0.6&au12=0.9&au25=0.5&gaze_right=0.3", 1280, 900, "light",
    ),
    "dashboard-phone": ("/maps?layer=conv3&map={best}", 390, 844, "light"),
}  # fmt: skip


def main() -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(STUDY).server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    best = str(_best_map_of_au12())
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(QUIET))
        for name, (path, width, height, scheme) in VIEWS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
            page.on("console", _complain)
            page.goto(f"http://127.0.0.1:{server.server_port}{path.format(best=best)}", wait_until="networkidle")
            _shot(page, PICTURES / f"{name}.png")
        browser.close()
    server.shutdown()


def _best_map_of_au12() -> int | None:
    from fer_probe.evidence.au_distance import AUDistances
    from fer_probe.study import Study

    return Study.open(STUDY).load(AUDistances, "action-units", "conv3").best_map(12)


def _shot(page: Page, path: Path) -> None:
    page.wait_for_timeout(1500)  # figures are drawn after the page is there
    page.screenshot(path=path)


def _complain(message: object) -> None:
    if getattr(message, "type", "") == "error":
        sys.exit(f"the page complains: {getattr(message, 'text', message)}")


if __name__ == "__main__":
    main()
