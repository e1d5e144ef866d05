"""Three sentences of the lectures, put to the test on small budgets, with error bars.

    python benchmarks/claims.py label      a label improves the samples: the same networks with and without, 5 seeds
    python benchmarks/claims.py start      the non-saturating objective learns faster from the start, 10 seeds
    python benchmarks/claims.py memory     such models cannot memorise, having too few parameters

Digits at half their size, on one thread; distances are those of pixels, over that of as many real training pictures. A
mean stands with its standard error over the seeds.
"""

import argparse
import math
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch
from staged import digits14
from torch import Tensor

from saddlepoint.config import Config, Critic, Dcgan, Generator, Prior, Residual, Stage
from saddlepoint.data.source import Source
from saddlepoint.judge.extractors.extractor import look
from saddlepoint.judge.extractors.pixels import pixels
from saddlepoint.judge.memory import memory
from saddlepoint.randomness import Randomness
from saddlepoint.records import Round
from saddlepoint.running import generator
from saddlepoint.running.engine import Engine
from saddlepoint.running.session import Session
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.storage.record import Choices, DataRecord, RunRecord, versions

ENGINE = Engine(torch.device("cpu"), "float32", 1)
SAMPLES = 1_000
FAR = 20.0  # times the real floor


def configured(seed: int, images: int, width: int = 16, rules: Mapping[str, Any] = MappingProxyType({})) -> Config:
    """The networks and rates of the recipe `modern`, narrower."""
    rates: dict[str, Any] = {"lr": 2e-3, "betas": (0.0, 0.99)}
    common: dict[str, Any] = {"images": images, "r1": 0.2, "penalty_every": 8, "classify": 1.0}
    critic = Dcgan(width=width, kernel=4, normalise=False, condition="projection")
    return Config(
        seed=seed,
        batch=64,
        prior=Prior(size=64),
        g=Generator(network=Residual(width=width), **rates),
        d=Critic(network=critic, **rates),
        stages=(Stage(**(common | dict(rules))),),
        averages=(2_000,),
    )


def begun(conf: Config, source: Source, held_out: Sequence[int] = ()) -> Session:
    """The run, ready to be played, without a folder."""
    about = DataRecord(
        name=source.name,
        size=source.size,
        shape=tuple(source.x.shape[1:]),
        classes=source.classes,
        licence="",
        digest="",
        held_out=tuple(held_out),
    )
    choices = Choices(device="cpu", precision="float32", threads=1)
    return Session(RunRecord(config=conf, data=about, choices=choices, versions=versions()), source, ENGINE)


def played(session: Session) -> Iterator[Round]:
    """Its rounds, to the end of its stage."""
    if (stage := session.stage) is not None:
        for round in session.rounds(stage):
            session.absorb(round)
            yield round
            if round.images >= stage.images:
                return


def samples(session: Session, n: int = SAMPLES) -> Tensor:
    return generator.Generator(session.best, session.description("")).sample(n, 0).x


class Yardstick:
    """How far samples are from real digits, over what as many other real digits are."""

    def __init__(self, whole: Source) -> None:
        self.real = fit(look(pixels(), whole.x[-2_000:]).features)
        self.floor = frechet(fit(look(pixels(), whole.x[:SAMPLES]).features), self.real)

    def __call__(self, session: Session) -> float:
        return frechet(fit(look(pixels(), samples(session)).features), self.real) / self.floor


def mean(numbers: Sequence[float]) -> str:
    error = statistics.stdev(numbers) / math.sqrt(len(numbers)) if len(numbers) > 1 else math.nan
    return f"{statistics.mean(numbers):.3g} +- {error:.2g}"


