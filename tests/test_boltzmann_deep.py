"""Machines of two hidden layers and of none in particular, against enumeration of all their states."""

import math
from typing import Any, cast

import pytest
import torch
from test_boltzmann import begun, configured, machine, round_of
from torch import Tensor
from torch.testing import assert_close
from toys import DOUBLE

from saddlepoint.data.facts import About, Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.networks.boltzmann import RBM, Boltzmann, entropy, states
from saddlepoint.records import Batch
from saddlepoint.systems.boltzmann.config import Config, Rules
from saddlepoint.systems.boltzmann.play import SYSTEM
from saddlepoint.systems.boltzmann.recipes import RECIPES
from saddlepoint.systems.rbm.play import SYSTEM as LAYERED

X = states(4).to(DOUBLE)  # of a deep machine whose visible units are 4 of data and 2 of a second layer
FACTS: Facts = {"x": About("points", (4,))}


def test_a_deep_machine_is_a_restricted_one_on_its_first_layer() -> None:
    """p(x, h1, h2) with E = -b x - c h1 - a h2 - h1 W x - h2 U h1, summed over h1 and h2, is p(v) summed over h2."""
    rbm = machine()
    W, U, b, a = rbm.W[:, :4], rbm.W[:, 4:].T, rbm.b[:4], rbm.b[4:]
    h1, h2 = states(4).to(DOUBLE), states(2).to(DOUBLE)
    E = -(X @ b)[:, None, None] - (h1 @ rbm.c)[None, :, None] - (h2 @ a)[None, None, :]
    E = E - (X @ W.T @ h1.T)[:, :, None] - (h1 @ U.T @ h2.T)[None]
    by_hand = (-E).flatten().softmax(0).view(E.shape).sum((1, 2))
    found = exact(rbm)
    assert_close(found, by_hand.log())


def exact(rbm: RBM) -> Tensor:
    """log p(x), by summing over the second layer."""
    v = torch.cat([X.repeat_interleave(4, 0), states(2).to(DOUBLE).repeat(len(X), 1)], 1)
    return (-rbm.free_energy(v)).view(-1, 4).logsumexp(1) - rbm.exact_log_z()


@pytest.mark.parametrize("seed", range(3))
def test_mean_field_climbs_to_a_bound_and_is_at_a_fixed_point(seed: int) -> None:
    rbm = machine(seed=seed)
    bounds = torch.stack([rbm.bound(X, sweeps).detach() for sweeps in range(40)])
    assert (bounds.diff(dim=0) >= -1e-12).all()
    gap = exact(rbm).detach() - (bounds[-1] - rbm.exact_log_z())
    assert (gap >= 0).all()
    assert gap.max() > 1e-3
    for h0, v0 in ((0.0, 0.0), (0.5, 0.25)):  # also of units that are counted from elsewhere
        rbm.h0.fill_(h0)
        rbm.v0.fill_(v0)
        v = rbm.filled(X, 400)
        h = (rbm.c + (v - v0) @ rbm.W.T).sigmoid()
        assert_close(v[:, 4:], (rbm.b[4:] + (h - h0) @ rbm.W[:, 4:]).sigmoid())
        assert torch.equal(v[:, :4], X)


def test_the_bound_is_the_expected_energy_and_the_entropies() -> None:
    """E_q log p*(x, h1, h2) + entropy(q), summed over all 64 states of both layers, q at the means."""
    rbm, sweeps = machine(), 3
    v = rbm.filled(X, sweeps)
    h = (rbm.c + v @ rbm.W.T).sigmoid()
    found = torch.zeros(len(X), dtype=DOUBLE)
    for one in states(4).to(DOUBLE):
        for two in states(2).to(DOUBLE):
            q = (h * one + (1 - h) * (1 - one)).prod(1) * (v[:, 4:] * two + (1 - v[:, 4:]) * (1 - two)).prod(1)
            whole = torch.cat([X, two.expand(len(X), 2)], 1)
            found = found + q * (whole @ rbm.b + one @ rbm.c + whole @ rbm.W.T @ one - q.log())
    assert_close(rbm.bound(X, sweeps), found)


