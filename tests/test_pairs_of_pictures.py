"""Figures of pairs of pictures: closed forms, torchmetrics, derivatives, extremes; and the interval of a mean."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from saddlepoint.errors import SaddlepointError
from saddlepoint.statistics.intervals import NORMAL_95, mean_interval, student_95
from saddlepoint.statistics.pictures import CAP, absolute_error, luma, psnr, ssim


def pictures(*shape: int, seed: int = 0) -> Tensor:
    return torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def double(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_the_absolute_error_of_each_pair():
    x = torch.tensor([[[[0, 255], [10, 20]]], [[[7, 7], [7, 7]]]], dtype=torch.uint8)
    y = torch.tensor([[[[255, 0], [20, 10]]], [[[7, 7], [7, 9]]]], dtype=torch.uint8)
    assert_close(absolute_error(x, y), double(132.5, 0.5))  # bytes do not wrap round


def test_psnr_of_known_errors():
    """A constant error of peak / 10^k is 20 k dB; only the mean square counts, and of each picture by itself."""
    x = pictures(3, 2, 5, 6)
    y = x + double(0.1, 0.01, 0.0)[:, None, None, None]
    assert_close(psnr(x, y, 1), double(20, 40, 100))
    assert_close(psnr(255 * x, 255 * y, 255), double(20, 40, 100))
    one = torch.zeros(1, 1, 10, 10, dtype=torch.uint8)
    other = one.clone()
    other[0, 0, 4, 4] = 1
    assert_close(psnr(one, other, 255), double(20 * math.log10(255) + 20))
    assert_close(psnr(one, one + 255, 255), double(0.0))


def test_cropped_borders_do_not_count():
    x, y = pictures(2, 1, 9, 12), pictures(2, 1, 9, 12, seed=1)
    assert_close(psnr(x, y, 1, crop=4), psnr(x[..., 4:5, 4:8], y[..., 4:5, 4:8], 1))
    y[..., 0, :], y[..., -1] = 99, 99
    assert psnr(x, y, 1, crop=1).min() > 0 > psnr(x, y, 1).max()


def test_equal_pictures_have_the_cap_and_a_slope_of_zero():
    x = pictures(2, 1, 4, 4).requires_grad_()
    found = psnr(x, x.detach(), 1)
    found.sum().backward()
    assert_close(found, double(CAP, CAP))
    assert (x.grad == 0).all()
    assert psnr(x, x + 1.01e-5, 1).max() < CAP == psnr(x, x + 0.99e-5, 1).min()


def test_psnr_is_torchmetrics():
    metrics = pytest.importorskip("torchmetrics", reason="needs torchmetrics")
    x, y = pictures(4, 3, 8, 9), pictures(4, 3, 8, 9, seed=1)
    theirs = [metrics.functional.image.peak_signal_noise_ratio(a, b, data_range=2.0) for a, b in zip(x, y)]
    assert_close(psnr(x, y, 2), torch.stack(theirs))


@pytest.mark.parametrize("channels", [1, 3])
def test_ssim_is_torchmetrics(channels):
    metrics = pytest.importorskip("torchmetrics", reason="needs torchmetrics")
    x, y = 255 * pictures(3, channels, 20, 17), 255 * pictures(3, channels, 20, 17, seed=1)
    y = 0.7 * x + 0.3 * y
    measure = metrics.image.StructuralSimilarityIndexMeasure(data_range=255.0, return_full_image=True, reduction=None)
    _, maps = measure(x, y)
    assert_close(ssim(x, y, 255), maps[:, :, 5:-5, 5:-5].mean((1, 2, 3)))


def test_ssim_does_not_know_the_unit_and_knows_the_peak():
    x, y = pictures(2, 1, 12, 12), pictures(2, 1, 12, 12, seed=1)
    assert_close(ssim(x, y, 1), ssim(255 * x, 255 * y, 255))
    assert (ssim(x, y, 255) - ssim(x, y, 1)).abs().min() > 1e-3
    flat = torch.full((1, 1, 11, 11), 51, dtype=torch.uint8)  # .2 and .6 of the peak
    assert_close(ssim(flat, 3 * flat, 255), double((2 * 0.12 + 1e-4) / (0.04 + 0.36 + 1e-4)))
    assert_close(ssim(x, x, 1), double(1, 1))


def test_derivatives_are_finite_differences():
    x, y = pictures(2, 1, 11, 12).requires_grad_(), pictures(2, 1, 11, 12, seed=1)
    for figure in (lambda x: psnr(x, y, 1, crop=1), lambda x: ssim(x, y, 1), lambda x: absolute_error(x, y)):
        assert torch.autograd.gradcheck(figure, x)
    colours = pictures(1, 3, 2, 2).requires_grad_()
    assert torch.autograd.gradcheck(luma, colours)


def test_luma_of_the_primaries_is_matlabs():
    """rgb2ycbcr of black, white, red, green and blue bytes: 16, 235, 81, 145, 41 once rounded."""
    rgb = torch.tensor([[0, 0, 0], [255] * 3, [255, 0, 0], [0, 255, 0], [0, 0, 255]], dtype=torch.uint8)
    y = luma(rgb.T[None, :, :, None])
    assert y.shape == (1, 1, 5, 1)
    assert_close(y.flatten(), double(16, 235, 81.481, 144.553, 40.966))
    assert_close(luma(rgb.double().T[None, :, :, None]), y)


def test_pictures_that_do_not_pair_are_refused():
    x = pictures(1, 1, 12, 12)
    for other in (pictures(2, 1, 12, 12), pictures(1, 3, 12, 12), pictures(12, 12)):
        for figure in (absolute_error, lambda x, y: psnr(x, y, 1), lambda x, y: ssim(x, y, 1)):
            with pytest.raises(SaddlepointError, match="of one size"):
                figure(x, other)
    with pytest.raises(SaddlepointError, match="PSNR: 6 pixels cropped"):
        psnr(x, x, 1, crop=6)
    for peak in (0, -1, math.inf, math.nan):
        for figure in (psnr, ssim):
            with pytest.raises(SaddlepointError, match="a peak of"):
                figure(x, x, peak)
    with pytest.raises(SaddlepointError, match="in colour"):
        luma(x)


# The interval of a mean


def test_students_quantiles_are_known():
    """1: tan(.475 pi). 2: p (2 / (1 - p^2))^(1/2). The others as tables have them; beyond the tables the normal's."""
    assert student_95(1) == pytest.approx(math.tan(0.475 * math.pi), rel=1e-12)
    assert student_95(2) == pytest.approx(0.95 * math.sqrt(2 / (1 - 0.95**2)), rel=1e-12)
    for freedom, t in {3: 3.182, 5: 2.571, 10: 2.228, 30: 2.042, 120: 1.980}.items():
        assert student_95(freedom) == pytest.approx(t, abs=5e-4)
    assert student_95(10**9) == pytest.approx(NORMAL_95, abs=1e-8)
    every = [student_95(n) for n in range(1, 400)]
    assert every == sorted(every, reverse=True)


