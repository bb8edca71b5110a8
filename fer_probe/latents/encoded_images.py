"""Encoded images: the latents of pictures, made when they are asked for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fer_probe.activations import Images, LayerError
from fer_probe.latents.latent_functions import encoded


class EncodedImages:
    """The latents of N pictures as an array that is computed when it is sliced: of many pictures they are gigabytes.

    Attributes:
        shape: (N, L).
        dtype: float32.
    """

    dtype = np.dtype(np.float32)

    def __init__(
        self, model: nn.Module | Callable[[torch.Tensor], Any], images: Images, *, batch_size: int = 64
    ) -> None:
        """Of pictures as the model takes them.

        Args:
            model: anything with ``encode(images)``, (n, C, H, W) → (n, …), or such a function; a model is run in eval
                mode and given back as it was.
            images: (N, C, H, W) float tensor, or anything with a length and slices.
            batch_size: pictures a step; changes speed only.

        Raises:
            LayerError: a model that does not encode, no pictures, or latents that do not keep them apart.
        """
        encode: Any = getattr(model, "encode", None if isinstance(model, nn.Module) else model)
        if not callable(encode):
            raise LayerError(f"{type(model).__name__} has no method encode(images), which gives the latent (N, L)")
        if not len(images):
            raise LayerError("no pictures to encode")
        self._encode, self._images, self._batch_size = encode, images, batch_size
        self.shape = (len(images), self[0:1].shape[1])

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: slice) -> NDArray[np.float32]:
        start, stop, step = index.indices(len(self))
        if step != 1:
            raise LayerError(f"latents are made a stretch at a time; slice them without the step {step}")
        batches = [
            encoded(self._encode, self._images[at : min(at + self._batch_size, stop)])
            for at in range(start, stop, self._batch_size)
        ]
        return np.concatenate(batches) if batches else np.zeros((0, self.shape[1]), np.float32)
