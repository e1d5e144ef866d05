"""Mode coverage: PacGAN's ring of 8 and grid of 25, the objectives side by side, and VEEGAN's 1,200 dimensions.

    python benchmarks/modes.py ring8
    python benchmarks/modes.py grid25
    python benchmarks/modes.py ring8-pacgan              (their networks)
    python benchmarks/modes.py grid25-pacgan
    python benchmarks/modes.py objectives --seeds 3
    python benchmarks/modes.py veegan --seeds 3

Protocol (Lin et al. 2018): 100,000 training points, z normal in the plane, 2,500 samples; one is of high quality if it
lies within 3 standard deviations of a mode, a mode is found if one such sample is nearest to it, and the reverse KL is
that of the samples' nearest modes to the true weights. A perfect sampler has 98.9 % of high quality, and a reverse
KL of (K - 1) / 5,000 on average.
"""

import argparse
import math
import time
from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

import torch
from starts import Steps, place_creases, spread_out, unfold
from targets import Target, planar, veegan
from torch import Tensor, nn

from saddlepoint.data.worlds import grid, ring
from saddlepoint.game.algorithm import Schedule, algorithm_1, generator_step, play
from saddlepoint.game.averaging import Average
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Dials, Game, State, Term
from saddlepoint.game.turns import Moment
from saddlepoint.networks.mlp import Layers, MLPCritic, MLPGenerator
from saddlepoint.objectives import hinge, least_squares, minimax, non_saturating, relativistic, wasserstein
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch, Round, Turn

POINTS, SAMPLES = 100_000, 2_500
PIECES = 5
BETAS = (0.5, 0.99)
OBJECTIVES = {o.name: o for o in (minimax, non_saturating, least_squares, hinge, wasserstein, relativistic)}


class Score(NamedTuple):
    """Modes found, the share of samples of high quality, the reverse KL in nats, the processor's seconds, and whether
    the game diverged: half of the samples are not finite, or ten times further out than any example.
    """

    modes: int
    quality: float
    reverse_kl: float
    seconds: float
    diverged: bool


class Setting(NamedTuple):
    """How a game is played: networks, objective, penalties and rates over the rounds.

    gamma          weighs R1 and R2 at first, in units of the data's total variance (0 leaves them out)
    last           it falls geometrically to `last` of itself, between `since` and `until` of the rounds
    lazy, rows     R1 and R2 are computed once in so many rounds, and weigh as many times more there; on so many rows
    g_steps, g_since  steps of G in a round, from `g_since` of the rounds on; one before
    d_rate, g_rate are held for `hold` of the rounds, and fall as half a cosine to a hundredth
    steep          D's first layer makes all of D steeper, and the pieces of its units are zero at points of their own
    d_gain         of the first layer of D; g_gain and g_last of every layer of a G of steps, at first and at last
    momentum       of G, Adam's first
    width, layers  of D
    spread         the standard deviation that the data are scaled to for both players, 0 as they are
    """

    networks: str = "steps"
    objective: str = "relativistic"
    gamma: float = 0.0625
    last: float = 2e-4
    since: float = 0.33
    until: float = 0.65
    lazy: int = 1
    rows: int = 100
    g_steps: int = 1
    g_since: float = 0.33
    rounds: int = 19_000
    batch: int = 100
    d_rate: float = 3e-4
    g_rate: float = 1.5e-3
    hold: float = 0.3
    steep: int = 0
    d_gain: float = 32.0
    g_gain: float = 8.0
    g_last: float = 11.0
    momentum: float = 0.5
    width: int = 96
    layers: int = 2
    spread: float = 0.0


RING = Setting(objective="wasserstein", last=1e-3, steep=1, since=0.0, until=0.6, rounds=6_000, hold=0.2, g_last=8.0)
PACGAN = Setting(
    "pacgan",
    last=1e-2,
    until=0.75,
    lazy=4,
    rounds=12_000,
    g_steps=2,
    d_rate=1.5e-4,
    g_rate=4e-3,
    hold=0.6,
    d_gain=12.0,
    width=200,
    spread=math.sqrt(8),
)
SETTINGS = {
    "ring8": RING,
    "grid25": Setting(until=0.75, rounds=18_000, g_steps=2, hold=0.6),
    "objectives": RING._replace(rounds=2_000),
    "veegan": Setting(
        objective="wasserstein", gamma=0.25, last=1e-3, rounds=4_000, g_rate=3e-4, hold=0.5, g_gain=1.0, g_last=1.0
    ),
    "ring8-pacgan": PACGAN._replace(rounds=8_000),
    "grid25-pacgan": PACGAN,
}


