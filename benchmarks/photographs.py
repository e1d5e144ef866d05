"""How far a recipe comes in equally many seconds of the process, on one thread: smaller steps beside larger ones.

    python benchmarks/photographs.py SET.npz --seconds 90 --seed 1 --to OUT --eyes vgg16.safetensors
    python benchmarks/photographs.py SET.npz --set batch=32 g.start=mean --name small    other settings

SET.npz has x and xt, pictures [N, C, H, W] of bytes to train on and to judge against; with c and ct, labels, the
features are those of a classifier that learned them (`--features learned`), without them the means over places of what
VGG16 sees at relu3_3 and relu4_3, of 1,000 pictures. Rates fall with the seconds, as they do with the images of a run.
Prints the Frechet distance of the average's samples to xt, and that of as many real pictures; the first 100 samples are
OUT/SET-NAME-SEED.png. Without --eyes samples are only written, and judged later by `--judge OUT/SET-NAME-SEED.pt`.
"""

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from saddlepoint import figures
from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import facts_of
from saddlepoint.data.feed import onwards
from saddlepoint.data.scaling import to_uint8
from saddlepoint.data.source import Source
from saddlepoint.engine import resolve
from saddlepoint.files import make_folder
from saddlepoint.game.algorithm import play
from saddlepoint.game.averaging import Average
from saddlepoint.game.rules import Dials, State
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.judging.extractors.learned import learned, taught
from saddlepoint.judging.extractors.vgg import vgg
from saddlepoint.planning.begin import configure
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.running.dials import rate
from saddlepoint.settings.run import Engine
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.systems.catalog import system

DRAWN, SEEN, LEARNT_FROM, SHOWN = 2_000, 1_000, 5_000, 100


def source_of(path: Path, test: bool = False) -> Source:
    """The pictures to train on, or those to judge against."""
    held = np.load(path)
    x, c = held["xt" if test else "x"], held["ct" if test else "c"] if "c" in held else None
    names = () if c is None else tuple(map(str, range(int(c.max()) + 1)))
    return Source(path.stem, torch.from_numpy(x), None if c is None else torch.from_numpy(c), names)


def drawn(source: Source, recipe: str, told: dict[str, str], seconds: float, seed: int) -> tuple[Tensor, int]:
    """(samples of the average, training pictures seen) after so many seconds of this process."""
    config, facts = configure(recipe, None, told | {"seed": seed}), facts_of({"x": source})
    engine, own = resolve(Engine(threads=1)), system("gan")
    torch.manual_seed(seed_of(seed, "weights"))
    networks = {
        name: network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        for name, network in own.networks(config, facts).items()
    }
    feed = Batches(source, config.batch, Randomness(seed), "signed", torch.device("cpu"))
    own.prepare(config, networks, feed.take(torch.arange(min(LEARNT_FROM, source.size))))
    scene = own.scene(config, 0, networks, facts)
    average, start, images = Average(networks["G"], config.averages[0]), time.process_time(), 0
    game = replace(scene.game, fast=engine.fast())

    def dials(state: State) -> Dials:
        t = min(1.0, (time.process_time() - start) / seconds)
        return Dials(rates={name: rate(pace, t) for name, pace in scene.paces.items()})

    for round in play(game, onwards(feed, 0), seed=seed_of(seed, "stage", 0), dials=dials):
        average.update(networks["G"], round.images - images, round.images)
        images = round.images
        if time.process_time() - start >= seconds:
            break
    latent = own.model(config, facts, {"G": average.module}).latent
    assert latent is not None
    z = latent.prior(DRAWN, Randomness(seed).stream("drawn"))
    c = None if source.c is None else torch.arange(DRAWN) % len(source.classes)
    parts = [latent.decode(z[i : i + SHOWN], None if c is None else c[i : i + SHOWN]) for i in range(0, DRAWN, SHOWN)]
    return to_uint8(torch.cat(parts), "signed"), images


@torch.no_grad()
def by_vgg(x: Tensor, eyes: Path) -> Tensor:
    """The means over places of two layers, [N, 768]."""
    network, names = vgg(eyes), ("relu3_3", "relu4_3")
    found = [network(part.float() / 255, names) for part in some(x).split(50)]
    return torch.cat([torch.cat([each[name].mean((2, 3)) for name in names], 1) for each in found]).double()


def some(x: Tensor) -> Tensor:
    """As many as are looked at, from all over."""
    return x[torch.randperm(len(x), generator=torch.Generator().manual_seed(0))[:SEEN]]


def judged(x: Tensor, path: Path, eyes: Path) -> str:
    """The distance of these samples, and of training pictures, to those to judge against."""
    train, test = source_of(path), source_of(path, test=True)
    if train.c is None:
        seen = [by_vgg(each, eyes) for each in (x, train.x, test.x)]
    else:
        extractor = learned(taught(train.x, train.c, train.classes, 0), train.classes)
        seen = [look(extractor, each).features for each in (x, train.x[: test.size], test.x)]
    one, real, reference = (fit(each) for each in seen)
    return f"Frechet {frechet(one, reference):.1f}, of real pictures {frechet(real, reference):.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("set", type=Path)
    parser.add_argument("--recipe", default="modern")
    parser.add_argument("--set", nargs="*", default=[], dest="told")
    parser.add_argument("--name")
    parser.add_argument("--seconds", type=float, default=90.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--to", type=Path, default=Path())
    parser.add_argument("--eyes", type=Path)
    parser.add_argument("--judge", type=Path)
    wishes = parser.parse_args()
    torch.set_num_threads(1)
    if wishes.judge:
        print(wishes.judge.stem, judged(torch.load(wishes.judge, weights_only=True), wishes.set, wishes.eyes))
        return
    told = dict(word.split("=", 1) for word in wishes.told)
    name = f"{wishes.set.stem}-{wishes.name or wishes.recipe}-{wishes.seed}"
    make_folder(wishes.to)
    x, images = drawn(source_of(wishes.set), wishes.recipe, told, wishes.seconds, wishes.seed)
    figures.save(figures.grid(x[:SHOWN], 10), wishes.to / f"{name}.png")
    torch.save(x, wishes.to / f"{name}.pt")
    print(f"{name}: {images:,} pictures seen in {wishes.seconds:.0f} s", flush=True)
    if wishes.eyes:
        print(judged(x, wishes.set, wishes.eyes))


if __name__ == "__main__":
    main()
