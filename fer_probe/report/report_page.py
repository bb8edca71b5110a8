"""Report: a study as one HTML page that needs nothing else, with the papers' figures."""

from base64 import b64encode
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import plotly.graph_objects as go
import plotly.io as pio
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from fer_probe.figures.picture_grid import ASPECT
from fer_probe.figures.pictures import webp
from fer_probe.figures.theme import DARK, LIGHT
from fer_probe.records import appearing_file
from fer_probe.report.contents import ReportContents, exemplars, main_faces
from fer_probe.study import Study

__all__ = ["exemplars", "write_report"]

_PLOT = '<div class="plot" role="img" aria-label="{}" style="{}"><script type="{}">{}</script></div>'


def write_report(study: Study, path: Path | str | None = None, *, faces: str | None = None) -> Path:
    """Write a study's report: one self-contained HTML file, replaced whole or not at all.

    Args:
        study: as :func:`fer_probe.probe.probe_checkpoint` wrote it.
        path: of the file; ``report.html`` in the study's folder where None.
        faces: which of the study's sets; None takes the first one with distances, else the first.

    Raises:
        StudyError: the study has no faces, or none of that name.
    """
    path = study.folder / "report.html" if path is None else Path(path)
    page = _template().render(
        report=ReportContents(study, faces or main_faces(study)),
        plotly=Markup(get_plotlyjs()),
        templates=_script_json({"light": pio.templates[LIGHT], "dark": pio.templates[DARK]}),
    )
    with appearing_file(path) as partial:
        partial.write_text(page, encoding="utf-8")
    return path


def _template() -> jinja2.Template:
    """The page, as a text that is filled in; everything put into it is escaped, but what is marked up here."""
    page = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    page.globals.update(plot=_plot, picture=_data_uri)
    text = resources.files("fer_probe").joinpath("report/template.html").read_text(encoding="utf-8")
    return page.from_string(text)


def _plot(figure: go.Figure, label: str) -> Markup:
    """A figure as the page's script finds it; its look is the page's, light or dark."""
    figure.update_layout(template=None)
    room = f"height:{figure.layout.height}px"
    if aspect := (figure.layout.meta or {}).get(ASPECT):
        room = f"aspect-ratio:{aspect:.3f};max-height:{figure.layout.height}px"
        figure.update_layout(height=None)
    return Markup(_PLOT).format(label, room, "application/json", _script_json(figure))


def _script_json(value: Any) -> Markup:
    """JSON that is safe inside a script element: no ``<`` is left in it."""
    return Markup(pio.json.to_json_plotly(value).replace("<", "\\u003c"))


def _data_uri(picture: np.ndarray) -> str:
    """A picture inside the page."""
    return "data:image/webp;base64," + b64encode(webp(picture)).decode()
