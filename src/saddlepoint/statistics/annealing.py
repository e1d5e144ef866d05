"""What annealed importance sampling (Neal 2001) says of a sum Z, and how far it can be trusted.

log_w  [M] of M independent runs, with E w = Z
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError

FEWEST = 0.1  # share of the runs that must count in effect


class Annealed(NamedTuple):
    """log Z, its standard error, and how many equally weighted runs would have told as much."""

    log_z: float
    error: float
    effective: float
    runs: int

    @property
    def disagree(self) -> bool:
        """Whether a few runs outweigh all others: log Z is then likely too small, and its error means nothing."""
        return self.effective < FEWEST * self.runs

    def __str__(self) -> str:
        found = f"log Z = {self.log_z:.2f} +- {self.error:.2f} (one standard error)"
        told = f"{found}, by {self.runs} annealed runs worth {self.effective:.0f} of equal weight"
        return f"{told}: their weights disagree, so log Z is likely too small" if self.disagree else told


def annealed(log_w: Tensor) -> Annealed:
    """log Z = log mean w;  s.e. = sd(w) / (mean(w) M^(1/2)), to first order;  effective = (sum w)^2 / sum w^2.

    In the mean, log Z is at most log of Z, by Jensen's inequality: log p is then overstated, never understated. The
    effective number is Kong's (1992), of an RBM's runs Salakhutdinov & Murray 2008, section 4.1.
    """
    w, m = log_w.double(), len(log_w)
    if m < 2 or not w.isfinite().all():
        what = f"{m} runs" if m < 2 else "weights that are not finite"
        raise SaddlepointError(what, "annealed importance sampling", "give 2 or more, all finite")
    share = w.softmax(0)
    error = float(share.std()) * m / math.sqrt(m)
    return Annealed(float(torch.logsumexp(w, 0)) - math.log(m), error, float(1 / share.square().sum()), m)
