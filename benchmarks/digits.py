"""Quality on handwritten digits after a fixed number of training pictures, by two judges that saw other data.

    python benchmarks/digits.py [--recipes modern acgan cgan gan] [--seeds 0 1 2] [--images 215000] [--root DIR]

Each cell is the mean over the seeds and, after +-, their standard deviation: judge a / judge b. Pictures a second are
the median of the runs' journals, and mean something only on a machine that does nothing else.
"""

import argparse
import statistics
from pathlib import Path

import torch

import saddlepoint as sp
from saddlepoint.judging.digits import judge_digits
from saddlepoint.running.finish import PROTOCOL
from saddlepoint.storage.journal import read

COLUMNS = {"label_accuracy": "label accuracy, %", "frechet_ratio": "Frechet / real", "diversity": "diversity, %"}


def measured(run: sp.Run) -> dict[str, float]:
    """Every figure of one run, by `figure judge`, and its speed."""
    seed = run.config.seed
    drawn = run.sample(PROTOCOL, seed=seed)
    pictures, labels = drawn.x, drawn.labels
    figures = {
        f"{key} {which}": measure.value
        for which in "ab"
        for key, measure in judge_digits(pictures, labels, which, seed).items()
    }
    rates = [event["rate"] for event in read(run.folder / "journal.jsonl") if event["event"] == "rounds"]
    return figures | {"rate": statistics.median(rates)}


def row(recipe: str, runs: list[dict[str, float]]) -> str:
    """A line of the table."""
    cells = [recipe]
    for key in COLUMNS:
        both = [[run[f"{key} {which}"] for run in runs if f"{key} {which}" in run] for which in "ab"]
        cells.append(" / ".join(spread(numbers) for numbers in both))
    return " | ".join([*cells, f"{statistics.median(run['rate'] for run in runs):,.0f}"])


def spread(numbers: list[float]) -> str:
    if not numbers:
        return "-"
    deviation = statistics.stdev(numbers) if len(numbers) > 1 else 0.0
    return f"{statistics.mean(numbers):.2f} +- {deviation:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipes", nargs="+", default=["modern", "acgan", "cgan", "gan"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--images", type=int, default=215_000)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--root", type=Path, default=Path("runs/benchmark"))
    wishes = parser.parse_args()
    print(f"{wishes.images:,} pictures, seeds {wishes.seeds}, {wishes.threads} threads, torch {torch.__version__}")
    print(" | ".join(["recipe", *COLUMNS.values(), "pictures/s"]))
    for recipe in wishes.recipes:
        runs = []
        for seed in wishes.seeds:
            settings = {"seed": seed, "images": wishes.images, "engine.threads": wishes.threads}
            name = f"{recipe}-{seed}"
            done = (wishes.root / name / "report.html").exists()
            run = sp.Run(wishes.root / name) if done else None
            run = run or sp.train("digits", recipe=recipe, name=name, settings=settings, root=wishes.root)
            runs.append(measured(run))
        print(row(recipe, runs), flush=True)


if __name__ == "__main__":
    main()
