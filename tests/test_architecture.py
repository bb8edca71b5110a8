"""The layer table of any network."""

from torch import nn

from fer_probe.architecture import convolution_layers, describe_architecture


def test_every_leaf_is_told_in_the_order_it_runs():
    """Names, kinds, volumes, parameters and fields, by hand."""
    model = nn.Sequential(
        nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4 * 9, 5)
    )
    table = describe_architecture(model, (1, 8, 8))
    assert table.layers == ("0.0", "0.1", "1", "2", "3")
    assert table.kinds == ("Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear")
    assert table.shapes == ((4, 6, 6), (4, 6, 6), (4, 3, 3), (36,), (5,))
    assert table.parameters.tolist() == [40, 0, 0, 0, 185]
    assert table.fields.tolist() == [[3, 3], [3, 3], [4, 4], [8, 8], [8, 8]]
    assert table.total_parameters == 225


def test_convolutions_are_found_by_name():
    """The layers that are probed where none is named."""
    assert convolution_layers(nn.Sequential(nn.Conv2d(1, 1, 1), nn.Sequential(nn.Conv2d(1, 1, 1)))) == ("0", "1.0")
