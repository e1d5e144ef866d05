"""Whether a GAN that saw only the labelled pictures makes a classifier of them better: its test error with and without.

    python benchmarks/augmentation.py TRAIN TEST [--labels 100 1000 10000] [--draws 10] [--images 100000]
                                      [--recipe cgan] [--steps 1200] [--root DIR]

TRAIN and TEST are two sources of grey pictures with classes, as the idx files of MNIST. In each draw of the labels a
conditional GAN is trained on the labelled pictures, and draws as many as there are, of each class in turn. The same
network of two layers of 500 ReLUs then learns from the labelled ones, from these and the generated ones, and from the
generated ones alone: each time as many steps on batches of 50, of which generated ones are none, half and all. Errors
are those on all of TEST, with their 95 % interval over the draws, and how far they are from those without.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from few_labels import beside_the_first
from torch import Tensor

import saddlepoint as sp
from saddlepoint.court.probe import draws_of
from saddlepoint.court.tuning import error, tune
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source, silent
from saddlepoint.networks.mlp import Layers, stack
from saddlepoint.randomness import Randomness

WIDTHS = (500, 500)
Examples = tuple[Tensor, Tensor]


def flat(x: Tensor) -> Tensor:
    return x.flatten(1).float() / 255


def generated(source: Source, number: int, wishes: argparse.Namespace) -> Examples:
    """As many examples as the source has, of each class in turn, by a GAN that saw the source alone."""
    wishes.root.mkdir(parents=True, exist_ok=True)
    path = wishes.root / f"labelled-{source.size}-{number}.npz"
    np.savez(path, x=source.x[:, 0].numpy(), y=source.c)  # pyright: ignore[reportArgumentType]
    settings = {"seed": number, "images": wishes.images, "engine.threads": 1, "judge.share": 0, "snapshots": 2}
    run = sp.train(str(path), recipe=wishes.recipe, settings=settings, root=wishes.root, watcher=sp.quiet)
    drawn = run.sample(source.size, seed=1)
    assert drawn.labels is not None
    return flat(drawn.x), drawn.labels


def learned(known: Examples, new: Examples, classes: int, steps: int, number: int) -> float:
    """The error on new examples of a classifier that learned from the known ones."""
    torch.manual_seed(number)
    net = stack(known[0].shape[1], Layers(WIDTHS, "relu"))
    head = tune(net, net, *known, classes, Randomness(0).stream("tune", number), steps)
    return error(net, head, *new)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000, 10_000])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--recipe", default="cgan")
    parser.add_argument("--steps", type=int, default=1_200)
    parser.add_argument("--root", type=Path, default=Path("runs/augmentation"))
    wishes = parser.parse_args()
    source, test = (open_source(Reading(name), silent) for name in (wishes.train, wishes.test))
    assert source.c is not None
    assert test.c is not None
    new, classes = (flat(test.x), test.c), len(source.classes)
    print("| labels | learned from | error | points worse | draws in which it is worse | seconds of a GAN |")
    print("| --- | --- | --- | --- | --- | --- |")
    for labels in wishes.labels:
        found: dict[str, list[float]] = {"labelled": [], "labelled and generated": [], "generated": []}
        seconds = 0.0
        for number, draw in enumerate(draws_of(source.c, labels, classes, wishes.draws, 0)):
            begun, few = time.process_time(), source.take(draw)
            more = generated(few, number, wishes)
            seconds += (time.process_time() - begun) / wishes.draws
            known = flat(few.x), source.c[draw]
            both = torch.cat([known[0], more[0]]), torch.cat([known[1], more[1]])
            for name, examples in zip(found, (known, both, more)):
                found[name].append(learned(examples, new, classes, wishes.steps, number))
        errors = {name: torch.tensor(each) for name, each in found.items()}
        for cells in beside_the_first(labels, errors):
            print(f"| {' | '.join([*cells, f'{seconds:.0f} s'])} |", flush=True)


if __name__ == "__main__":
    main()
