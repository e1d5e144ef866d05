"""The setting that models of binary data share, also those that take grey as well. No torch."""

from typing import Literal

from saddlepoint.settings.run import Run


class Binary(Run):
    """A run of a model whose x are 0 or 1, or may be."""

    binarise: Literal["draw", "threshold"] | None = None
    """How grey becomes 0 and 1: draw (each pixel is 1 with probability x) or threshold at 1/2. Unset: not at all."""
