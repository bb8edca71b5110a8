"""Set maps: a model's answers with maps of a layer set to zero, or to their mean over all pictures, batch by batch."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fer_probe.activations import Images, check_layers, evaluation_mode, feature_maps, for_model, run_to_layers
from fer_probe.evaluation import class_probabilities
from fer_probe.experiments.resumed_passes import ResumablePass

SetTo = Literal["zero", "mean"]


class SetMaps:
    """A model's pictures, batch by batch, each ready to have maps of a layer set."""

    def __init__(self, model: nn.Module, images: Images, layer: str, to: SetTo, batch_size: int, gives: str) -> None:
        if not len(images) or to not in ("zero", "mean"):
            raise ValueError(f"{len(images)} pictures, maps set to {to!r}; expected some, and 'zero' or 'mean'")
        self.model, self.images, self.layer, self.batch_size, self.gives = model, images, layer, batch_size, gives
        shape = check_layers(model, [layer], for_model(model, images[0:1]))[layer]
        self.map_count = feature_maps(torch.empty(shape, device="meta"), layer).shape[1]
        self.value = self._mean() if to == "mean" else None
        self.whole_passes = False

    def __iter__(self) -> Iterator["SetBatch"]:
        with evaluation_mode(self.model), torch.no_grad():
            for batch in self._batches():
                step = SetBatch(ResumablePass(self.model, batch, self.layer), self)
                yield step
                self.whole_passes |= step.resumable.whole

    def _batches(self) -> Iterator[Tensor]:
        for start in range(0, len(self.images), self.batch_size):
            yield for_model(self.model, self.images[start : start + self.batch_size])

    def _mean(self) -> Tensor:
        """The layer's mean output over all pictures, place by place."""
        sums: list[Tensor] = []
        with evaluation_mode(self.model), torch.no_grad():
            for batch in self._batches():
                run_to_layers(
                    self.model, batch, [self.layer], lambda _, out: sums.append(out.sum(0, dtype=torch.float64))
                )
        return torch.stack(sums).sum(0) / len(self.images)


class SetBatch:
    """One batch: its probabilities as they are, and with maps set."""

    def __init__(self, resumable: ResumablePass, setting: SetMaps) -> None:
        self.resumable, self.setting = resumable, setting
        self.before = class_probabilities(resumable.answer, setting.gives)
        maps = feature_maps(resumable.output, setting.layer).flatten(2)
        self.strength = maps.amax(2).clamp(min=0).float().cpu().numpy()

    def after(self, maps: np.ndarray) -> NDArray[np.float32]:
        """(n, K) probabilities with some maps set."""
        chosen = torch.as_tensor(maps, device=self.resumable.output.device)
        changed, value = self.resumable.output.clone(), self.setting.value
        changed[:, chosen] = 0 if value is None else value[chosen].to(changed)
        return class_probabilities(self.resumable.resume(changed), self.setting.gives)

    def after_each(self) -> NDArray[np.float32]:
        """(n, M, K) probabilities with each map set by itself."""
        return np.stack([self.after(np.array([number])) for number in range(self.setting.map_count)], 1)
