"""The dashboard's app: a study, or a folder of studies, in the browser."""

import logging
import webbrowser
from pathlib import Path
from threading import Timer

from dash import Dash

from dashboards.components.choices import connect_choices
from dashboards.components.graph import connect_graphs
from dashboards.pictures import pictures
from dashboards.shell import INDEX, shell
from dashboards.studies import Studies


def create_app(study_folder: Path | str) -> Dash:
    """The app over one study, or over a folder of studies; one app a process, as Dash's pages are global.

    Args:
        study_folder: read on every request, so that the app may be made before the study is.
    """
    app = Dash(
        "dashboards",  # the package: pages are then imported as dashboards.pages.…
        use_pages=True,
        title="fer_probe",
        index_string=INDEX,
        serve_locally=True,
        suppress_callback_exceptions=True,  # a page's callbacks name what only that page shows
        update_title="",
    )
    app.server.config["STUDIES"] = Studies(Path(study_folder))
    app.server.register_blueprint(pictures)
    connect_choices(app)
    connect_graphs(app)
    app.layout = shell
    return app


def serve(study_folder: Path | str, host: str = "127.0.0.1", port: int = 8050, open_browser: bool = False) -> None:
    """Serve the app until it is stopped.

    Args:
        study_folder: a study, or a folder of studies.
        host: where to listen; ``0.0.0.0`` for other machines too.
        port: where to listen.
        open_browser: show it at once.
    """
    app = create_app(study_folder)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # not a line for every picture
    if open_browser:
        Timer(1, webbrowser.open, [f"http://{host}:{port}/"]).start()
    app.run(host=host, port=port, debug=False)
