"""Denoising: sigma 25, grey, on the last 40 of the BSDS500 training pictures by name, which no training saw.

    python benchmarks/denoise.py FOLDER [--images 40000] [--seed 0] [--sigma 25] [--set g.width=48] [--keep RUNS]

FOLDER holds the 200 JPEG files. The others are trained on, with recipe `denoise`; 40,000 patches are some five minutes
of one slow core, ten times as many an hour. PSNR is of whole pictures, from noise that is not cut off, each with a
stream of its own; beside it scikit-image's non-local means, where that is installed, on the same noise, and the paired
difference.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint import api
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.folder import load
from saddlepoint.planning.begin import configure
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.statistics.pictures import psnr

HELD_BACK = 40


def trained(data: Path, recipe: str, settings: Mapping[str, Any], root: Path) -> Artefact:
    """A model of the error alone, by one thread unless told; how long that took is said."""
    conf = configure(recipe, None, {"engine.threads": 1, "device": "cpu", "judge.share": 0} | dict(settings))
    conf = conf.model_copy(update={"stages": conf.stages[:1]})
    wall, own = time.monotonic(), time.process_time()
    run = api.start(str(data), conf, root=root)
    wall, own = time.monotonic() - wall, time.process_time() - own
    print(f"{run.folder}: {conf.stages[0].images:,} patches in {own:.0f} s of a core, {wall:.0f} s by the clock")
    return load(run.folder)


def restored(model: Artefact, c: Tensor, eight: bool = False) -> Tensor:
    """What the model makes of a picture [1, C, H, W] in its own range, in [0, 1]."""
    model = model.eight_ways() if eight else model
    return ((model.tiles(c, model.translate(), 0, None) + 1) / 2).clamp(0, 1)


def settings_of(words: list[str]) -> dict[str, str]:
    return dict(word.split("=", 1) for word in words)


def grey(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("L")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--images", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sigma", type=float, default=25.0)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        files = sorted(given.folder.glob("*.jpg"))
        data = Path(place) / "bsds"
        data.mkdir()
        for path in files[:-HELD_BACK]:
            grey(path).save(data / f"{path.stem}.png")
        told = {"images": given.images, "seed": given.seed, "sigma": f"{given.sigma:g}"} | settings_of(given.set)
        model = trained(data, "denoise", told, given.keep or Path(place) / "runs")
        compare(model, files[-HELD_BACK:], given.sigma / 255)


def compare(model: Artefact, files: list[Path], sigma: float) -> None:
    """PSNR of each held-back picture by the model, and by non-local means where that is there."""
    try:
        from skimage.restoration import denoise_nl_means  # pyright: ignore[reportMissingImports]
    except ImportError:
        denoise_nl_means = None
    ours, eight, theirs, noise = [], [], [], []
    for i, path in enumerate(files):
        x = torch.from_numpy(np.array(grey(path)))[None, None].float() / 255
        c = x + sigma * torch.randn(x.shape, generator=torch.Generator().manual_seed(i))
        ours.append(psnr(restored(model, 2 * c - 1), x, peak=1.0))
        eight.append(psnr(restored(model, 2 * c - 1, eight=True), x, peak=1.0))
        noise.append(psnr(c, x, peak=1.0))
        if denoise_nl_means is not None:
            y = denoise_nl_means(c[0, 0].numpy(), patch_size=5, patch_distance=6, h=0.6 * sigma, sigma=sigma)
            theirs.append(psnr(torch.from_numpy(y)[None, None].float().clamp(0, 1), x, peak=1.0))
    say("the model", torch.cat(ours))
    say("the model, --eight", torch.cat(eight))
    say("the noise", torch.cat(noise))
    if theirs:
        more = torch.cat(ours) - torch.cat(theirs)
        say("non-local means", torch.cat(theirs))
        say(f"the difference ({int((more > 0).sum())} of {len(files)} above)", more)
    else:
        print("non-local means: scikit-image is not installed, so nothing is said of it")


def say(what: str, values: Tensor) -> None:
    value, low, high = mean_interval(values)
    print(f"{what}: {value:.2f} dB [{low:.2f}, {high:.2f}] over {len(values)} pictures")


if __name__ == "__main__":
    main()
