"""The Parzen-window log-likelihood of Goodfellow et al. 2014, table 1, on MNIST: of a run, and of real data itself.

    python benchmarks/parzen.py --mnist FOLDER [--run runs/NAME ...]

FOLDER holds MNIST's four files in idx form, gzipped or not. Protocol as published: 10,000 samples, the width from
logspace(-1, 0, 10) on the first 1,000 of the last 10,000 training pictures, mean and standard error over the 10,000
test pictures, pixels in [0, 1]. Beside runs stand two rows without any network: 10,000 training pictures themselves,
and the centres of k-means on the first 50,000, which score higher than they: the number can be gamed.
"""

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.artefact.folder import load
from saddlepoint.data import idx
from saddlepoint.statistics.parzen import parzen

SAMPLES, VALIDATION, CENTRES, ROUNDS = 10_000, 1_000, 10_000, 5
PUBLISHED = "225 +- 2 (gan), 132 +- 1.8 (cgan)"


def unit(pictures: Tensor) -> Tensor:
    """Bytes as [N, 784] in [0, 1]."""
    return pictures.flatten(1).double() / 255


def part(folder: Path, name: str) -> Tensor:
    (path,) = (p for p in sorted(folder.iterdir()) if p.name.startswith(name))
    return torch.as_tensor(idx.read(path))


def centres(x: Tensor, k: int, rng: torch.Generator) -> Tensor:
    """k-means by Lloyd's rounds from k random pictures; a centre that nobody is nearest to stays where it is."""
    c = x[torch.randperm(len(x), generator=rng)[:k]].float()
    points = x.float()
    for _ in range(ROUNDS):
        nearest = torch.cat([(c.square().sum(1) - 2 * part @ c.T).argmin(1) for part in points.split(1_000)])
        counts = torch.bincount(nearest, minlength=k)
        sums = torch.zeros_like(c).index_add_(0, nearest, points)
        c = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), c)
    return c.double()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path, required=True)
    parser.add_argument("--run", type=Path, nargs="*", default=[])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rows", nargs="*", default=["training", "k-means"])
    options = parser.parse_args()
    train, test = unit(part(options.mnist, "train-images")), unit(part(options.mnist, "t10k-images"))
    validation = train[50_000 : 50_000 + VALIDATION]
    rng = torch.Generator().manual_seed(options.seed)
    rows = {str(run): unit(load(run).sample(SAMPLES, options.seed).x) for run in options.run}
    if "training" in options.rows:
        rows["training pictures"] = train[torch.randperm(50_000, generator=rng)[:SAMPLES]]
    if "k-means" in options.rows:
        rows[f"centres of k-means, {CENTRES:,}"] = centres(train[:50_000], CENTRES, rng)
    print(f"published: {PUBLISHED}")
    for name, samples in rows.items():
        begun = time.monotonic()
        found = parzen(samples, validation, test)
        value = f"{found.log_likelihood.value:7.1f} +- {found.error:.1f}"
        print(f"{name:32s} {value}  sigma {found.sigma:.3f}  {time.monotonic() - begun:.0f} s", flush=True)


if __name__ == "__main__":
    main()
