"""Randomness is a function of (seed, stream, position), of nothing else, and stays what it was."""

import torch

from saddlepoint.randomness import Randomness, seed_of


def draw(seed: int, stream: str, *position: int) -> torch.Tensor:
    return torch.randn(64, generator=Randomness(seed).stream(stream, *position), dtype=torch.float64)


def test_equal_arguments_draw_equally_and_any_other_argument_differs() -> None:
    here = draw(1, "prior", 2, 3)
    assert torch.equal(here, draw(1, "prior", 2, 3))
    for elsewhere in (draw(2, "prior", 2, 3), draw(1, "terms", 2, 3), draw(1, "prior", 3, 2), draw(1, "prior", 2)):
        assert not torch.isin(here, elsewhere).any()


def test_seeds_are_the_ones_that_old_runs_were_made_with() -> None:
    """A run resumed by a later version draws what it would have drawn."""
    assert seed_of(0, "prior", 0, 0) == 4362481933663159844
    assert seed_of(7, "data") == 9010297436856015345


def test_positions_do_not_collide() -> None:
    seeds = {seed_of(seed, name, i, j) for seed in (0, 1) for name in ("a", "b") for i in range(120) for j in range(20)}
    assert len(seeds) == 2 * 2 * 120 * 20
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_streams_neither_read_nor_move_the_global_generator() -> None:
    torch.manual_seed(0)
    state = torch.get_rng_state()
    first = draw(0, "prior", 5)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(123)
    assert torch.equal(draw(0, "prior", 5), first)


def test_consecutive_positions_are_uncorrelated() -> None:
    """Of 4,950 correlations between 100 draws of 64 numbers, none beyond 6 standard errors of 1/8."""
    draws = torch.stack([draw(0, "prior", i) for i in range(100)])
    across = torch.corrcoef(draws) - torch.eye(100, dtype=torch.float64)
    assert across.abs().max() < 6 / 8
    assert abs(across.mean().item()) < 0.01
