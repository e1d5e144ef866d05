"""Cut the bundled digits from the original MNIST files, into src/saddlepoint/data/bundled/.

    python scripts/make_digits.py MNIST_DIR [FOLDER]

The same MNIST files and zlib make the same bytes.
"""

import argparse
import hashlib
from pathlib import Path

from saddlepoint.data.idx import read_labelled, write

BUNDLED = Path(__file__).parents[1] / "src" / "saddlepoint" / "data" / "bundled"
PARTS = {"train": ("train", 10_000), "test": ("t10k", 2_000)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mnist_dir", type=Path)
    parser.add_argument("folder", type=Path, nargs="?", default=BUNDLED)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for part, (original, count) in PARTS.items():
        names = ("images-idx3-ubyte.gz", "labels-idx1-ubyte.gz")
        x, c = read_labelled(*(arguments.mnist_dir / f"{original}-{name}" for name in names))
        for name, array in zip(names, (x[:count], c[:count].astype("uint8"))):
            path = arguments.folder / f"{part}-{name}"
            write(path, array)
            print(hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_size, path.name)


if __name__ == "__main__":
    main()
