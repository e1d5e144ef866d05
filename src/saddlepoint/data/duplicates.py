"""Near-duplicates: the same picture saved twice, brighter or darker, smaller, or compressed again.

Two pictures are taken for one where their thumbnails (32 x 32, grey, black = 0 and white = 1, each less its own mean)
differ by at most `CLOSE`, root mean square, and by at most a twentieth of their contrast, and their means by at most a
tenth. The search is exact: the lowest cosine coefficients of two thumbnails, in an orthonormal basis, are never further
apart than the thumbnails themselves (Parseval), so that pairs whose coefficients are further apart need no other look.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

SIDE, LOWEST = 32, 8
CLOSE, SHARE, BRIGHTER = 0.02, 0.05, 0.1
MOST = 40_000  # examples beyond which looking at all pairs takes too long
CHUNK = 1024


def groups(x: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor | None:
    """Numbers [N], equal for near-duplicates: the place of the first of each group. None for what are no pictures, or
    too many. In floating point, `low` is black and `high` is white.
    """
    if x.ndim != 4 or not 1 < len(x) <= MOST:
        return None
    thumbs = torch.cat([thumbnails(x[start : start + CHUNK], low, high) for start in range(0, len(x), CHUNK)])
    coefficients = lowest(thumbs)
    parent = list(range(len(x)))
    for start in range(0, len(x), CHUNK):
        i, j = near(coefficients[start : start + CHUNK], coefficients[start:])
        for first in range(0, len(i), CHUNK):
            a, b = (found[first : first + CHUNK] + start for found in (i, j))
            kept = same(thumbs[a], thumbs[b])
            for one, other in zip(a[kept].tolist(), b[kept].tolist()):
                roots = root(parent, one), root(parent, other)
                parent[max(roots)] = min(roots)
    return torch.tensor([root(parent, member) for member in range(len(x))])


def equals(x: Tensor) -> Tensor:
    """The place of the first example that is equal to each, to the last bit, [N]."""
    first: dict[bytes, int] = {}
    return torch.tensor([first.setdefault(row.tobytes(), place) for place, row in enumerate(x.flatten(1).numpy())])


def thumbnails(x: Tensor, low: float = 0.0, high: float = 1.0) -> Tensor:
    """[N, 32, 32], grey, black = 0 and white = 1."""
    low, high = {torch.uint8: (0.0, 255.0), torch.uint16: (0.0, 65535.0)}.get(x.dtype, (low, high))
    return adaptive_avg_pool2d(((x.float() - low) / (high - low)).mean(1, keepdim=True), SIDE)[:, 0]


def lowest(thumbs: Tensor) -> Tensor:
    """The 8 x 8 lowest coefficients of the orthonormal cosine transform but the mean's, [N, 63]."""
    frequency, place = torch.arange(LOWEST)[:, None], torch.arange(SIDE)[None]
    cosines = torch.cos(math.pi * frequency * (2 * place + 1) / (2 * SIDE)) * math.sqrt(2 / SIDE)
    cosines[0] /= math.sqrt(2)
    return (cosines @ thumbs @ cosines.T).flatten(1)[:, 1:]


def near(some: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """The pairs i < j whose coefficients are not too far apart for duplicates; `others` begins with `some`."""
    apart = torch.cdist(some, others)
    return apart.le(CLOSE * SIDE).triu(1).nonzero(as_tuple=True)  # pyright: ignore[reportReturnType]


def same(a: Tensor, b: Tensor) -> Tensor:
    """Which pairs of thumbnails [n, 32, 32] show one picture."""
    means = [t.mean((1, 2), keepdim=True) for t in (a, b)]
    apart = (a - means[0] - b + means[1]).square().mean((1, 2)).sqrt()
    contrast = torch.maximum(a.std((1, 2)), b.std((1, 2)))
    alike = (means[0] - means[1]).abs().flatten() <= BRIGHTER
    return alike & (apart <= CLOSE) & (apart <= SHARE * contrast)


def root(parent: list[int], member: int) -> int:
    """The first of the member's group; the way there is shortened."""
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member
