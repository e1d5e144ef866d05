"""What each recipe reaches in a fixed time: digits by the digit judge, the ring of eight peaks by its true peaks.

    python benchmarks/recipes.py [--budget 2m] [--recipes modern acgan ...] [--threads 1] [--seed 0]

Figures of digits are those of `benchmarks/digits.py`, judge a. Of points: how many of the eight peaks have samples, and
the share of samples within three standard deviations of one (a perfect sampler has 98.9 %).
"""

import argparse
import tempfile
from pathlib import Path

from digits import measured

import saddlepoint as sp
from saddlepoint.data.worlds import ring
from saddlepoint.storage.journal import read
from saddlepoint.systems.catalog import SYSTEMS

RECIPES = SYSTEMS["gan"].recipes
PEAKS, SAMPLES = 8, 10_000


def peaks(run: sp.Run) -> str:
    """How well the samples cover the ring."""
    which, distance = ring(PEAKS).nearest(run.sample(SAMPLES, seed=1).x.double())
    good = distance <= 3
    return f"{len(which[good].unique())} of {PEAKS} peaks, {good.double().mean():.1%} within three standard deviations"


def digits(run: sp.Run) -> str:
    """Label accuracy, where there are labels, and the Frechet distance over the real one."""
    found = measured(run)
    words = {"label_accuracy a": "{:.1f} % of labels right", "frechet_ratio a": "Frechet / real {:.1f}"}
    words |= {"diversity a": "diversity {:.0f} %"}
    return ", ".join(text.format(found[key]) for key, text in words.items() if key in found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--budget", default="2m")
    parser.add_argument("--recipes", nargs="+", default=RECIPES, choices=RECIPES)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    wishes = parser.parse_args()
    root = Path(tempfile.mkdtemp())
    print(f"| recipe | pictures seen in {wishes.budget} | a second | reached |\n| --- | --- | --- | --- |")
    for recipe in wishes.recipes:
        data = "ring8" if recipe == "points" else "digits"
        settings = {"seed": wishes.seed, "engine.threads": wishes.threads}
        run = sp.train(data, recipe=recipe, budget=wishes.budget, settings=settings, root=root, name=recipe)
        last = read(run.folder / "journal.jsonl")[-1]["images"]
        rates = [event["rate"] for event in read(run.folder / "journal.jsonl") if event["event"] == "rounds"]
        rate = sorted(rates)[len(rates) // 2]
        found = peaks(run) if data == "ring8" else digits(run)
        print(f"| `{recipe}` | {last:,} | {rate:,.0f} | {found} |", flush=True)


if __name__ == "__main__":
    main()
