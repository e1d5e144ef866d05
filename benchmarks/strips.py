"""Strips for the pages: pieces of photographs as they are given, as a model makes them, and as they are.

    python benchmarks/strips.py RUN china.jpg:330,150 flower.jpg:230,150 -o strip.jpg [--side 160] [--sigma 25]

Of each photograph the piece at LEFT,TOP. RUN is of recipe `srgan`: the piece four times smaller, each pixel as a
square; its bicubic enlargement; the model at `--perception` 0 and at 1, where it has both; the piece. Or of recipe
`denoise`, with --sigma: the piece with noise, without it, and as it is. Or of recipe `inpaint`: the piece with strokes
of a brush missing (white), filled at `--perception` 0 and at 1, where it has both, and as it is. The photographs on the
pages come with scikit-learn.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.folder import load
from saddlepoint.networks.shrinking import enlarge, shrink
from saddlepoint.systems.inpaint.holes import strokes

GAP = 4


def piece(word: str, side: int, channels: int) -> Tensor:
    """[1, C, side, side] as bytes, of a word PATH:LEFT,TOP."""
    path, corner = word.rsplit(":", 1)
    left, top = (int(number) for number in corner.split(","))
    with Image.open(path) as picture:
        part = picture.convert("L" if channels == 1 else "RGB").crop((left, top, left + side, top + side))
    x = torch.from_numpy(np.array(part))
    return x[None, None] if channels == 1 else x.permute(2, 0, 1)[None]


def as_bytes(x: Tensor) -> Tensor:
    return x.round().clamp(0, 255).byte()


def enlarged(model: Artefact, x: Tensor) -> list[Tensor]:
    """x four times smaller, and what that is enlarged to."""
    factor = model.translate().scale
    c = as_bytes(shrink(x.float(), factor))
    squares = c.repeat_interleave(factor, 2).repeat_interleave(factor, 3)
    return [squares, as_bytes(enlarge(c.float(), factor)), *made_of(model, c), x]


def made_of(model: Artefact, c: Tensor) -> list[Tensor]:
    """What the model makes of c: by the least error and as the critic wants it, where it has both."""
    dials: tuple[float | None, ...] = (None,) if model.translate().between is None else (0.0, 1.0)
    return [model.apply(c, 0, perception=dial).x for dial in dials]


def cleaned(model: Artefact, x: Tensor, sigma: float) -> list[Tensor]:
    """x with noise, and what that is cleaned to."""
    c = as_bytes(x + sigma * torch.randn(x.shape, generator=torch.Generator().manual_seed(0)))
    return [c, model.apply(c, 0).x, x]


def filled(model: Artefact, x: Tensor) -> list[Tensor]:
    """x without strokes of a brush, and what these are filled with. Strokes are a share of what they were drawn in:
    here of each quarter of x, so that they are no wider than on the patches that a model has seen.
    """
    upper, lower = strokes(4, x.shape[2] // 2, x.shape[3] // 2, torch.Generator().manual_seed(0)).split(2)
    known = torch.cat([torch.cat([*half[:, None]], 3) for half in (upper, lower)], 2)
    c = torch.cat([torch.where(known, x, 255), 255 * known.to(x)], 1)
    return [c[:, :-1], *made_of(model, c), x]


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("photographs", nargs="+", metavar="PATH:LEFT,TOP")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--side", type=int, default=160)
    parser.add_argument("--sigma", type=float)
    parser.add_argument("--quality", type=int, default=85)
    given = parser.parse_args()
    model = load(given.run)
    shown: list[Tensor] = []
    for word in given.photographs:
        x = piece(word, given.side, model.about.shape[0])
        if given.sigma is not None:
            shown += cleaned(model, x, given.sigma)
        else:
            shown += filled(model, x) if model.translate().opacity else enlarged(model, x)
    rooms = [torch.nn.functional.pad(each, (0, GAP, 0, 0), value=255) for each in shown]
    strip = torch.cat(rooms, 3)[..., :-GAP].expand(-1, 3, -1, -1)
    Image.fromarray(strip[0].permute(1, 2, 0).numpy()).save(given.out, quality=given.quality)
    print(f"{given.out}: {len(shown)} pieces, {given.out.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
