"""A player: the networks it owns, the optimiser that moves them, and how one step is taken or refused."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError


class Player(NamedTuple):
    """Named networks that are moved together by one optimiser. Both generators of an unpaired game are one player.

    After each step, a unit whose incoming weights are longer than `max_norm` is scaled back to it (Hinton et al. 2012,
    Improving neural networks by preventing co-adaptation, section A.1).
    """

    networks: Mapping[str, nn.Module]
    optimiser: torch.optim.Optimizer
    max_norm: float | None = None

    @classmethod
    def of(
        cls,
        network: nn.Module,
        optimiser: torch.optim.Optimizer,
        name: str = "net",
        max_norm: float | None = None,
    ) -> "Player":
        """The usual player, of one network."""
        return cls({name: network}, optimiser, max_norm)

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What this player owns and may move: the parameters its optimiser holds, but for those that are frozen."""
        return [p for group in self.optimiser.param_groups for p in group["params"] if p.requires_grad]

    @property
    def buffers(self) -> list[Tensor]:
        return [buffer for network in self.networks.values() for buffer in network.buffers()]


class Step(NamedTuple):
    """What became of one step: the gradient's norm, whether it was taken, whether the weights are finite after it."""

    gradient: float
    taken: bool
    sound: bool


Descend = Callable[[Tensor, Player], Step]


def keep_buffers(player: Player | None, *memories: nn.Module) -> Callable[[], None]:
    """Remember the player's buffers and those of the memories it draws on; returns a function that restores them.

    Batch and spectral normalisation move their buffers in every forward pass, whosever step it is. They are written
    through `.data`, since a backward pass may still hold them.
    """
    buffers = [] if player is None else player.buffers
    buffers += [buffer for memory in memories for buffer in memory.buffers()]
    copies = [buffer.clone() for buffer in buffers]

    def restore() -> None:
        for buffer, copy in zip(buffers, copies):
            buffer.data.copy_(copy)

    return restore


@contextmanager
def frozen_buffers(player: Player | None) -> Iterator[None]:
    """The player's buffers are, afterwards, bit for bit what they were: it is the opponent's step."""
    restore = keep_buffers(player)
    try:
        yield
    finally:
        restore()


def norm(tensors: list[Tensor]) -> float:
    """The Euclidean norm of all of them together; not finite if any entry is not, or is too large to be squared."""
    if not tensors:
        return 0.0
    return float(torch.linalg.vector_norm(torch.stack(torch._foreach_norm(tensors))))


def descend(loss: Tensor, player: Player) -> Step:
    """One step of the player's optimiser down the loss, in the player's own parameters and no others.

    A loss or a gradient that is not finite moves nothing: neither weights nor the optimiser's moments. SaddlepointError
    where the loss does not depend on any of these parameters: such a player would never learn.
    """
    parameters = player.parameters
    player.optimiser.zero_grad(set_to_none=True)
    if parameters and loss.requires_grad:
        loss.backward(inputs=parameters)
    slopes = [p.grad for p in parameters if p.grad is not None]
    if not slopes:
        what = f"the cost of {' and '.join(player.networks)} does not depend on any weight that its optimiser moves"
        hint = "is its output detached, or made under no_grad? are all its weights frozen?"
        raise SaddlepointError(what, "play", hint)
    gradient = norm(slopes)
    taken = math.isfinite(gradient) and math.isfinite(loss.item())
    if taken:
        player.optimiser.step()
        scale_back(player)
    return Step(gradient, taken, sound=math.isfinite(norm([p.detach() for p in parameters])))


@torch.no_grad()
def scale_back(player: Player) -> None:
    """w_j <- w_j min(1, max_norm / |w_j|) for each unit's incoming weights w_j: the rows of matrices and filters; of
    transposed filters [in, out / groups, ...] the columns of each group. An embedding's row is no unit's: it stays.
    """
    if player.max_norm is None:
        return
    layers = [layer for network in player.networks.values() for layer in network.modules()]
    owner = {weight: layer for layer in layers for weight in layer.parameters(recurse=False)}
    for weight in player.parameters:
        layer = owner.get(weight)
        if weight.ndim < 2 or isinstance(layer, nn.Embedding | nn.EmbeddingBag):
            continue
        across = isinstance(layer, nn.ConvTranspose1d | nn.ConvTranspose2d | nn.ConvTranspose3d)
        for group in weight.chunk(layer.groups) if across else [weight]:
            group.copy_(group.renorm(2, int(across), player.max_norm))


def tune(player: Player, rate: float | None, momentum: float | None) -> None:
    """Set the optimiser's learning rate and momentum to the numbers of this round."""
    for group in player.optimiser.param_groups:
        if rate is not None:
            group["lr"] = rate
        if momentum is not None:
            if "momentum" not in group:
                raise SaddlepointError("this optimiser has no momentum to set", hint="use SGD or RMSprop")
            group["momentum"] = momentum


def carry(before: Player, after: Player) -> None:
    """Hand the optimiser's moments on to the next stage's player, each with its parameter, where that moves it too.

    They mean something to the same rule alone: optimisers of two types leave the later one to start afresh. Rates and
    other options stay the later one's own; those that decide which moments there are (`amsgrad`, `centered`, whether
    RMSprop has momentum) have to be equal. The moments are handed over, not copied: `before` is to move no more.
    """
    if type(before.optimiser) is not type(after.optimiser):
        return
    for p in after.parameters:
        if p in before.optimiser.state:
            after.optimiser.state[p] = before.optimiser.state[p]
