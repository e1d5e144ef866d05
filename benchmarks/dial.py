"""What lies between the least error and the critic's end, on the pictures that a run held out: PSNR and LPIPS.

    python benchmarks/dial.py RUN lpips.safetensors

RUN is of a recipe with two stages: srgan, denoise-gan, inpaint. docs/judging.md says how the file is made. One line for
each place of the dial: its means with two standard errors, and the differences to the least error, picture by picture.
"""

import argparse
from pathlib import Path

import torch

from saddlepoint.artefact.folder import load
from saddlepoint.data.feed import source_of, target_of
from saddlepoint.data.scaling import unit
from saddlepoint.data.sources import silent
from saddlepoint.judging.extractors.vgg import lpips_parts
from saddlepoint.running.opened import opened
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.statistics.perceptual import lpips
from saddlepoint.statistics.pictures import psnr

PLACES = (0.0, 0.25, 0.5, 0.75, 1.0)
AT_ONCE = 16


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("lpips", type=Path)
    given = parser.parse_args()
    network, heads = lpips_parts(given.lpips)
    live, model = opened(given.run, silent).live(), load(given.run)
    some, scale = live.unseen(500), live.config.range
    y = unit(target_of(some), scale)
    seen = [network(part, heads) for part in y.split(AT_ONCE)]
    first: dict[str, torch.Tensor] = {}
    for place in PLACES:
        call = model.translate(place).call
        x = torch.cat([unit(call(part, 0), scale).clamp(0, 1) for part in source_of(some).split(AT_ONCE)])
        apart = [lpips(network(part, heads), other, heads) for part, other in zip(x.split(AT_ONCE), seen)]
        found = {"PSNR": psnr(x, y, peak=1.0), "LPIPS": torch.cat(apart).double()}
        first = first or found
        words = [f"{place:4.2f}"]
        for name, values in found.items():
            value, low, high = mean_interval(values)
            change, least, most = mean_interval(values - first[name])
            words.append(
                f"{name} {value:.4f} [{low:.4f}, {high:.4f}]  change {change:+.4f} [{least:+.4f}, {most:+.4f}]"
            )
        print("  ".join(words), flush=True)
    print(f"{len(y)} held-out pictures of {y.shape[2]} x {y.shape[3]}")


if __name__ == "__main__":
    main()
