"""A rare class: label accuracy of each class where one has 1 % of the others' examples, with and without balancing.

    python benchmarks/rare_class.py [--rare 8] [--images 100000] [--balance 0 0.5 1] [--seed 0]

Digits of the bundled set; of the rare class about one in a hundred of all is kept. Judged on 500 samples of each class.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

import saddlepoint as sp
from saddlepoint.data.digits import digits
from saddlepoint.judge.digits import load, look

OF_EACH = 500


def rare(path: Path, label: int, share: float) -> None:
    """The digits with so few of one class that it has this share of all."""
    source = digits()
    c = source.c
    assert c is not None
    others, own = (c != label).nonzero().flatten(), (c == label).nonzero().flatten()
    kept = torch.cat([others, own[: round(share * len(others) / (1 - share))]])
    np.savez(path, x=source.x[kept, 0].numpy(), y=c[kept].numpy())


def accuracies(run: sp.Run) -> list[float]:
    """How many samples of each class the judge takes for what they were asked to be, in %."""
    x, labels = run.sample(10 * OF_EACH, seed=1)
    _, seen = look(load("a").network, x)
    assert labels is not None
    return [100 * (seen[labels == k] == k).double().mean().item() for k in range(10)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rare", type=int, default=8)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--balance", type=float, nargs="+", default=[0.0, 0.5, 1.0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    wishes = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    path = root / "rare.npz"
    rare(path, wishes.rare, wishes.share)
    print("| balance | the rare class, % | the others, % | the worst of them, % |\n| --- | --- | --- | --- |")
    for balance in wishes.balance:
        settings = {"images": wishes.images, "seed": wishes.seed, "balance": balance, "engine.threads": wishes.threads}
        found = accuracies(sp.train(str(path), settings=settings, root=root, name=f"balance-{balance:g}"))
        own = found.pop(wishes.rare)
        print(f"| {balance:g} | {own:.1f} | {sum(found) / len(found):.1f} | {min(found):.1f} |", flush=True)


if __name__ == "__main__":
    main()
