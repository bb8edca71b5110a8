"""Picture warps: where the pixels of a batch go, each picture by its own numbers; on the batch's device.

Pictures are (n, C, H, W). What comes from beyond the border is the border's own pixel; a warp by nothing changes
nothing, to the bit.
"""

import torch
from torch import Tensor
from torch.nn import functional

#: The outer corners of a picture whose sides run from -1 to 1: top left, top right, bottom right, bottom left; x, y.
CORNERS = ((-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0))


def turned(images: Tensor, radians: Tensor) -> Tensor:
    """Each picture turned about its centre, anticlockwise for angles (n,) above 0."""
    height, width = images.shape[-2:]
    sine, cosine, zero = torch.sin(radians), torch.cos(radians), torch.zeros_like(radians)
    # The grid runs from -1 to 1 along both sides, so a turn in pixels needs their ratio.
    rows = [cosine, -sine * (height / width), zero, sine * (width / height), cosine, zero]
    grid = functional.affine_grid(torch.stack(rows, 1).view(-1, 2, 3), list(images.shape), align_corners=False)
    return _sampled(images, grid, radians == 0)


def with_corners_at(images: Tensor, corners: Tensor) -> Tensor:
    """Each picture seen at a slant: its outer corners come to lie at ``corners``.

    Args:
        images: (n, C, H, W).
        corners: (n, 4, 2) x and y in the order of :data:`CORNERS`, where the sides run from -1 to 1; they form a
            convex quadrangle.
    """
    height, width = images.shape[-2:]
    still = images.new_tensor(CORNERS)
    back = _homography(corners, still.expand_as(corners))  # from where a pixel will be to where it is
    across, down = ((2 * torch.arange(side, device=images.device) + 1) / side - 1 for side in (width, height))
    y, x = torch.meshgrid(down, across, indexing="ij")
    places = torch.stack([x, y, torch.ones_like(x)], -1).to(images) @ back.transpose(1, 2)[:, None]
    return _sampled(images, places[..., :2] / places[..., 2:], (corners == still).all(2).all(1))


def windows(images: Tensor, tops: Tensor, lefts: Tensor, height: int, width: int) -> Tensor:
    """(n, C, height, width): a window of each picture, from its own row and column on, (n,) whole numbers."""
    rows = (tops[:, None] + torch.arange(height, device=images.device)).clamp(0, images.shape[-2] - 1)
    columns = (lefts[:, None] + torch.arange(width, device=images.device)).clamp(0, images.shape[-1] - 1)
    each = torch.arange(len(images), device=images.device)[:, None, None]
    return images[each, :, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _sampled(images: Tensor, grid: Tensor, unmoved: Tensor) -> Tensor:
    """The pictures at the places of a grid; those that stay as they are without the rounding of sampling."""
    moved = functional.grid_sample(images, grid, padding_mode="border", align_corners=False)
    return torch.where(unmoved[:, None, None, None], images, moved)


def _homography(source: Tensor, target: Tensor) -> Tensor:
    """(n, 3, 3) that brings four points (n, 4, 2) to four others: eight equations, the last entry is 1."""
    (x, y), (u, v) = source.unbind(-1), target.unbind(-1)
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    for_u = torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], -1)
    for_v = torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], -1)
    solved = torch.linalg.solve(torch.cat([for_u, for_v], 1), torch.cat([u, v], 1))
    return torch.cat([solved, torch.ones_like(solved[:, :1])], 1).view(-1, 3, 3)
