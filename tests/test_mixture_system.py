"""The mixture of Gaussians: its steps are EM's, its density is that of the dense covariance, sample i is its own."""

import json
import warnings
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture
from tinyrun import bundle
from torch import Tensor
from torch.distributions import MultivariateNormal
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint import api
from saddlepoint.cli.main import main
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.factors import Factors
from saddlepoint.planning.begin import configure
from saddlepoint.records import Batch
from saddlepoint.statistics.clusters import kmeans
from saddlepoint.systems.mixture.config import Config, Step
from saddlepoint.systems.mixture.play import SYSTEM

FLOOR = 1e-3


def data(n: int = 400, d: int = 3, seed: int = 0) -> Tensor:
    """Three clouds, each of a width and a slant of its own."""
    rng = torch.Generator().manual_seed(seed)
    k = torch.arange(n) % 3
    slants = torch.randn(3, d, d, generator=rng, dtype=DOUBLE) * 0.5
    centres = 3 * torch.randn(3, d, generator=rng, dtype=DOUBLE)
    return centres[k] + torch.einsum("ndi,ni->nd", slants[k], torch.randn(n, d, generator=rng, dtype=DOUBLE))


def started(x: Tensor, components: int = 3, factors: int = 0) -> Factors:
    net = Factors(x.shape[1], components, factors, FLOOR).to(DOUBLE)
    net.start_at(x, torch.Generator().manual_seed(1))
    return net


def moved(net: Factors, x: Tensor, size: float = 1.0) -> Tensor:
    """A step of gradient descent of this size; log p(x) before it."""
    log_p, gap = net.gap(x)
    slopes = torch.autograd.grad(gap, list(net.statistics))
    with torch.no_grad():
        for s, slope in zip(net.statistics, slopes):
            s -= size * slope
    return log_p


def dense(net: Factors) -> list[MultivariateNormal]:
    log_w, m, L, P = net.numbers()
    return [MultivariateNormal(net.shift + m[k], L[k] @ L[k].T + P[k].diag()) for k in range(len(log_w))]


def test_a_step_of_size_1_on_all_examples_is_scikit_learns_step_of_em() -> None:
    """From the same beginning, after each of three steps."""
    x = data()
    for steps in (1, 2, 3):
        net = started(x)
        log_w, m, _, P = (t.detach() for t in net.numbers())
        theirs = GaussianMixture(
            3, covariance_type="diag", reg_covar=FLOOR, max_iter=steps, tol=0, weights_init=log_w.exp().numpy(),
            means_init=(m + net.shift).numpy(), precisions_init=(1 / P).numpy(),
        )  # fmt: skip
        with pytest.warns(Warning, match="converge"):
            theirs.fit(x.numpy())
        for _ in range(steps):
            moved(net, x)
        log_w, m, _, P = net.numbers()
        assert_close(log_w.exp(), torch.from_numpy(theirs.weights_))
        assert_close(m + net.shift, torch.from_numpy(theirs.means_))
        assert_close(P, torch.from_numpy(theirs.covariances_))
        assert_close(net.joint(x).logsumexp(1), torch.from_numpy(theirs.score_samples(x.numpy())))


@pytest.mark.parametrize("factors", [0, 1, 2])
def test_the_density_is_that_of_the_dense_covariance(factors: int) -> None:
    x = data(d=4)
    net = started(x, factors=factors)
    for _ in range(5):
        moved(net, x)
    logs = [w + gauss.log_prob(x) for w, gauss in zip(net.numbers().log_w, dense(net))]
    assert_close(net.joint(x), torch.stack(logs, 1))


def test_em_with_factors_never_lowers_the_likelihood_and_ends_at_the_full_covariance() -> None:
    """One component of two factors in three dimensions: its covariance becomes the data's, but for the floor."""
    x = data()
    net = started(x, factors=1)
    found = [float(moved(net, x).detach().mean()) for _ in range(60)]
    assert all(after > before - 1e-3 * FLOOR for before, after in zip(found, found[1:]))
    assert found[-1] > found[0] + 0.5
    cloud = x[::3]
    net = started(cloud, 1, 2)
    for _ in range(400):
        moved(net, cloud)
    assert_close(dense(net)[0].covariance_matrix, cloud.T.cov(correction=0), rtol=0.02, atol=0.02)
    assert_close(dense(net)[0].mean, cloud.mean(0), rtol=0, atol=1e-6)


def test_a_smaller_step_keeps_the_rest_of_what_was_known() -> None:
    x = data()
    whole, part, before = started(x, factors=1), started(x, factors=1), started(x, factors=1)
    moved(whole, x)
    moved(part, x, 0.25)
    for old, new, mixed in zip(before.statistics, whole.statistics, part.statistics):
        assert_close(mixed, 0.75 * old + 0.25 * new)


def test_the_start_is_what_it_says() -> None:
    """Equal weights, centres of k-means, and the data's own variance in each column."""
    x = data()
    net = started(x, factors=2)
    log_w, m, L, P = net.numbers()
    assert_close(log_w.exp(), torch.full((3,), 1 / 3, dtype=DOUBLE))
    rng = torch.Generator().manual_seed(1)
    assert_close(m, kmeans(x - x.mean(0), 3, rng, 5), rtol=1e-4, atol=1e-4)
    assert_close(P - FLOOR, (x.var(0, correction=0) / 2).expand(3, -1), rtol=1e-4, atol=1e-4)
    assert L.abs().min() > 0, "without a slant factors would never find one"


