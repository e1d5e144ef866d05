"""What a critic of K + 1 classes reaches by few labels: `semi` trained on TRAIN, its error on all of TEST.

    python benchmarks/semi.py TRAIN TEST [--labels 100 1000] [--images N] [--seeds 0 1 2] [--set d.noise=0.3 ...]
                              [--root DIR]

TRAIN and TEST are two sources of pictures with classes, as the idx files of MNIST. So many examples of TRAIN keep their
label, others are seen without. `held out` is the error on what the run keeps back of TRAIN, by which settings are to be
chosen; without TEST there is that alone. Intervals are of which examples are asked about, of one run.
"""

import argparse
import time
from pathlib import Path

import torch

import saddlepoint as sp
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source, silent
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.storage.journal import read

SHOWN = "{:.2f} % [{:.2f}, {:.2f}]"


def tested(run: sp.Run, name: str) -> str:
    """The share of wrong classes on all examples of another source, with its 95 % interval."""
    source, model = open_source(Reading(name), silent), run.generator().model
    assert source.c is not None
    assert model.encode is not None
    told = torch.cat([model.encode(part.float() / 255).argmax(1) for part in source.x.split(1_000)])
    return SHOWN.format(*mean_interval(100 * (told != source.c).double()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test", nargs="?")
    parser.add_argument("--labels", type=int, nargs="+", default=[100])
    parser.add_argument("--images", type=int)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--root", type=Path, default=Path("runs/semi"))
    wishes = parser.parse_args()
    settings = {"engine.threads": 1, "range": "unit"} | dict(word.split("=", 1) for word in wishes.set)
    settings |= {} if wishes.images is None else {"images": wishes.images}
    print("| labels | seed | pictures seen | processor | held out | test |")
    print("| --- | --- | --- | --- | --- | --- |")
    for labels in wishes.labels:
        for seed in wishes.seeds:
            begun, own = time.process_time(), {"labels": labels, "seed": seed}
            run = sp.train(wishes.train, recipe="semi", settings=settings | own, root=wishes.root, watcher=sp.quiet)
            seconds = time.process_time() - begun
            seen, held = read(run.folder / "journal.jsonl")[-1]["images"], run.measures["class_error"]
            cells = [f"{labels:,}", str(seed), f"{seen:,}", f"{seconds:.0f} s"]
            cells += [SHOWN.format(*held[:3]), tested(run, wishes.test) if wishes.test else "-"]
            print(f"| {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
