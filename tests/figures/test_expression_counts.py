from fer_probe.figures import expression_counts_figure


def test_counts_and_unlabelled_add_up_to_all_faces(records):
    """Every face is counted once; the unlabelled ones have their own bar."""
    bar = expression_counts_figure(records.faces).data[0]
    assert dict(zip(bar.y, bar.x.tolist(), strict=True)) == {
        "anger": 10, "happiness": 10, "neutral": 10, "unlabelled": 10,
    }  # fmt: skip


def test_an_expression_nobody_shows_keeps_its_place(records):
    """0 faces are shown as 0, and no bar for unlabelled ones where there are none."""
    bar = expression_counts_figure(records.faces.select(lambda faces: faces.expression == 1)).data[0]
    assert dict(zip(bar.y, bar.x.tolist(), strict=True)) == {"anger": 0, "happiness": 10, "neutral": 0}
