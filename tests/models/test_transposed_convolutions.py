"""Every size that a stride makes smaller is given back exactly."""

import pytest
import torch
from torch import nn

from fer_probe.models.transposed_convolutions import restoring_convolution, smaller


@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("size", [(1, 2), (7, 12), (15, 16), (19, 25)])
def test_a_pooling_that_rounds_up_is_undone(stride, size):
    """Kernel 3, as the autoencoders have it."""
    pooled = nn.MaxPool2d(stride, ceil_mode=True)(torch.zeros(1, 2, *size))
    assert pooled.shape[2:] == smaller(size, stride)
    layer = restoring_convolution(2, 4, small=smaller(size, stride), large=size, stride=stride)
    assert layer(pooled).shape == (1, 4, *size)


@pytest.mark.parametrize("size", [(2, 3), (12, 13), (33, 16)])
def test_a_strided_convolution_is_undone(size):
    """Kernel 4 of stride 2, which rounds down, as DE-GAN has it."""
    strided = nn.Conv2d(1, 2, 4, stride=2, padding=1)(torch.zeros(1, 1, *size))
    layer = restoring_convolution(2, 1, small=tuple(strided.shape[2:]), large=size, kernel=4, bias=False)
    assert layer(strided).shape == (1, 1, *size)
    assert layer.bias is None


def test_a_size_out_of_reach_is_refused():
    """No padding at the end can double what is to be tripled."""
    with pytest.raises(ValueError, match="3×3 of stride 2 cannot make 12×12 of 4×4"):
        restoring_convolution(1, 1, small=(4, 4), large=(12, 12))
