"""What a minute on a small table gives: columns, their correlations, and what a classifier learns from the samples.

    python benchmarks/tables.py --seeds 0 1 2 --budget 1m --threads 1

Of iris and wine (scikit-learn) 30 % of the rows are kept for the test, another 30 % for each seed; the heart is 2,000
points in odd units, x near 50,000 and y near .01, of which nothing is kept. For each set and seed, a line:

mean      the largest distance of a column's mean from that of the rows trained on, in its standard deviations
sd        the largest deviation of a column's standard deviation from theirs, as a share of it
corr      mean absolute difference of the entries above the diagonal of the correlation matrices
real      share of the test rows that a random forest trained on the real rows names rightly
samples   the same, trained on ten times as many samples, with the labels that they were asked for
"""

import argparse
import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.datasets import load_iris, load_wine
from sklearn.ensemble import RandomForestClassifier

from saddlepoint import front

TEST, TIMES = 0.3, 10


class Rows(NamedTuple):
    """x [N, D] with the names of its columns; labels [N] by name, or None."""

    names: Sequence[str]
    x: np.ndarray
    labels: np.ndarray | None

    def take(self, places: np.ndarray) -> "Rows":
        return self._replace(x=self.x[places], labels=None if self.labels is None else self.labels[places])

    def write(self, path: Path) -> str:
        with path.open("w", newline="") as file:
            table = csv.writer(file)
            table.writerow([*self.names, *(["species"] if self.labels is not None else [])])
            for i, row in enumerate(self.x):
                table.writerow([*map(repr, row.tolist()), *([self.labels[i]] if self.labels is not None else [])])
        return str(path)


def heart(n: int = 2_000) -> Rows:
    """A heart-shaped curve with some noise, x = 50,000 +- 3,500, y = .01 +- .002."""
    rng = np.random.default_rng(0)
    t = rng.uniform(0, 2 * np.pi, n)
    x = 50_000 + 300 * 16 * np.sin(t) ** 3 + rng.normal(0, 100, n)
    y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
    return Rows(("x", "y"), np.stack([x, 0.01 + 2e-4 * y + rng.normal(0, 7e-5, n)], 1), None)


def of_sklearn(loaded: Any) -> Rows:
    """A set that comes with scikit-learn."""
    return Rows(loaded.feature_names, loaded.data, loaded.target_names[loaded.target])


SETS = {"iris": lambda: of_sklearn(load_iris()), "wine": lambda: of_sklearn(load_wine()), "heart": heart}


def halves(rows: Rows, seed: int) -> tuple[Rows, Rows | None]:
    """(rows to train on, rows to test by): of each class the same share."""
    if rows.labels is None:
        return rows, None
    rng, test = np.random.default_rng(seed), []
    for label in np.unique(rows.labels):
        own = rng.permutation(np.flatnonzero(rows.labels == label))
        test += own[: round(TEST * len(own))].tolist()
    left = np.setdiff1d(np.arange(len(rows.x)), test)
    return rows.take(left), rows.take(np.array(test))


def sampled(run: front.Run, train: Rows) -> Rows:
    """Ten samples to each real row, of each class as many as it has."""
    model = run.generator()
    if train.labels is None:
        return Rows(train.names, model.sample(TIMES * len(train.x)).x.double().numpy(), None)
    parts = []
    for seed, label in enumerate(np.unique(train.labels)):
        n = TIMES * int((train.labels == label).sum())
        parts.append((model.sample(n, seed=seed, label=str(label)).x.double().numpy(), np.full(n, label)))
    return Rows(train.names, np.concatenate([x for x, _ in parts]), np.concatenate([c for _, c in parts]))


def corner(x: np.ndarray) -> np.ndarray:
    """The entries above the diagonal of the correlation matrix."""
    return np.corrcoef(x.T)[np.triu_indices(x.shape[1], 1)]


def accuracy(learned: Rows, test: Rows) -> float:
    forest = RandomForestClassifier(300, random_state=0)
    return float(forest.fit(learned.x, learned.labels).score(test.x, test.labels))


def figures(train: Rows, made: Rows, test: Rows | None) -> dict[str, float]:
    sd = train.x.std(0)
    found = {
        "mean": float((np.abs(made.x.mean(0) - train.x.mean(0)) / sd).max()),
        "sd": float(np.abs(made.x.std(0) / sd - 1).max()),
        "corr": float(np.abs(corner(made.x) - corner(train.x)).mean()),
    }
    if test is not None:
        found |= {"real": accuracy(train, test), "samples": accuracy(made, test)}
    return found


def line(name: str, seed: object, found: dict[str, float]) -> str:
    return f"{name:6} {seed!s:4} " + "  ".join(f"{key} {value:.3f}" for key, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--seeds", nargs="*", type=int, default=[0, 1, 2])
    parser.add_argument("--budget", default="1m")
    parser.add_argument("--images", type=int, help="rows to see, in the place of a budget: the same on any machine")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="further settings of the run")
    given = parser.parse_args()
    more = dict(each.split("=", 1) for each in given.set)
    for name in given.sets:
        every = []
        for seed in given.seeds:
            with tempfile.TemporaryDirectory() as folder:
                train, test = halves(SETS[name](), seed)
                path = train.write(Path(folder) / f"{name}.csv")
                settings = {"seed": seed, "engine.threads": given.threads} | more
                root = Path(folder) / "runs"
                settings |= {} if given.images is None else {"images": given.images}
                budget = given.budget if given.images is None else None
                run = front.train(path, budget=budget, settings=settings, root=root, watcher=front.quiet)
                every.append(figures(train, sampled(run, train), test))
            print(line(name, seed, every[-1]), flush=True)
        print(line(name, "mean", {key: sum(each[key] for each in every) / len(every) for key in every[0]}), flush=True)


if __name__ == "__main__":
    main()