def test_of_layers_without_a_weight_between_them_the_bound_is_the_truth() -> None:
    rbm = machine()
    rbm.W.data[:, 4:] = 0
    assert_close(rbm.bound(X, 1) - rbm.exact_log_z(), exact(rbm))
    assert_close(entropy(torch.tensor([[0.5, 0.0, 1.0]])), torch.tensor([math.log(2)]))


def test_a_deep_machine_learns_from_the_energy_that_its_means_expect() -> None:
    """W gains lr (mean h (x, m) - mean h v), all counted from v0 and h0, m the means of the second layer."""
    config = configured(top=2, sweeps=30, gibbs=2)
    networks, x = begun(config), states(6)[[1, 2, 33, 60]].to(DOUBLE)
    rbm = networks["rbm"]
    assert rbm.W.shape == (3, 8)
    W, c, v0, h0 = (t.detach().clone() for t in (rbm.W, rbm.c, rbm.v0, rbm.h0))
    filled = rbm.filled(x, 30)
    round_of(config, networks, x)
    v = networks["chains"].kept

    def hidden(v: Tensor) -> Tensor:
        return (c + (v - v0) @ W.T).sigmoid()

    apart = (hidden(filled) - h0).T @ (filled - v0) - (hidden(v) - h0).T @ (v - v0)
    assert_close(rbm.W.data, W + config.g.lr * apart / 4)


def test_a_deep_machine_says_bound_and_what_of_it_is_an_estimate() -> None:
    facts: Facts = {"x": About("pictures", (1, 2, 2))}
    networks = {"rbm": machine(), "chains": torch.nn.Identity()}
    x = X.view(-1, 1, 2, 2)
    for how, error in (("exact", False), ("estimate", True)):
        model = LAYERED.model(configured(hidden=4, top=2, sweeps=50, log_z=how, temperatures=300), facts, networks)
        said = cast(Any, model.log_prob)(x, torch.Generator())
        assert said.kind == "bound"
        assert (said.error > 0) == error
        assert len(said.notes) == 2 * error
        low = (networks["rbm"].bound(X, 50) - networks["rbm"].exact_log_z()).detach()
        assert_close(said.values, low, atol=6 * said.error + 1e-9, rtol=0)
    codes = cast(Any, model.encode)(x)
    v = networks["rbm"].filled(X, 50)
    assert_close(codes, torch.cat([networks["rbm"].field(v).sigmoid(), v[:, 4:]], 1).detach().float())


def test_samples_of_a_table_are_0_and_1_and_of_pictures_means() -> None:
    config = configured(top=2)
    networks = begun(config)
    as_table, as_picture = (
        cast(Any, LAYERED.model(config, {"x": about}, networks).sample)(60, 0, None)
        for about in (About("points", (6,)), About("pictures", (1, 2, 3)))
    )
    assert as_table.shape == (60, 6)
    assert ((as_table == 0) | (as_table == 1)).all()
    assert ((as_picture > 0) & (as_picture < 1)).all()


def general(visible: int = 4, hidden: int = 3, seed: int = 0) -> Boltzmann:
    rng, made = torch.Generator().manual_seed(seed), Boltzmann(visible, hidden).to(DOUBLE)
    for t in made.parameters():
        t.data.copy_(0.7 * torch.randn(t.shape, generator=rng, dtype=DOUBLE))
    return made


def by_hand(made: Boltzmann) -> Tensor:
    """log p of every state (u_1 .. u_U), its sum of energies written out."""
    U = len(made.b)
    log_p = torch.zeros(2**U, dtype=DOUBLE)
    for n in range(2**U):
        u = [n >> i & 1 for i in range(U)]
        for i in range(U):
            log_p[n] += made.b[i].item() * u[i]
            for j in range(i + 1, U):
                log_p[n] += made.W[i, j].item() * u[i] * u[j]
    return log_p.log_softmax(0)


