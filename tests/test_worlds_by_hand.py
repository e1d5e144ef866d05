"""The worlds have the numbers of their titles and papers, and densities their values, by hand."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from saddlepoint.data.densities import Checkerboard, Finite, Mixture, Twist, rotate, strung
from saddlepoint.data.worlds import die, gaussian, moons, pinwheel, ring, swiss_roll, two_peaks, world, world_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness


def draw(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


# The worlds, as their titles and papers have them.


def test_worlds_have_the_numbers_of_their_titles():
    zero = torch.zeros(1, 2, dtype=torch.float64)
    assert float(gaussian().log_density(zero)) == pytest.approx(-math.log(2 * math.pi))
    assert gaussian().dimension == 2
    peaks = two_peaks()
    assert peaks.weights.tolist() == pytest.approx([0.35, 0.65])
    assert (peaks.means.flatten().tolist(), peaks.roots.flatten().tolist()) == ([-1.5, 1.0], [0.5, 0.4])
    angles = torch.arange(8) * math.pi / 4
    assert ring().means.numpy() == pytest.approx(torch.stack([angles.cos(), angles.sin()], 1).numpy(), abs=1e-6)
    wide, other = world("ring8-wide"), world("ring8")
    assert isinstance(wide, Mixture)
    assert isinstance(other, Mixture)
    assert (float(wide.roots[0, 0, 0]), float(other.roots[0, 0, 0])) == (0.1, 0.01)
    assert isinstance(found := world("grid25"), Mixture)
    assert len(found.means) == 25
    faces = die()
    assert (faces.points.flatten().tolist(), faces.probabilities.tolist()) == ([1, 2, 3, 4, 5, 6], [0.1] * 5 + [0.5])


def test_moons_are_two_half_circles_of_radius_one_about_their_own_middles():
    means = moons().means
    upper = means[:64] + torch.tensor([0.5, 0.25])
    assert upper.norm(dim=1).numpy() == pytest.approx(1)
    angle = torch.atan2(upper[:, 1], upper[:, 0])
    assert angle.numpy() == pytest.approx(math.pi * (np.arange(64) + 0.5) / 64)
    assert means[64:].equal(-means[:64])
    assert moons().roots[:, 0, 0].numpy() == pytest.approx(0.1)


def test_the_swiss_roll_winds_from_radius_03_to_1_in_equal_steps():
    means = swiss_roll().means
    radius, angle = means.norm(dim=1), torch.atan2(means[:, 1], means[:, 0])
    assert float(radius[0]) == pytest.approx(0.3, abs=0.01)
    assert float(radius[-1]) == pytest.approx(1.0, abs=0.01)
    half = float(means.diff(dim=0).norm(dim=1).mean()) / 2  # from the end of the curve to the first Gaussian
    start, stop = torch.tensor([[0.3, 0.0], [0.0, 0.0]]).double()[0], torch.tensor([-1.0, 0.0]).double()
    assert float((means[0] - start).norm()) == pytest.approx(half, rel=0.1)
    assert float((means[-1] - stop).norm()) == pytest.approx(half, rel=0.1)
    t = (radius - 0.3) / 0.7
    turned = (angle - 3 * math.pi * t + math.pi) % (2 * math.pi) - math.pi
    assert float(turned.abs().max()) < 0.01
    steps = means.diff(dim=0).norm(dim=1)
    assert float(steps.max() / steps.min()) < 1.15
    assert float(swiss_roll().roots[0, 1, 1]) == 0.05


def test_the_pinwheel_has_five_blades_that_point_outwards_before_the_twist():
    base = pinwheel().base
    assert pinwheel().rate == 0.5
    angles = 2 * math.pi * torch.arange(5) / 5
    assert base.means.numpy() == pytest.approx(torch.stack([angles.cos(), angles.sin()], 1).numpy(), abs=1e-6)
    for mean, root in zip(base.means, base.roots):
        covariance = root @ root.T
        across = torch.stack([-mean[1], mean[0]])
        assert float(mean @ covariance @ mean) == pytest.approx(0.25**2)
        assert float(across @ covariance @ across) == pytest.approx(0.1**2)


def test_a_world_is_drawn_by_a_stream_that_is_called_after_it():
    expected = world("moons").sample(30, Randomness(4).stream("world moons")).float()
    source = world_source("moons", 30, 4)
    assert source.x.equal(expected)
    assert (source.name, source.x.dtype) == ("moons", torch.float32)


def test_densities_by_hand():
    board, x = (
        Checkerboard(),
        torch.tensor([[-1.5, -1.5], [-0.5, -1.5], [2.5, 0.5], [-2.0, -2.0], [1.99, 1.99], [-2.5, -1.5]]),
    )
    found = board.log_density(x.double())
    assert found.tolist() == pytest.approx([-math.log(8), -math.inf, -math.inf, -math.log(8), -math.log(8), -math.inf])
    assert board.box.low == (-2.0, -2.0)
    points = Finite(torch.tensor([[0.0], [1.0]]).double(), torch.tensor([0.25, 0.75]).double())
    assert points.log_density(torch.tensor([[1.0], [0.5]]).double()).tolist() == [math.log(0.75), -math.inf]
    turned = rotate(
        torch.tensor([[1.0, 0.0], [0.0, 2.0]]).double(), torch.tensor([math.pi / 2, math.pi], dtype=torch.float64)
    )
    assert turned.numpy() == pytest.approx(np.array([[0, 1], [0, -2]]), abs=1e-12)
    two = Mixture(torch.tensor([1.0, 3.0]), torch.tensor([[0.0], [4.0]]), torch.tensor([1.0, 2.0]))
    assert two.cdf(torch.tensor([0.0]).double()).item() == pytest.approx(
        0.25 * 0.5 + 0.75 * 0.5 * math.erfc(2 / 2**0.5)
    )
    assert [t.tolist() for t in two.nearest(torch.tensor([[1.0], [3.0]]).double())] == [[0, 1], [1.0, 0.5]]
    assert two.widened(2.0).roots.flatten().tolist() == [2.0, 4.0]
    assert two.weighted(torch.tensor([1.0, 1.0])).weights.tolist() == [0.5, 0.5]
    assert (two.box.low, two.box.high) == ((-10.0,), (18.0,))
    line = torch.tensor([[0.0, 0.0], [0.549, 0.0]]).double()
    assert len(strung(line, 1.0).means) == 2
    with pytest.raises(SaddlepointError):
        strung(line * 1.01, 1.0)


def test_a_point_of_a_finite_set_is_all_of_its_numbers():
    points = torch.tensor([[0.0, 0.0], [0.0, 1.0]]).double()
    square = Finite(points, torch.tensor([0.25, 0.75]).double())
    assert square.log_density(points).tolist() == pytest.approx([math.log(0.25), math.log(0.75)])


def test_a_box_says_how_much_may_lie_outside_and_how_fine_it_is_inside():
    """Seven deviations to each side of every component, of each axis 2.6e-12; as fine as the narrowest direction."""
    roots = torch.tensor([[[2.0, 0.0], [1.0, 0.5]], [[1.0, 0.0], [0.0, 3.0]]], dtype=torch.float64)
    means = torch.tensor([[0.0, 1.0], [10.0, -4.0]], dtype=torch.float64)
    box = Mixture(torch.ones(2), means, roots).box
    slant = 7 * math.hypot(1, 0.5)
    assert box.low == pytest.approx((-14, min(1 - slant, -4 - 21)))
    assert box.high == pytest.approx((17, max(1 + slant, -4 + 21)))
    assert box.scale == pytest.approx(float(torch.linalg.svdvals(roots[0]).min()))
    assert box.outside == pytest.approx(2 * math.erfc(7 / math.sqrt(2)), rel=1e-12)
    line = Mixture(torch.ones(1), torch.zeros(1, 1), torch.ones(1))
    assert line.box.outside == pytest.approx(math.erfc(7 / math.sqrt(2)), rel=1e-12)
    reach = max(map(abs, (*box.low, *box.high))) * math.sqrt(2)
    turned = Twist(Mixture(torch.ones(2), means, roots), 0.3).box
    assert turned == box._replace(low=(-reach, -reach), high=(reach, reach))


def test_gaussians_on_a_string_lie_055_of_their_deviation_apart_at_most():
    curve = torch.tensor([[0.0, 0], [0.549, 0], [0.549, 0.5501]], dtype=torch.float64)
    assert strung(curve[:2], 1.0).means.equal(curve[:2])
    with pytest.raises(SaddlepointError, match="too far apart"):
        strung(curve, 1.0)
    assert strung(curve, 1.001).roots[:, 0, 0].tolist() == pytest.approx([1.001] * 3)
