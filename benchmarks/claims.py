"""Three sentences of the lectures, put to the test on small budgets, with error bars.

    python benchmarks/claims.py label      a label improves the samples: the same networks with and without, 5 seeds
    python benchmarks/claims.py start      the non-saturating objective learns faster from the start, 10 seeds
    python benchmarks/claims.py memory     such models cannot memorise, having too few parameters

On one thread. The first two on digits, by the Frechet distance of the digit judge over that of as many real pictures;
the third on digits at half their size, by pixels. A mean stands with its standard error over the seeds.
"""

import argparse
import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from staged import halved
from torch import Tensor

from saddlepoint.data.digits import digits, digits_test
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.judging.extractors.digits import digits as digits_judge
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.judging.memory import independent, memorised, memory
from saddlepoint.planning.prepared import recorded
from saddlepoint.randomness import Randomness
from saddlepoint.record import Choices, RunRecord, versions
from saddlepoint.records import Round
from saddlepoint.running.live import Live
from saddlepoint.settings.networks import Dcgan, Residual
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules

ENGINE = Engine(torch.device("cpu"), "float32", 1)
SAMPLES = 1_000
HELD_OUT = 2_000
FAR, FIRST = 28.5, 500  # times the real floor; rounds


def configured(seed: int, images: int, width: int = 16, rules: Mapping[str, Any] = MappingProxyType({})) -> Config:
    """The networks and rates of the recipe `modern`, by width; beyond 64 the rates fall, or G collapses."""
    rates: dict[str, Any] = {"lr": 2e-3 * min(1.0, (64 / width) ** 2), "betas": (0.0, 0.99)}
    common: dict[str, Any] = {"images": images, "r1": 0.2, "penalty_every": 8, "classify": 1.0}
    critic = Dcgan(width=width, kernel=4, normalise=False, condition="projection")
    return Config(
        seed=seed,
        batch=64,
        prior=Noise(size=64),
        g=GeneratorPace(network=Residual(width=width), **rates),
        d=CriticPace(network=critic, **rates),
        stages=(Rules(**(common | dict(rules))),),
        averages=(2_000,),
    )


def begun(conf: Config, source: Source, held_out: Sequence[int] = ()) -> Live:
    """The run, ready to be played, without a folder."""
    about = recorded(source, 0.0).model_copy(update={"held_out": tuple(held_out)})
    choices = Choices(device="cpu", precision="float32", threads=1)
    return Live(RunRecord(config=conf, data=about, choices=choices, versions=versions()), {"x": source}, ENGINE)


def played(session: Live) -> Iterator[Round]:
    """Its rounds, to the end of its stage."""
    if (stage := session.stage) is not None:
        for round in session.rounds(stage):
            session.absorb(round)
            yield round
            if round.images >= stage.images:
                return


def samples(session: Live, n: int = SAMPLES) -> Tensor:
    return session.artefact(session.best).sample(n, 0).x


class Yardstick:
    """How far samples are from test digits, over what as many training digits are: the mean over random blocks, since
    those that stand together are by few hands.
    """

    def __init__(self, training: Source) -> None:
        self.features = digits_judge()
        self.real = fit(look(self.features, digits_test().x).features)
        order = torch.randperm(training.size, generator=Randomness(0).stream("yardstick"))
        blocks = [self.distance(training.x[block]) for block in order.split(SAMPLES)]
        self.floor = sum(blocks) / len(blocks)

    def distance(self, x: Tensor) -> float:
        return frechet(fit(look(self.features, x).features), self.real)

    def __call__(self, session: Live) -> float:
        return self.distance(samples(session)) / self.floor


def mean(numbers: Sequence[float]) -> str:
    error = statistics.stdev(numbers) / math.sqrt(len(numbers)) if len(numbers) > 1 else math.nan
    return f"{statistics.mean(numbers):.3g} +- {error:.2g}"


def label(seeds: int) -> None:
    """With its label and without, what else being equal; D's class cost needs labels and falls away with them."""
    train, images = digits(), 60_000
    found: dict[str, list[float]] = {"with labels": [], "without": []}
    far = Yardstick(train)
    for seed in range(seeds):
        for name, source in (("with labels", train), ("without", train._replace(c=None, classes=()))):
            session = begun(configured(seed, images), source)
            for _ in played(session):
                pass
            found[name].append(far(session))
            print(f"seed {seed}, {name}: {found[name][-1]:.2f} times the floor", flush=True)
    for name, values in found.items():
        print(f"{name}: {mean(values)} times the floor after {images:,} pictures")
    ratios = [math.log(without / labelled) for labelled, without in zip(*found.values())]
    print(f"logarithm of without / with, seed by seed: {mean(ratios)}")


