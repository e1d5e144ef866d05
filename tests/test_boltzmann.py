"""The restricted Boltzmann machine against enumeration of all its states, and annealing against the exact sum."""

import math
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.court.nats import in_nats
from saddlepoint.data.facts import About
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.boltzmann import RBM, Chains, drawn, states
from saddlepoint.records import Batch
from saddlepoint.statistics.annealing import annealed
from saddlepoint.systems.rbm.config import Config, Rules
from saddlepoint.systems.rbm.play import SYSTEM
from saddlepoint.systems.rbm.recipes import RECIPES
from saddlepoint.systems.system import Nats

FACTS = {"x": About("pictures", (1, 2, 3))}


def machine(visible: int = 6, hidden: int = 4, seed: int = 0, scale: float = 0.8) -> RBM:
    rng = torch.Generator().manual_seed(seed)
    rbm = RBM(visible, hidden).to(DOUBLE)
    for t in (*rbm.parameters(), rbm.base):
        t.data.copy_(scale * torch.randn(t.shape, generator=rng, dtype=DOUBLE))
    return rbm


def energies(rbm: RBM) -> tuple[Tensor, Tensor, Tensor]:
    """All v, all h, and E(v, h) = -b v - c h - h W v of each pair, written out."""
    (H, V), (v, h) = rbm.W.shape, (states(n).to(DOUBLE) for n in reversed(rbm.W.shape))
    E = torch.zeros(len(v), len(h), dtype=DOUBLE)
    for i in range(V):
        E = E - rbm.b[i] * v[:, i, None]
        for j in range(H):
            E = E - rbm.W[j, i] * v[:, i, None] * h[None, :, j]
    for j in range(H):
        E = E - rbm.c[j] * h[None, :, j]
    return v, h, E


def joint(rbm: RBM) -> tuple[Tensor, Tensor, Tensor]:
    """All v, all h, p(v, h)."""
    v, h, E = energies(rbm)
    return v, h, (-E).flatten().softmax(0).view(E.shape)


def test_states_are_all_of_them_once():
    assert len({tuple(row) for row in states(5).tolist()}) == 32
    assert set(states(5).flatten().tolist()) == {0, 1}


def test_the_free_energy_is_that_of_enumeration():
    rbm = machine()
    v, _, E = energies(rbm)
    assert_close(rbm.free_energy(v), -torch.logsumexp(-E, 1))
    assert_close(rbm.exact_log_z(), torch.logsumexp(-E.flatten(), 0).detach())
    assert_close((-rbm.free_energy(v) - rbm.exact_log_z()).exp().sum().item(), 1.0)


def test_units_counted_from_their_means_are_a_machine_of_other_biases():
    """(v - v0) b + (h - h0) c + (h - h0) W (v - v0) is -E with b - h0 W and c - W v0, up to a constant."""
    rbm, plain = machine(), machine()
    for offset in (rbm.v0, rbm.h0):
        offset.copy_(torch.rand(offset.shape, generator=torch.Generator().manual_seed(5)))
    plain.b.data, plain.c.data = (t.detach() for t in rbm.biases)
    v, h, _ = energies(rbm)
    off = (h - rbm.h0) @ rbm.W @ (v - rbm.v0).T + (h - rbm.h0) @ rbm.c[:, None] + (v - rbm.v0) @ rbm.b
    assert_close(off.T.flatten().softmax(0).view(64, 16), joint(plain)[2])
    for same in (
        lambda m: (-m.free_energy(v)).log_softmax(0),
        lambda m: m.field(v),
        lambda m: m.tempered(v, m.field(v), 0.4),
        lambda m: m.exact_log_z(),
        lambda m: m.gibbs(v, 2, torch.Generator().manual_seed(0)).mean,
    ):
        assert_close(same(rbm), same(plain))


def test_tempering_goes_from_independent_units_to_the_machine():
    rbm = machine()
    v, _, E = energies(rbm)
    assert_close(rbm.tempered(v, rbm.field(v), 1.0), torch.logsumexp(-E, 1))
    assert_close(rbm.tempered(v, rbm.field(v), 0.0), v @ rbm.base + 4 * math.log(2))
    half = machine()
    for t in half.parameters():
        t.data *= 0.5
    assert_close(rbm.tempered(v, rbm.field(v), 0.5), v @ rbm.base / 2 - half.free_energy(v))