def test_the_joint_law_is_the_sum_over_all_states() -> None:
    made = general()
    wanted = by_hand(made).view(8, 16)
    assert_close(made.joint().detach(), wanted)
    assert abs(made.joint().exp().sum().item() - 1) < 1e-12
    assert torch.equal(made.place(X), torch.arange(16))


def nats(made: Boltzmann, x: Tensor) -> Tensor:
    return -made.joint().logsumexp(0)[made.place(x)].mean()


def test_the_exact_gradient_is_that_of_finite_differences_and_the_rule_of_1985() -> None:
    """dW_ij = E_model u_i u_j - E_data u_i u_j, the latter with h ~ p(h | x); below the diagonal nothing."""
    made, x = general(), X[[1, 6, 7, 12]]
    found = torch.autograd.grad(nats(made, x), [made.W, made.b])
    joint, u = made.joint().exp().detach().flatten(), states(7).to(DOUBLE)
    law = made.joint().detach().softmax(0)[:, made.place(x)] / 4  # p(h | x), a quarter for each x
    rows = torch.cat([torch.cat([x, one.expand(4, 3)], 1) * 1.0 for one in states(3).to(DOUBLE)])
    model, data = (torch.einsum("n,ni,nj->ij", p, s, s) for p, s in ((joint, u), (law.flatten(), rows)))
    assert_close(found[0], (model - data).triu(1))
    assert_close(found[1], (model - data).diagonal())
    for t, slope in zip((made.W, made.b), found):
        flat, by_steps = t.data.view(-1), torch.zeros(t.numel(), dtype=DOUBLE)
        for place in range(t.numel()):
            flat[place] += 1e-5
            above = nats(made, x).item()
            flat[place] -= 2e-5
            by_steps[place] = (above - nats(made, x).item()) / 2e-5
            flat[place] += 1e-5
        assert_close(slope.flatten(), by_steps, atol=1e-8, rtol=1e-6)


def test_gibbs_sampling_has_the_exact_marginals_with_all_free_and_with_x_held() -> None:
    """20,000 chains from all ones, 60 sweeps: each pair of units within 4.5 standard errors."""
    made, n = general(), 20_000
    joint, u = made.joint().exp().detach().flatten(), states(7).to(DOUBLE)
    free = made.gibbs(torch.ones(n, 7, dtype=DOUBLE), 60, torch.Generator().manual_seed(0))
    exact = torch.einsum("n,ni,nj->ij", joint, u, u)
    assert ((free.T @ free / n - exact).abs() < 4.5 * (exact * (1 - exact) / n).sqrt()).all()
    start = torch.cat([X[[5]].expand(n, 4), torch.ones(n, 3, dtype=DOUBLE)], 1)
    held = made.gibbs(start, 60, torch.Generator().manual_seed(1), 4)
    assert torch.equal(held[:, :4], start[:, :4])
    h = states(3).to(DOUBLE)
    exact = torch.einsum("n,ni,nj->ij", made.joint().detach().softmax(0)[:, 5], h, h)
    found = held[:, 4:].T @ held[:, 4:] / n
    assert ((found - exact).abs() < 4.5 * (exact * (1 - exact) / n).sqrt()).all()


def told(**settings: Any) -> Config:
    stage = Rules(images=40, learning=settings.pop("learning", "exact"))
    return RECIPES["boltzmann"].make().model_copy(update={"batch": 16, "hidden": 3, "stages": (stage,), **settings})


