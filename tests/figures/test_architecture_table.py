from fer_probe.figures import ARCHITECTURE_COLUMNS, architecture_figure, architecture_rows


def test_rows_say_what_the_record_holds(records):
    """Output volume, parameters and receptive field of the first layers."""
    rows = architecture_rows(records.architecture)
    assert list(rows[0].values()) == ["0", "Conv2d", "6×16×16", "156", "5×5"]
    assert rows[1]["parameters"] == "–"
    assert tuple(rows[0]) == ARCHITECTURE_COLUMNS


def test_the_figure_has_the_same_cells(records):
    """Notebook and page show one table."""
    cells = architecture_figure(records.architecture).data[0].cells["values"]
    rows = architecture_rows(records.architecture)
    assert [list(column) for column in cells] == [[row[name] for row in rows] for name in ARCHITECTURE_COLUMNS]
