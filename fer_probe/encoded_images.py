"""Encoded images: a model's latents of pictures, made when they are asked for."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from fer_probe.activations import Images, LayerError, evaluation_mode, for_model


class EncodedImages:
    """The latents of N pictures as an array that is computed when it is sliced: of many pictures they are gigabytes.

    Attributes:
        shape: (N, L).
        dtype: float32.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, model: nn.Module, images: Images, *, batch_size: int = 64) -> None:
        """Of pictures as the model takes them.

        Args:
            model: anything with ``encode(images)``, (n, C, H, W) → (n, …); run in eval mode and given back as it was.
            images: (N, C, H, W) float tensor, or anything with a length and slices.
            batch_size: pictures a step; changes speed only.

        Raises:
            LayerError: a model that does not encode, no pictures, or latents that do not keep them apart.
        """
        encode: Callable[[torch.Tensor], Any] | None = getattr(model, "encode", None)
        if not callable(encode):
            raise LayerError(f"{type(model).__name__} has no method encode(images), which gives the latent (N, L)")
        if not len(images):
            raise LayerError("no pictures to encode")
        self._model, self._encode, self._images, self._batch_size = model, encode, images, batch_size
        self.shape = (len(images), self[0:1].shape[1])

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: slice) -> NDArray[np.float32]:
        start, stop, step = index.indices(len(self))
        if step != 1:
            raise LayerError(f"latents are made a stretch at a time; slice them without the step {step}")
        with evaluation_mode(self._model), torch.no_grad():
            batches = [
                self._latents(self._images[at : min(at + self._batch_size, stop)])
                for at in range(start, stop, self._batch_size)
            ]
        return np.concatenate(batches) if batches else np.zeros((0, self.shape[1]), np.float32)

    def _latents(self, images: torch.Tensor) -> NDArray[np.float32]:
        latent = self._encode(for_model(self._model, images))
        if not isinstance(latent, torch.Tensor) or len(latent) != len(images):
            given = tuple(latent.shape) if isinstance(latent, torch.Tensor) else f"a {type(latent).__name__}"
            raise LayerError(f"encode gives {given} for {len(images)} pictures; expected a tensor (pictures, values)")
        return latent.flatten(1).float().cpu().numpy()