def test_the_gradient_of_the_likelihood_is_the_models_less_the_datas():
    """d/dW -log p(x) = E_model h v - E[h | x] x, by enumeration; by autograd of F(x) - F(v), v weighed by p(v) and held
    constant; and by finite differences of F(x) + log Z.
    """
    rbm, x = machine(), states(6)[[3, 17, 40]].to(DOUBLE)
    v, h, p = joint(rbm)
    by_hand = torch.einsum("vh,vi,hj->ji", p, v, h) - (rbm.field(x).sigmoid().T @ x) / 3
    cost = rbm.free_energy(x).mean() - p.sum(1).detach() @ rbm.free_energy(v)
    (found,) = torch.autograd.grad(cost, rbm.W)
    assert_close(found, by_hand)

    def nll() -> float:
        return float(rbm.free_energy(x).mean().detach() + rbm.exact_log_z())

    slopes = torch.zeros_like(rbm.W)
    for place in range(rbm.W.numel()):
        entry, step = rbm.W.data.view(-1), 1e-5
        entry[place] += step
        above = nll()
        entry[place] -= 2 * step
        slopes.view(-1)[place] = (above - nll()) / (2 * step)
        entry[place] += step
    assert_close(slopes, by_hand, atol=1e-8, rtol=1e-6)


def test_gibbs_leaves_the_models_distribution_as_it_is():
    """From far off, after 100 steps: each unit's mean and each pair's within 4.5 standard errors of the exact."""
    rbm, n = machine(scale=0.6), 20_000
    v, h, p = joint(rbm)
    ends = rbm.gibbs(torch.ones(n, 6, dtype=DOUBLE), 100, torch.Generator().manual_seed(0))
    exact, found = torch.einsum("v,vi,vk->ik", p.sum(1), v, v), ends.v.T @ ends.v / n
    assert ((found - exact).abs() < 4.5 * (exact * (1 - exact) / n).sqrt()).all()
    given_h = (rbm.b + h @ rbm.W).sigmoid()
    assert_close(ends.mean.mean(0), p.sum(0) @ given_h, atol=0.01, rtol=0)


@pytest.mark.parametrize("beta", [0.0, 0.3, 1.0])
def test_a_step_at_any_temperature_leaves_what_it_is_for(beta: float):
    """Drawn from p* itself, one step later the 64 states are as frequent as before."""
    rbm, n, rng = machine(), 50_000, torch.Generator().manual_seed(1)
    v = states(6).to(DOUBLE)
    p = rbm.tempered(v, rbm.field(v), beta).detach().softmax(0)
    start = v[torch.multinomial(p, n, replacement=True, generator=rng)]
    after = rbm.step(rbm.field(start), rng, beta).v
    counts = torch.bincount((after.long() << torch.arange(6)).sum(1), minlength=64)
    chi2 = float(((counts - n * p).square() / (n * p)).sum())
    assert chi2 < 63 + 5 * math.sqrt(2 * 63)


@pytest.mark.parametrize("seed", range(10))
def test_annealing_finds_the_exact_sum(seed: int):
    """16 hidden units: within .05 nats, and within four of its own standard errors."""
    rbm = machine(30, 16, seed, scale=0.3).float()
    found = annealed(rbm.annealed(200, 300, torch.Generator().manual_seed(seed)))
    apart = abs(found.log_z - float(rbm.exact_log_z()))
    assert apart < 0.05
    assert apart < 4 * found.error
    assert not found.disagree


def test_of_independent_units_every_run_has_the_same_weight():
    rbm = machine()
    rbm.W.data.zero_()
    rbm.base.copy_(rbm.b)
    log_w = rbm.annealed(5, 3, torch.Generator().manual_seed(0))
    assert_close(log_w, rbm.exact_log_z().expand(5))


def test_runs_that_disagree_say_so():
    alike, one = annealed(torch.full((50,), 3.0)), annealed(torch.tensor([9.0, *[-9.0] * 49]))
    assert (round(alike.log_z, 9), alike.error, round(alike.effective, 6)) == (3.0, 0.0, 50.0)
    assert not alike.disagree
    assert "disagree" not in str(alike)
    assert one.effective == pytest.approx(1, rel=1e-5)
    assert one.disagree
    assert "disagree" in str(one)


