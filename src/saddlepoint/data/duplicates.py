"""Near-duplicates: the same picture saved twice, smaller, brighter, or compressed again.

Candidates are found by a perceptual hash and confirmed by their pixels. The hash has 64 bits: whether each of the 64
lowest cosine coefficients of the picture, at 32 x 32 and grey, is above its median over the set, so that each bit
halves the set. By the pigeonhole principle, two hashes that differ in at most 3 bits agree in one of four bands of 16.
Two candidates are duplicates where their thumbnails differ by less than `CLOSE` of the range from black to white, root
mean square, and at most a twentieth of their own contrast.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

SIDE, BITS, BAND, APART = 32, 64, 16, 3
CLOSE, SHARE = 0.02, 0.05
MOST = 200_000  # examples beyond which nobody would wait for it
NEXT = 16  # how many neighbours, in the order of their hashes, each member of a band is compared with
CHUNK = 4096


def groups(x: Tensor) -> Tensor | None:
    """Numbers [N], equal for near-duplicates: the place of the first of each group. None for what are no pictures, or
    too many.
    """
    if x.ndim != 4 or not 1 < len(x) <= MOST:
        return None
    thumbs = torch.cat([thumbnails(x[start : start + CHUNK]) for start in range(0, len(x), CHUNK)])
    bits = hashes(thumbs)
    i, j = candidates(bits)
    parent = list(range(len(x)))
    for start in range(0, len(i), CHUNK):
        a, b = i[start : start + CHUNK], j[start : start + CHUNK]
        for one, other in zip(*(part[same(thumbs[a], thumbs[b])].tolist() for part in (a, b))):
            first, second = root(parent, one), root(parent, other)
            parent[max(first, second)] = min(first, second)
    return torch.tensor([root(parent, member) for member in range(len(x))])


def thumbnails(x: Tensor) -> Tensor:
    """[N, 32, 32], grey, white = 1."""
    white = {torch.uint8: 255.0, torch.uint16: 65535.0}.get(x.dtype, 1.0)
    return adaptive_avg_pool2d((x.float() / white).mean(1, keepdim=True), SIDE)[:, 0]


def hashes(thumbs: Tensor) -> Tensor:
    """[N, 64] bool."""
    frequency, place = torch.arange(8)[:, None], torch.arange(SIDE)[None]
    cosines = torch.cos(math.pi * frequency * (2 * place + 1) / (2 * SIDE))
    coefficients = (cosines @ thumbs @ cosines.T).flatten(1)
    return coefficients > coefficients.median(0).values


def candidates(bits: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs i < j, as two lists, with at most 3 bits apart, that agree in a band and are neighbours in its order."""
    pairs = []
    for band in range(0, BITS, BAND):
        turned = bits.roll(-band, 1).long()
        high = (turned[:, :32] << torch.arange(31, -1, -1)).sum(1)
        low = (turned[:, 32:] << torch.arange(31, -1, -1)).sum(1)
        order = low.argsort(stable=True)
        order = order[high[order].argsort(stable=True)]
        key = (high >> BAND)[order]
        for step in range(1, min(NEXT, len(order) - 1) + 1):
            together = key[:-step] == key[step:]
            pairs.append(torch.stack([order[:-step][together], order[step:][together]]))
    i, j = torch.cat(pairs, 1).sort(0).values
    found = torch.stack([i, j])[:, (bits[i] != bits[j]).sum(1) <= APART]
    return tuple(torch.unique(found, dim=1))  # pyright: ignore[reportReturnType]


def same(a: Tensor, b: Tensor) -> Tensor:
    """Which pairs of thumbnails [n, 32, 32] show one picture."""
    apart = (a - b).square().mean((1, 2)).sqrt()
    contrast = torch.maximum(a.std((1, 2)), b.std((1, 2)))
    return (apart < CLOSE) & (apart <= SHARE * contrast)


def root(parent: list[int], member: int) -> int:
    """The first of the member's group; the way there is shortened."""
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member
