"""What the critic's stage of an upscaler brings against its first stage: LPIPS, KID and PSNR on Set5 and Set14.

    python benchmarks/perception.py RUN FOLDER lpips.safetensors [--patches 32] [--side 64] [--dial 0 .25 .5 .75 1]

RUN is of recipe `srgan`, by four times, with both stages; FOLDER holds Set5 and Set14 as for super_resolution.py;
docs/judging.md says how the file is made. From each picture come as many patches as are asked for, at places that a
seed draws, of the true picture and of both results at the same places. LPIPS is the mean over patches; KID the unbiased
cubic MMD^2 of EfficientNet-lite0's features between results and true patches, over pairs that are not of the same
picture; PSNR is of Y, of whole pictures. Of each the difference, less the first place of the dial, with the middle 95 %
of 2,000 bootstrap samples of pictures. 0 is the first stage, 1 the second, and so it is unless --dial says otherwise.
"""

import argparse
from pathlib import Path

import torch
from super_resolution import FACTOR, read
from torch import Tensor

from saddlepoint.artefact.folder import load
from saddlepoint.judging.extractors.efficientnet import efficientnet
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.judging.extractors.vgg import lpips_parts
from saddlepoint.statistics.kernel import polynomial
from saddlepoint.statistics.perceptual import lpips
from saddlepoint.statistics.pictures import luma, psnr

STAGES = (0.0, 1.0)
DRAWS, AT_ONCE = 2_000, 16


def places(x: Tensor, count: int, side: int, seed: int) -> list[tuple[int, int]]:
    """Upper left corners of so many patches in x [1, 3, H, W]."""
    rng = torch.Generator().manual_seed(seed)
    height, width = (length - side + 1 for length in x.shape[2:])

    def drawn(room: int) -> int:
        return int(torch.randint(room, (), generator=rng))

    return [(drawn(height), drawn(width)) for _ in range(count)]


def cut(x: Tensor, corners: list[tuple[int, int]], side: int) -> Tensor:
    return torch.cat([x[..., top : top + side, left : left + side] for top, left in corners])


def between(x: Tensor, y: Tensor, count: int) -> Tensor:
    """Mean k(x_i, y_j) by picture and picture, [P, P]; x and y hold `count` patches of each picture in a row."""
    k = polynomial(x.double(), y.double())
    return k.unflatten(0, (-1, count)).unflatten(2, (-1, count)).mean((1, 3))


def kid(parts: tuple[Tensor, Tensor, Tensor], weights: Tensor) -> Tensor:
    """MMD^2 where picture p was drawn weights[..., p] times, over pairs of different pictures."""
    made, true, both = (part * (1 - torch.eye(len(part), dtype=part.dtype)) for part in parts)
    pairs = weights.sum(-1) ** 2 - weights.square().sum(-1)
    return torch.einsum("...p,pq,...q->...", weights, made + true - both - both.T, weights) / pairs


def say(name: str, dial: list[float], values: list[Tensor], drawn: list[Tensor]) -> None:
    """The value at each place of the dial, and the difference to the first with its interval."""
    for place, value, sample in zip(dial, values, drawn):
        change = sample - drawn[0]
        low, high = torch.quantile(change, torch.tensor([0.025, 0.975], dtype=change.dtype)).tolist()
        print(f"{name} at {place:g}: {value:.4f}, {value - values[0]:+.4f} [{low:+.4f}, {high:+.4f}]", flush=True)


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("lpips", type=Path)
    parser.add_argument("--patches", type=int, default=32)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--dial", type=float, nargs="+", default=STAGES)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    model, (network, heads) = load(given.run), lpips_parts(given.lpips)
    dial: list[float] = list(given.dial)
    patches: dict[float | None, list[Tensor]] = {place: [] for place in (None, *dial)}  # None: as they are
    noise: dict[float, list[Tensor]] = {place: [] for place in dial}
    files = [path for name in ("Set5", "Set14") for path in sorted((given.folder / name / "x4" / "HR").iterdir())]
    for i, path in enumerate(files):
        x, c = read(path), read(path.parent.parent / "LR" / path.name)
        corners = places(x, given.patches, given.side, i)
        patches[None].append(cut(x, corners, given.side))
        for place in dial:
            made = model.apply(c, 0, perception=place).x
            patches[place].append(cut(made, corners, given.side))
            noise[place].append(psnr(luma(made.float()), luma(x.float()), peak=255.0, crop=FACTOR))
    weights = torch.multinomial(
        torch.ones(len(files)).expand(DRAWS, -1), len(files), True, generator=torch.Generator().manual_seed(0)
    )
    weights = torch.nn.functional.one_hot(weights, len(files)).sum(1).double()
    once = torch.ones(len(files), dtype=torch.float64)
    all_of = {place: torch.cat(found) for place, found in patches.items()}
    seen = [network(part.float() / 255, heads) for part in all_of[None].split(AT_ONCE)]
    features = {place: look(efficientnet(None), found).features for place, found in all_of.items()}
    means: dict[str, list[Tensor]] = {
        "PSNR of Y, dB": [torch.cat(noise[place]).double() for place in dial],
        "LPIPS": [],
    }
    for place in dial:
        parts = zip(all_of[place].split(AT_ONCE), seen)
        apart = torch.cat([lpips(network(part.float() / 255, heads), other, heads) for part, other in parts])
        means["LPIPS"].append(apart.double().unflatten(0, (-1, given.patches)).mean(1))
    for name, values in means.items():
        say(name, dial, [each.mean() for each in values], [weights @ each / len(files) for each in values])
    true = between(features[None], features[None], given.patches)
    kernels = [
        (
            between(features[place], features[place], given.patches),
            true,
            between(features[place], features[None], given.patches),
        )
        for place in dial
    ]
    say("KID", dial, [kid(parts, once) for parts in kernels], [kid(parts, weights) for parts in kernels])
    print(f"{len(files)} pictures, {given.patches} patches of {given.side} x {given.side} of each")


if __name__ == "__main__":
    main()
