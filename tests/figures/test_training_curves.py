from fer_probe.figures import training_curves_figure
from fer_probe.figures.training_curves import panel_of


def test_losses_and_accuracies_have_panels_of_their_own():
    """Curves of one unit of measure share a panel; epochs count from 1."""
    figure = training_curves_figure(
        {"train_loss": [2, 1], "validation_loss": [2, 1.5], "validation_accuracy": [0.2, 0.5]}
    )
    assert [curve.yaxis for curve in figure.data] == ["y", "y", "y2"]
    assert list(figure.data[0].x) == [1, 2]


def test_a_name_stands_in_the_legend_once():
    """ "validation" has one colour and one entry, in whatever panel."""
    figure = training_curves_figure({"validation_loss": [2, 1], "validation_accuracy": [0.2, 0.5]})
    assert [curve.showlegend for curve in figure.data] == [True, False]
    assert len({curve.line.color for curve in figure.data}) == 1


def test_other_curves_keep_their_name():
    """A learning rate is neither."""
    assert panel_of("learning_rate") == "learning rate"


def test_no_curves_are_said():
    """An empty mapping draws a sentence."""
    assert "no curves" in training_curves_figure({}).layout.annotations[0].text