@pytest.mark.parametrize(("components", "factors"), [(3, 1), (1, 0), (1, 1)])
def test_draws_have_the_mixtures_mean_and_covariance(components: int, factors: int) -> None:
    x = data() if components > 1 else data()[::3]
    net = started(x, components, factors)
    for _ in range(30):
        moved(net, x)
    w, parts = net.numbers().log_w.exp(), dense(net)
    mean = torch.stack([each.mean for each in parts]).mul(w[:, None]).sum(0)
    spread = sum(
        share * (each.covariance_matrix + torch.outer(each.mean - mean, each.mean - mean))
        for share, each in zip(w, parts)
    )
    drawn = net.draw(100_000, torch.Generator().manual_seed(0))
    assert_close(drawn.mean(0), mean, rtol=0.02, atol=0.02)
    assert_close(drawn.T.cov(), cast(Tensor, spread), rtol=0.03, atol=0.05 if components > 1 else 0.01)


def game(x: Tensor, lr: float) -> tuple[Any, Any]:
    facts = {"x": About("points", (x.shape[1],))}
    config = Config(range="standard", components=3, factors=1, g=Step(lr=lr))
    networks = SYSTEM.networks(config, facts)
    cast(Any, networks["net"]).to(DOUBLE)
    SYSTEM.prepare(config, networks, Batch(x, None))
    return SYSTEM.scene(config, 0, networks, facts).game, networks["net"]


def test_a_round_of_the_game_is_a_step_and_its_cost_the_nats() -> None:
    x = data()
    played, net = game(x, 0.5)
    other = Factors(3, 3, 1, FLOOR).to(DOUBLE)
    other.load_state_dict(net.state_dict())
    before = float(other.joint(x).logsumexp(1).detach().mean())
    moved(other, x, 0.5)
    found = next(iter(play(played, [Batch(x, None)], seed=0)))
    assert found.losses["G/nats"] == pytest.approx(-before)
    for name, value in net.state_dict().items():
        assert_close(value, other.state_dict()[name])


def test_sample_i_is_its_own_and_exact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a run on pictures: trained, judged in nats that are called a density, drawn from, encoded."""
    bundle(monkeypatch)
    small = {"components": 2, "factors": 1, "batch": 6, "images": 60, "engine.threads": 1, "judge.share": 0}
    run = api.start("tiny", configure("mixture", None, small | {"data.held_out": 0.35}), name="a", root=tmp_path)
    card = json.loads((run.folder / "measures.json").read_text())["nats"]["card"]
    assert card["metric"] == "-log p(x), nats"
    assert "as a density" in card["reference"]
    model = run.generator().model
    assert model.sample is not None
    assert torch.equal(model.sample(130, 3, None)[:7], model.sample(7, 3, None))
    assert not torch.equal(model.sample(130, 3, None)[:30], model.sample(130, 3, None)[100:])
    assert not torch.equal(model.sample(7, 3, None), model.sample(7, 4, None))
    x = torch.rand(5, 1, 8, 8)
    assert model.encode is not None
    assert_close(model.encode(x).sum(1), torch.ones(5))


def test_more_components_than_examples_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle(monkeypatch)
    monkeypatch.chdir(tmp_path)
    assert main(["train", "tiny", "--recipe", "mixture", "--components", "999", "--images", "60", "-q"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert "999 centres of" in said[0]


def test_kmeans_never_gets_worse_and_is_scikit_learns_rounds() -> None:
    x, rng = data(300), torch.Generator().manual_seed(2)
    start = x[torch.randperm(len(x), generator=rng)[:4]]
    for rounds in (1, 3):
        mine = kmeans(x, 4, torch.Generator().manual_seed(2), rounds)
        with warnings.catch_warnings(action="ignore"):  # it did not converge: it was not to
            theirs = cast(Any, KMeans)(4, init=start.numpy(), n_init=1, max_iter=rounds, tol=0, algorithm="lloyd").fit(
                x.numpy()
            )
        assert_close(mine, torch.from_numpy(theirs.cluster_centers_), rtol=1e-6, atol=1e-6)
    found = [kmeans(x, 4, torch.Generator().manual_seed(2), rounds) for rounds in range(8)]
    costs = [float(torch.cdist(x, centres).amin(1).square().sum()) for centres in found]
    assert all(after <= before + 1e-9 for before, after in zip(costs, costs[1:]))
    with pytest.raises(SaddlepointError, match="5 centres of 4 examples"):
        kmeans(x[:4], 5, rng)


def test_without_factors_components_begin_as_wide_as_the_data() -> None:
    x = data()
    P = started(x, factors=0).numbers().P
    assert_close(P - FLOOR, x.var(0, correction=0).expand(3, -1), rtol=1e-4, atol=1e-4)


def test_a_centre_that_one_example_is_nearest_to_moves_to_it() -> None:
    x = torch.tensor([[0.0], [1.0], [10.0]])
    for seed in range(6):  # of which some begin with 0 and 1, where 10 is left alone in the end
        centres = kmeans(x, 2, torch.Generator().manual_seed(seed), 10)
        assert sorted(centres.flatten().tolist()) == [0.5, 10.0]
