"""What systems share that translate between two sets of pictures, a and b, of which no pairs are known."""

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import Facts
from saddlepoint.data.feed import Feed, target_of
from saddlepoint.data.scaling import unit
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Measure, plain_card
from saddlepoint.networks.patch import PatchCritic
from saddlepoint.networks.translator import Translator
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.settings.unpaired import Two
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.statistics.kernel import kernel_distance
from saddlepoint.statistics.pictures import absolute_error
from saddlepoint.systems.parts import OUTPUTS, named, run
from saddlepoint.systems.system import Feeds, Measures, Translate, View

CELLS = 4  # along a side
AT_ONCE = 16
MOST = 128  # pictures of each kind that are judged by


class Beside:
    """x = {"a": ..., "b": ...}, each source read in an order of its own; c = a, which is what is translated.

    Of examples taken by their places in a, b has those of the same rank: the i-th that is held out of one beside the
    i-th that is held out of the other, and so with those that are trained on; from the first on again where b has
    fewer.
    """

    def __init__(self, a: Batches, b: Batches) -> None:
        self.a, self.b, self.size = a, b, a.size

    def at(self, position: int) -> Batch:
        return both(self.a.at(position), self.b.at(position))

    def take(self, places: Tensor) -> Batch:
        mine, theirs = held_out(self.a), held_out(self.b)
        rank = torch.where(mine, mine.cumsum(0), (~mine).cumsum(0))[places] - 1
        trained, kept = (~theirs).nonzero()[:, 0], theirs.nonzero()[:, 0]
        beside = trained[rank % len(trained)]
        if len(kept):
            beside = torch.where(mine[places], kept[rank % len(kept)], beside)
        return both(self.a.take(places), self.b.take(beside))


def held_out(batches: Batches) -> Tensor:
    """Which examples of a source no training sees, [N]."""
    found = torch.ones(batches.source.size, dtype=torch.bool)
    found[batches.among] = False
    return found


def both(a: Batch, b: Batch) -> Batch:
    return Batch({"a": target_of(a), "b": target_of(b)}, target_of(a))


def feed(config: Two, feeds: Feeds, rng: Randomness) -> Feed:
    return Beside(feeds["x"], feeds["to"])  # pyright: ignore[reportArgumentType]


def alike(facts: Facts) -> int:
    """The channels of both sets, or SaddlepointError where their pictures are not of one form."""
    one, other = ((about.shape, about.dtype) for about in (facts["x"], facts["to"]))
    if one != other:
        what = f"its pictures are {said(*other)}, those of the first set {said(*one)}"
        equal = one[0][0] == other[0][0] and one[1] == other[1]
        hint = f"give --size {one[0][1]}x{one[0][2]}" if equal else "make both grey, or both coloured, of 8 bits"
        raise SaddlepointError(what, "--to", hint)
    return one[0][0]


def said(shape: tuple[int, ...], dtype: str) -> str:
    return f"{' x '.join(map(str, shape))} {dtype}"


def translator(config: Two, facts: Facts) -> Translator:
    g, channels = config.g, alike(facts)
    return Translator(
        channels, channels, width=g.width, halvings=g.halvings, blocks=g.blocks, output=OUTPUTS[config.range]
    )


def critic(config: Two, facts: Facts) -> PatchCritic:
    return PatchCritic(alike(facts), width=config.d.width, layers=config.d.layers, normalise=False)


def translate(G: Translator) -> Translate:
    return Translate(lambda c, seed: run(G, None, c), step=G.step, margin=G.margin)


def judged(view: View) -> Measures:
    """How far what is made of held-out a is from held-out b: the kernel distance of `descriptors`; and, where there is
    a way back, how far a is from a again, as a share of the range.
    """
    to, scale = view.model.apply, view.config.range
    if to is None:
        raise SaddlepointError("a model that translates nothing", "judge")
    a, b = (named(view.some.x, name)[:MOST].cpu() for name in ("a", "b"))
    b = b.unique(dim=0)  # where there are fewer of b, they come again
    if min(len(a), len(b)) < 3:
        raise SaddlepointError("fewer than three pictures of each kind to judge by", "judge", "hold more out")
    made = torch.cat([to.call(part, view.seed) for part in a.split(AT_ONCE)])
    whose = "held-out" if set(view.whose.values()) == {"held-out"} else "training"
    card = plain_card(f"the second set, {len(b):,} {whose} examples", b, view.seed, len(made))
    apart = kernel_distance(descriptors(unit(made, scale)), descriptors(unit(b, scale)))
    found = {"colours": Measure(*apart, card._replace(metric=f"kernel distance of {CELLS} x {CELLS} cells"))}
    if (back := view.model.back) is not None:
        again = torch.cat([back.call(part, view.seed) for part in made.split(AT_ONCE)])
        error = absolute_error(unit(again, scale).double(), unit(a, scale).double())
        metric = "mean absolute error / range of what comes back"
        found["cycle"] = Measure(*mean_interval(error), card._replace(metric=metric))
    return found


def descriptors(x: Tensor) -> Tensor:
    """Of pictures in [0, 1], [n, 2 C CELLS^2]: the mean and the standard deviation of each colour in each cell of a
    grid: where which colours are, and how restless. Sides are at least CELLS pixels.
    """
    size = [side // CELLS for side in x.shape[2:]]
    x = x.double()
    mean = avg_pool2d(x, size, size)[..., :CELLS, :CELLS]
    square = avg_pool2d(x.square(), size, size)[..., :CELLS, :CELLS]
    return torch.cat([mean, (square - mean.square()).clamp(min=0).sqrt()], 1).flatten(1)
