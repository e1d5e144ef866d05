"""What pretraining is worth where few labels are known: three layers of 500 units, fine-tuned, beside untrained ones.

    python benchmarks/few_labels.py TRAIN TEST [--labels 100 1000] [--draws 10] [--images 400000] [--noise 0.25]
                                    [--no-relu] [--root DIR]

TRAIN and TEST are two sources of digits with classes, as the idx files of MNIST. `stacked` is trained without a label,
each layer by itself on damaged codes (Vincent et al. 2008). Then, in each draw of the labels, all layers and a linear
classifier learn from them: from there, from the same sigmoids untrained, and from untrained ReLUs (He's start).
Errors are those on all of TEST, with their 95 % interval over the draws, and how far a start is from pretraining's.
"""

import argparse
import copy
import time
from pathlib import Path

import torch
from torch import Tensor, nn

import saddlepoint as sp
from saddlepoint.court.probe import compared, draws_of
from saddlepoint.court.tuning import error, tune
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source, silent
from saddlepoint.networks.autoencoder import Stack
from saddlepoint.networks.mlp import Layers, stack
from saddlepoint.randomness import Randomness

WIDTHS = (500, 500, 500)


def examples(name: str) -> tuple[Tensor, Tensor]:
    source = open_source(Reading(name), silent)
    assert source.c is not None
    return source.x.flatten(1).float() / 255, source.c


def beside_the_first(labels: int, errors: dict[str, Tensor]) -> list[list[str]]:
    """Of each name (labels, name, error, points worse than the first, draws in which it is worse), errors by draw."""
    first, rows = next(iter(errors.values())), []
    for name, one in compared(errors, dict.fromkeys(errors, WIDTHS[-1])).items():
        cells = [f"{labels:,}", name, "{:.1f} % [{:.1f}, {:.1f}]".format(*one.error.scaled(100)), "-", "-"]
        if one.apart is not None:
            worse = int((errors[name] > first).sum())
            cells[3:] = "{:+.1f} [{:+.1f}, {:+.1f}]".format(*one.apart.scaled(100)), f"{worse} of {len(first)}"
        rows.append(cells)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--labels", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--images", type=int, default=400_000)
    parser.add_argument("--noise", type=float, default=0.25)
    parser.add_argument("--relu", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--root", type=Path, default=Path("runs/few-labels"))
    wishes = parser.parse_args()
    begun = time.process_time()
    settings = {"engine.threads": 1, "judge.share": 0, "widths": WIDTHS, "noise": wishes.noise}
    settings |= {"images": wishes.images, "snapshots": 2}
    run = sp.train(wishes.train, recipe="stacked", settings=settings, root=wishes.root, watcher=sp.quiet)
    pretrained = run.generator().networks["stack"]
    print(f"pretraining: {time.process_time() - begun:.0f} s of the processor, {WIDTHS}", flush=True)
    (x, y), (new, wanted) = examples(wishes.train), examples(wishes.test)
    torch.manual_seed(0)
    starts: dict[str, nn.Module] = {
        "pretrained": pretrained,
        "not pretrained": Stack(x.shape[1], WIDTHS),
    }
    if wishes.relu:
        starts["not pretrained, ReLU"] = stack(x.shape[1], Layers(WIDTHS, "relu"))
    print("| labels | start | error | points worse | draws in which it is worse | seconds a draw |")
    print("| --- | --- | --- | --- | --- | --- |")
    for labels in wishes.labels:
        draws, errors, seconds = draws_of(y, labels, 10, wishes.draws, 0), {}, {}
        for name, start in starts.items():
            begun, found = time.process_time(), []
            for number, draw in enumerate(draws):
                net = copy.deepcopy(start)
                encode = net.down if isinstance(net.requires_grad_(True), Stack) else net
                head = tune(encode, net, x[draw], y[draw], 10, Randomness(0).stream("tune", number))
                found.append(error(encode, head, new, wanted))
            errors[name], seconds[name] = torch.tensor(found), (time.process_time() - begun) / len(draws)
        for cells in beside_the_first(labels, errors):
            print(f"| {' | '.join([*cells, f'{seconds[cells[1]]:.1f}'])} |", flush=True)


if __name__ == "__main__":
    main()