class Beginning(NamedTuple):
    """How a run began: pictures until 28.5 times the floor; over the first 500 rounds, the share of D's answers that
    were right, on reals and on fakes, and the median norm of G's gradient.
    """

    pictures: float
    right: float
    gradient: float


def beginning(session: Live, far: Yardstick) -> Beginning:
    at, gradients, answers = math.inf, [], []
    for round in played(session):
        if round.index < FIRST:
            gradients.append(round.gradients["G"])
            if round.index % 10 == 9:
                logits = session.opinions(256)
                answers += [(logits["train"] > 0).float().mean(), (logits["fake"] < 0).float().mean()]
        if at == math.inf and round.index % 50 == 49 and far(session) < FAR:
            at = session.config.batch * (round.index + 1)
        if at < math.inf and round.index >= FIRST:
            break
    return Beginning(at, float(torch.stack(answers).mean()), statistics.median(gradients))


def start(seeds: int) -> None:
    """Both objectives from the same weights."""
    source, rounds = digits()._replace(c=None, classes=()), 2_500
    far = Yardstick(source)
    for name in ("minimax", "non-saturating"):
        found = []
        for seed in range(seeds):
            rules = {"r1": 0.0, "objective": name}
            found.append(beginning(begun(configured(seed, 64 * rounds, rules=rules), source), far))
            at, right, gradient = found[-1]
            print(f"{name}, seed {seed}: {at:,.0f} pictures; D right {right:.3f}; |dG| {gradient:.3g}", flush=True)
        at, right, gradient = zip(*found)
        there = sum(pictures < math.inf for pictures in at)
        print(f"{name}: {there} of {seeds} there within {64 * rounds:,} pictures")
        print(f"    median {statistics.median(at):,.0f}; D right {mean(right)}, |dG| {mean(gradient)}", flush=True)


def remembers(whole: Source, pictures: int, width: int, seed: int = 0) -> tuple[float, float, float]:
    """(G's parameters over bytes of training data, p-value of the memorisation test, share of near-copies in %).

    As many pictures are held out as are trained on, at most 2,000.
    """
    order = torch.randperm(whole.size, generator=Randomness(seed).stream("claims"))
    source = whole.take(order[: pictures + min(pictures, HELD_OUT)])
    images = min(max(40_000, 40 * pictures), 200_000)
    session = begun(configured(seed, images, width, {"r1": 0.0}), source, range(pictures, source.size))
    for _ in played(session):
        pass
    drawn, trained, held_out = samples(session), source.x[:pictures], source.x[pictures:]
    test = memorised(drawn, trained, held_out, Randomness(seed).stream("judge"))
    copies = memory(drawn, trained, independent(trained, held_out))
    size = sum(weights.numel() for weights in session.networks.G.parameters())
    return size / trained.numel(), test.p.value, 100 * copies.share.value


def memorise(seeds: int) -> None:
    """From few pictures and many parameters to the other way round."""
    whole = halved("digits14", torch.cat([digits().x, digits_test().x]))
    print("pictures | width | parameters / byte | p, seed by seed | near-copies, %")
    for pictures, widths in ((50, (2, 8, 32, 64, 144, 180)), (500, (2, 8, 32, 64)), (10_000, (2, 8, 32, 64))):
        for width in widths:
            ratios, ps, copies = zip(*(remembers(whole, pictures, width, seed) for seed in range(seeds)))
            listed = " ".join(f"{p:.4f}" for p in ps)
            print(f"{pictures} | {width} | {ratios[0]:.3g} | {listed} | {statistics.mean(copies):.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claim", choices=("label", "start", "memory"))
    parser.add_argument("--seeds", type=int, default=0, help="5 for label, 10 for start, 3 for memory")
    options = parser.parse_args()
    torch.set_num_threads(1)
    begun_at = time.process_time()
    if options.claim == "memory":
        memorise(options.seeds or 3)
    elif options.claim == "label":
        label(options.seeds or 5)
    else:
        start(options.seeds or 10)
    print(f"{time.process_time() - begun_at:.0f} s of processor")


if __name__ == "__main__":
    main()
