"""A mean over the eight ways a picture can lie."""

import itertools

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, interpolate

from saddlepoint.artefact.ensemble import WAYS, back, ensemble, turned
from saddlepoint.tiling import tiled


def lopsided(c: Tensor, seed: int) -> Tensor:
    """Twice as large, by a kernel that has no symmetry, and not linear."""
    kernel = torch.arange(1.0, 10.0, dtype=c.dtype).square().reshape(1, 1, 3, 3) / 285
    return interpolate(conv2d(c, kernel, padding=1).tanh(), scale_factor=2)


C = torch.randn(2, 1, 6, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def test_the_eight_ways_differ_and_are_undone() -> None:
    square = torch.arange(9.0).reshape(1, 1, 3, 3)
    seen = {tuple(turned(square, *way).flatten().tolist()) for way in WAYS}
    assert len(seen) == 8
    for way in WAYS:
        assert torch.equal(back(turned(C, *way), *way), C)


def test_it_is_the_mean_of_the_eight_answers_each_laid_back() -> None:
    made, wanted = ensemble(lopsided)(C, 0), torch.zeros(2, 1, 12, 18, dtype=torch.float64)
    for quarters, mirrored in itertools.product(range(4), (False, True)):
        answer = lopsided(torch.rot90(C.flip(3) if mirrored else C, quarters, (2, 3)), 0)
        answer = torch.rot90(answer, 4 - quarters, (2, 3))
        wanted += (answer.flip(3) if mirrored else answer) / 8
    assert torch.allclose(made, wanted, atol=1e-14)
    assert not torch.allclose(made, lopsided(C, 0), atol=1e-3)


@pytest.mark.parametrize("way", WAYS)
def test_however_the_picture_lies_the_answer_lies_so_too(way: tuple[int, bool]) -> None:
    call = ensemble(lopsided)
    assert torch.allclose(call(turned(C, *way), 0), turned(call(C, 0), *way), atol=1e-14)
    if way != (0, False):
        assert not torch.allclose(lopsided(turned(C, *way), 0), turned(lopsided(C, 0), *way), atol=1e-3)


def test_its_error_over_all_positions_is_no_larger() -> None:
    """Jensen's inequality, for a target that turns with the picture."""
    target, call = interpolate(C, scale_factor=2), ensemble(lopsided)
    alone = torch.stack([(lopsided(turned(C, *way), 0) - turned(target, *way)).square().mean() for way in WAYS]).mean()
    assert float((call(C, 0) - target).square().mean()) < float(alone)


def test_a_seed_is_handed_on_to_each() -> None:
    seeds = []
    ensemble(lambda c, seed: (seeds.append(seed), c)[1])(C, 7)
    assert seeds == [7] * 8


def test_tile_by_tile_it_is_what_it_is_of_the_whole() -> None:
    call = ensemble(lopsided)
    made = tiled(lambda part: call(part, 0), C, tile=4, margin=1, step=1, scale=2)
    assert torch.allclose(made, call(C, 0), atol=1e-12)
