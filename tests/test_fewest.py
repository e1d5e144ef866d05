"""How few each measure can be taken of: of so many it is a number, of one fewer, or of another shape, it is refused."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.nearest import nearest
from saddlepoint.judging.path import path_length
from saddlepoint.statistics.classes import census, inception_score
from saddlepoint.statistics.copies import copying
from saddlepoint.statistics.distances import mean_over_pairs, mean_pairwise_distance
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval, without_bias
from saddlepoint.statistics.intervals import jackknife, mean_interval, wilson
from saddlepoint.statistics.kernel import kernel_distance
from saddlepoint.statistics.likelihood import importance_bound
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.parzen import parzen
from saddlepoint.statistics.pattern import pattern
from saddlepoint.statistics.pictures import absolute_error, luma, psnr, ssim
from saddlepoint.statistics.similarity import ms_ssim, scales
from saddlepoint.statistics.sliced import directions, sliced_wasserstein


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=rng())


def way(a: Tensor, b: Tensor, t: Tensor) -> Tensor:
    return (a + t * (b - a))[None]


X, MANY = draw(40, 2), draw(40, 2) + 0.3
SHOWN = torch.tensor([True, True, False])

# What is measured, of n, and the fewest n.
MEASURES: dict[str, tuple[Callable[[int], object], int]] = {
    "moments": (lambda n: fit(X[:n]).mean[0], 1),
    "Frechet distance": (lambda n: frechet(fit(X[:n]), fit(X)), 2),
    "Frechet distance, the other way": (lambda n: frechet(fit(X), fit(X[:n])), 2),
    "its interval": (lambda n: frechet_interval(X[:n], Reference.of(fit(X), X)).high, 3),
    "without bias": (
        lambda n: without_bias(X[:n], Reference.of(fit(X)), frechet_interval(X, Reference.of(fit(X))))[0],
        6,
    ),
    "unit": (lambda n: Known.of(X[:n]).unit.value, 3),
    "energy": (lambda n: energy_share(Known.of(X), MANY[:n]).high, 3),
    "kernel, x": (lambda n: kernel_distance(X[:n], MANY).high, 3),
    "kernel, y": (lambda n: kernel_distance(X, MANY[:n]).high, 3),
    "pairwise": (lambda n: mean_pairwise_distance(X[:n]).high, 3),
    "over pairs": (lambda n: mean_over_pairs(X[: n * (n - 1) // 2, 0], *torch.triu_indices(n, n, 1), n).high, 3),
    "sliced, x": (lambda n: sliced_wasserstein(X[:n], MANY, directions(2, 3, rng())).high, 20),
    "sliced, y": (lambda n: sliced_wasserstein(X, MANY[:n], directions(2, 3, rng())).high, 20),
    "manifold, x": (lambda n: manifold(X[:n], MANY, 1).density.high, 4),
    "manifold, y": (lambda n: manifold(X, MANY[:n], 1).density.high, 4),
    "manifold of 5, x": (lambda n: manifold(X[:n], MANY).coverage.high, 8),
    "inception": (lambda n: inception_score(X[:n]).high, 4),
    "census": (lambda n: census(torch.arange(n) % 2, 2).kl.high, 2),
    "Parzen, samples": (lambda n: parzen(X[:n], X, X).error, 2),
    "Parzen, validation": (lambda n: parzen(X, X[:n], X).error, 2),
    "Parzen, test": (lambda n: parzen(X, X, X[:n]).error, 2),
    "mean": (lambda n: mean_interval(X[:n, 0]).high, 2),
    "jackknife": (lambda n: jackknife(0.0, X[:n, 0]).high, 2),
    "share": (lambda n: wilson(0, n).high, 1),
    "share of all": (lambda n: wilson(2, n).high, 2),
    "bound": (lambda n: importance_bound(X[:n])[0], 1),
    "path": (lambda n: path_length(lambda z: z, way, X[:n], rng()).high, 4),
    "held out": (lambda n: copying(torch.tensor([2, 1, 1]), torch.arange(3) >= n, rng()).p.high, 1),
    "trained on": (lambda n: copying(torch.tensor([2, 1, 1]), torch.arange(3) < n, rng()).p.high, 1),
    "samples": (lambda n: copying(torch.tensor([n, 0, 0]), SHOWN, rng()).p.high, 1),
    "structure": (lambda n: ssim(draw(1, 1, n, 20).abs(), draw(1, 1, n, 20), 1.0)[0], 11),
    "structure, across": (lambda n: ssim(draw(1, 1, 20, n).abs(), draw(1, 1, 20, n), 1.0)[0], 11),
    "scales": (lambda n: ms_ssim(draw(1, 1, n, 60).abs(), draw(1, 1, n, 60), 2)[0], 22),
    "noise": (lambda n: psnr(draw(1, 1, n, 9).abs(), draw(1, 1, n, 9), 1.0, crop=2)[0], 5),
    "noise, crop": (lambda n: psnr(draw(1, 1, 9, 9).abs(), draw(1, 1, 9, 9), 1.0, crop=n)[0], 0),
    "nearest": (lambda n: nearest(torch.zeros(1, 3, dtype=torch.uint8), torch.zeros(n, 3, dtype=torch.uint8))[1][0], 1),
}


@pytest.mark.parametrize("name", MEASURES)
def test_of_the_fewest_it_is_a_number_and_of_one_fewer_it_is_refused(name: str):
    measured, fewest = MEASURES[name]
    assert math.isfinite(float(measured(fewest)))  # pyright: ignore[reportArgumentType]
    with pytest.raises(SaddlepointError):
        measured(fewest - 1)


OTHER = draw(40, 3)
SHAPES: dict[str, Callable[[], object]] = {
    "moments of a column": lambda: fit(X[:, 0]),
    "Frechet, another extractor": lambda: frechet(fit(X), fit(OTHER)),
    "interval, another extractor": lambda: frechet_interval(OTHER, Reference.of(fit(X))),
    "unit of a column": lambda: Known.of(X[:, 0]),
    "energy, another extractor": lambda: energy_share(Known.of(X), OTHER),
    "energy of a column": lambda: energy_share(Known.of(X), X[:, 0]),
    "kernel, x a column": lambda: kernel_distance(X[:, 0], X),
    "kernel, y a column": lambda: kernel_distance(X, X[:, 0]),
    "kernel, another extractor": lambda: kernel_distance(X, OTHER),
    "pairwise, a column": lambda: mean_pairwise_distance(X[:, 0]),
    "sliced, another extractor": lambda: sliced_wasserstein(X, OTHER, directions(2, 3, rng())),
    "sliced, x pictures": lambda: sliced_wasserstein(X[..., None], X, directions(2, 3, rng())),
    "sliced, y pictures": lambda: sliced_wasserstein(X, X[..., None], directions(2, 3, rng())),
    "manifold, another extractor": lambda: manifold(X, OTHER),
    "manifold, x pictures": lambda: manifold(X[..., None], X),
    "manifold, y pictures": lambda: manifold(X, X[..., None]),
    "inception of labels": lambda: inception_score(X[:, 0]),
    "census of logits": lambda: census(torch.zeros(4, 2, dtype=torch.long), 2),
    "census, below the first": lambda: census(torch.tensor([0, -1]), 2),
    "census, beyond the last": lambda: census(torch.tensor([0, 2]), 2),
    "mean, not finite": lambda: mean_interval([1.0, math.inf]),
    "a share below none": lambda: wilson(-1, 3),
    "Parzen, samples not finite": lambda: parzen(X / 0, X, X),
    "Parzen, validation not finite": lambda: parzen(X, X / 0, X),
    "Parzen, test not finite": lambda: parzen(X, X, X / 0),
    "more scales than fit": lambda: ms_ssim(draw(1, 1, 60, 60), draw(1, 1, 60, 60), 4),
    "a peak of nothing": lambda: psnr(draw(1, 1, 9, 9), draw(1, 1, 9, 9), 0.0),
    "errors of no picture": lambda: absolute_error(draw(0, 1, 9, 9), draw(0, 1, 9, 9)),
    "errors of points": lambda: absolute_error(X, X),
    "errors of other sizes": lambda: absolute_error(draw(1, 1, 9, 9), draw(1, 1, 9, 8)),
    "luma of grey": lambda: luma(draw(1, 1, 9, 9)),
    "luma of one picture": lambda: luma(draw(3, 9, 9)),
    "an endless peak": lambda: psnr(draw(1, 1, 9, 9), draw(1, 1, 9, 9), math.inf),
    "structure by no peak": lambda: ssim(draw(1, 1, 20, 20), draw(1, 1, 20, 20), 0.0),
    "pattern of other sizes": lambda: pattern(draw(10, 1, 8, 8), draw(10, 1, 9, 8)),
    "pattern of points": lambda: pattern(X, X),
}


@pytest.mark.parametrize("name", SHAPES)
def test_what_has_another_shape_or_is_not_finite_is_refused(name: str):
    with pytest.raises(SaddlepointError):
        SHAPES[name]()


@pytest.mark.parametrize(
    ("real", "fake", "there"),
    [
        ((10, 8, 8), (10, 8, 8), True),
        ((9, 8, 8), (10, 8, 8), False),
        ((10, 8, 8), (9, 8, 8), False),
        ((10, 7, 8), (10, 7, 8), False),
        ((10, 8, 7), (10, 8, 7), False),
    ],
)
def test_a_pattern_needs_ten_pictures_of_eight_pixels_on_either_side(real, fake, there):
    """Greys of one wave, from a fifth to four fifths of the range that one corner sets."""

    def pictures(n: int, height: int, width: int) -> Tensor:
        ramp = torch.arange(height)[:, None] + torch.arange(width)
        x = (100 + 4 * ramp + 3 * (ramp % 2)).expand(n, 1, height, width).clone()
        x[0, 0, 0, 0], x[0, 0, 0, -1] = 0, 255
        return x

    assert (pattern(pictures(*real), pictures(*fake)) is not None) == there


def test_as_many_scales_are_looked_at_as_the_window_of_11_fits_into():
    """The side is halved, rounding down, from one scale to the next; five at most."""
    expected = {10: 0, 11: 1, 21: 1, 22: 2, 43: 2, 44: 3, 87: 3, 88: 4, 175: 4, 176: 5, 1000: 5}
    assert {side: scales(side, 2000) for side in expected} == expected
    assert {side: scales(2000, side) for side in expected} == expected
