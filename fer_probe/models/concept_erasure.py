"""Concept erasure: what numbers tell of a concept to anything linear, taken out of them in closed form."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConceptErasure(nn.Module):
    """LEACE: r(z) = z − W⁺ P W (z − μ) (Belrose et al. 2023, "LEACE: Perfect linear concept erasure in closed form").

    W = Σ_zz^(−1/2), and P is the orthogonal projection onto the columns of W Σ_zy, y being the classes one-hot. After
    it z and y have no covariance, and no linear classifier of any kind does better than one that is shown nothing, on
    the faces it was fitted to. No smaller change of z does that. Until it is fitted nothing is changed.

    Args:
        length: how many numbers z has.
    """

    mean: Tensor
    taken: Tensor

    def __init__(self, length: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(length))
        self.register_buffer("taken", torch.zeros(length, length))

    @torch.no_grad()
    def fit(self, numbers: Tensor, classes: Tensor) -> None:
        """Find what tells the classes (N,) int64, from the numbers (N, length)."""
        numbers = numbers.double()
        shown = functional.one_hot(classes).double()
        mean = numbers.mean(0)
        centred, shown = numbers - mean, shown - shown.mean(0)
        # Directions in which nothing varies tell nothing; there W is 0.
        variances, directions = torch.linalg.eigh(centred.T @ centred / len(numbers))
        kept = variances > 1e-9 * variances[-1].clamp_min(1e-300)
        scale = torch.where(kept, variances.clamp_min(1e-300).sqrt(), 0.0)
        whitening = directions * torch.where(kept, 1 / scale, 0.0) @ directions.T
        colouring = directions * scale @ directions.T
        left, strengths, _ = torch.linalg.svd(whitening @ centred.T @ shown / len(numbers), full_matrices=False)
        told = left[:, strengths > 1e-9]
        self.mean.copy_(mean)
        self.taken.copy_(colouring @ told @ told.T @ whitening)

    def forward(self, numbers: Tensor) -> Tensor:
        """(N, length) → (N, length)."""
        return numbers - (numbers - self.mean) @ self.taken.T
