"""What the two players minimise, side by side, as functions of logits.

r = logits on real examples, f = logits on fakes; D(x) = sigmoid(r), D(G(z)) = sigmoid(f). Every function is elementwise
(one number per example, or per site of a patch critic) and is reduced by the game: sites first, then the batch.
The logarithms are written with softplus(t) = log(1 + e^t), which is finite wherever its argument is (torch's becomes
t itself beyond a threshold: at its default of 20 that is wrong by 2e-9, at 40 by less than float64 can hold):

    -log sigmoid(t) = softplus(-t)          -log(1 - sigmoid(t)) = softplus(t)

`paired` says that the generator's cost reads r too, so that the game has to compute it in the generator's step.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from torch import Tensor, nn
from torch.nn.functional import relu

from saddlepoint.errors import SaddlepointError
from saddlepoint.readings import Reads

softplus = partial(nn.functional.softplus, threshold=40.0)

Cost = Callable[[Any, Tensor], Tensor]  # r is None in a generator's cost that is not paired


class Objective(NamedTuple):
    """The pair of costs of a game: each player descends its own.

    `reads` is what the journal and the screen show of D: probabilities, sigmoid(r) and sigmoid(f); r and f as they are,
    where the critic answers with a score; or, where the costs depend on r - f alone, a comparison.
    """

    name: str
    critic: Cost
    generator: Cost
    paired: bool = False
    reads: Reads = "probability"


def cross_entropy(r: Tensor, f: Tensor) -> Tensor:
    """J(D) = -[log D(x) + log(1 - D(G(z)))] = -V: the cost of a binary classifier (Goodfellow et al. 2014, eq. 1)."""
    return softplus(-r) + softplus(f)


minimax = Objective(
    "minimax",
    critic=cross_entropy,
    # J(G) = log(1 - D(G(z))), the part of -J(D) that G can influence (Goodfellow et al. 2014, Algorithm 1). Its slope
    # in f is -sigmoid(f): it vanishes where D is sure of the fakes.
    generator=lambda r, f: -softplus(f),
)

non_saturating = Objective(
    "non-saturating",
    critic=cross_entropy,
    # J(G) = -log D(G(z)): fakes labelled as positives (Goodfellow et al. 2014, section 3). Slope -sigmoid(-f).
    generator=lambda r, f: softplus(-f),
)

least_squares = Objective(
    "least-squares",
    # With a = 0, b = c = 1 (Mao et al. 2017, eq. 9).
    critic=lambda r, f: 0.5 * (r - 1).square() + 0.5 * f.square(),
    generator=lambda r, f: 0.5 * (f - 1).square(),
    reads="score",
)

hinge = Objective(
    "hinge",
    # Lim and Ye 2017, eq. 3; Miyato et al. 2018, eq. 16.
    critic=lambda r, f: relu(1 - r) + relu(1 + f),
    generator=lambda r, f: -f,
    reads="score",
)

wasserstein = Objective(
    "wasserstein",
    # Arjovsky et al. 2017, eq. 2. D's answer is a score, not a logit; a penalty has to bound its slope.
    critic=lambda r, f: f - r,
    generator=lambda r, f: -f,
    reads="score",
)

relativistic = Objective(
    "relativistic",
    # -log sigmoid(r - f): each real example is paired with a fake (Jolicoeur-Martineau 2018; Huang et al. 2024, eq. 2).
    critic=lambda r, f: softplus(f - r),
    generator=lambda r, f: softplus(r - f),
    paired=True,
    reads="comparison",
)


def value(r: Tensor, f: Tensor) -> Tensor:
    """V(D, G) = mean log D(x) + mean log(1 - D(G(z))), a scalar (Goodfellow et al. 2014, eq. 1)."""
    return -softplus(-r).mean() - softplus(f).mean()


def read(reads: Reads, r: Tensor | None, f: Tensor) -> tuple[Tensor | None, Tensor | None]:
    """What is shown of D's answers to reals and to fakes, elementwise; None where r is needed, and was not asked for.

    probability  sigmoid(r), sigmoid(f)
    score        r, f
    comparison   sigmoid(r - f), sigmoid(f - r): how probable D finds it that the one or the other of a pair is real
    """
    match reads:
        case "probability":
            return None if r is None else r.sigmoid(), f.sigmoid()
        case "score":
            return r, f
        case "comparison":
            return (None, None) if r is None else ((r - f).sigmoid(), (f - r).sigmoid())
    hint = "probability, score or comparison"
    raise SaddlepointError(f"an objective cannot read D as {reads!r}", "objective", hint)
