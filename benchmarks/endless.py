"""Whether pretraining still helps where examples never come twice: an endless stream of distorted digits, one pass.

    python benchmarks/endless.py TRAIN TEST [--seen 10000 30000 100000 300000] [--seeds 3] [--run RUN] ...
                                 (as few_labels.py)

TRAIN and TEST are two sources of pictures with classes. Each batch of 50 are examples of TRAIN, each turned, made
larger or smaller, shifted and warped afresh; the networks of few_labels.py are tuned by it and never see it again
(Erhan et al. 2010, section 7). Errors are those on all of TEST, as it is, after so many examples; the seed is that of
the stream and of untrained weights.
"""

from collections.abc import Iterator
from math import pi

import torch
from few_labels import STARTS, asking, beside_the_first, examples, pretrained, start
from torch import Tensor
from torch.nn.functional import grid_sample

from saddlepoint.court.tuning import BATCH, Examples, batches, classifier, error, learn
from saddlepoint.randomness import Randomness

TURN, SCALE, SHIFT, WARP, SMOOTH = 15 * pi / 180, 0.15, 2.0, 1.0, 4.0  # radians, log, and three in pixels


def resampled(x: Tensor, A: Tensor, shift: Tensor) -> Tensor:
    """x'(p) = x(m + A (p - m) + shift(p)), bilinear, 0 outside: x [B, C, H, W], places p = (across, down) in pixels, m
    the picture's middle; A [B, 2, 2], shift [B, 2, H, W] or [B, 2, 1, 1].
    """
    H, W = x.shape[2:]
    down, across = torch.meshgrid(torch.arange(H) - (H - 1) / 2, torch.arange(W) - (W - 1) / 2, indexing="ij")
    places = torch.einsum("bij,jhw->bihw", A, torch.stack([across, down]).to(x)) + shift
    halves = torch.tensor([W / 2, H / 2]).to(x)
    return grid_sample(x, places.permute(0, 2, 3, 1) / halves, align_corners=False)


def smooth(v: Tensor, width: float) -> Tensor:
    """v [B, C, H, W] by a Gaussian of this standard deviation, 0 outside; white noise keeps its variance inside, since
    the squares of a row sum to width pi^(1/2) before they are divided by it.
    """
    rows, columns = (torch.arange(side).to(v) for side in v.shape[2:])
    K, L = (torch.exp(-0.5 * ((t[:, None] - t) / width) ** 2) / (width * pi**0.5) ** 0.5 for t in (rows, columns))
    return K @ v @ L


def distorted(x: Tensor, rng: torch.Generator, strength: float = 1.0) -> Tensor:
    """Each of x [B, C, H, W] turned by U(-TURN, TURN), scaled by e^U(-SCALE, SCALE), shifted by U(-SHIFT, SHIFT) each
    way and warped by smooth noise of standard deviation WARP, all times the strength (Simard et al. 2003).
    """
    turn, scale, *shift = (2 * torch.rand(4, len(x), generator=rng) - 1) * strength
    cos, sin = (TURN * turn).cos(), (TURN * turn).sin()
    A = torch.stack([cos, -sin, sin, cos], 1).view(-1, 2, 2) * (SCALE * scale).exp()[:, None, None]
    noise = torch.randn(len(x), 2, *x.shape[2:], generator=rng)
    return resampled(x, A, SHIFT * torch.stack(shift, 1)[..., None, None] + WARP * strength * smooth(noise, SMOOTH))


def stream(x: Tensor, y: Tensor, seed: int) -> Iterator[Examples]:
    """Square pictures x [N, H W], distorted, without end."""
    side, rng = round(x.shape[1] ** 0.5), Randomness(seed)
    changed = rng.stream("distorted", 0)
    for some, wanted in batches(x, y, rng.stream("tune", 0)):
        yield distorted(some.view(-1, 1, side, side), changed).flatten(1), wanted


def main() -> None:
    parser = asking(__doc__)
    parser.add_argument("--seen", type=int, nargs="+", default=[10_000, 30_000, 100_000, 300_000])
    parser.add_argument("--seeds", type=int, default=3)
    wishes = parser.parse_args()
    trained = pretrained(wishes)
    (x, y), unseen = examples(wishes.train), examples(wishes.test)
    classes, seen = int(y.max()) + 1, sorted(wishes.seen)
    errors = {STARTS[kind]: torch.zeros(len(seen), wishes.seeds, dtype=torch.float64) for kind in wishes.starts}
    for kind in wishes.starts:
        for seed in range(wishes.seeds):
            net, encode = start(kind, trained, x.shape[1], seed)
            head = classifier(encode, x[:1], classes)
            for step in learn(encode, net, head, stream(x, y, seed)):
                if step * BATCH in seen:
                    net.eval()
                    errors[STARTS[kind]][seen.index(step * BATCH), seed] = error(encode, head, *unseen)
                    net.train()
                if step * BATCH >= seen[-1]:
                    break
    print("| examples seen | start | error | points worse | seeds in which it is worse |")
    print("| --- | --- | --- | --- | --- |")
    for place, examples_seen in enumerate(seen):
        for cells in beside_the_first(examples_seen, {name: each[place] for name, each in errors.items()}):
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
