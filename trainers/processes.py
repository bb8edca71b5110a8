"""Processes: one alone, or several that ``torchrun`` started, which share the work of every batch."""

import atexit
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, distributed, nn


@dataclass(frozen=True)
class Processes:
    """This process among those that train together.

    Attributes:
        rank: its number, from 0; the first one writes and speaks.
        count: how many there are.
        device: where this one computes.
    """

    rank: int
    count: int
    device: torch.device

    @property
    def first(self) -> bool:
        """Whether this process writes checkpoints and speaks."""
        return self.rank == 0

    def share(self, batch: Tensor) -> Tensor:
        """This process's part of a batch: all parts are of one size where ``count`` divides it."""
        return batch[self.rank :: self.count]

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Give every process the mean of all processes' gradients, which is the whole batch's."""
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.count == 1 or not gradients:
            return
        together = torch.cat([gradient.reshape(-1) for gradient in gradients])
        distributed.all_reduce(together)
        together /= self.count
        for gradient, part in zip(gradients, together.split([g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view(gradient.shape))

    def gathered(self, value: Any) -> list[Any]:
        """Every process's value, in the order of their numbers; all of them wait here for each other."""
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        distributed.all_gather_object(values, value)
        return values


def is_first() -> bool:
    """Whether this process is the first of those that ``torchrun`` started, or alone."""
    return os.environ.get("RANK", "0") == "0"


def joined_processes(device: torch.device | str | None = None) -> Processes:
    """Join the processes that ``torchrun`` started, which it tells by the environment; or be alone.

    Args:
        device: None takes a GPU where there is one; among several processes each takes its own.
    """
    chosen = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    if "RANK" not in os.environ:
        return Processes(0, 1, chosen)
    if chosen == torch.device("cuda"):
        chosen = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(chosen)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if chosen.type == "cuda" else "gloo")
        atexit.register(distributed.destroy_process_group)
    return Processes(distributed.get_rank(), distributed.get_world_size(), chosen)
