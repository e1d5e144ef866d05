"""A rare class: how good each class is where one has 1 % of all examples, with and without balancing.

    python benchmarks/rare_class.py [--rare 8] [--images 120000] [--balance 0 0.5 1] [--seed 0]

Digits of the bundled set; of the rare class about one in a hundred of all is kept. The first row is of the whole set.
Judged on 500 samples of each class: how many the judge takes for what they were asked to be; the mean
distance of two of the rare class, in the judge's features, over that of real ones (100 % is as varied as real); the
Frechet distance of the others to the real test pictures of their classes.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import saddlepoint as sp
from saddlepoint.data.digits import digits, digits_test
from saddlepoint.judging.digits import load, look
from saddlepoint.statistics.gaussian import fit, frechet

OF_EACH = 500


def rare(path: Path, label: int, share: float) -> None:
    """The digits with so few of one class that it has this share of all."""
    source = digits()
    c = source.c
    assert c is not None
    others, own = (c != label).nonzero().flatten(), (c == label).nonzero().flatten()
    kept = torch.cat([others, own[: round(share * len(others) / (1 - share))]])
    np.savez(path, x=source.x[kept, 0].numpy(), y=c[kept].numpy())


def spread(features: Tensor) -> float:
    """The mean distance of two of them."""
    n = len(features)
    return float(torch.cdist(features.double(), features.double()).sum() / (n * (n - 1)))


def judged(run: sp.Run, label: int) -> list[str]:
    """The figures of a run, in %, but the last."""
    network, test = load("a").network, digits_test()
    drawn = run.sample(10 * OF_EACH, seed=1)
    x, labels = drawn.x, drawn.labels
    features, seen = look(network, x)
    real, _ = look(network, test.x)
    assert labels is not None
    assert test.c is not None
    right = [100 * (seen[labels == k] == k).double().mean().item() for k in range(10)]
    own = right.pop(label)
    varied = 100 * spread(features[labels == label]) / spread(real[test.c == label])
    distance = frechet(fit(features[labels != label]), fit(real[test.c != label]))
    return [f"{own:.1f}", f"{varied:.0f}", f"{sum(right) / 9:.1f}", f"{min(right):.1f}", f"{distance:.1f}"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rare", type=int, default=8)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--images", type=int, default=120_000)
    parser.add_argument("--balance", type=float, nargs="+", default=[0.0, 0.5, 1.0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    wishes = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    path = root / "rare.npz"
    rare(path, wishes.rare, wishes.share)
    print("| balance | the rare class right | its variety | the others right | the worst of them | Frechet distance |")
    print("| --- | --- | --- | --- | --- | --- |")
    for balance in [None, *wishes.balance]:
        settings = {"images": wishes.images, "seed": wishes.seed, "engine.threads": wishes.threads}
        settings |= {} if balance is None else {"balance": balance}
        data, name = ("digits", "whole set") if balance is None else (str(path), f"{balance:g}")
        run = sp.train(data, settings=settings, root=root, name=name.replace(" ", "-"))
        print("|", " | ".join([name, *judged(run, wishes.rare)]), "|", flush=True)


if __name__ == "__main__":
    main()
