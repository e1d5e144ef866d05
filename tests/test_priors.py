"""Priors: moments within their sampling error, bounds, and the same noise from the same generator."""

import math

import pytest
import torch
from torch.testing import assert_close

from saddlepoint.priors import Prior

N = 40_000
# E z^2 and E z^4 of each prior: the variance of a mean of squares is (E z^4 - (E z^2)^2) / n.
MOMENTS = {"normal": (1.0, 3.0), "uniform": (1 / 3, 1 / 5)}
both = pytest.mark.parametrize("kind", list(MOMENTS))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@both
def test_moments_of_each_coordinate(kind):
    z = Prior(kind, 5)(N, generator()).double()
    second, fourth = MOMENTS[kind]
    assert z.shape == (N, 5)
    assert (z.mean(0).abs() < 5 * math.sqrt(second / N)).all()
    assert ((z.square().mean(0) - second).abs() < 5 * math.sqrt((fourth - second**2) / N)).all()
    assert (z.pow(4).mean(0) - fourth).abs().max() < 0.1


@both
def test_coordinates_and_draws_are_uncorrelated(kind):
    z = Prior(kind, 4)(N, generator(1)).double()
    second = MOMENTS[kind][0]
    between_coordinates = (z.T @ z / N / second).fill_diagonal_(0)
    between_draws = (z[1:] * z[:-1]).mean(0) / second
    assert between_coordinates.abs().max() < 5 / math.sqrt(N)
    assert between_draws.abs().max() < 5 / math.sqrt(N)


def test_uniform_fills_its_cube_and_no_more():
    z = Prior("uniform", 3)(N, generator())
    assert z.min() >= -1
    assert z.max() <= 1
    assert (z.amin(0) < -1 + 50 / N).all()  # P(no draw of N lies there) = (1 - 25/N)^N = e^-25
    assert (z.amax(0) > 1 - 50 / N).all()


@both
def test_the_generator_alone_decides(kind):
    prior = Prior(kind, 7)
    torch.manual_seed(0)
    first = prior(6, generator(3))
    torch.manual_seed(1)
    assert_close(prior(6, generator(3)), first, rtol=0, atol=0)
    assert not torch.equal(prior(6, generator(4)), first)
    rng = generator(3)
    assert not torch.equal(prior(6, rng), prior(6, rng))
    assert first.dtype == torch.float32
