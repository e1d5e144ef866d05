"""Does the generated angle follow the one asked for? Sevens turned by a known angle, measured by a regressor.

python benchmarks/angle.py [--images 60000] [--root DIR]
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

import saddlepoint as sp
from saddlepoint.data.digits import digits

N, HELD_OUT, MOST, OF_EACH = 10_000, 1_000, 60.0, 100


def turned(path: Path) -> tuple[Tensor, Tensor]:
    """Write the set; its pictures [N, 784] in [0, 1] and angles [N] in degrees."""
    source, rng = digits(), np.random.default_rng(0)
    assert source.c is not None
    sevens = source.x[source.c == 7, 0].numpy()
    angles = rng.uniform(-MOST, MOST, N).astype(np.float32)
    chosen = sevens[rng.integers(0, len(sevens), N)]
    x = np.stack([Image.fromarray(one).rotate(a, Image.Resampling.BICUBIC) for one, a in zip(chosen, angles.tolist())])
    np.savez(path, x=x, angle=angles)
    return torch.from_numpy(x).float().flatten(1) / 255, torch.from_numpy(angles)


def regressor(x: Tensor, angles: Tensor) -> nn.Module:
    """From pixels to the angle; trained on all but the last thousand."""
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 1))
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    for _ in range(12):
        for some in torch.randperm(N - HELD_OUT).split(100):
            loss = (network(x[some])[:, 0] - angles[some] / MOST).square().mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return network


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--root", type=Path, default=Path(tempfile.mkdtemp()))
    wishes = parser.parse_args()
    wishes.root.mkdir(parents=True, exist_ok=True)
    path = wishes.root / "angles.npz"
    x, angles = turned(path)
    network = regressor(x, angles)
    with torch.no_grad():
        real = (network(x[-HELD_OUT:])[:, 0] * MOST - angles[-HELD_OUT:]).abs().mean()
    print(f"the regressor on held-out pictures: {real:.1f} degrees")
    settings = {"images": wishes.images, "cond": "angle:number", "engine.threads": 1, "engine.precision": "float32"}
    G = sp.train(str(path), settings=settings, root=wishes.root, name="angles").generator()
    errors = []
    for asked in range(-55, 56, 10):
        samples = G.sample(OF_EACH, seed=1, cond=f"angle={asked}").x.float().flatten(1) / 255
        with torch.no_grad():
            seen = network(samples)[:, 0] * MOST
        errors.append((seen - asked).abs())
        print(f"asked {asked:4}: {seen.mean():6.1f} +- {seen.std():.1f}")
    print(f"mean distance: {torch.cat(errors).mean():.1f} degrees")


if __name__ == "__main__":
    main()
