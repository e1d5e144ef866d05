"""The digit classifiers of this package as feature extractors."""

from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.digits import CLASSES, load
from saddlepoint.judging.extractors.extractor import Extractor, Seen


def digits(which: str = "a") -> Extractor:
    """Features and logits of judge "a" or "b", for pictures [N, 1, 28, 28]."""
    judge = load(which)

    def see(x: Tensor) -> Seen:
        if x.shape[1:] != (1, 28, 28):
            raise SaddlepointError(f"pictures {list(x.shape)}", f"digits_{which}", "digits are [N, 1, 28, 28]")
        features = judge.network.features(x.float() / 127.5 - 1)
        return Seen(features, judge.network.head(features))

    return Extractor(f"digits_{which}", judge.digest, "none", see, classes=tuple(map(str, range(CLASSES))))
