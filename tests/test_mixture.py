"""The mixture of Gaussians by EM: against closed forms, scikit-learn, and mixtures whose size is known."""

import math

import pytest
import torch

from saddlepoint.data.densities import Mixture
from saddlepoint.judging import mixture
from saddlepoint.judging.mixture import FLOOR, bic, em, fitted

F64 = torch.float64


def three() -> Mixture:
    means = torch.tensor([[0.0, 0.0], [6.0, 0.0], [0.0, 6.0]], dtype=F64)
    roots = torch.tensor([[[1.0, 0.0], [0.5, 0.5]]], dtype=F64).repeat(3, 1, 1)
    return Mixture(torch.tensor([0.5, 0.3, 0.2], dtype=F64), means, roots)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_density_is_that_of_torch_and_of_samples() -> None:
    mixture, x = three(), torch.randn(50, 2, dtype=F64, generator=rng())
    parts = torch.distributions.MultivariateNormal(mixture.means, scale_tril=mixture.roots)
    oracle = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(mixture.weights), parts)
    assert (mixture.log_density(x) - oracle.log_prob(x)).abs().max() < 1e-12
    drawn = mixture.sample(200_000, rng())
    assert (drawn.mean(0) - mixture.weights @ mixture.means).abs().max() < 0.03
    inner = mixture.roots[0] @ mixture.roots[0].T
    apart = mixture.means - mixture.weights @ mixture.means
    whole = inner + (mixture.weights[:, None] * apart).T @ apart
    assert (torch.cov(drawn.T) - whole).abs().max() < 0.1


def test_one_component_is_the_sample_s_gaussian_in_closed_form() -> None:
    x = torch.randn(300, 3, dtype=F64, generator=rng()) * torch.tensor([1.0, 50.0, 0.01], dtype=F64)
    one = em(x, 1, rng())
    assert (one.means[0] - x.mean(0)).abs().max() < 1e-12 * 50
    expected = torch.cov(x.T, correction=0) + torch.diag(FLOOR * x.var(0, correction=0))
    assert torch.allclose(one.roots[0] @ one.roots[0].T, expected, rtol=1e-9, atol=0)
    free = 3 + 6
    assert bic(one, x) == pytest.approx(-2 * float(one.log_density(x).sum()) + free * math.log(300))


@pytest.mark.parametrize("seed", [0, 1])
def test_as_many_components_as_there_are_are_found_with_their_weights(seed: int) -> None:
    found = fitted(three().sample(600, rng(seed)), rng(seed))
    assert len(found.weights) == 3
    order = found.weights.argsort(descending=True)
    assert (found.weights[order] - three().weights).abs().max() < 0.05
    assert (found.means[order] - three().means).abs().max() < 0.2


def test_it_is_as_likely_as_that_of_scikit_learn() -> None:
    sklearn = pytest.importorskip("sklearn.mixture")
    x = three().sample(800, rng(3))
    theirs = sklearn.GaussianMixture(3, n_init=3, random_state=0, reg_covar=0.0).fit(x.numpy())
    ours = max((em(x, 3, rng(seed)) for seed in range(3)), key=lambda one: float(one.log_density(x).sum()))
    assert float(ours.log_density(x).mean()) == pytest.approx(theirs.score(x.numpy()), abs=2e-3)


def test_the_search_goes_on_until_two_sizes_in_a_row_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """By BIC of sizes 1, 2, ...: one that does not help is passed by, also twice if not in a row; two in a row end it,
    however good the next would be.
    """
    by_size, tried = [9.0, 10.0, 7.0, 8.0, 6.0, 6.5, 7.0, 1.0], set()

    def known(x: torch.Tensor, k: int, rng: torch.Generator) -> Mixture:
        tried.add(k)
        return Mixture(torch.full((k,), 1 / k, dtype=F64), torch.zeros(k, 1, dtype=F64), torch.ones(k, 1, 1, dtype=F64))

    monkeypatch.setattr(mixture, "em", known)
    monkeypatch.setattr(mixture, "bic", lambda one, x: by_size[len(one.weights) - 1])
    assert len(fitted(torch.randn(400, 1, dtype=F64, generator=rng()), rng()).weights) == 5
    assert tried == {1, 2, 3, 4, 5, 6, 7}


@pytest.mark.parametrize(("n", "most"), [(30, 5), (29, 4), (13, 2), (11, 1)])
def test_no_size_has_more_free_numbers_than_half_of_the_data(
    n: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of numbers on a line a component has three: weight, mean, variance. Of each size the likeliest start is taken,
    whichever of the three it is.
    """
    started = []

    class Known(Mixture):
        def log_density(self, x: torch.Tensor) -> torch.Tensor:
            return self.means[:1, 0]

    def known(x: torch.Tensor, k: int, rng: torch.Generator) -> Mixture:
        started.append((k, (len(started) * 7) % 5))
        means = torch.full((k, 1), started[-1][1], dtype=F64)
        return Known(torch.full((k,), 1 / k, dtype=F64), means, torch.ones(k, 1, 1, dtype=F64))

    monkeypatch.setattr(mixture, "em", known)
    monkeypatch.setattr(mixture, "bic", lambda one, x: -float(len(one.weights)))
    found = fitted(torch.randn(n, 1, dtype=F64, generator=rng()), rng())
    assert len(found.weights) == most == max(k for k, _ in started)
    assert float(found.means[0, 0]) == max(likely for k, likely in started[1:] if k == most)
    assert sum(k == most for k, _ in started[1:]) == (3 if most > 1 else 1)


def test_equal_rows_constant_columns_and_few_rows_are_no_error() -> None:
    assert len(fitted(torch.ones(30, 2), rng()).weights) == 1
    x = torch.randn(40, 3, dtype=F64, generator=rng())
    x[:, 1] = 2.0
    drawn = fitted(x, rng()).sample(100, rng())
    assert (drawn[:, 1] - 2).abs().max() < 1e-4
    assert fitted(torch.randn(20, 13, generator=rng()), rng()).means.shape == (1, 13)


def test_centres_are_drawn_by_the_square_of_how_far_they_are_from_those_that_are_there() -> None:
    """From 0, of 1 and 3 nine times in ten the latter: within four standard errors of some 800 draws."""
    x, seconds = torch.tensor([[0.0], [1.0], [3.0]], dtype=F64), []
    for seed in range(2_400):
        first, second = mixture.centres(x, 2, rng(seed))[:, 0].tolist()
        assert first != second
        if first == 0:
            seconds.append(second)
    share, n = sum(second == 3 for second in seconds) / len(seconds), len(seconds)
    assert abs(share - 0.9) < 4 * (0.09 / n) ** 0.5
    assert mixture.centres(torch.ones(5, 2, dtype=F64), 3, rng()).equal(torch.ones(3, 2, dtype=F64))
