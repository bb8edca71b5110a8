"""A network's architecture as a table: Zhu et al., figure 1; Honari Jahromi & Fyshe, figures 3 and 7."""

import plotly.graph_objects as go

from fer_probe.architecture import Architecture
from fer_probe.figures.theme import themed, titled

#: The columns of :func:`architecture_rows`, in order, as they are headed.
ARCHITECTURE_COLUMNS: tuple[str, ...] = ("layer", "kind", "output", "parameters", "receptive field")


def architecture_rows(architecture: Architecture) -> tuple[dict[str, str], ...]:
    """A row a layer, in the words of the table: keys are :data:`ARCHITECTURE_COLUMNS`."""
    record = architecture
    cells = zip(record.layers, record.kinds, record.shapes, record.parameters, record.fields, strict=True)
    return tuple(
        dict(
            zip(
                ARCHITECTURE_COLUMNS,
                (
                    layer,
                    kind,
                    "×".join(map(str, shape)),
                    f"{parameters:,}" if parameters else "–",
                    f"{field[0]}×{field[1]}",
                ),
                strict=True,
            )
        )
        for layer, kind, shape, parameters, field in cells
    )


def architecture_figure(architecture: Architecture, *, dark: bool = False) -> go.Figure:
    """The same rows as a Plotly table, for notebooks."""
    rows = architecture_rows(architecture)
    figure = go.Figure(
        go.Table(
            columnwidth=[1, 1.2, 1.2, 1.2, 1],
            header={"values": [f"<b>{column}</b>" for column in ARCHITECTURE_COLUMNS], "align": "left", "height": 26},
            cells={"values": [[row[c] for row in rows] for c in ARCHITECTURE_COLUMNS], "align": "left", "height": 24},
        )
    )  # fmt: skip
    clear = "rgba(0,0,0,0)"
    figure.update_traces(
        header_fill_color=clear, cells_fill_color=clear, header_line_color="#8C96A0", cells_line_color="#8C96A0"
    )
    figure.update_layout(height=110 + 24 * len(rows))
    picture = "×".join(map(str, architecture.picture))
    return themed(
        titled(figure, "Architecture", f"{architecture.total_parameters:,} parameters · input {picture}"), dark
    )
