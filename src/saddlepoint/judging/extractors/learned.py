"""Features learned from the data that are judged, for domains nobody has trained a network on.

With labels: a classifier of the classes. Without: of which way up a picture is, of four (Gidaris et al., Unsupervised
representation learning by predicting image rotations, 2018). Features are its last hidden layer; they are used only
where a trial shows that they see what pixels see, and see it better.

x uint8 [N, C, H, W];  labels [N] or None
"""

import hashlib
import time
from itertools import islice

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from saddlepoint.data.batches import Batches
from saddlepoint.data.feed import onwards
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.game.players import Player
from saddlepoint.game.rules import Dials, Game, State, Term
from saddlepoint.game.turns import tensors
from saddlepoint.judging.extractors.extractor import Extractor, Seen
from saddlepoint.judging.extractors.trial import MOST, shortcoming
from saddlepoint.networks.classifier import Classifier
from saddlepoint.penalties import class_cost
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.records import Answer, Batch, Turn

SIDE, FEATURES = 32, 64
BATCH, STEPS, RATE = 64, 400, 2e-3
LEAST = 50  # pictures to learn from
WAYS = 4  # up
RIGHT = 0.5  # of pictures not seen before, of which it must be told which way up they are: of textures nobody can
TIMED, TRIAL = 4, 0.6  # minibatches by which is known what all take; the trial's time over theirs, at most


def small(x: Tensor) -> Tensor:
    """No side above 32, by means over areas."""
    scale = SIDE / max(x.shape[2:])
    return x if scale >= 1 else interpolate(x, scale_factor=scale, mode="area")


def built(shape: tuple[int, ...], classes: int) -> Classifier:
    """The untrained network for pictures of this shape, of which it tells the classes, or four rotations where there
    are none; SaddlepointError for less than 8 x 8.
    """
    channels, height, width = small(torch.zeros(1, *shape)).shape[1:]
    if min(height, width) < 8:
        raise SaddlepointError(f"pictures of {height} x {width}", "learned features", "8 x 8 is the least: use pixels")
    return Classifier(channels, height, width, classes or WAYS, FEATURES, (24, 48, 64))


def trained(x: Tensor, labels: Tensor | None, classes: int, seed: int, steps: int = STEPS) -> Classifier:
    """The network, played by itself: a stage without critic, in which what G makes of a batch is its answer, logits
    [B, K], and its only term is their cross entropy. Adam, at a rate that falls to 0; the same seed gives the same
    weights.
    """
    if len(x) < LEAST:
        hint = f"{LEAST} are the least, and as many for the trial: add some, or use pixels"
        raise SaddlepointError(f"{len(x)} pictures to learn from", "learned features", hint)
    if labels is None and x.shape[2] != x.shape[3]:
        raise SaddlepointError("pictures that are not square", "learned features", "without labels these need squares")
    torch.manual_seed(seed_of(seed, "weights"))
    network = built(tuple(x.shape[1:]), classes if labels is not None else 0)

    def answer(_: object, batch: Batch, z: Tensor | None, rng: torch.Generator) -> Tensor:
        (pictures,) = tensors(batch.x)
        return network(small(pictures if z is None else turned(pictures, z)))

    def dials(state: State) -> Dials:
        return Dials(rates={"G": RATE * (1 - state.index / steps)})

    game = Game(
        G=Player.of(network, torch.optim.Adam(network.parameters())),
        k=0,
        prior=quarters if labels is None else nothing,
        forge=answer,
        terms=(Term("class", "G", cost),),
    )
    batches = Batches(Source("", x, labels), BATCH, Randomness(seed), "signed", torch.device("cpu"))
    for _ in play(game, islice(onwards(batches, 0), steps), seed=seed, dials=dials):
        pass
    return network.requires_grad_(False).eval()


def seconds(x: Tensor, labels: Tensor | None, classes: int) -> float:
    """What learning from such pictures takes on this machine now, with the trial: found out by a few minibatches of
    some of them. SaddlepointError where nothing can be learned.
    """
    if x.ndim != 4:
        raise SaddlepointError("only pictures teach features", "learned features", "use --features pixels")
    trained(x, labels, classes, 0, 1)  # what is slow the first time alone
    begun = time.monotonic()
    trained(x, labels, classes, 0, TIMED)
    return (1 + TRIAL) * STEPS / TIMED * (time.monotonic() - begun)


def quarters(n: int, rng: torch.Generator) -> Tensor:
    """z [n], of 0 to 3: by how many quarter turns to turn each picture."""
    return torch.randint(WAYS, (n,), generator=rng)


def nothing(n: int, rng: torch.Generator) -> None:
    """No z: labels say what to learn."""


def turned(x: Tensor, z: Tensor) -> Tensor:
    """Each picture by its number of quarter turns, [B]."""
    return torch.stack([one.rot90(n, (1, 2)) for one, n in zip(x, z.tolist())])


def cost(turn: Turn) -> Tensor:
    """-log P(label | x), or -log P(z | x turned by z), [B]."""
    (logits,) = tensors(turn.fake)
    return class_cost(Answer(logits, classes=logits), turn.c if turn.z is None else turn.z)


def learned(network: Classifier, names: tuple[str, ...]) -> Extractor:
    """The extractor of a trained network; `names` of its classes, empty where it knows rotations alone."""
    digest = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        digest.update(name.encode() + tensor.contiguous().numpy().tobytes())

    def see(x: Tensor) -> Seen:
        unit = x.float() / 255  # of bytes, and of floats that count as bytes do, as along a path
        features = network.features(small(2 * unit - 1))
        return Seen(features, network.head(features) if names else None)

    kind = "labels" if names else "rotations"
    return Extractor(f"learned from {kind}", digest.hexdigest(), f"means, to at most {SIDE}", see, classes=names)


def taught(x: Tensor, labels: Tensor | None, names: tuple[str, ...], seed: int) -> Classifier:
    """The network that these pictures teach, but for up to half of them, drawn at random. Those are for the trial: what
    was learned by heart says nothing of pictures not yet seen. SaddlepointError where the features fail it.
    """
    if x.ndim != 4:
        raise SaddlepointError("only pictures teach features", "learned features", "use --features pixels")
    others, own = unseen(x, labels, seed)
    network = trained(*own, len(names), seed)
    fault = shortcoming(learned(network, names), *others)
    if labels is None and fault is None and (right := upright(network, others[0])) < RIGHT:
        fault = f"of {right:.0%} of pictures that taught nothing they tell which way up these are, by chance of 25 %"
    if fault:
        raise SaddlepointError(fault, "learned features", "use --features pixels")
    return network


def upright(network: Classifier, x: Tensor) -> float:
    """The share of pictures, each turned all four ways, of which the network tells by how much."""
    ways = [network(small(2 * (x.rot90(n, (2, 3)).float() / 255) - 1)).argmax(1) == n for n in range(WAYS)]
    return float(torch.stack(ways).double().mean())


def unseen(x: Tensor, labels: Tensor | None, seed: int) -> list[tuple[Tensor, Tensor | None]]:
    """Pictures and labels for the trial, and those that teach."""
    order = torch.randperm(len(x), generator=Randomness(seed).stream("trial"))
    parts = order.tensor_split([min(MOST, len(x) // 2)])
    return [(x[places], None if labels is None else labels[places]) for places in parts]
