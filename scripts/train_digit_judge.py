"""Train the two digit judges on all of MNIST, and write them to src/saddlepoint/judging/weights/.

    python scripts/train_digit_judge.py MNIST_DIR [--only a] [--threads 2]
    python scripts/train_digit_judge.py MNIST_DIR --yardstick      what real pictures score, by the judges as they are

MNIST_DIR holds the four original idx.gz files. The same machine, torch and number of threads make the same bytes.
"""

import argparse
import hashlib
import json
import math
import platform
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import save
from torch import Tensor
from torch.nn.functional import affine_grid, cross_entropy, grid_sample

from saddlepoint.data.idx import read_labelled
from saddlepoint.judging.digits import build, load, look, within_class
from saddlepoint.networks.classifier import Classifier
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.statistics.gaussian import Gaussian, fit, frechet

WEIGHTS = Path(__file__).parents[1] / "src" / "saddlepoint" / "judge" / "weights"
BLOCK = 10_000  # of training pictures: as many as there are test pictures, and as are bundled
ORDERS = 10  # of all training pictures, each cut into blocks
BATCH, PEAK, DECAY = 256, 4e-3, 0.05


class Plan(NamedTuple):
    """One judge: its architecture, its seed, how often it sees the training pictures."""

    features: int
    widths: tuple[int, ...]
    depth: int
    seed: int
    epochs: int


PLANS = {
    "a": Plan(features=96, widths=(32, 64, 96), depth=1, seed=1, epochs=10),
    "b": Plan(features=128, widths=(24, 48, 96), depth=2, seed=2, epochs=10),
}


class Split(NamedTuple):
    """Pictures [N, 1, 28, 28] uint8 and labels [N]."""

    x: Tensor
    c: Tensor


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mnist_dir", type=Path)
    parser.add_argument("--only", choices=sorted(PLANS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--yardstick", action="store_true", help="train nothing: measure real pictures anew")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.use_deterministic_algorithms(True)
    train, test = load_split(arguments.mnist_dir, "train"), load_split(arguments.mnist_dir, "t10k")
    for name, plan in PLANS.items():
        if arguments.only not in (None, name):
            continue
        if arguments.yardstick:
            about = WEIGHTS / f"digits_{name}.json"
            judge = load(name)
            describe(about, json.loads(about.read_text()) | yardstick(look(judge.network, train.x)[0], judge.reference))
        else:
            network, seconds = trained(plan, train)
            write(name, plan, network, (train, test), seconds)


def load_split(folder: Path, prefix: str) -> Split:
    x, c = read_labelled(folder / f"{prefix}-images-idx3-ubyte.gz", folder / f"{prefix}-labels-idx1-ubyte.gz")
    return Split(torch.from_numpy(x)[:, None], torch.from_numpy(c))


def trained(plan: Plan, train: Split) -> tuple[Classifier, float]:
    """Cross-entropy on moved pictures, AdamW, one cycle of the rate, bfloat16 products; and the seconds it took."""
    began = time.monotonic()
    chance = Randomness(plan.seed)
    torch.manual_seed(seed_of(plan.seed, "initial weights"))
    network = build(plan._asdict()).to(memory_format=torch.channels_last)
    rounds = plan.epochs * math.ceil(len(train.x) / BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK, weight_decay=DECAY, foreach=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK, total_steps=rounds, pct_start=0.2)
    for index, (x, c) in enumerate(batches(train, plan.epochs, chance)):
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(x)
        loss = cross_entropy(logits.float(), c)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        cycle.step()
        if index % 235 == 234:
            print(f"  epoch {(index + 1) // 235}: loss {loss.item():.4f}, {time.monotonic() - began:.0f} s", flush=True)
    return network.to(memory_format=torch.contiguous_format).eval(), time.monotonic() - began


def batches(train: Split, epochs: int, chance: Randomness) -> Iterator[tuple[Tensor, Tensor]]:
    for epoch in range(epochs):
        order = torch.randperm(len(train.x), generator=chance.stream("order", epoch))
        moves = chance.stream("moves", epoch)
        for chosen in order.split(BATCH):
            yield moved(train.x[chosen].float() / 127.5 - 1, moves), train.c[chosen]


def moved(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each picture turned by up to 10 degrees, scaled by up to 10 percent, shifted by up to 2 pixels, at random."""
    u = torch.rand(4, len(x), generator=rng) * 2 - 1
    angle, scale, shift = u[0] * math.radians(10), 1 + 0.1 * u[1], u[2:] * (2 / 14)
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    maps = torch.stack([torch.stack([cosine, -sine, shift[0]], 1), torch.stack([sine, cosine, shift[1]], 1)], 1)
    ink = grid_sample(x + 1, affine_grid(maps, list(x.shape), align_corners=False), align_corners=False)
    return (ink - 1).contiguous(memory_format=torch.channels_last)


def write(name: str, plan: Plan, network: Classifier, splits: tuple[Split, Split], seconds: float) -> None:
    """The weights with the statistics of the test pictures (safetensors), and a description (JSON)."""
    train, test = splits
    features, classes = look(network, test.x)
    reference = fit(features)
    tensors = dict(network.state_dict())
    tensors |= {"reference.mean": reference.mean, "reference.covariance": reference.covariance}
    content = save(tensors)
    wrong = int((classes != test.c).sum())
    about = {
        "digest": hashlib.sha256(content).hexdigest(),
        "architecture": {"features": plan.features, "widths": list(plan.widths), "depth": plan.depth},
        "parameters": sum(p.numel() for p in network.parameters()),
        "trained_on": f"MNIST training, {len(train.x)} pictures, {plan.epochs} times, each moved a little",
        "command": f"python scripts/train_digit_judge.py MNIST_DIR --only {name} --threads {torch.get_num_threads()}",
        "seed": plan.seed,
        "seconds": round(seconds),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "test_accuracy": 1 - wrong / len(test.x),
        "test_errors": wrong,
        "reference_n": reference.n,
        "spread": [each.value for each in within_class(features, test.c)],
        **yardstick(look(network, train.x)[0], reference),
        "licence": "weights derived from MNIST, CC BY-SA 3.0, Yann LeCun, Corinna Cortes, Christopher Burges",
    }
    WEIGHTS.mkdir(parents=True, exist_ok=True)
    (WEIGHTS / f"digits_{name}.safetensors").write_bytes(content)
    describe(WEIGHTS / f"digits_{name}.json", about)
    print(f"{name}: {wrong} of {len(test.x)} wrong, {len(content)} bytes, {seconds:.0f} s")


def yardstick(features: Tensor, reference: Gaussian) -> dict[str, object]:
    """What real data score: the Frechet distances of blocks of 10,000 training pictures to the test pictures.

    The floor is the mean over those of ten random orders. Blocks in MNIST's own order are by few hands each: the first,
    which is bundled, is written down beside them.
    """
    chance = Randomness(0).stream("yardstick")
    orders = [torch.randperm(len(features), generator=chance) for _ in range(ORDERS)]
    apart = [frechet(fit(features[block]), reference) for order in orders for block in order.split(BLOCK)]
    blocks = [round(each, 6) for each in apart]
    return {
        "floor": sum(blocks) / len(blocks),
        "floor_blocks": blocks,
        "floor_of_bundled": frechet(fit(features[:BLOCK]), reference),
    }


def describe(path: Path, about: dict[str, object]) -> None:
    path.write_text(json.dumps(about, indent=2) + "\n")
    print(f"{path.stem}: real pictures score {about['floor']:.4f}, the bundled ones {about['floor_of_bundled']:.4f}")


if __name__ == "__main__":
    main()
