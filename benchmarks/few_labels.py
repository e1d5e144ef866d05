"""What pretraining is worth where few labels are known, or many: layers that were pretrained, beside untrained ones.

    python benchmarks/few_labels.py TRAIN TEST [--widths 500 500 500] [--images 400000] [--noise 0.25] [--run RUN]
                                    [--labels 100 1000] [--draws 10] [--steps 600] [--starts pretrained sigmoid relu]
                                    [--anew] [--root DIR]

TRAIN and TEST are two sources of pictures with classes, as the idx files of MNIST. `stacked` is trained without a
label, each layer by itself on damaged codes (Vincent et al. 2008), then all; --run takes a run that was left by that.
Then, in each draw of the labels, all layers and a linear classifier learn from them: from there, and untrained from
the same sigmoids, from ReLUs (He's start) and from ReLUs with dropout (a fifth of x, half of each layer). --draws and
--steps are one number, or one for each number of labels. Untrained weights are the same in all draws, or --anew drawn
for each. Errors are those on all of TEST, with their 95 % interval over the draws, and how far a start is from the
first one's.
"""

import argparse
import copy
import time
from pathlib import Path

import torch
from torch import Tensor, nn

import saddlepoint as sp
from saddlepoint.artefact.folder import load
from saddlepoint.court.probe import compared, draws_of
from saddlepoint.court.tuning import STEPS, Encode, Examples, error, tune
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source, silent
from saddlepoint.networks.autoencoder import Stack
from saddlepoint.networks.mlp import Layers, stack
from saddlepoint.randomness import Randomness

STARTS = {
    "pretrained": "pretrained",
    "sigmoid": "untrained",
    "relu": "untrained ReLU",
    "dropout": "untrained ReLU, dropout",
}


def examples(name: str) -> Examples:
    source = open_source(Reading(name), silent)
    assert source.c is not None
    return source.x.flatten(1).float() / 255, source.c


def beside_the_first(labels: int, errors: dict[str, Tensor]) -> list[list[str]]:
    """Of each name (labels, name, error, points worse than the first, draws in which it is worse), errors by draw."""
    first, rows = next(iter(errors.values())), []
    for name, one in compared(errors, dict.fromkeys(errors, 0)).items():
        cells = [f"{labels:,}", name, "{:.1f} % [{:.1f}, {:.1f}]".format(*one.error.scaled(100)), "-", "-"]
        if one.apart is not None:
            worse = int((errors[name] > first).sum())
            cells[3:] = "{:+.1f} [{:+.1f}, {:+.1f}]".format(*one.apart.scaled(100)), f"{worse} of {len(first)}"
        rows.append(cells)
    return rows


def asking(about: str) -> argparse.ArgumentParser:
    """Where the examples are, what is pretrained on them, and what begins beside it."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--widths", type=int, nargs="+", default=[500, 500, 500])
    parser.add_argument("--images", type=int, default=400_000)
    parser.add_argument("--noise", type=float, default=0.25)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--starts", nargs="+", choices=STARTS, default=["pretrained", "sigmoid", "relu"])
    parser.add_argument("--root", type=Path, default=Path("runs/few-labels"))
    return parser


def pretrained(wishes: argparse.Namespace) -> Stack:
    """The stack that was trained without a label: of --run, else in a run of its own."""
    begun, folder = time.process_time(), wishes.run
    if folder is None:
        stages = [*({"layer": layer} for layer in range(len(wishes.widths))), {}]
        settings = {"engine.threads": 1, "judge.share": 0, "widths": tuple(wishes.widths), "stages": stages}
        settings |= {"noise": wishes.noise, "images": wishes.images, "snapshots": 2}
        folder = sp.train(wishes.train, recipe="stacked", settings=settings, root=wishes.root, watcher=sp.quiet).folder
    found = load(folder).networks["stack"]
    assert isinstance(found, Stack)
    print(
        f"pretraining: {time.process_time() - begun:.0f} s of the processor, {folder}, {widths_of(found)}", flush=True
    )
    return found


def widths_of(layers: Stack) -> tuple[int, ...]:
    return tuple(layer.down.out_features for layer in layers.chosen(None))


def start(kind: str, trained: Stack, inputs: int, seed: int) -> tuple[nn.Module, Encode]:
    """A network of one kind, in use as it is tuned, and its code; the seed is that of untrained weights and dropout."""
    torch.manual_seed(seed)
    widths = widths_of(trained)
    networks = {
        "pretrained": copy.deepcopy(trained).requires_grad_(True),
        "sigmoid": Stack(inputs, widths),
        "relu": stack(inputs, Layers(widths, "relu")),
        "dropout": stack(inputs, Layers(widths, "relu", dropout=0.5, input_dropout=0.2)),
    }
    net = networks[kind].train()
    return net, net.down if isinstance(net, Stack) else net


def each(numbers: list[int], labels: list[int]) -> list[int]:
    """One number for each number of labels, where one was given for all."""
    return numbers * len(labels) if len(numbers) == 1 else numbers


def main() -> None:
    parser = asking(__doc__)
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--draws", type=int, nargs="+", default=[10])
    parser.add_argument("--steps", type=int, nargs="+", default=[STEPS])
    parser.add_argument("--anew", action="store_true")
    wishes = parser.parse_args()
    trained = pretrained(wishes)
    (x, y), (new, wanted) = examples(wishes.train), examples(wishes.test)
    classes = int(y.max()) + 1
    print("| labels | start | error | points worse | draws in which it is worse | seconds a draw |")
    print("| --- | --- | --- | --- | --- | --- |")
    draws_each, steps_each = each(wishes.draws, wishes.labels), each(wishes.steps, wishes.labels)
    for labels, count, steps in zip(wishes.labels, draws_each, steps_each):
        draws, errors, seconds = draws_of(y, labels, classes, count, 0), {}, {}
        for kind in wishes.starts:
            begun, found = time.process_time(), []
            for number, draw in enumerate(draws):
                net, encode = start(kind, trained, x.shape[1], number if wishes.anew else 0)
                head = tune(encode, net, x[draw], y[draw], classes, Randomness(0).stream("tune", number), steps)
                net.eval()
                found.append(error(encode, head, new, wanted))
            name = STARTS[kind]
            errors[name], seconds[name] = torch.tensor(found), (time.process_time() - begun) / count
        for cells in beside_the_first(labels, errors):
            print(f"| {' | '.join([*cells, f'{seconds[cells[1]]:.1f}'])} |", flush=True)


if __name__ == "__main__":
    main()
