"""A measured number, and the protocol it was measured by: two numbers compare only where their cards agree."""

import math
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from saddlepoint import __version__
from saddlepoint.errors import SaddlepointError

if TYPE_CHECKING:
    from torch import Tensor


class Card(NamedTuple):
    """Everything that must be the same for two numbers to mean the same, apart from the samples.

    metric            what was computed, with its unit
    extractor         the network whose features or classes were read, "pixels", or "none"
    extractor_digest  SHA-256 of its weights file
    n_real, n_fake    how many real and generated examples entered
    reference         which real examples: data set, how many, and the first digits of their own SHA-256
    resizer           how pictures came to the extractor's size; "none" where they had it
    seed              of the generated samples, None where it is not known
    code              version of saddlepoint that computed it
    """

    metric: str
    extractor: str
    extractor_digest: str
    n_real: int
    n_fake: int
    reference: str
    resizer: str
    seed: int | None
    code: str

    def to_json(self) -> dict[str, str | int | None]:
        return self._asdict()

    @staticmethod
    def from_json(fields: object) -> "Card":
        """The card that `to_json` described; SaddlepointError names a missing, unknown or mistyped field."""
        known = _fields(fields, Card._fields, "card")
        for name in Card._fields:
            whole = name in ("n_real", "n_fake", "seed")
            if not (isinstance(known[name], int if whole else str) or (name == "seed" and known[name] is None)):
                raise SaddlepointError(
                    f"{name} is {known[name]!r}", "card", f"a {'number' if whole else 'text'} belongs"
                )
        return Card(**known)


class Measure(NamedTuple):
    """A number, the ends of its interval, two standard errors away or so, and its protocol card."""

    value: float
    low: float
    high: float
    card: Card

    def to_json(self) -> dict[str, object]:
        """Plain JSON values; a measure that is not finite is refused, JSON has no word for it."""
        if not all(map(math.isfinite, self[:3])):
            raise SaddlepointError(f"{self.value} [{self.low}, {self.high}] is not finite", self.card.metric)
        return {"value": self.value, "low": self.low, "high": self.high, "card": self.card.to_json()}

    @staticmethod
    def from_json(fields: object) -> "Measure":
        """The measure that `to_json` described."""
        known = _fields(fields, Measure._fields, "measure")
        value, low, high = (known[name] for name in ("value", "low", "high"))
        if not all(isinstance(number, int | float) for number in (value, low, high)):
            raise SaddlepointError(f"{value!r} [{low!r}, {high!r}] are not three numbers", "measure")
        return Measure(float(value), float(low), float(high), Card.from_json(known["card"]))

    def __str__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"


def code_version() -> str:
    """Of this program."""
    return __version__


def plain_card(which: str, real: "Tensor", seed: int, n_fake: int | None = None) -> Card:
    """Of figures that look at no features: which real examples there were, and the first digits of a SHA-256 over them,
    as networks see them; as many samples where it is not said.
    """
    n, digest = len(real), sha256(real.cpu().contiguous().numpy().tobytes()).hexdigest()[:12]
    return Card("", "none", "none", n, n_fake or n, f"{which}, {digest}", "none", seed, code_version())


def _fields(fields: object, names: tuple[str, ...], where: str) -> dict:
    if not isinstance(fields, dict) or set(fields) != set(names):
        found = sorted(fields) if isinstance(fields, dict) else type(fields).__name__
        raise SaddlepointError(f"has {found}, not {sorted(names)}", where)
    return fields
