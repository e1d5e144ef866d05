"""What a critic is good for in filling holes: the middle quarter of small pictures, by the error alone and beside it.

    python benchmarks/filling.py cifar10_small.npz [--images 60000] [--seeds 2] [--weight .01] [--rate 5e-4]
                                 [--critic local] [--r1 1] [--objective relativistic]

Recipe `inpaint`, one thread: the squared error alone, and as it is, half of the examples by the error alone and half
beside --critic, which weighs --weight and learns at --rate, by --objective and held by --r1, where these are given
(--root is then to be new). All runs have the same number of examples, and one that is finished already is not played
again.
Trained on `x_train`, judged on so many pictures of `x_test`, which nothing was chosen by: PSNR within the hole, and the
Frechet distance, by EfficientNet-lite0's features, between these pictures as they were filled and as many of `x_train`.
The line `as they are` is of the test pictures untouched: less than that is not to be had. The distance that `judge`
leads with, in percent of how far the mean picture alone is, has no such floor: it is about 0 for these. Over pictures
stands the interval of one run, over seeds that of the mean.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from saddlepoint import api
from saddlepoint.artefact.folder import load
from saddlepoint.judging.extractors.efficientnet import efficientnet
from saddlepoint.judging.extractors.extractor import look
from saddlepoint.planning.begin import configure
from saddlepoint.statistics.energy import Known, energy_share
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.systems.inpaint.holes import center

KINDS = ("error alone", "error, then critic")


def pictures(x: np.ndarray) -> Tensor:
    """[N, H, W, 3] or [N, 3, H, W] as the latter."""
    found = torch.from_numpy(x)
    return found if found.shape[1] == 3 else found.permute(0, 3, 1, 2).contiguous()


def seen(x: Tensor) -> Tensor:
    return look(efficientnet(None), x).features


def configured(kind: str, seed: int, given: argparse.Namespace) -> Any:
    """The recipe with so many examples in all: its first stage alone, or half of them for each of its two."""
    told: dict[str, Any] = {"seed": seed, "engine.threads": 1, "device": "cpu", "judge.share": 0}
    wished = {"d.lr": given.rate, "critic": given.critic}
    conf = configure("inpaint", None, told | {name: value for name, value in wished.items() if value is not None})
    first, second = conf.stages
    changed = {"adversarial": given.weight, "r1": given.r1, "objective": given.objective}
    second = second.model_copy(update={name: value for name, value in changed.items() if value is not None})
    stages = (first,) if kind == KINDS[0] else (first, second)
    each = given.images // len(stages)
    return conf.model_copy(update={"stages": tuple(stage.model_copy(update={"images": each}) for stage in stages)})


def played(data: str, kind: str, seed: int, given: argparse.Namespace) -> Path:
    """The folder of a run of this kind, played now unless it was before; how long that took is said."""
    folder = given.root / f"{kind.replace(', ', '-').replace(' ', '-')}-{seed}"
    if not (folder / "generator").exists():
        wall, own = time.monotonic(), time.process_time()
        if (folder / "config.json").exists():
            api.resume(folder)
        else:
            api.start(data, configured(kind, seed, given), name=folder.name, root=given.root)
        wall, own = time.monotonic() - wall, time.process_time() - own
        print(f"{folder}: {own:.0f} s of one core, {wall:.0f} s by the clock", flush=True)
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data")
    parser.add_argument("--images", type=int, default=60_000)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--pictures", type=int, default=2000)
    parser.add_argument("--weight", type=float)
    parser.add_argument("--rate", type=float)
    parser.add_argument("--r1", type=float)
    parser.add_argument("--objective")
    parser.add_argument("--critic", choices=("global", "local", "both"))
    parser.add_argument("--root", type=Path, default=Path("runs/filling"))
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    given = parser.parse_args()
    torch.set_num_threads(1)
    runs = {kind: [played(given.data, kind, seed, given) for seed in range(given.seeds)] for kind in given.kinds}
    with np.load(given.data) as arrays:
        x, others = (pictures(arrays[name][: given.pictures]) for name in ("x_test", "x_train"))
    features = seen(others)
    real, known_of = fit(features), Known.of(features)
    known = center(1, x.shape[2], x.shape[3], torch.Generator())
    c = torch.cat([x * known, 255 * known.expand(len(x), -1, -1, -1)], 1).byte()
    print(f"\n| kind | seed | PSNR in the hole, dB | Frechet distance, {len(x)} pictures | distance, % |")
    print("| --- | --- | --- | --- | --- |")
    untouched = seen(x)
    whole = frechet(fit(untouched), real), energy_share(known_of, untouched)
    print(f"| as they are | | | {whole[0]:.2f} | {written(whole[1])} |", flush=True)
    distances: dict[str, Tensor] = {}
    for kind, folders in runs.items():
        noise, apart, shares = [], [], []
        for seed, folder in enumerate(folders):
            made = load(folder).apply(c, 0).x
            wrong = (made.float() - x.float()).square().mean(1)[:, ~known[0, 0]].mean(1)
            noise.append(mean_interval(10 * (255**2 / wrong.clamp(min=1e-6)).log10()))
            looks = seen(made)
            apart.append(frechet(fit(looks), real))
            shares.append(energy_share(known_of, looks))
            cells = written(noise[-1]), f"{apart[-1]:.2f}", written(shares[-1])
            print(f"| {kind} | {seed} | {' | '.join(cells)} |", flush=True)
        distances[kind] = torch.tensor([each.value for each in shares])
        if len(folders) > 1:
            over = [mean_interval(each) for each in ([n.value for n in noise], apart, distances[kind])]
            print(f"| {kind} | all | {' | '.join(map(written, over))} |", flush=True)
    if len(distances) == len(KINDS) and given.seeds > 1:
        less = mean_interval(100 * (1 - distances[KINDS[1]] / distances[KINDS[0]]))
        print(f"\nthe critic's distance is lower by {written(less)} %, seed by seed")


def written(figure: tuple[float, float, float]) -> str:
    value, low, high = figure
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"


if __name__ == "__main__":
    main()
