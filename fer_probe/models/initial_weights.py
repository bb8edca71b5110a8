"""Initial weights of convolutions and fully connected layers; their biases start at 0, normalisations as they are."""

from collections.abc import Callable, Iterator

from torch import Tensor, nn

_Weighted = nn.Conv2d | nn.ConvTranspose2d | nn.Linear


def he_weights(model: nn.Module) -> None:
    """He et al. 2015: Gaussian, of a deviation that keeps a signal's size where a ReLU follows."""
    _initialise(model, lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"))


def lecun_weights(model: nn.Module) -> None:
    """LeCun et al. 1998: Gaussian of deviation 1/√inputs; what a SELU is made for."""
    for layer in _weighted_layers(model):
        nn.init.normal_(layer.weight, 0, _summands(layer) ** -0.5)


def glorot_weights(model: nn.Module) -> None:
    """Glorot & Bengio 2010: uniform; the default of Keras."""
    _initialise(model, nn.init.xavier_uniform_)


def gaussian_weights(model: nn.Module, deviation: float) -> None:
    """Gaussian of one deviation for all; 0.02 is DCGAN's (Radford et al. 2015)."""
    _initialise(model, lambda weight: nn.init.normal_(weight, 0, deviation))


def _initialise(model: nn.Module, draw: Callable[[Tensor], Tensor]) -> None:
    for layer in _weighted_layers(model):
        draw(layer.weight)


def _weighted_layers(model: nn.Module) -> Iterator[_Weighted]:
    """Every convolution and fully connected layer, its bias set to 0."""
    for layer in model.modules():
        if isinstance(layer, _Weighted):
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
            yield layer


def _summands(layer: _Weighted) -> float:
    """How many products make one of a layer's outputs; a transposed convolution's stride shares them out."""
    if isinstance(layer, nn.ConvTranspose2d):
        return layer.weight[:, 0].numel() / (layer.stride[0] * layer.stride[1])
    return layer.weight[0].numel()