@pytest.mark.parametrize("learning", ["exact", "gibbs"])
def test_both_ways_of_learning_have_the_same_gradient_in_the_mean(learning: str) -> None:
    """Of W, by one step of plain descent: exactly, or over 150 rounds at a rate near 0 within 4.5 standard errors."""
    pace = RECIPES["boltzmann"].make().g.model_copy(update={"optimiser": "sgd", "lr": 1e-6, "decay": "constant"})
    config = told(learning=learning, g=pace)
    networks = {name: network.to(DOUBLE) for name, network in SYSTEM.networks(config, FACTS).items()}
    networks["machine"].load_state_dict(general().state_dict())
    SYSTEM.prepare(config, networks, Batch(X))
    (wanted,) = torch.autograd.grad(nats(cast(Boltzmann, networks["machine"]), X), networks["machine"].W)
    rounds = 2 if learning == "exact" else 150
    played, steps = play(SYSTEM.scene(config, 0, networks, FACTS).game, iter([Batch(X)] * rounds), seed=7), []
    for _ in range(rounds):
        before = networks["machine"].W.detach().clone()
        next(iter(played))
        steps.append((before - networks["machine"].W.detach()) / 1e-6)
    mean, error = torch.stack(steps).mean(0), torch.stack(steps).std(0) / math.sqrt(rounds)
    tolerance = 1e-6 if learning == "exact" else 4.5 * error + 1e-8
    assert ((mean - wanted).abs() <= tolerance).all()


def test_chains_go_on_from_where_they_were() -> None:
    """What a round draws of them is kept, and the next round's steps begin there."""
    config = told(learning="gibbs")
    networks = {name: network.to(DOUBLE) for name, network in SYSTEM.networks(config, FACTS).items()}
    SYSTEM.prepare(config, networks, Batch(X))
    machine, chains = cast(Boltzmann, networks["machine"]), cast(Any, networks["chains"])
    forge = SYSTEM.scene(config, 0, networks, FACTS).game.forge
    for seed in range(3):
        before, steps = chains.kept.clone(), config.stages[0].gibbs
        made = cast(Any, forge({}, Batch(X), None, torch.Generator().manual_seed(seed)))
        assert_close(chains.kept, machine.gibbs(before, steps, torch.Generator().manual_seed(seed)))
        assert torch.equal(made["free"], chains.kept[: len(X)])


def test_what_is_kept_is_exact_in_all_it_says() -> None:
    """log p(x) sums to 1 within 1e-12; codes are p(h | x); 20,000 samples are as frequent as they should be."""
    made = general()
    model = SYSTEM.model(told(), FACTS, {"machine": made})
    said = cast(Any, model.log_prob)(X, torch.Generator())
    assert said.kind == "exact"
    assert abs(said.values.exp().sum().item() - 1) < 1e-12
    p = made.joint().exp().detach()
    assert_close(cast(Any, model.encode)(X), ((p / p.sum(0)).T @ states(3).to(DOUBLE)).float())
    x = cast(Any, model.sample)(20_000, 0, None)
    counts = torch.bincount((x.long() << torch.arange(4)).sum(1), minlength=16)
    chi2 = ((counts - 20_000 * p.sum(0)).square() / (20_000 * p.sum(0))).sum().item()
    assert chi2 < 15 + 5 * math.sqrt(30)
    assert torch.equal(x[:7], cast(Any, model.sample)(7, 0, None))
    assert SYSTEM.model(told(hidden=0), FACTS, {"machine": general(4, 0)}).encode is None


def test_more_units_than_can_be_counted_are_refused_in_one_line() -> None:
    SYSTEM.networks(told(hidden=12), FACTS)
    for hidden, shape, words in ((13, (4,), "--hidden 12 at most"), (4, (1, 28, 28), "`rbm` and `dbm` take more")):
        with pytest.raises(SaddlepointError, match="at most 2\\^16") as refused:
            SYSTEM.networks(told(hidden=hidden), {"x": About("pictures", shape)})
        assert words in str(refused.value)
        assert "\n" not in str(refused.value)
    with pytest.raises(SaddlepointError, match="12 \\+ 5 units"):
        Boltzmann(12, 5)
