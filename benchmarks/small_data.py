"""Small data: the Frechet distance to held-out data with and without augmentation, over seeds.

    python benchmarks/small_data.py [--images 40000] [--seeds 0 1 2] [--cifar cifar10_small.npz] [--flags "--r1 1"]

500 of the bundled digits, by features of the digit judge, against the 2,000 bundled test digits; and, where --cifar
names a file with x_train, y_train, x_test, y_test, 500 pictures of its class 7 (horses), by features of
EfficientNet-Lite0 (extra `features`), against all others of that class. Each cell is the mean over the seeds with its
95 % interval, Student's t.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import saddlepoint as sp
from saddlepoint.data.digits import digits, digits_test
from saddlepoint.judging.digits import load, look
from saddlepoint.judging.extractors import extractor
from saddlepoint.judging.extractors.efficientnet import efficientnet
from saddlepoint.statistics.gaussian import fit, frechet

FEW, HORSES, SAMPLES = 500, 7, 2000
T = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776}  # Student's t, 97.5 %, by the number of seeds
VARIANTS = ("none", "diff", "adaptive")
Features = Callable[[Tensor], Tensor]


def few_digits(folder: Path) -> tuple[Path, Tensor, Features]:
    """A file of 500 digits, the test digits, and the judge's eye."""
    source = digits()
    path = folder / "digits500.npz"
    np.savez(path, x=source.x[:FEW, 0].numpy(), y=source.c[:FEW].numpy())  # pyright: ignore[reportOptionalSubscript]
    network = load("a").network
    return path, digits_test().x, lambda x: look(network, x)[0]


def few_horses(folder: Path, cifar: Path) -> tuple[Path, Tensor, Features]:
    """A file of 500 horses, all other horses, and the eye of EfficientNet-Lite0."""
    with np.load(cifar) as arrays:
        x = np.concatenate([arrays["x_train"], arrays["x_test"]])
        y = np.concatenate([arrays["y_train"], arrays["y_test"]]).reshape(-1)
    horses = x[y == HORSES]
    path = folder / "horses500.npz"
    np.savez(path, x=horses[:FEW])
    rest = torch.from_numpy(np.ascontiguousarray(horses[FEW:].transpose(0, 3, 1, 2)))
    eye = efficientnet()
    return path, rest, lambda x: extractor.look(eye, x).features


def measured(path: Path, held_out: Tensor, features: Features, augment: str, seed: int, wishes) -> float:
    """The Frechet distance of one run's samples to the held-out data."""
    settings = {"images": wishes.images, "seed": seed, "augment": augment, "engine.threads": wishes.threads}
    run = sp.train(str(path), settings=settings, root=wishes.root, name=f"{path.stem}-{augment}-{seed}")
    return frechet(fit(features(run.sample(SAMPLES, seed=seed).x)), fit(features(held_out)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=40_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--variants", nargs="+", default=VARIANTS, choices=VARIANTS)
    parser.add_argument("--cifar", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--root", type=Path, default=Path(tempfile.mkdtemp()))
    wishes = parser.parse_args()
    wishes.root.mkdir(parents=True, exist_ok=True)
    sets = [few_digits(wishes.root)] + ([few_horses(wishes.root, wishes.cifar)] if wishes.cifar else [])
    print("| data | augment | Frechet distance to held-out data |\n| --- | --- | --- |")
    for path, held_out, features in sets:
        for augment in wishes.variants:
            found = [measured(path, held_out, features, augment, seed, wishes) for seed in wishes.seeds]
            half = T[len(found)] * statistics.stdev(found) / len(found) ** 0.5 if len(found) in T else float("nan")
            print(f"| {path.stem} | {augment} | {statistics.mean(found):.1f} +- {half:.1f} |", flush=True)


if __name__ == "__main__":
    main()
