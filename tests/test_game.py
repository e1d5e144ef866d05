"""Algorithm 1: the calls of a round, what each step may and may not move, and two games solved by hand."""

from collections.abc import Iterator
from itertools import islice

import pytest
import torch
from torch import Tensor, nn
from torch.testing import assert_close
from toys import DOUBLE, Critic, Generator, adam, belongings, constant, linear, mlp, normal, normed, points, same, sgd

from saddlepoint.game.algorithm import critic_step, generator_step, play
from saddlepoint.game.players import Player, Step, descend
from saddlepoint.game.rules import Dials, Game, Term
from saddlepoint.game.turns import Moment
from saddlepoint.objectives import Objective, minimax, non_saturating, relativistic, wasserstein
from saddlepoint.penalties import gradient_penalty, r1, r2
from saddlepoint.randomness import Randomness
from saddlepoint.records import Answer, Batch, Round

NOW = Moment(Randomness(0), index=0, step=0, dials=Dials())


class Ledger:
    """Writes down the calls of a game, with the names of what they are given and what they return."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.names: list[tuple[Tensor, str]] = []
        self.drawn: list[Tensor] = []

    def name(self, t: Tensor) -> str:
        return next(name for known, name in self.names if known.shape == t.shape and torch.equal(known, t))

    def batches(self) -> Iterator[Batch]:
        for i, batch in enumerate(points(), 1):
            c = torch.full((8,), i)
            self.names += [(batch.x, f"x{i}"), (c, f"c{i}")]
            self.calls.append(f"x{i}")
            yield Batch(batch.x, c)

    def prior(self, n: int, rng: torch.Generator) -> Tensor:
        z = normal(n, rng)
        self.drawn.append(z)
        self.names.append((z, f"z{len(self.drawn)}"))
        self.calls.append(f"z{len(self.drawn)}")
        return z

    def told(self, player: str, net: nn.Module) -> nn.Module:
        """The network, its calls written down; a fake is known by the call that made it."""
        ledger = self

        class Told(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.net = net

            def forward(self, given: Tensor, c: Tensor) -> Tensor | Answer:
                call = f"{player}({ledger.name(given.detach())}|{ledger.name(c)})"
                ledger.calls.append(call)
                out = self.net(given, c)
                if isinstance(out, Tensor):
                    ledger.names.append((out.detach(), call))
                return out

        return Told()

    def game(self, objective: Objective = non_saturating, k: int = 1, terms: tuple[Term, ...] = ()) -> Game:
        G = adam(self.told("G", Generator(mlp(2, 2, seed=1))))
        D = adam(self.told("D", Critic(mlp(2, 1, seed=2)))) if k else None

        def step(loss: Tensor, player: Player) -> Step:
            self.calls.append("step(D)" if player is D else "step(G)")
            return descend(loss, player)

        return Game(G=G, D=D, prior=self.prior, objective=objective if k else None, k=k, terms=terms, descend=step)


def rounds(game: Game, batches: Iterator[Batch], n: int, **options) -> list[Round]:
    return list(islice(play(game, batches, **options), n))


def calls(n: int = 1, **options) -> list[str]:
    ledger = Ledger()
    rounds(ledger.game(**options), ledger.batches(), n)
    return ledger.calls


def words(text: str) -> list[str]:
    return text.split()


def test_two_rounds_of_algorithm_1() -> None:
    assert calls(2, k=1) == words("""
        x1  z1  G(z1|c1)  D(x1|c1)  D(G(z1|c1)|c1)  step(D)
            z2  G(z2|c1)            D(G(z2|c1)|c1)  step(G)
        x2  z3  G(z3|c2)  D(x2|c2)  D(G(z3|c2)|c2)  step(D)
            z4  G(z4|c2)            D(G(z4|c2)|c2)  step(G)""")


def test_three_critic_steps_have_a_batch_each_and_the_generator_takes_the_last_condition() -> None:
    assert calls(k=3) == words("""
        x1  z1  G(z1|c1)  D(x1|c1)  D(G(z1|c1)|c1)  step(D)
        x2  z2  G(z2|c2)  D(x2|c2)  D(G(z2|c2)|c2)  step(D)
        x3  z3  G(z3|c3)  D(x3|c3)  D(G(z3|c3)|c3)  step(D)
            z4  G(z4|c3)            D(G(z4|c3)|c3)  step(G)""")


def test_without_critic_a_round_is_a_batch_and_a_generator_step() -> None:
    square = Term("square", "G", lambda turn: (turn.fake - turn.x).square())
    assert calls(2, k=0, terms=(square,)) == words("""
        x1  z1  G(z1|c1)  step(G)
        x2  z2  G(z2|c2)  step(G)""")


def test_a_generator_cost_or_term_that_reads_d_of_x_has_it_answered_on_the_last_batch() -> None:
    reading = words("""
        x1  z1  G(z1|c1)  D(x1|c1)  D(G(z1|c1)|c1)  step(D)
            z2  G(z2|c1)  D(x1|c1)  D(G(z2|c1)|c1)  step(G)""")
    assert calls(objective=relativistic) == reading
    term = Term("match", "G", lambda turn: turn.verdict().r.logits - turn.verdict().f.logits, reads_real=True)
    assert calls(terms=(term,)) == reading


def test_noise_is_fresh_in_every_step() -> None:
    ledger = Ledger()
    rounds(ledger.game(k=2), ledger.batches(), 20)
    assert len(ledger.drawn) == 60
    assert len(torch.cat(ledger.drawn).unique(dim=0)) == 60 * 8


def test_images_are_counted_in_every_critic_step() -> None:
    ledger = Ledger()
    assert [(r.index, r.images) for r in rounds(ledger.game(k=3), ledger.batches(), 3)] == [(0, 24), (1, 48), (2, 72)]


def with_buffers(objective: Objective, terms: tuple[Term, ...]) -> Game:
    """Both players have batch normalisation, spectral normalisation and Adam."""
    G, D = adam(Generator(normed(2, 2, seed=1))), adam(Critic(normed(2, 1, seed=2)))
    return Game(G=G, D=D, prior=normal, objective=objective, terms=terms)


PENALTIES = (Term("r1", "D", r1), Term("r2", "D", r2), Term("gp", "D", gradient_penalty))


@pytest.mark.parametrize("objective", [minimax, non_saturating, wasserstein, relativistic], ids=lambda o: o.name)
@pytest.mark.parametrize("terms", [(), PENALTIES], ids=["plain", "penalised"])
def test_a_step_moves_its_player_and_nothing_of_the_opponent(objective: Objective, terms: tuple[Term, ...]) -> None:
    game, batches = with_buffers(objective, terms), points()
    rounds(game, batches, 2)
    for step, mover, opponent in ((critic_step, game.D, game.G), (generator_step, game.G, game.D)):
        opponents, own, buffers = belongings(opponent), belongings(mover), [b.clone() for b in mover.buffers]
        assert len(opponents) == 45, "8 parameters, their gradients, twice their moments, their step counts; 5 buffers"
        assert step(game, next(batches), NOW).step.taken
        assert same(belongings(opponent), opponents)
        assert not any(torch.equal(a, b) for a, b in zip(mover.buffers, buffers))
        # All but the last bias, where it cancels in the objective: four tensors, and its gradient was and is 0.
        assert sum(not torch.equal(a, b) for a, b in zip(belongings(mover), own)) >= 40


def test_the_generator_learns_through_the_fake_and_the_critic_never() -> None:
    turns = {}

    def remember(owner: str) -> Term:
        return Term("seen", owner, lambda turn: turns.update({owner: turn}) or turn.verdict().f.logits * 0)

    game = Game(
        G=sgd(Generator(constant(0.0, 0.0)), rate=1.0),
        D=sgd(Critic(linear(3.0, -4.0)), rate=0.0),
        prior=normal,
        objective=wasserstein,
        terms=(remember("D"), remember("G")),
    )
    (round,) = rounds(game, points(), 1)
    assert not turns["D"].fake.requires_grad
    assert turns["G"].fake.requires_grad
    # J(G) = -w . (b + Wz): its gradient in b is -w, in W the outer product of -w and mean z; so b becomes w.
    assert_close(game.G.networks["net"].net.bias.data, torch.tensor([3.0, -4.0], dtype=DOUBLE))
    mean_z = turns["G"].z.mean(0)
    assert round.gradients["G"] == pytest.approx(5 * (1 + mean_z.square().sum().item()) ** 0.5, rel=1e-12)


def test_one_wasserstein_step_with_r1_is_the_closed_form() -> None:
    """D(x) = w.x + b: L = E f - E r + gamma/2 |w|^2, so w <- w - eta (E G(z) - E x + gamma w), and b stays."""
    eta, gamma = 0.1, 0.7
    w, fake = torch.tensor([0.3, -0.4], dtype=DOUBLE), torch.tensor([0.5, 0.25], dtype=DOUBLE)
    game = Game(
        G=sgd(Generator(constant(0.5, 0.25)), rate=eta),
        D=sgd(Critic(linear(0.3, -0.4, bias=2.0)), rate=eta),
        prior=normal,
        objective=wasserstein,
        terms=(Term("r1", "D", r1, weight=gamma),),
    )
    batch = next(points())
    seen = critic_step(game, batch, NOW)
    critic = game.D.networks["net"].net
    assert_close(critic.weight.data[0], w - eta * (fake - batch.x.mean(0) + gamma * w), rtol=1e-13, atol=1e-13)
    assert critic.bias.item() == 2.0
    d_real, d_fake = (batch.x @ w).mean().item() + 2, (fake @ w).item() + 2
    assert seen.costs == pytest.approx({"D": d_fake - d_real, "D/r1": 0.125}, rel=1e-12)
    assert seen.readings["net"][:2] == pytest.approx((d_real, d_fake), rel=1e-12)


class Bilinear(nn.Module):
    """G() = theta, or D(x) = psi x: one number."""

    def __init__(self, start: float, critic: bool) -> None:
        super().__init__()
        self.number = nn.Parameter(torch.tensor(start, dtype=DOUBLE))
        self.critic = critic

    def forward(self, first: Tensor | None, c: Tensor | None) -> Tensor | Answer:
        return Answer(self.number * first) if self.critic else self.number.expand(4)


def bilinear(theta: float, psi: float, eta: float = 0.1) -> Game:
    """V = -psi theta, as x = 0: a saddle at the origin."""
    G, D = (sgd(Bilinear(*start), eta) for start in ((theta, False), (psi, True)))
    return Game(G=G, D=D, objective=wasserstein)


def zeros() -> Iterator[Batch]:
    while True:
        yield Batch(torch.zeros(4, dtype=DOUBLE))


@pytest.mark.parametrize("n", [1, 2, 50])
def test_bilinear_game_turns_by_its_matrix(n: int) -> None:
    """psi <- psi - eta theta, then theta <- theta + eta psi: the critic moves first, the generator sees it moved."""
    eta = 0.1
    game = bilinear(theta=1.0, psi=2.0, eta=eta)
    rounds(game, zeros(), n)
    one_round = torch.tensor([[1 - eta**2, eta], [-eta, 1]], dtype=DOUBLE)
    expected = torch.linalg.matrix_power(one_round, n) @ torch.tensor([1.0, 2.0], dtype=DOUBLE)
    got = torch.stack([p.networks["net"].number.detach() for p in (game.G, game.D)])
    assert_close(got, expected, rtol=1e-12, atol=1e-12)


def test_a_game_at_its_saddle_point_stays_there() -> None:
    """No player can better its cost alone, and neither does."""
    game = bilinear(theta=0.0, psi=0.0)
    for round in rounds(game, zeros(), 5):
        assert round.gradients == {"D": 0.0, "G": 0.0}
    assert game.G.networks["net"].number.item() == game.D.networks["net"].number.item() == 0.0
