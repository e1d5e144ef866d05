"""Super-resolution, four times: PSNR on Y without four pixels at each border, on Set5 and Set14.

    python benchmarks/super_resolution.py FOLDER [--images 65000] [--seed 0] [--threads 1]
                                          [--set g.width=48] [--keep RUNS]

FOLDER holds T91, BSDS500_train (trained on, by the error in pixels alone) and Set5, Set14 with x4/HR and x4/LR, which
are MATLAB's. 65,000 patches are some five minutes of one slow core, ten times as many an hour. Each picture is trained
on as it is and made smaller, which is sharper and shows other things in a patch: T91, the cleaner, more often. First
of all the known answer of the measure: MATLAB's bicubic enlargement of Set5 is 28.43 dB, and if it is not here,
nothing else is said.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from denoise import restored, settings_of, trained
from PIL import Image
from torch import Tensor

from saddlepoint.networks.shrinking import enlarge
from saddlepoint.statistics.pictures import luma, psnr

FACTOR, KNOWN = 4, 28.43
SHARES = {"T91/*.png": (1.0, 0.9, 0.8, 0.7, 0.6, 0.5), "BSDS500_train/*.jpg": (1.0, 0.75, 0.5)}
LEAST = 64  # pixels a side of what is trained on: a patch


def read(path: Path) -> Tensor:
    with Image.open(path) as picture:
        return torch.from_numpy(np.array(picture.convert("RGB"))).permute(2, 0, 1)[None]


def smaller(path: Path, shares: tuple[float, ...], to: Path) -> None:
    """A picture at so many parts of its size, as far as a patch can be cut out of it."""
    with Image.open(path) as file:
        picture = file.convert("RGB")
    for share in shares:
        size = round(share * picture.width), round(share * picture.height)
        if min(size) >= LEAST:
            picture.resize(size, Image.Resampling.BICUBIC).save(to / f"{path.stem}-{round(100 * share)}.png")


def figure(folder: Path, larger: Callable[[Tensor], Tensor]) -> float:
    """The mean PSNR over a set's pictures; `larger` takes [1, 3, H, W] in [0, 1] to the same, four times larger."""
    found = []
    for path in sorted((folder / "x4" / "HR").iterdir()):
        x, c = read(path), read(folder / "x4" / "LR" / path.name)
        made = (larger(c.float() / 255).clamp(0, 1) * 255).round()
        found.append(psnr(luma(made), luma(x.float()), peak=255.0, crop=FACTOR))
    return float(torch.cat(found).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=65_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    bicubic = figure(given.folder / "Set5", lambda c: enlarge(c, FACTOR))
    print(f"bicubic: Set5 {bicubic:.2f} dB, known {KNOWN}")
    if abs(bicubic - KNOWN) > 0.01:
        sys.exit("the measure is not the usual one")
    with tempfile.TemporaryDirectory() as place:
        data = Path(place) / "t91-bsds"
        data.mkdir()
        for pattern, shares in SHARES.items():
            for path in given.folder.glob(pattern):
                smaller(path, shares, data)
        told = {"images": given.images, "seed": given.seed, "engine.threads": given.threads} | settings_of(given.set)
        model = trained(data, "srgan", told, given.keep or Path(place) / "runs")
        for name in ("Set5", "Set14"):
            print(f"{name}: {figure(given.folder / name, lambda c: restored(model, 2 * c - 1)):.2f} dB")
            better = figure(given.folder / name, lambda c: restored(model, 2 * c - 1, eight=True))
            print(f"{name}, --eight: {better:.2f} dB", flush=True)


if __name__ == "__main__":
    main()