def r1_and_r2(turn: Turn, rows: int) -> Tensor:
    """R1 + R2 = 1/2 |grad D(x)|^2 + 1/2 |grad D(G(z))|^2 of the first rows, by one pass over both: passes cost."""
    seen = turn.verdict()
    u = torch.cat([seen.real[:rows], seen.fake[:rows]]).requires_grad_()
    (slope,) = torch.autograd.grad(seen.critic(u).logits.sum(), u, create_graph=True)
    return slope.square().sum(1).view(2, -1).sum(0) / 2


def players(setting: Setting, target: Target, x: Tensor, prior: Prior) -> tuple[MLPGenerator | Steps, MLPCritic]:
    """PacGAN's: G 400-400 ReLU, D 200-200 maxout of 5. Ours: G of steps, D 96-96; it sees more batches in the time.

    In the plane both critics' creases lie among the data.
    """
    D = MLPCritic((target.dimension,), Layers((setting.width,) * setting.layers, "maxout", PIECES))
    if target.dimension == 2:
        together = 1 if setting.steep else PIECES
        place_creases(D, x[:4000] + x.std() / 6 * torch.randn_like(x[:4000]), together, setting.d_gain)
        if not setting.steep:
            with torch.no_grad():
                D.head.logit.weight.div_(setting.d_gain)  # finer, not steeper
    if setting.networks == "steps":
        G = Steps(target.latent, target.dimension, setting.g_gain)
        spread_out(G, prior, float(x.std()))
    else:
        G = MLPGenerator((target.dimension,), target.latent, Layers((400, 400)), output="identity")
        z = prior(4000, torch.Generator().manual_seed(0))
        place_creases(G, z)
        unfold(G, z, float(x.std()))
    return G, D


def batches(x: Tensor, size: int, count: int, seed: int) -> Iterator[Batch]:
    """`count` batches of rows drawn with replacement."""
    rng = Randomness(seed).stream("data")
    for _ in range(count):
        yield Batch(x[torch.randint(len(x), (size,), generator=rng)])


def round_of(setting: Setting) -> Schedule:
    """Algorithm 1, but that G takes `g_steps` steps in a round, on one batch, from `g_since` of the rounds on."""

    def schedule(
        game: Game, state: State, batches: Iterator[Batch], rng: Randomness, dials: Dials
    ) -> tuple[State, Round]:
        batch = next(batches)
        after = algorithm_1(game, state, iter([batch]), rng, dials)
        for i in range(1, setting.g_steps if state.index >= setting.g_since * setting.rounds else 1):
            generator_step(game, batch, Moment(rng, state.index, game.k + i, dials))
        return after

    return schedule


