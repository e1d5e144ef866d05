"""Each metric against somebody else's implementation, to a relative error of 1e-6 in float64."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from saddlepoint.statistics import kernel, manifold, parzen, similarity
from saddlepoint.statistics.classes import inception_score
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


class Itself(nn.Module):
    """Features of pictures that are their pixels: what lets torchmetrics work on given features."""

    num_features = 6

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1)


@pytest.fixture(scope="module")
def oracle():
    """torchmetrics' metrics: fid, kid, inception, and functions of pictures."""
    for name in ("fid", "kid", "inception"):
        pytest.importorskip(f"torchmetrics.image.{name}", reason="needs torchmetrics")
    return pytest.importorskip("torchmetrics")


@pytest.fixture(scope="module")
def pair() -> tuple[torch.Tensor, torch.Tensor]:
    return random(200, 6), 1.3 * random(150, 6, seed=1) + 0.2


def test_frechet_is_torchmetrics(oracle, pair):
    fid = oracle.image.fid.FrechetInceptionDistance(feature=Itself(), input_img_size=(6, 1, 1))
    metric = fid.set_dtype(torch.float64)
    for sample, real in zip(pair, (True, False)):
        metric.update(sample[:, :, None, None], real=real)
    expected = float(metric.compute())
    assert frechet(fit(pair[0]), fit(pair[1])) == pytest.approx(expected, rel=1e-6)
    assert frechet_interval(pair[1], Reference.of(fit(pair[0]))).value == pytest.approx(expected, rel=1e-6)


@pytest.mark.filterwarnings("ignore:Metric .* will save all:UserWarning")
def test_kernel_distance_is_torchmetrics_kid_of_one_subset_that_is_all(oracle, pair):
    x, y = pair[0][:150], pair[1]
    kid = oracle.image.kid.KernelInceptionDistance(feature=Itself(), subsets=1, subset_size=150)
    metric = kid.set_dtype(torch.float64)
    for sample, real in ((x, True), (y, False)):
        metric.update(sample[:, :, None, None], real=real)
    assert kernel.kernel_distance(x, y).value == pytest.approx(float(metric.compute()[0]), rel=1e-6)


@pytest.mark.filterwarnings("ignore:Metric .* will save all:UserWarning", "ignore:std.*degrees of freedom:UserWarning")
def test_inception_score_is_torchmetrics(oracle):
    logits = 3 * random(120, 6)
    metric = oracle.image.inception.InceptionScore(feature=Itself(), splits=1)
    metric.update(logits[:, :, None, None])
    assert inception_score(logits).value == pytest.approx(float(metric.compute()[0]), rel=1e-6)


@pytest.mark.parametrize("k", [1, 3, 5])
def test_precision_recall_density_and_coverage_are_prdcs(pair, k):
    prdc = pytest.importorskip("prdc", reason="needs prdc")
    x, y = pair
    ours, theirs = manifold.manifold(x, y, k), prdc.compute_prdc(x.numpy(), y.numpy(), nearest_k=k)
    for name, interval in ours._asdict().items():
        # prdc takes only what is strictly inside; no sample lies on a border here
        assert interval.value == pytest.approx(float(theirs[name]), rel=1e-9), name


def test_parzen_is_scikit_learns_density():
    neighbors = pytest.importorskip("sklearn.neighbors", reason="needs scikit-learn")
    samples, x = random(300, 20).sigmoid(), random(40, 20, seed=1).sigmoid()
    squares = parzen.squared_distances(x, samples)
    for sigma in parzen.SIGMAS:
        theirs = neighbors.KernelDensity(bandwidth=sigma, leaf_size=1000).fit(samples.numpy()).score_samples(x.numpy())
        ours = parzen.log_density(squares, sigma, 20)
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=1e-9)
    np.testing.assert_allclose(parzen.SIGMAS, np.logspace(-1, 0, 10), rtol=1e-15)


def test_parzen_chooses_the_width_on_validation_alone_and_reports_the_standard_error():
    samples, validation, test = (random(n, 5, seed=n).sigmoid() for n in (400, 90, 70))
    found = parzen.parzen(samples, validation, test)
    means = [
        float(parzen.log_density(parzen.squared_distances(validation, samples), s, 5).mean()) for s in parzen.SIGMAS
    ]
    assert found.sigma == parzen.SIGMAS[int(np.argmax(means))]
    log_p = parzen.log_density(parzen.squared_distances(test, samples), found.sigma, 5).numpy()
    assert found.log_likelihood.value == pytest.approx(log_p.mean(), rel=1e-12)
    assert found.error == pytest.approx(log_p.std(ddof=1) / math.sqrt(70), rel=1e-12)


def pictures(channels: int, height: int, width: int) -> tuple[torch.Tensor, torch.Tensor]:
    x = random(2, channels, height, width).sigmoid()
    return x, (x + 0.2 * random(2, channels, height, width, seed=1)).clamp(0, 1)


def where_the_window_fits(maps: torch.Tensor) -> torch.Tensor:
    """torchmetrics mirrors the picture at its border, Wang et al. take what is inside: the mean of that, [B]."""
    return maps[:, :, 5:-5, 5:-5].mean((1, 2, 3))


@pytest.mark.parametrize("channels", [1, 3])
def test_structural_similarity_is_torchmetrics(oracle, channels):
    x, y = pictures(channels, 24, 31)
    _, maps = oracle.functional.image.structural_similarity_index_measure(x, y, data_range=1.0, return_full_image=True)
    np.testing.assert_allclose(similarity.ssim(x, y).ssim.numpy(), where_the_window_fits(maps).numpy(), rtol=1e-6)


def test_multi_scale_similarity_is_torchmetrics(oracle):
    x, y = pictures(1, 180, 190)
    measure = oracle.functional.image.structural_similarity_index_measure
    expected = torch.ones(2, dtype=torch.float64)
    for weight in similarity.WEIGHTS[:-1]:
        # its contrast alone is private, but follows from how the whole changes when light does not differ
        _, maps = measure(x, y, data_range=1.0, return_full_image=True)
        light = (2 * blurred(x) * blurred(y) + 1e-4) / (blurred(x) ** 2 + blurred(y) ** 2 + 1e-4)
        expected *= (maps[:, :, 5:-5, 5:-5] / light).mean((1, 2, 3)) ** weight
        x, y = (nn.functional.avg_pool2d(each, 2) for each in (x, y))
    _, maps = measure(x, y, data_range=1.0, return_full_image=True)
    expected *= where_the_window_fits(maps) ** similarity.WEIGHTS[-1]
    x, y = pictures(1, 180, 190)
    np.testing.assert_allclose(similarity.ms_ssim(x, y).numpy(), expected.numpy(), rtol=1e-6)


def blurred(x: torch.Tensor) -> torch.Tensor:
    """The window's mean, in two dimensions at once."""
    line = torch.exp(-(torch.arange(-5, 6, dtype=x.dtype) ** 2) / (2 * 1.5**2))
    window = torch.outer(line, line)
    return nn.functional.conv2d(x, (window / window.sum())[None, None])
