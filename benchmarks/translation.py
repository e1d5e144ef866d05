"""Which cost makes a translator: the ablation of pix2pix (Isola et al. 2017, section 4.1) on pairs of your own.

    python benchmarks/translation.py maps_train.zip maps_val.zip [--images 20000] [--size 64] [--seeds 3] [--root RUNS]

L1, GAN (a critic that does not see c), cGAN, L1 + GAN, L1 + cGAN, with everything else equal and one thread; every run
has the same number of examples, and one that is finished already is not played again. Judged on the second set, which
nothing was chosen by: mean |x - G(c)|, of 255 grey levels; PSNR; and the kernel distance of features
(EfficientNet-lite0) between G(c) and x, which is what the eye is nearest to here. 0 is a perfect figure for the first
and the third, and the third may fall below it. Over pictures stands the interval of one run, over seeds that of the
mean.
"""

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint import api
from saddlepoint.artefact.folder import load
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.judging.extractors.efficientnet import efficientnet
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.planning.begin import configure
from saddlepoint.statistics.intervals import Interval, mean_interval
from saddlepoint.statistics.kernel import kernel_distance
from saddlepoint.statistics.pictures import absolute_error, psnr

COSTS = {
    "L1": {"critic": "none"},
    "GAN": {"critic": "blind", "l1": 0.0},
    "cGAN": {"l1": 0.0},
    "L1 + GAN": {"critic": "blind"},
    "L1 + cGAN": {},
}


class Figures(NamedTuple):
    l1: Interval
    psnr: Interval
    kernel: Interval


def played(data: str, cost: str, seed: int, given: argparse.Namespace) -> Path:
    """The folder of a run by this cost, played now unless it was before."""
    folder = given.root / f"{cost.replace(' + ', '-').lower()}-{seed}"
    if not (folder / "generator").exists():
        told = {"images": given.images, "size": str(given.size), "seed": seed, "engine.threads": 1, "judge.share": 0}
        conf = configure("pix2pix", None, {**told, "device": "cpu", **COSTS[cost]})
        if (folder / "config.json").exists():
            api.resume(folder)
        else:
            api.start(data, conf, name=folder.name, root=given.root)
    return folder


def judged(folder: Path, c: Tensor, x: Tensor, seen: Tensor) -> Figures:
    """The figures of a model on pairs (c, x) as they are stored."""
    made = torch.cat([load(folder).apply(one[None], 0).x for one in c])
    features = look(efficientnet(None), made).features
    l1, noise = absolute_error(made.float(), x.float()), psnr(made.float(), x.float(), peak=255.0)
    return Figures(mean_interval(l1), mean_interval(noise), kernel_distance(features, seen))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--root", type=Path, default=Path("runs/translation"))
    parser.add_argument("--costs", nargs="*", default=list(COSTS), choices=list(COSTS))
    given = parser.parse_args()
    test = open_source(Reading(given.test, size=(given.size, given.size), pairs="left"))
    assert test.c is not None
    seen = look(efficientnet(None), test.x).features
    print(f"| cost | seed | L1, of 255 | PSNR, dB | kernel distance, {test.size} pictures |")
    print("| --- | --- | --- | --- | --- |")
    for cost in given.costs:
        found = []
        for seed in range(given.seeds):
            found.append(judged(played(given.train, cost, seed, given), test.c, test.x, seen))
            row(cost, str(seed), found[-1])
        if len(found) > 1:
            row(cost, "all", [mean_interval([figures[i].value for figures in found]) for i in range(3)])


def row(cost: str, seed: str, figures: Iterable[Interval]) -> None:
    cells = [f"{value:.4g} [{low:.4g}, {high:.4g}]" for value, low, high in figures]
    print(f"| {' | '.join([cost, seed, *cells])} |", flush=True)


if __name__ == "__main__":
    main()