def test_the_standard_error_is_that_of_repeated_estimates():
    """Of 2,000 estimates from 400 log-normal weights each, by their own spread; and by hand for three weights."""
    log_w = 0.5 * torch.randn(2_000, 400, generator=torch.Generator().manual_seed(0), dtype=DOUBLE)
    found = [annealed(row) for row in log_w]
    spread = torch.tensor([each.log_z for each in found]).std()
    assert float(torch.tensor([each.error for each in found]).mean()) == pytest.approx(float(spread), rel=0.06)
    three = annealed(torch.tensor([1.0, 2.0, 6.0]).log())
    assert three.log_z == pytest.approx(math.log(3))
    assert three.error == pytest.approx(math.sqrt((4 + 1 + 9) / 2) / 3 / math.sqrt(3))
    assert three.effective == pytest.approx(81 / 41)


@pytest.mark.parametrize("log_w", [torch.zeros(1), torch.tensor([0.0, math.nan]), torch.tensor([0.0, math.inf])])
def test_too_few_runs_and_those_that_are_not_finite_are_refused(log_w: Tensor):
    with pytest.raises(SaddlepointError, match="annealed importance sampling"):
        annealed(log_w)


def configured(**told: Any) -> Config:
    stage = Rules(images=40, **{name: told.pop(name) for name in ("gibbs", "chains") if name in told})
    return RECIPES["rbm"].make().model_copy(update={"batch": 4, "hidden": 3, "stages": (stage,), **told})


def begun(config: Config) -> dict[str, Any]:
    torch.manual_seed(0)
    networks = {name: network.to(DOUBLE) for name, network in SYSTEM.networks(config, FACTS).items()}
    SYSTEM.prepare(config, networks, Batch(states(6)[::5].to(DOUBLE).view(-1, 1, 2, 3)))
    networks["rbm"].W.data.normal_()
    return networks


def round_of(config: Config, networks: dict[str, Any], x: Tensor) -> None:
    next(iter(play(SYSTEM.scene(config, 0, networks, FACTS).game, iter([Batch(x.view(-1, 1, 2, 3))]), seed=7)))


@pytest.mark.parametrize("chains", ["persistent", "data"])
def test_a_round_moves_the_weights_by_contrastive_divergence(chains: Any):
    """W gains lr (mean (p(h | x) - h0) (x - v0) - mean (p(h | v) - h0) (v - v0)), v the chains' new ends; the biases
    likewise (Montavon & Mueller 2012).
    """
    config = configured(chains=chains, gibbs=3)
    networks, x = begun(config), states(6)[[1, 2, 33, 60]].to(DOUBLE)
    rbm = networks["rbm"]
    W, b, c = (t.detach().clone() for t in (rbm.W, rbm.b, rbm.c))
    round_of(config, networks, x)
    v, lr = networks["chains"].kept, config.g.lr

    v0, h0 = rbm.v0, rbm.h0

    def hidden(v: Tensor) -> Tensor:
        return (c + (v - v0) @ W.T).sigmoid()

    apart = (hidden(x) - h0).T @ (x - v0) - (hidden(v) - h0).T @ (v - v0)
    assert_close(rbm.W.data, W + lr * apart / 4)
    assert (h0 == 0.5).all()
    assert_close(rbm.b.data, b + lr * (x - v).mean(0))
    assert_close(rbm.c.data, c + lr * (hidden(x) - hidden(v)).mean(0))


def test_chains_begin_where_they_stood_or_at_the_data():
    """Of a machine whose units repeat themselves, they stay where they began."""
    x = states(6)[[1, 2, 33, 60]].to(DOUBLE)
    for chains in ("persistent", "data"):
        config = configured(chains=chains, hidden=6, gibbs=5)
        networks = begun(config)
        for t, to in zip(networks["rbm"].parameters(), (200 * torch.eye(6), -100, -100)):
            t.data.copy_(torch.as_tensor(to).expand(t.shape))
        for offset in (networks["rbm"].v0, networks["rbm"].h0):
            offset.zero_()
        before = networks["chains"].kept.clone()
        assert not torch.equal(before, x)
        round_of(config, networks, x)
        assert torch.equal(networks["chains"].kept, before if chains == "persistent" else x)


