"""Algorithm 1 as printed, over rates and k: the whole table and the figure of docs/theory/algorithm-1.md.

    python benchmarks/algorithm_1.py [--out theory/algorithm-1] [--k 1 2 5] [--seed 0] [--effort 1]

8 games a row, as `saddlepoint theory algorithm-1` plays them; beside its rows those with k = 2 and 5, and those in
which G's rate stays and D's changes. What was played with the same arguments lies in --out and is not played again.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from saddlepoint.experiments import algorithm_1
from saddlepoint.experiments.algorithm_1 import D_RATE, G_RATE, RATIOS, Cell, Outcome
from saddlepoint.experiments.vocabulary import Options


def kept(cell: Cell, options: Options, folder: Path) -> Outcome:
    """What became of a cell's games, played now or before."""
    path = folder / f"{cell.d_rate:g}-{cell.g_rate:g}-{cell.k}-{options.seed}-{options.effort:g}.npz"
    if not path.exists():
        options.progress(str(cell))
        np.savez_compressed(path, **algorithm_1.outcome(cell, options)._asdict())
    with np.load(path) as arrays:
        return Outcome(**arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("theory/algorithm-1"))
    parser.add_argument("--k", type=int, nargs="+", default=[1, 2, 5])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--effort", type=float, default=1.0)
    wishes = parser.parse_args()
    torch.set_num_threads(1)
    cells = [Cell(D_RATE, ratio * D_RATE, k) for k in wishes.k for ratio in RATIOS]
    cells += [Cell(G_RATE / ratio, G_RATE) for ratio in RATIOS]
    options = Options(seed=wishes.seed, effort=wishes.effort, progress=lambda line: print(line, flush=True))
    wishes.out.mkdir(parents=True, exist_ok=True)
    begun, cells = time.process_time(), list(dict.fromkeys(cells))
    found = {cell: kept(cell, options, wishes.out) for cell in cells}
    record = algorithm_1.played([], options)._replace(cells=found)
    (path,) = algorithm_1.draw(record, wishes.out)
    print(algorithm_1.table(record).text())
    print(f"{path}, after {time.process_time() - begun:.0f} s of the processor; torch {torch.__version__}")


if __name__ == "__main__":
    main()
