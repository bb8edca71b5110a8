"""The shell: what stands around every page, and the frame that a page puts its content in."""

from collections.abc import Callable, Mapping
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html, page_container
from dash.development.base_component import Component

from dashboards.components.aria import aria
from dashboards.components.choices import choice
from dashboards.components.graph import looks
from dashboards.components.notes import nothing_here
from dashboards.view import View
from fer_probe.records import RecordError
from fer_probe.study import StudyError

#: The page before Dash has begun. The script paints the reader's own scheme at once: no white flash in the dark.
INDEX = """<!DOCTYPE html>
<html lang="en">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <link rel="icon" type="image/svg+xml" href="assets/favicon.svg">
    {%css%}
    <script>
      const kept = localStorage.getItem("mantine-color-scheme-value") || "auto";
      const dark = kept === "dark" || (kept === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
      document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
    </script>
  </head>
  <body>
    {%app_entry%}
    <footer>{%config%}{%scripts%}{%renderer%}</footer>
  </body>
</html>"""

THEME = {
    "primaryColor": "indigo",
    "primaryShade": {"light": 7, "dark": 5},
    "defaultRadius": "md",
    "autoContrast": True,
    "focusRing": "auto",
}

#: Path → what the page is called in the navigation.
PAGES = {
    "/": "Overview",
    "/maps": "Feature maps",
    "/action-units": "Action units",
    "/latent": "Latent space",
    "/attributions": "Attributions",
    "/experiments": "Experiments",
    "/groups": "For whom",
    "/compared": "Compared",
    "/drawn-face": "Drawn face",
}


def shell() -> Component:
    """The app's layout: the theme, and the place where the pages appear."""
    return dmc.MantineProvider(
        theme=THEME,
        defaultColorScheme="auto",
        children=[
            *looks(),
            html.A("Skip to content", href="#content", className="skip-link"),
            dcc.Loading(
                page_container,
                custom_spinner=dmc.Loader(size="md"),
                delay_show=300,
                overlay_style={"visibility": "visible", "opacity": 0.5},
                parent_className="page-loading",
            ),
        ],
    )


def framed(path: str, body: Callable[[View], list[Any]], query: Mapping[str, object]) -> Component:
    """A page: the navigation, and what ``body`` makes of the view, or in words why there is nothing to see."""
    try:
        view = View.of(query)
    except (StudyError, RecordError) as error:
        return _page(path, None, [nothing_here("Nothing to show yet", str(error))])
    try:
        return _page(path, view, body(view))
    except (StudyError, RecordError) as error:
        return _page(path, view, [nothing_here("Nothing to show here", str(error))])


def framed_without_study(path: str, content: list[Any], query: Mapping[str, object]) -> Component:
    """A page that needs no study and is there before the first one; its links keep the study where there is one."""
    try:
        view = View.of(query)
    except (StudyError, RecordError):
        view = None
    return _page(path, view, content, switches=False)


def _page(path: str, view: View | None, content: list[Any], switches: bool = True) -> Component:
    # The address lives in the page: inserted alongside the choices, it does not hear them before they change.
    address = dcc.Location(id="address", refresh="callback-nav")
    return html.Div([address, _header(path, view, switches), _main(content)])


def _main(content: list[Any]) -> Component:
    return html.Main(dmc.Stack(content, gap="lg"), id="content", className="content", tabIndex="-1")


def _header(path: str, view: View | None, with_switches: bool) -> Component:
    home = view.link("/") if view else "/"
    brand = dcc.Link([html.Span(className="icon icon-brand"), "fer_probe"], href=home, className="brand")
    links = html.Nav(
        [
            dmc.Anchor(
                label,
                href=view.link(target) if view else target,
                className="nav-link",
                underline="never",
                **(aria(current="page") if _is_within(path, target) else {}),
            )
            for target, label in PAGES.items()
        ],
        className="nav",
        **aria(label="Pages"),
    )
    switches = _switches(path, view) if with_switches else []
    return html.Header(
        [brand, links, html.Div([*switches, _scheme_switch()], className="switches")], className="header"
    )


def _is_within(path: str, target: str) -> bool:
    """Whether a page is the one of a link, or one under it."""
    return path == target or (target != "/" and path.startswith(f"{target}/"))


def _switches(path: str, view: View | None) -> list[Component]:
    """Other studies and other faces, where there are any; the rest of the state stays as it is."""
    if view is None:
        return []
    found = []
    names = view.study_names
    if len(names) > 1:
        studies = {name: f"/?study={name}" for name in names}
        found.append(choice("study", studies, view.study.folder.name, compact=True, label="Study"))
    if len(view.study.face_sets) > 1:
        faces = {name: view.on(name).link(path, **view.query) for name in view.study.face_sets}
        found.append(choice("faces", faces, view.faces, compact=True, label="Faces"))
    return found


def _scheme_switch() -> Component:
    return dmc.ColorSchemeToggle(
        id="scheme",
        lightIcon=html.Span(className="icon icon-sun"),
        darkIcon=html.Span(className="icon icon-moon"),
        variant="default",
        size="lg",
        **aria(label="Switch between light and dark"),
    )
