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
    return _sampled(images, _places(images, torch.stack(rows, 1).view(-1, 2, 3)), radians == 0)


def with_corners_at(images: Tensor, corners: Tensor) -> Tensor:
    """Each picture seen at a slant: its outer corners come to lie at ``corners``.

    Args:
        images: (n, C, H, W).
        corners: (n, 4, 2) x and y in the order of :data:`CORNERS`, where the sides run from -1 to 1; they form a
            convex quadrangle.
    """
    still = images.new_tensor(CORNERS)
    back = _homography(corners, still.expand_as(corners))  # from where a pixel will be to where it is
    places = _places(images, back)
    return _sampled(images, places[:, :2] / places[:, 2:], (corners == still).all(2).all(1))


def windows(images: Tensor, tops: Tensor, lefts: Tensor, height: int, width: int) -> Tensor:
    """(n, C, height, width): a window of each picture, from its own row and column on, (n,) whole numbers."""
    rows = (tops[:, None] + torch.arange(height, device=images.device)).clamp(0, images.shape[-2] - 1)
    columns = (lefts[:, None] + torch.arange(width, device=images.device)).clamp(0, images.shape[-1] - 1)
    places = (rows[:, :, None] * images.shape[-1] + columns[:, None, :]).flatten(1)  # in a picture as one line
    cut = images.flatten(2).gather(2, places[:, None].expand(-1, images.shape[1], -1))
    return cut.unflatten(2, (height, width))


def _places(images: Tensor, matrices: Tensor) -> Tensor:
    """(n, k, H, W): where matrices (n, k, 3) send each pixel's (x, y, 1); a picture's sides run from -1 to 1."""
    # Written out: affine_grid and products of matrices with three columns take several times as long.
    y, x = (torch.arange(1 - side, side, 2, device=images.device).to(images.dtype) / side for side in images.shape[-2:])
    of_x, of_y, shift = matrices[..., None, None].unbind(2)
    return torch.addcmul(of_y * y[:, None] + shift, of_x, x)


def _sampled(images: Tensor, places: Tensor, unmoved: Tensor) -> Tensor:
    """The pictures at places (n, 2, H, W), x and y; those that stay as they are without the rounding of sampling."""
    moved = functional.grid_sample(images, places.movedim(1, -1), padding_mode="border", align_corners=False)
    return torch.where(unmoved[:, None, None, None], images, moved)


def _homography(source: Tensor, target: Tensor) -> Tensor:
    """(n, 3, 3) that brings four points (n, 4, 2) to four others: eight equations, the last entry is 1."""
    (x, y), (u, v) = source.unbind(-1), target.unbind(-1)
    one, zero = torch.ones_like(x), torch.zeros_like(x)
    for_u = torch.stack([x, y, one, zero, zero, zero, -u * x, -u * y], -1)
    for_v = torch.stack([zero, zero, zero, x, y, one, -v * x, -v * y], -1)
    solved = torch.linalg.solve(torch.cat([for_u, for_v], 1), torch.cat([u, v], 1))
    return torch.cat([solved, torch.ones_like(solved[:, :1])], 1).view(-1, 3, 3)
