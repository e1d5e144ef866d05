"""The contrastive cost of patches (Park et al. 2020, Contrastive Learning for Unpaired Image-to-Image Translation).

maps     [B, F, h, w], one for each layer of an encoder
q, k     [B, S, E] vectors of length 1: S sites of what was made, and the same sites of what it was made of
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Heads(nn.Module):
    """A head for each layer: of a map's vector at a site, by one hidden layer, a vector of length 1 (section 3.2)."""

    def __init__(self, sizes: Sequence[int], size: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            nn.Sequential(nn.Linear(each, size), nn.ReLU(), nn.Linear(size, size)) for each in sizes
        )

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """For each layer [B, S, E]: the vectors of its map at these places, each [S] in the flattened map."""
        return tuple(
            F.normalize(head(h.flatten(2)[:, :, where].transpose(1, 2)), dim=2)
            for head, h, where in zip(self.layers, maps, places)
        )


def places(maps: Sequence[Tensor], most: int, rng: torch.Generator) -> tuple[Tensor, ...]:
    """Sites of each map, drawn without replacement: `most` of them, or all where there are fewer."""
    found = []
    for h in maps:
        all_ = torch.randperm(h.shape[2] * h.shape[3], generator=rng)
        found.append(all_[:most].to(h.device))
    return tuple(found)


def patch_nce(q: Tensor, k: Tensor, temperature: float) -> Tensor:
    """-1/S sum_s log( exp(q_s . k_s / t) / sum_s' exp(q_s . k_s' / t) ), for each picture, [B].

    A site of what was made is to be told from all others of the picture it was made of (equations 2 to 4): negatives
    are of the same picture alone. Least at 0; log S where nothing can be told.
    """
    alike = q @ k.transpose(1, 2) / temperature
    return (alike.logsumexp(2) - alike.diagonal(dim1=1, dim2=2)).mean(1)
