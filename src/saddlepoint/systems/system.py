"""What a system is: all that is particular to one kind of model, as a record of plain functions.

    networks   (config, facts) -> named modules with fresh weights; one of buffers alone is a memory, saved as well
    scene      (config, stage, networks, facts) -> the game of a stage, and how fast each of its players moves
    model      (config, facts, networks) -> what can be done with the networks once they are trained

The rest of a run (budget, journal, film strip, checkpoints, resuming, judging, export, report) is the same for all.
`systems/catalog.py` has the systems by name; docs/your-own-system.md shows one in full.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from saddlepoint.data.facts import Facts, Kind
from saddlepoint.data.feed import Feed
from saddlepoint.game.algorithm import Schedule, algorithm_1
from saddlepoint.game.rules import Game
from saddlepoint.judging.card import Measure
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.settings.run import Pace, Run, Scale

if TYPE_CHECKING:
    from PIL.Image import Image

Networks = Mapping[str, nn.Module]
Measures = Mapping[str, Measure]
Judges = Literal["samples", "pairs", "nats"]


class Scene(NamedTuple):
    """A stage, ready to be played.

    paces     how fast each player moves, by its letter
    adaptive  the most often that an adaptive augmentation may alter; None where the augmentation does not adapt
    chooses   whether the model that is kept is the best judged: not where a critic leads away from what is measured,
              of which the latest is kept
    """

    game: Game
    paces: Mapping[str, Pace]
    schedule: Schedule = algorithm_1
    adaptive: float | None = None
    chooses: bool = True


class Latent(NamedTuple):
    """The space that samples are drawn from: z ~ prior, x = decode(z, c), [n, ...] in the model's range, on the CPU."""

    prior: Prior
    decode: Callable[[Tensor, Tensor | None], Tensor]


class Translate(NamedTuple):
    """From one picture (or x) to another.

    call     (c, seed) -> x [n, ...] in the model's range, on the CPU
    scale    how many times larger x is than c
    step     the sides of c are multiples of it; None where only the size that was trained on will do
    margin   how far around a pixel c decides on it, in pixels of c; None where that has no bound that is known
    tile     side of the tiles that a large c goes through in, in pixels of c: larger where the whole of a tile decides
             on each of its pixels
    chance   whether x depends on the seed: then examples are given one by one
    opacity  whether c has one channel more than x: what is transparent in it is what is to be filled
    between  share -> the call of a model so far on the way from the least error, 0, to what a critic made of it, 1;
             None where there is no such way
    """

    call: Callable[[Tensor, int], Tensor]
    scale: int = 1
    step: int | None = 1
    margin: int | None = None
    tile: int = 256
    chance: bool = False
    opacity: bool = False
    between: Callable[[float], Callable[[Tensor, int], Tensor]] | None = None


class Nats(NamedTuple):
    """log p(x) of each example, [B], and how it is known.

    error  the standard error of what all of them have in common, as an estimate of log Z has one
    notes  what is to be said beside them
    """

    values: Tensor
    kind: Literal["exact", "bound", "estimate"]
    error: float = 0.0
    notes: tuple[str, ...] = ()


class Model(NamedTuple):
    """What a run leaves, by what can be done with it; what it has no word for is None, and the verb says so.

    latent    where there is a z: samples, walks, arithmetic
    sample    (n, seed, c) -> x in the model's range, where there is none: sample i is a function of (seed, i) alone
    apply     of a sketch the photograph, of a picture the better one, of x its reconstruction
    back      the way back: of the photograph the sketch
    encode    x -> z, [B, Z], with a graph where weights are to be fine-tuned
    log_prob  (x, rng) -> nats
    told      whether c, where the data have one, makes a difference to what it makes; where it makes none, and the
              system needs one, its classes are shipped as "y"
    """

    latent: Latent | None = None
    sample: Callable[[int, int, Tensor | None], Tensor] | None = None
    apply: Translate | None = None
    back: Translate | None = None
    encode: Callable[[Tensor], Tensor] | None = None
    log_prob: Callable[[Tensor, torch.Generator], Nats] | None = None
    told: bool = True

    @property
    def can(self) -> tuple[str, ...]:
        """What it can do, in words that verbs have."""
        samples = self.latent is not None or self.sample is not None
        known = {"sample": samples, "walk": self.latent, "apply": self.apply, "encode": self.encode}
        return tuple(name for name, there in (known | {"log_prob": self.log_prob}).items() if there)


class View(NamedTuple):
    """What is looked at: a model as it is now, and the same few examples each time.

    some   examples it has not seen (seen ones if none are held out), as networks see them; for a judge that decides
           which model is kept, those that did not choose it, if there are enough
    real   training examples as they are stored, [N, ...]
    seed   of what is drawn
    whose  by source, whether `some` of it are "held-out" or "training" examples
    """

    model: Model
    facts: Facts
    config: Run
    some: Batch
    real: Tensor
    seed: int
    whose: Mapping[str, str]


class Own(Feed, Protocol):
    """The minibatches of a source, and the places in it of those that are trained on."""

    among: Tensor


Feeds = Mapping[str, Own]


def own_x_and_c(config: Any, feeds: Feeds, rng: Randomness) -> Feed:
    """The usual feed: x and c of the one source."""
    return feeds["x"]


def as_in_the_data(config: Any) -> str:
    """The usual words on the examples that a model is judged by: none."""
    return ""


def unprepared(config: Any, networks: Networks, some: Batch) -> None:
    """The usual beginning: networks learn nothing of the data before the first round."""


class System(NamedTuple):
    """See above. Configurations are of the system's own type, so that `Any` stands for `Config` here.

    ships    the networks that a model needs: those that exist are averaged, judged and exported
    takes    by column, the kinds of data it can be trained on; columns with a "?" may be missing
    frame    (view) -> what the film strip shows of a model
    judges   how a model is judged: by a name, or by a function of a view; the first one's first measure, of which
             less is better, decides which model is kept
    feed     (config, feeds by source, rng) -> batches, where they are not the source's own x and c
    only     the ranges of x that its mathematics allows; empty: all that the medium has
    prepare  (config, networks, examples as networks see them): what they learn of the data before the first round
    stated   (config) -> what was done to the examples that a model is judged by, where they are not as in the data: a
             few words without a comma, which stand on every card
    """

    networks: Callable[[Any, Facts], Networks]
    scene: Callable[[Any, int, Networks, Facts], Scene]
    model: Callable[[Any, Facts, Networks], Model]
    ships: tuple[str, ...]
    takes: Mapping[str, tuple[Kind, ...]]
    frame: Callable[[View], "Image"]
    judges: tuple[Judges | Callable[[View], Measures], ...]
    feed: Callable[[Any, Feeds, Randomness], Feed] = own_x_and_c
    only: tuple[Scale, ...] = ()
    prepare: Callable[[Any, Networks, Batch], None] = unprepared
    stated: Callable[[Any], str] = as_in_the_data
