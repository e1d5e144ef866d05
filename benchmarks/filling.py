"""What a critic is good for in filling holes: the middle quarter of small pictures, by the error alone and beside it.

    python benchmarks/filling.py cifar10_small.npz RUN [RUN ...] [--pictures 2000]

Of each RUN of recipe `inpaint`, as it was left: PSNR within the hole of so many test pictures (`x_test`), and the
Frechet distance, by EfficientNet-lite0's features, between these pictures as they were filled and as many real ones
that it was trained on (`x_train`). The first line is the test pictures as they are: less than that is not to be had.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from saddlepoint.artefact.folder import load
from saddlepoint.judging.extractors.efficientnet import efficientnet
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.systems.inpaint.holes import center


def pictures(x: np.ndarray) -> Tensor:
    """[N, H, W, 3] or [N, 3, H, W] as the latter."""
    found = torch.from_numpy(x)
    return found if found.shape[1] == 3 else found.permute(0, 3, 1, 2).contiguous()


def moments(x: Tensor) -> Gaussian:
    return fit(look(efficientnet(None), x).features)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    with np.load(given.data) as arrays:
        x, seen = (pictures(arrays[name][: given.pictures]) for name in ("x_test", "x_train"))
    real = moments(seen)
    print(f"as they are: Frechet {frechet(moments(x), real):.1f}, {len(x)} pictures", flush=True)
    known = center(1, x.shape[2], x.shape[3], torch.Generator())
    c = torch.cat([x * known, 255 * known.expand(len(x), -1, -1, -1)], 1).byte()
    for run in given.runs:
        made = load(run).apply(c, 0).x
        wrong = (made.float() - x.float()).square().mean(1)[:, ~known[0, 0]].mean(1)
        value, low, high = mean_interval(10 * (255**2 / wrong.clamp(min=1e-6)).log10())
        apart = frechet(moments(made), real)
        print(f"{run}: Frechet {apart:.1f}, PSNR in the hole {value:.2f} dB [{low:.2f}, {high:.2f}]", flush=True)


if __name__ == "__main__":
    main()
