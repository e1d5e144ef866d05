"""The Parzen-window log-likelihood of Goodfellow et al. 2014, table 1, on MNIST: of runs, and of real data itself.

    python benchmarks/parzen.py --mnist FOLDER --pack digits50k.npz              what runs are trained on
    python benchmarks/parzen.py --mnist FOLDER --run runs/NAME ...               to choose among settings
    python benchmarks/parzen.py --mnist FOLDER --run runs/NAME ... --on test     once, when all is chosen

FOLDER holds MNIST's four files in idx form, gzipped or not. Protocol as published: 10,000 samples, the width from
logspace(-1, 0, 10), mean and standard error over test pictures, pixels in [0, 1]. The sets of pictures share none: runs
are trained on the first 50,000 training pictures, the next 1,000 choose the width, the last 9,000 choose among
recipes and settings; the 10,000 test pictures choose nothing, and are looked at once. Several runs also get their mean
and their standard deviation, which is what seeds differ by; that behind +- is the error over pictures alone.

Beside runs stand two rows without any network: 10,000 training pictures themselves, and the centres of k-means on the
first 50,000, which score higher than they: the number can be gamed.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from saddlepoint.artefact.folder import load
from saddlepoint.data import idx
from saddlepoint.statistics.clusters import kmeans
from saddlepoint.statistics.parzen import parzen

SAMPLES, CENTRES, ROUNDS = 10_000, 10_000, 5
TRAINED, WIDTH = 50_000, 1_000  # training pictures that are trained on, and then that choose sigma
PUBLISHED = "225 +- 2 (gan), 132 +- 1.8 (cgan)"


def unit(pictures: Tensor) -> Tensor:
    """Bytes as [N, 784] in [0, 1]."""
    return pictures.flatten(1).double() / 255


def part(folder: Path, name: str) -> Tensor:
    (path,) = (p for p in sorted(folder.iterdir()) if p.name.startswith(name))
    return torch.as_tensor(idx.read(path))


def pack(folder: Path, to: Path) -> None:
    """x and y, the training pictures that runs may see, and their labels."""
    x, y = (part(folder, f"train-{what}")[:TRAINED].numpy() for what in ("images", "labels"))
    np.savez(to, x=x, y=y)


def report(rows: dict[str, Tensor], widths: Tensor, pictures: Tensor, runs: int) -> None:
    """A line for each set of samples; of the first `runs` also what they have in common."""
    values = []
    for name, samples in rows.items():
        begun = time.monotonic()
        found = parzen(samples, widths, pictures)
        values.append(found.log_likelihood.value)
        value = f"{values[-1]:7.1f} +- {found.error:.1f}"
        print(f"{name:32s} {value}  sigma {found.sigma:.3f}  {time.monotonic() - begun:.0f} s", flush=True)
    if runs > 1:
        some = values[:runs]
        print(f"{runs} runs: mean {statistics.mean(some):.1f}, standard deviation {statistics.stdev(some):.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--run", type=Path, nargs="*", default=[])
    parser.add_argument("--on", choices=("validation", "test"), default="validation")
    parser.add_argument("--pack", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", nargs="*", default=["training", "k-means"])
    options = parser.parse_args()
    if options.pack:
        pack(options.mnist, options.pack)
        return
    train = unit(part(options.mnist, "train-images"))
    widths, validation = train[TRAINED:].split([WIDTH, len(train) - TRAINED - WIDTH])
    pictures = validation if options.on == "validation" else unit(part(options.mnist, "t10k-images"))
    rng = torch.Generator().manual_seed(options.seed)
    rows = {str(run): unit(load(run).sample(SAMPLES, options.seed).x) for run in options.run}
    if "training" in options.rows:
        rows["training pictures"] = train[torch.randperm(TRAINED, generator=rng)[:SAMPLES]]
    if "k-means" in options.rows:
        rows[f"centres of k-means, {CENTRES:,}"] = kmeans(train[:TRAINED].float(), CENTRES, rng, ROUNDS)
    print(f"on {len(pictures):,} {options.on} pictures; published, on test pictures: {PUBLISHED}")
    report(rows, widths, pictures, len(options.run))


if __name__ == "__main__":
    main()
