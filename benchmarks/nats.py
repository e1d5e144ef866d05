"""-log p(x) of binary digits, in nats: any recipe that is judged so, trained for a fixed time on one thread.

    python benchmarks/nats.py TRAIN [TEST] [--recipes fvsbn made ...] [--budget 5m | --images N] [--seed 0]
                              [--set g.lr=0.01 ...] [--ask importance=1 importance=200] [--root DIR]

TRAIN and TEST are sources, as the idx files of MNIST; without TEST the held-out examples alone are looked at, as it
should be while rates are chosen. Test pictures are drawn once as 0 and 1 (Salakhutdinov & Murray 2008), the same for
all recipes; what is asked of a model then, as draws of z or temperatures, is no part of its training, and several
answers stand beside each other. Time is that of the clock, and of the processor: on a machine that does other things
the two part.
"""

import argparse
import time
from pathlib import Path

import torch
from torch import Tensor

import saddlepoint as sp
from saddlepoint.artefact.artefact import Artefact
from saddlepoint.data.batches import Batches
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source, silent
from saddlepoint.judging.card import Measure
from saddlepoint.randomness import Randomness
from saddlepoint.settings.binary import Binary
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.storage.journal import read
from saddlepoint.systems import catalog
from saddlepoint.systems.binary import Binarised

PUBLISHED = {
    "fvsbn": "96.6 to 97.5",
    "nade": "88.9 (500 units)",
    "made": "88.4 (8,000 units)",
    "pixelcnn": "81.3 to 81.5",
    "vae": "86.8 (larger)",
    "rbm": "86.3 (CD-25)",
}
EXAMPLES = 100  # drawn to be timed


def binary(name: str) -> Tensor:
    """Examples of another source, drawn once as 0 and 1."""
    source, rng = open_source(Reading(name), silent), Randomness(0)
    plain = Batches(source, 100, rng, "unit", torch.device("cpu"))
    feed = Binarised(plain, Binary(range="unit", binarise="draw"), rng)
    x = feed.take(torch.arange(source.size)).x
    assert isinstance(x, Tensor)
    return x


def test_nats(artefact: Artefact, x: Tensor, asked: str) -> str:
    """The mean with its standard error over the examples, the kind, what it was asked with, and what is to be said."""
    config, begun = artefact.description.config, time.process_time()
    told = dict(word.split("=", 1) for word in asked.split(",") if word)
    config = type(config).model_validate({**config.model_dump(), **told})
    log_prob = catalog.system(config.system).model(config, artefact.facts, artefact.networks).log_prob
    assert log_prob is not None
    found = log_prob(x, Randomness(0).stream("nats"))
    mean, low, _ = mean_interval(-found.values.double())
    seconds = f"{time.process_time() - begun:.0f} s"
    return f"{mean:.2f} +- {(mean - low) / 1.96:.2f} ({'; '.join([found.kind, asked, seconds, *found.notes])})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test", nargs="?")
    parser.add_argument("--recipes", nargs="+", default=["fvsbn", "nade", "made", "pixelcnn"])
    parser.add_argument("--budget")
    parser.add_argument("--images", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--set", nargs="*", default=[])
    parser.add_argument("--ask", nargs="*", default=[""])
    parser.add_argument("--root", type=Path, default=Path("runs/nats"))
    wishes = parser.parse_args()
    settings = {"seed": wishes.seed, "engine.threads": 1, "judge.share": 0.01, "snapshots": 2}
    settings |= {} if wishes.images is None else {"images": wishes.images}
    settings |= dict(word.split("=", 1) for word in wishes.set)
    print("| recipe | weights | pictures seen | clock, processor | 100 samples | held out | test | published |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for recipe in wishes.recipes:
        begun = time.monotonic(), time.process_time()
        run = sp.train(wishes.train, recipe=recipe, budget=wishes.budget, settings=settings, root=wishes.root)
        clock, processor = time.monotonic() - begun[0], time.process_time() - begun[1]
        model, begun_drawing = run.generator(), time.process_time()
        model.sample(EXAMPLES)
        drawing = time.process_time() - begun_drawing
        seen = read(run.folder / "journal.jsonl")[-1]["images"]
        weights = sum(p.numel() for network in model.networks.values() for p in network.parameters())
        held: Measure = run.measures["nats"]
        row = [f"`{recipe}`", f"{weights:,}", f"{seen:,}", f"{clock:.0f} s, {processor:.0f} s", f"{drawing:.1f} s"]
        row.append(f"{held.value:.2f}")
        if wishes.test:
            x = binary(wishes.test)
            row += ["<br>".join(test_nats(model, x, asked) for asked in wishes.ask), PUBLISHED.get(recipe, "-")]
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
