"""Walks through the latent space: closed forms, ends, lengths, angles, the limit of parallel ends, gradients."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from saddlepoint.latent.walk import PATHS, Path, lerp, slerp, walk, way
from saddlepoint.priors import Prior

BOTH = pytest.mark.parametrize("path", [lerp, slerp])
TIMES = torch.linspace(0, 1, 9, dtype=torch.float64)


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def angle(a: Tensor, b: Tensor) -> Tensor:
    return torch.arccos(torch.nn.functional.cosine_similarity(a, b, dim=-1).clamp(-1, 1))


@BOTH
def test_a_path_begins_and_ends_at_its_ends(path: Path) -> None:
    a, b = draw(2, 30)
    torch.testing.assert_close(path(a, b, TIMES)[[0, -1]], torch.stack([a, b]), rtol=1e-14, atol=1e-14)


def test_lerp_is_the_straight_line() -> None:
    a, b = torch.tensor([1.0, -2.0]), torch.tensor([5.0, 6.0])
    assert lerp(a, b, torch.tensor([0.0, 0.25, 0.5, 1.0])).tolist() == [[1, -2], [2, 0], [3, 2], [5, 6]]


def test_slerp_on_the_unit_circle_is_an_even_rotation() -> None:
    """From (1, 0) to (0, 1), a quarter turn: (cos(t pi/2), sin(t pi/2))."""
    a, b = torch.eye(2, dtype=torch.float64)
    turned = torch.stack([torch.cos(TIMES * math.pi / 2), torch.sin(TIMES * math.pi / 2)], 1)
    torch.testing.assert_close(slerp(a, b, TIMES), turned, rtol=0, atol=1e-15)


@given(st.integers(0, 1000), st.integers(2, 64), st.floats(0.1, 10))
def test_slerp_keeps_the_length_of_equally_long_ends_and_turns_evenly(seed: int, size: int, length: float) -> None:
    a, b = length * torch.nn.functional.normalize(draw(2, size, seed=seed), dim=1)
    x, w = slerp(a, b, TIMES), angle(a, b)
    torch.testing.assert_close(x.norm(dim=1), torch.full_like(TIMES, length), rtol=1e-9, atol=0)
    torch.testing.assert_close(angle(a[None], x), TIMES * w, rtol=0, atol=1e-6)


def test_the_middle_of_a_straight_line_between_far_draws_is_too_short() -> None:
    """Between orthogonal ends of length l it is l / sqrt(2); slerp's stays l."""
    a, b = 3 * torch.eye(2, dtype=torch.float64)
    half = torch.tensor([0.5], dtype=torch.float64)
    assert lerp(a, b, half).norm().item() == pytest.approx(3 / math.sqrt(2), rel=1e-15)
    assert slerp(a, b, half).norm().item() == pytest.approx(3, rel=1e-15)


@pytest.mark.parametrize("scale", [1.0, 2.0, -1.0, 1 + 1e-9])
def test_parallel_ends_are_joined_by_a_line(scale: float) -> None:
    """Opposite ones too: no great circle between them is preferred, and the formula is 0/0."""
    a = draw(30)
    torch.testing.assert_close(slerp(a, scale * a, TIMES), lerp(a, scale * a, TIMES), rtol=1e-12, atol=1e-12)


def test_nearly_parallel_ends_are_nearly_joined_by_a_line() -> None:
    """The two branches of slerp meet: it differs from lerp by O(w^2)."""
    a, away = draw(2, 30)
    for w in (1e-5, 1e-4, 1e-3):
        b = a + w * away
        assert (slerp(a, b, TIMES) - lerp(a, b, TIMES)).abs().max() < 5 * w**2


@BOTH
@pytest.mark.parametrize("scale", [None, 1.0, -1.0, 0.0])
def test_gradients_are_finite_everywhere(path: Path, scale: float | None) -> None:
    """Between unlike, equal, opposite ends and the origin: a walk can be differentiated in its ends."""
    a = draw(30).requires_grad_()
    b = (draw(30, seed=1) if scale is None else (scale * a).detach()).requires_grad_()
    path(a, b, TIMES).square().sum().backward()
    for end in (a, b):
        assert end.grad is not None
        assert torch.isfinite(end.grad).all()


def test_slerp_agrees_with_finite_differences() -> None:
    a, b = draw(2, 5)
    torch.autograd.gradcheck(lambda a, b: slerp(a, b, TIMES), (a.requires_grad_(), b.requires_grad_()))


@BOTH
def test_a_walk_goes_through_every_point_and_along_its_legs(path: Path) -> None:
    points, steps = draw(4, 6), 5
    way = walk(points, steps, path)
    assert way.shape == (3 * steps + 1, 6)
    torch.testing.assert_close(way[::steps], points, rtol=1e-14, atol=1e-14)
    t = torch.arange(steps, dtype=torch.float64) / steps
    for leg in range(3):
        torch.testing.assert_close(way[leg * steps : (leg + 1) * steps], path(points[leg], points[leg + 1], t))


def test_the_paths_have_their_names() -> None:
    assert {"lerp": lerp, "slerp": slerp} == PATHS


@pytest.mark.parametrize("away", [1.0, 1e-2, 1e-4, 1e-6, 1e-7])
def test_nearly_opposite_ends_are_joined_along_the_sphere_in_float32_too(away: float) -> None:
    """|x| is between |a| and |b| to 1e-6, and the turn is even: the formula in float32 is off by |a| and more."""
    a = draw(64).float()
    b = -a + away * draw(64, seed=1).float()
    x = slerp(a, b, TIMES)
    lengths = (1 - TIMES) * a.double().norm() + TIMES * b.double().norm()
    assert x.dtype == torch.float32
    torch.testing.assert_close(x.double().norm(dim=1), lengths, rtol=1e-6, atol=0)
    turned = angle(x[:-1].double(), x[1:].double())
    torch.testing.assert_close(turned, turned[:1].expand(8), rtol=1e-5, atol=0)


@given(st.integers(0, 1000), st.floats(0.1, 10))
def test_the_length_goes_evenly_from_one_end_to_the_other(seed: int, scale: float) -> None:
    a, b = draw(2, 16, seed=seed)
    x = slerp(a, scale * b, TIMES)
    lengths = (1 - TIMES) * a.norm() + TIMES * scale * b.norm()
    torch.testing.assert_close(x.norm(dim=1), lengths, rtol=1e-12, atol=0)


def test_the_way_is_that_of_the_prior() -> None:
    normal, uniform = Prior("normal", 3), Prior("uniform", 3)
    assert (way(normal), way(normal, "lerp"), way(uniform), way(uniform, "lerp")) == (slerp, lerp, lerp, lerp)
