"""How a critic's answers are read, and what that is called wherever it is shown.

probability  D(x) = sigmoid(r) and D(G(z)) = sigmoid(f): how probable D finds it that they came from the data
score        r and f as they are, where an objective gives them no scale (hinge, Wasserstein, least squares)
comparison   sigmoid(r - f) and sigmoid(f - r), where an objective depends on r - f alone: a number added to all
             logits changes nothing, so that sigmoid(r) would say nothing
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Reads = Literal["probability", "score", "comparison"]


class Words(NamedTuple):
    """The names of the two numbers, what they mean, what they are where D cannot tell, and a mark beside a number.

    `limits` are those of a probability.
    """

    real: str
    fake: str
    meaning: str
    undecided: str
    mark: str = ""
    limits: tuple[float, float] | None = (0.0, 1.0)

    @property
    def guide(self) -> float | None:
        """Where both are if D cannot tell real from generated; None where that may be anywhere."""
        return None if self.limits is None else 0.5


WORDS: Mapping[Reads, Words] = {
    "probability": Words(
        "D(x)",
        "D(G(z))",
        "The probability of being real that D gives to training examples and to generated ones, on average. "
        "Both at 1/2: it cannot tell them apart.",
        "1/2 means that D cannot tell",
    ),
    "score": Words(
        "score of x",
        "score of G(z)",
        "The scores that D gives to training examples and to generated ones, on average. They are not probabilities. "
        "Both equal: it cannot tell them apart.",
        "scores, not probabilities; equal if D cannot tell",
        "score",
        limits=None,
    ),
    "comparison": Words(
        "D(x over G(z))",
        "D(G(z) over x)",
        "Of a training example and a generated one, the probability that D gives to the first being the real one, and "
        "to the second, on average. Both at 1/2: it cannot tell them apart.",
        "which of two is real; 1/2 means that D cannot tell",
        "of two",
    ),
}