def test_a_sample_is_its_own_and_in_range():
    config = configured(steps=5)
    model = SYSTEM.model(config, FACTS, begun(config))
    sample = cast(Any, model.sample)
    many = sample(120, 3, None)
    assert torch.equal(many[:7], sample(7, 3, None))
    assert not torch.equal(many[:7], sample(7, 4, None))
    assert not torch.equal(many[:4], many[4:8])  # of the same four chains
    assert many.shape == (120, 1, 2, 3)
    assert (many.min() >= 0) & (many.max() <= 1)


def test_samples_are_of_the_model():
    """From wherever chains stand: 3,000 samples' means within 4.5 standard errors of the exact."""
    config = configured(steps=60, hidden=4)
    networks = {"rbm": machine(scale=0.6), "chains": Chains(40, 6).to(DOUBLE)}
    v, _, p = joint(networks["rbm"])
    made = cast(Any, SYSTEM.model(config, FACTS, networks).sample)(3_000, 0, None).flatten(1)
    exact = (p.sum(1) @ v).float()
    assert ((made.mean(0) - exact).abs() < 4.5 * made.std(0) / math.sqrt(3_000)).all()


def test_log_p_is_exact_where_that_is_asked_for_and_else_an_estimate():
    x = states(6).to(DOUBLE).view(-1, 1, 2, 3)
    networks = {"rbm": machine(), "chains": Chains(4, 6)}
    exact, estimate = (
        cast(Any, SYSTEM.model(configured(hidden=4, log_z=how), FACTS, networks).log_prob)(x, torch.Generator())
        for how in ("exact", "estimate")
    )
    assert (exact.kind, exact.error, estimate.kind) == ("exact", 0.0, "estimate")
    assert exact.values.exp().sum().item() == pytest.approx(1, abs=1e-12)
    assert_close(estimate.values, exact.values, atol=6 * estimate.error, rtol=0)
    assert estimate.error > 0
    assert "log Z" in estimate.notes[0]


def test_exact_is_refused_above_16_units_in_one_line():
    with pytest.raises(SaddlepointError, match="17 hidden units have 2\\^17 states"):
        RBM(3, 17).exact_log_z()
    with pytest.raises(SaddlepointError, match="--log-z exact") as refused:
        SYSTEM.networks(configured(hidden=17, log_z="exact"), FACTS)
    assert "\n" not in str(refused.value)
    SYSTEM.networks(configured(hidden=16, log_z="exact"), FACTS)


def test_units_begin_as_often_on_as_in_the_data():
    networks = begun(configured(batch=3_000))
    mean = states(6)[::5].to(DOUBLE).mean(0)
    rbm = networks["rbm"]
    assert_close(rbm.b.sigmoid().detach(), mean)
    assert_close(rbm.base, rbm.b.detach())
    assert_close(rbm.v0, mean)
    assert ((networks["chains"].kept.mean(0) - mean).abs() < 4.5 * (mean * (1 - mean) / 3_000).sqrt()).all()


def test_what_is_not_a_number_is_drawn_as_0():
    assert drawn(torch.tensor([math.nan, 1.0, 0.0]), torch.Generator()).tolist() == [0.0, 1.0, 0.0]


def test_nats_count_the_error_that_all_examples_share():
    """Interval half-widths add in quadrature; the notes are passed on at last, and not on the way."""
    x = torch.linspace(0, 1, 40).view(-1, 1, 2, 2)

    def judged(error: float) -> Any:
        said = Nats(-x.flatten(1).sum(1), "estimate", error, ("so and so",))
        evidence = SimpleNamespace(
            unseen=Batch(x), whose="held-out", record=SimpleNamespace(data=SimpleNamespace(name="d")), stated=""
        )
        artefact = SimpleNamespace(model=SimpleNamespace(log_prob=lambda x, rng: said))
        bench = in_nats(cast(Any, evidence))
        assert set(bench.quick(cast(Any, artefact), 5, 0)) == {"nats"}
        return bench.full(cast(Any, artefact), 5, 0)

    plain, wide = (judged(error) for error in (0.0, 0.5))
    assert wide.notes == ("so and so",)
    one, other = plain.measures["nats"], wide.measures["nats"]
    assert one.value == other.value
    half = math.hypot(one.high - one.value, 1.959964 * 0.5)
    assert (other.high - other.value, other.value - other.low) == pytest.approx((half, half))
