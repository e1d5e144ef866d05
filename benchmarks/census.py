"""Stacked MNIST: three random digits as the colour channels of a picture, 1,000 modes. How many does a generator meet?

    python benchmarks/census.py stack --mnist FOLDER --to stacked.npz [--size 128000]
    saddlepoint train stacked.npz --unconditional --budget 1h --name stacked
    python benchmarks/census.py count --run runs/stacked
    python benchmarks/census.py count --real stacked.npz

Protocol of VEEGAN and PacGAN: 26,000 samples; a classifier reads each channel (the digit judge "a"). Modes met, and
KL(q || uniform) in nats, with intervals; 26,000 uniform draws score .0192 on average. Published: DCGAN 99 / 3.40,
PacDCGAN2 1000 / .06, R3GAN 1000 / .029.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from saddlepoint.artefact.folder import load
from saddlepoint.data import idx
from saddlepoint.judging.digits import load as judge_of
from saddlepoint.judging.digits import look
from saddlepoint.statistics.classes import census

SAMPLES, MODES = 26_000, 1_000


def stacked(folder: Path, size: int, seed: int) -> np.ndarray:
    """[size, 3, 28, 28] uint8: each channel a training digit drawn at random."""
    (path,) = (p for p in sorted(folder.iterdir()) if p.name.startswith("train-images"))
    digits = np.asarray(idx.read(path))
    return digits[np.random.default_rng(seed).integers(len(digits), size=(size, 3))]


def modes(pictures: Tensor, which: str) -> Tensor:
    """100 a + 10 b + c for the digits a, b, c that the judge reads in the channels, [N]."""
    network = judge_of(which).network
    channels = [look(network, pictures[:, i : i + 1])[1] for i in range(3)]
    return 100 * channels[0] + 10 * channels[1] + channels[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["stack", "count"])
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--to", type=Path, default=Path("stacked.npz"))
    parser.add_argument("--size", type=int, default=128_000)
    parser.add_argument("--run", type=Path)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--judge", default="a", choices=["a", "b"])
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if options.what == "stack":
        np.savez(options.to, x=stacked(options.mnist, options.size, options.seed))
        return
    begun = time.monotonic()
    if options.real is not None:
        with np.load(options.real) as arrays:
            pictures = torch.from_numpy(arrays["x"][: options.samples])
    else:
        pictures = load(options.run).sample(options.samples, options.seed).x
    found = census(modes(pictures, options.judge), MODES)
    print(f"modes {found.modes.value:.0f} [{found.modes.low:.0f}, {found.modes.high:.0f}] of {MODES:,}")
    print(f"KL    {found.kl.value:.4f} [{found.kl.low:.4f}, {found.kl.high:.4f}] nats, floor {found.floor:.4f}")
    print(f"{len(pictures):,} samples, judge {options.judge}, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    main()
