"""Algorithm 1 as printed, on the ring: networks side by side are networks each for itself, and the rates decide."""

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from saddlepoint.data.worlds import ring
from saddlepoint.experiments import algorithm_1
from saddlepoint.experiments.algorithm_1 import Cell
from saddlepoint.experiments.banks import Critics, Generators
from saddlepoint.experiments.vocabulary import Options
from saddlepoint.game.algorithm import play
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch

F64 = torch.float64


def alone(bank, site, pieces=1):
    """The network of one site, written with torch's own layers: v [B, D] -> [B, out]."""
    weights = [W[site] for W in bank.weights]
    biases = [b[site] for b in bank.biases]

    def forward(v):
        for W, b in zip(weights[:-1], biases[:-1]):
            a = v @ W + b
            v = a.relu() if pieces == 1 else a.unflatten(1, (pieces, -1)).amax(1)
        return v @ weights[-1] + biases[-1]

    return forward


@pytest.mark.parametrize(("kind", "sizes", "pieces"), [(Generators, (2, 5, 4, 2), 1), (Critics, (2, 5, 4, 1), 3)])
def test_networks_side_by_side_are_each_its_own(kind, sizes, pieces):
    """Values and gradients, to rounding: sums of at most 15 products, in float64."""
    torch.manual_seed(0)
    bank, v = kind(3, sizes, pieces).double(), torch.randn(7, 3, 2, dtype=F64)
    out = bank(v) if kind is Generators else bank(v).logits[..., None]
    by_hand = torch.stack([alone(bank, s, pieces)(v[:, s]) for s in range(3)], 1)
    assert_close(out, by_hand, rtol=0, atol=1e-14)
    parameters = list(bank.parameters())
    got = torch.autograd.grad(out.square().sum(), parameters)
    assert_close(got, torch.autograd.grad(by_hand.square().sum(), parameters), rtol=0, atol=1e-12)


def test_games_side_by_side_take_the_steps_of_algorithm_1_each_at_the_rates_of_its_cell(monkeypatch):
    """Two rounds of k = 2 of three games, by hand: each game alone, momentum v <- m v + g, w <- w - h v, D's cost
    -log D(x) - log(1 - D(G(z))) and G's log(1 - D(G(z))), means over the game's own batch. To rounding, in float64.
    """
    monkeypatch.setattr(algorithm_1, "GAMES", 3)
    monkeypatch.setattr(algorithm_1, "WIDTH", 4)
    seen, cell = [], Cell(0.02, 0.1, 2)
    G, D = (net.double() for net in algorithm_1.networks(0))
    start = [p.detach().clone() for net in (G, D) for p in net.parameters()]
    noise = torch.Generator().manual_seed(1)

    def prior(n, rng):
        seen.append(torch.rand(n, 3, 2, generator=noise, dtype=F64))
        return seen[-1]

    monkeypatch.setattr(algorithm_1, "prior", prior)
    x = torch.randn(4, 6, 3, 2, dtype=F64, generator=noise)
    for _ in play(algorithm_1.game_of(G, D, cell), map(Batch, x), dials=algorithm_1.pace(cell, 2)):
        pass
    after = [p.detach() for net in (G, D) for p in net.parameters()]
    for site in range(3):
        mine = [p[site : site + 1].clone().requires_grad_() for p in start]
        by_hand(mine, [z[:, site] for z in seen], x[:, :, site], cell)
        assert_close([p[site : site + 1] for p in after], [p.detach() for p in mine], rtol=0, atol=1e-13)


def by_hand(parameters, z, x, cell):
    """The four steps of D and two of G of one game, in place."""
    G, D = Generators(1, (2, 4, 4, 2)), Critics(1, (2, 4, 4, 1), 3)
    half, moments = len(list(G.parameters())), [torch.zeros_like(p) for p in parameters]

    def answers(v, owner):
        mine = parameters[:half] if owner is G else parameters[half:]
        weights, biases = mine[: half // 2], mine[half // 2 :]
        for W, b in zip(weights[:-1], biases[:-1]):
            a = v @ W[0] + b[0]
            v = a.relu() if owner is G else a.unflatten(1, (3, -1)).amax(1)
        return v @ weights[-1][0] + biases[-1][0]

    def step(cost, indices, rate):
        gradients = torch.autograd.grad(cost, [parameters[i] for i in indices])
        with torch.no_grad():
            for i, g in zip(indices, gradients):
                moments[i].mul_(algorithm_1.MOMENTUM).add_(g)
                parameters[i].sub_(rate * moments[i])

    drawn, data = iter(z), iter(x)
    for index in range(2):
        left = 0.05 ** (index / 2)
        for _ in range(cell.k):
            real, fake = answers(next(data), D), answers(answers(next(drawn), G).detach(), D)
            cost = -(real.sigmoid().log() + (1 - fake.sigmoid()).log()).mean()
            step(cost, range(half, len(parameters)), left * cell.d_rate)
        cost = (1 - answers(answers(next(drawn), G), D).sigmoid()).log().mean()
        step(cost, range(half), left * cell.g_rate)


def test_peaks_are_found_where_half_their_share_is_near():
    """One game has an eighth of its samples on each peak, one half on each of two, one is a circle, one .2 off."""
    means, n = ring().means, 800
    angle = torch.linspace(0, 2 * torch.pi, n + 1, dtype=F64)[:-1]
    circle = torch.stack([angle.cos(), angle.sin()], 1)
    games = [means.repeat(n // 8, 1), means[:2].repeat(n // 2, 1), circle, 1.2 * means.repeat(n // 8, 1)]
    np.testing.assert_array_equal(algorithm_1.peaks(torch.stack(games, 1)), [8, 2, 0, 0])


def test_the_distance_of_each_game_is_the_sliced_one_to_the_ring():
    """Samples that are the ring's own are at 0, moved by (.3, .4) at .5 / sqrt(2) over all directions: of 64, whose
    squared cosines have a mean of 1/2 and a deviation of .35, within 4 * .35 / 8 of .125 in the square.
    """
    own = ring().sample(algorithm_1.SAMPLES, Randomness(3).stream("ring"))
    found = algorithm_1.distances(torch.stack([own, own + torch.tensor([0.3, 0.4])], 1), 3)
    assert found[0] < 1e-12
    assert abs(found[1] ** 2 - 0.125) < 0.25 * 0.18


@pytest.mark.slow
def test_by_the_rates_of_the_page_the_ring_is_learned_and_with_a_slow_g_it_is_not(monkeypatch):
    """Three games a cell, as long as on the page, D's rate .02: G's is twice that, or a fifth. Medians: one may fail.

    Of the eight games of the page: a distance of .105 (standard deviation .011) against .197 (.035), 6.0 (.9) peaks
    against .1 (.4); before the first round .60.
    """
    monkeypatch.setattr(algorithm_1, "GAMES", 3)
    record = algorithm_1.played([Cell(0.02, 0.04), Cell(0.02, 0.004)], Options())
    fast, slow = record.cells.values()
    assert np.median(fast.distance) < 0.25 * record.start
    assert np.median(fast.distance) < 0.8 * np.median(slow.distance)
    assert np.median(fast.peaks) >= 4
    assert np.median(slow.peaks) <= 1


def test_what_runs_away_is_said_so():
    assert algorithm_1.spread(np.array([0.1, 0.3])) == "0.200 +- 0.141"
    assert algorithm_1.spread(np.array([0.1, 1e30, 500.0])) == "2 of 3 run away"
