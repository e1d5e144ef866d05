"""Averages of the generator over the images seen: what one samples from."""

import copy
from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn


class Average:
    """An exponential moving average of a module's weights, its memory given as a half-life in images.

    After a round that saw n images:  a <- a + (1 - b) (w - a)  with  b = 2^(-n / half-life). Early on the half-life is
    at most a twentieth of the images seen, so that the initial weights do not dominate the average (the ramp-up of
    StyleGAN2-ADA, Karras et al. 2020). Buffers are copied: they are averages already.
    """

    def __init__(self, module: nn.Module, half_life: float) -> None:
        self.half_life = half_life
        self.module = copy.deepcopy(module).requires_grad_(False).eval()

    @torch.no_grad()
    def update(self, module: nn.Module, images: int, seen: int) -> None:
        """Move towards `module` for `images` new images, `seen` in all."""
        step = 1 - 0.5 ** (images / capped(self.half_life, seen))
        averages: list[Tensor] = list(self.module.parameters())
        torch._foreach_lerp_(averages, list[Tensor](module.parameters()), step)
        for mine, theirs in zip(self.module.buffers(), module.buffers()):
            mine.copy_(theirs)


def capped(half_life: float, seen: int) -> float:
    """The half-life that an average has in force when so many images were seen."""
    return min(half_life, max(seen / 20, 1e-8))


def different(half_lives: Iterable[float], seen: int) -> int:
    """How many of the averages with these half-lives differ: those whose cap is in force have had it in force from the
    start, hence are one and the same.
    """
    return len({capped(half_life, seen) for half_life in half_lives})


def averages_of(module: nn.Module, half_lives: tuple[int, ...]) -> Mapping[str, Average]:
    """One average a half-life, by name: `average-1000` has a half-life of 1,000 images."""
    return {f"average-{half_life}": Average(module, half_life) for half_life in half_lives}
