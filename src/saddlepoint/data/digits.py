"""The handwritten digits that ship with the package: the first 10,000 MNIST training and the first 2,000 test pictures.

By Yann LeCun, Corinna Cortes and Christopher Burges, CC BY-SA 3.0; see bundled/NOTICE.txt.
"""

from importlib.resources import as_file, files

import torch

from saddlepoint.data.idx import read_labelled
from saddlepoint.data.source import Source

CLASSES = tuple("0123456789")
LICENCE = "CC BY-SA 3.0 (MNIST, Yann LeCun, Corinna Cortes, Christopher Burges)"


def digits() -> Source:
    """10,000 training pictures, uint8 [10000, 1, 28, 28], ink bright on black, with their labels."""
    return _part("digits", "train")


def digits_test() -> Source:
    """2,000 pictures that no training sees, uint8 [2000, 1, 28, 28], with their labels."""
    return _part("digits-test", "test")


def _part(name: str, part: str) -> Source:
    with as_file(files("saddlepoint.data") / "bundled") as folder:
        x, c = read_labelled(folder / f"{part}-images-idx3-ubyte.gz", folder / f"{part}-labels-idx1-ubyte.gz")
    return Source(name, torch.from_numpy(x)[:, None], torch.from_numpy(c), CLASSES, LICENCE, eye="digits")