def test_students_quantiles_are_scipys():
    stats = pytest.importorskip("scipy.stats", reason="needs scipy")
    for freedom in [*range(1, 30), 31, 99, 100, 199, 200, 201, 202, 1000, 100_000]:
        assert student_95(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=0, abs=1e-9)


def test_the_interval_by_hand():
    """1, 2, 3, 4: mean 2.5, s^2 = 5/3, t = 3.18245: 2.5 +- 2.0543."""
    found = mean_interval([1.0, 2.0, 3.0, 4.0])
    assert found.value == 2.5
    assert (
        found.high - 2.5 == pytest.approx(2.5 - found.low) == pytest.approx(3.182446305 * math.sqrt(5 / 12), rel=1e-8)
    )
    assert mean_interval(torch.tensor([3, 3, 3])) == (3, 3, 3)


@pytest.mark.parametrize("n", [2, 5, 40])
def test_the_interval_holds_the_truth_as_often_as_it_says(n):
    """For normal values exactly 95 of 100 times: 2,000 trials, within four standard deviations; 1.96 would not do."""
    rng = np.random.default_rng(0)
    found = [mean_interval(torch.from_numpy(rng.normal(7, 3, n))) for _ in range(2000)]
    held = sum(i.low <= 7 <= i.high for i in found) / 2000
    assert abs(held - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)


def test_too_few_values_and_infinite_ones_are_refused():
    for values, what in (([], "0 values"), ([1.0], "1 values"), ([1.0, math.nan, math.inf], "2 values that are not")):
        with pytest.raises(SaddlepointError, match=f"interval of a mean: {what}"):
            mean_interval(values)