def trained(setting: Setting, target: Target, seed: int, every: int = 0) -> Score:
    """Play all rounds, and judge the averaged generator; with `every`, also on the way, one line each time."""
    torch.manual_seed(seed)
    points = POINTS if target.dimension < 100 else POINTS // 10
    x = target.draw(points, Randomness(seed).stream("world")).float()
    unit = float(x.std()) / setting.spread if setting.spread else 1.0
    units = Units(unit, float(x.norm(dim=1).max()))
    x /= unit
    prior = Prior("normal", target.latent)
    G, D = players(setting, target, x, prior)
    penalties = (
        (Term("r1 and r2", "D", partial(r1_and_r2, rows=setting.rows), every=setting.lazy),) if setting.gamma else ()
    )
    game = Game(
        G=Player.of(G, torch.optim.Adam(G.parameters(), betas=(setting.momentum, 0.99), fused=True)),
        D=Player.of(D, torch.optim.Adam(D.parameters(), betas=BETAS, fused=True)),
        prior=prior,
        objective=OBJECTIVES[setting.objective],
        terms=penalties,
    )

    def dials(state: State) -> Dials:
        done = state.index / setting.rounds
        if isinstance(G, Steps):
            G.gain.fill_(setting.g_gain * (setting.g_last / setting.g_gain) ** min(1.0, done / setting.until))
        fall = 0.01 + (1 - math.cos(math.pi * min(1.0, (1 - done) / (1 - setting.hold)))) / 2
        gamma = heaviest * setting.last ** min(1.0, max(0.0, done - setting.since) / (setting.until - setting.since))
        weights = {term.name: gamma for term in penalties}
        return Dials(rates={"D": setting.d_rate * fall, "G": setting.g_rate * fall}, weights=weights)

    heaviest = setting.gamma * float(x.var(0).sum())
    average, start = Average(G, 300 * setting.batch), time.process_time()
    drawn = batches(x, setting.batch, setting.rounds, seed)
    for round_ in play(game, drawn, seed=seed, schedule=round_of(setting), dials=dials):
        average.update(G, setting.batch, round_.images)
        if every and (round_.index + 1) % every == 0:
            seen = score(target, average.module, units, seed, time.process_time() - start)
            print(f"    {round_.index + 1:6d}  {line(seen)}", flush=True)
        if not round_.sound:
            break
    return score(target, average.module, units, seed, time.process_time() - start)


class Units(NamedTuple):
    """What a player's 1 is in the world, and how far out its outermost example lies there."""

    one: float
    outermost: float


@torch.no_grad()
def score(target: Target, G: nn.Module, units: Units, seed: int, seconds: float) -> Score:
    """The protocol's three numbers on 2,500 samples, of a G whose outputs are in these units."""
    z = Prior("normal", target.latent)(SAMPLES, Randomness(seed).stream("judge"))
    x = units.one * G(z, None).double().nan_to_num(1e9)
    k, good = target.judge(x)
    share = torch.bincount(k, minlength=target.modes).double() / len(k)
    reverse = torch.special.xlogy(share, share * target.modes).sum()
    diverged = float(x.norm(dim=1).median()) > 10 * units.outermost
    return Score(int(k[good].unique().numel()), float(good.double().mean()), float(reverse), seconds, diverged)


def line(found: Score) -> str:
    """A score in one line."""
    words = f"{found.modes:2d} modes  {found.quality:6.1%}  reverse KL {found.reverse_kl:.3f}  {found.seconds:.0f} s"
    return words + "  diverged" * found.diverged


def cover(target: Target, setting: Setting, seeds: range, every: int = 0) -> None:
    """One target, one setting, several seeds: a line each, and one for all."""
    name, found = f"{target.name} {setting.networks} {setting.objective} gamma {setting.gamma:g}", []
    for seed in seeds:
        found.append(trained(setting, target, seed, every))
        print(f"{name} seed {seed}: {line(found[-1])}", flush=True)
    complete, diverged = sum(s.modes == target.modes for s in found), sum(s.diverged for s in found)
    modes, quality, reverse = (sum(column) / len(found) for column in list(zip(*found))[:3])
    means = f"{modes:.1f} modes, {quality:.1%}, {reverse:.3f}; diverged {diverged}"
    print(f"{name}: all modes {complete} of {len(found)}; {means}", flush=True)


def main() -> None:
    """Read the command line and print one line a run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=SETTINGS)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--every", type=int, default=0, help="print a line every so many rounds")
    for name, default in Setting()._asdict().items():
        parser.add_argument(f"--{name}", type=type(default))
    given = parser.parse_args()
    torch.set_num_threads(1)
    chosen = {name: getattr(given, name) for name in Setting._fields}
    setting = SETTINGS[given.what]._replace(**{name: value for name, value in chosen.items() if value is not None})
    seeds = range(given.first, given.first + given.seeds)
    targets = dict.fromkeys(("grid25", "grid25-pacgan"), lambda: planar("grid25", grid())) | {"veegan": veegan}
    target = targets.get(given.what, lambda: planar("ring8", ring()))()
    both = given.what == "objectives"
    for objective in OBJECTIVES if both else (setting.objective,):
        for gamma in (0.0, setting.gamma) if both else (setting.gamma,):
            cover(target, setting._replace(objective=objective, gamma=gamma), seeds, given.every)


if __name__ == "__main__":
    main()