def label(whole: Source, far: Yardstick, seeds: int) -> None:
    """With its label and without, what else being equal; D's class cost needs labels and falls away with them."""
    train = whole.take(torch.arange(8_000))
    found: dict[str, list[float]] = {"with labels": [], "without": []}
    for seed in range(seeds):
        for name, source in (("with labels", train), ("without", train._replace(c=None, classes=()))):
            session = begun(configured(seed, 20_000), source)
            for _ in played(session):
                pass
            found[name].append(far(session))
            print(f"seed {seed}, {name}: {found[name][-1]:.2f} times the floor", flush=True)
    for name, values in found.items():
        print(f"{name}: {mean(values)} times the floor after 20,000 pictures")
    print(f"without - with, seed by seed: {mean([b - a for a, b in zip(*found.values())])}")


def start(whole: Source, far: Yardstick, seeds: int) -> None:
    """Both objectives from the same weights; pictures until the distance falls below 20 times the floor."""
    source, images = whole.take(torch.arange(8_000))._replace(c=None, classes=()), 32_000
    for objective in ("minimax", "non-saturating"):
        reached, sure, norms = [], [], []
        for seed in range(seeds):
            session = begun(configured(seed, images, rules={"r1": 0.0, "objective": objective}), source)
            at, gradients, right = math.inf, [], []
            for round in played(session):
                gradients.append(round.gradients["G"])
                if round.index % 25 == 24:
                    logits = session.opinions()
                    right += [float((logits["train"] > 0).float().mean()), float((logits["fake"] < 0).float().mean())]
                    if at == math.inf and far(session) < FAR:
                        at = round.images
            reached.append(at)
            sure.append(statistics.mean(right))
            norms.append(statistics.median(gradients))
            print(f"{objective} {seed}: {at:,.0f} pictures, D right {sure[-1]:.3f}, |dG| {norms[-1]:.3g}", flush=True)
        there = [at for at in reached if at < math.inf]
        median = statistics.median(reached)
        print(
            f"{objective}: {len(there)} of {seeds} below {FAR:g} times the floor within {images:,} pictures, median "
            f"{median:,.0f}; D right {mean(sure)}; median |dG| {mean(norms)}",
            flush=True,
        )


def remembers(whole: Source, pictures: int, width: int, seed: int = 0) -> tuple[float, float, float]:
    """(G's parameters over bytes of training data, p-value of the memorisation test, share of near-copies in %)."""
    count = min(pictures, whole.size // 2)
    order = torch.randperm(whole.size, generator=Randomness(seed).stream("claims"))
    source = whole.take(order[: 2 * count])._replace(c=None, classes=())
    session = begun(configured(seed, 24_000, width, {"r1": 0.0}), source, range(count, 2 * count))
    for _ in played(session):
        pass
    found = memory(samples(session), source.x[:count], source.x[count:], Randomness(seed).stream("judge"))
    size = sum(weights.numel() for weights in session.networks.G.parameters())
    p = math.nan if found.test is None else found.test.p
    return size / source.x[:count].numel(), p, 100 * len(found.copies) / SAMPLES


def memorise(whole: Source) -> None:
    """From few pictures and many parameters to the other way round; as many pictures are held out as trained on."""
    print("pictures | width | parameters / byte | p | near-copies, %")
    for pictures in (50, 500, 5_000):
        for width in (2, 8, 32) if pictures > 50 else (2, 8, 32, 64):
            ratio, p, copies = remembers(whole, pictures, width)
            print(f"{pictures} | {width} | {ratio:.3g} | {p:.4f} | {copies:.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claim", choices=("label", "start", "memory"))
    parser.add_argument("--seeds", type=int, default=0, help="5 for label, 10 for start")
    options = parser.parse_args()
    torch.set_num_threads(1)
    begun_at, whole = time.process_time(), digits14()
    if options.claim == "memory":
        memorise(whole)
    elif options.claim == "label":
        label(whole, Yardstick(whole), options.seeds or 5)
    else:
        start(whole, Yardstick(whole), options.seeds or 10)
    print(f"{time.process_time() - begun_at:.0f} s of processor")


if __name__ == "__main__":
    main()
