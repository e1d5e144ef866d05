"""What a step sees: its moment's randomness, and the turn, in which every critic has answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import ask
from saddlepoint.game.rules import Dials, Game, real_against_fake
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.records import Answer, Batch, Critic, Examples, Turn, Verdict, answer


class Moment(NamedTuple):
    """One step's place in the run: the round, the step within it, and the numbers in force."""

    rng: Randomness
    index: int
    step: int
    dials: Dials

    def stream(self, name: str) -> torch.Generator:
        """A generator of this step's own: equal names give equal draws, another step gives others."""
        return self.rng.stream(name, self.index, self.step)

    @contextmanager
    def seeded(self) -> Iterator[None]:
        """Seed torch's global generators, which dropout draws from, for this step. After it they are as they were:
        a user's batches may be drawn from them.

        Without an accelerator that is the processor's alone: for the others torch would note down its whole stack.
        """
        seed = seed_of(self.rng.seed, "dropout", self.index, self.step)
        with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
            if torch.accelerator.is_available():
                torch.manual_seed(seed)
            else:
                torch.default_generator.manual_seed(seed)
            yield


def tensors(examples: Examples) -> list[Tensor]:
    """The tensors of a batch of examples, whether it is one or a record of several."""
    return list(examples.values()) if isinstance(examples, Mapping) else [examples]


Forged = tuple[Tensor | None, Examples]  # z and what was made of it


def copied(examples: Examples) -> Examples:
    """The examples as they are now, without the graph that made them: a generator may give out its own weights."""
    if isinstance(examples, Mapping):
        return {name: t.detach().clone() for name, t in examples.items()}
    return examples.detach().clone()


def forge(game: Game, batch: Batch, moment: Moment) -> Forged:
    """Fresh z ~ p(z), one for each example of the batch, and the fakes made of it."""
    x = tensors(batch.x)[0]
    z = game.prior(x.shape[0], moment.stream("prior"))
    z = None if z is None else z.to(x.device)
    with game.fast():
        fake = game.forge(game.G.networks, batch, z, moment.stream("forge"))
    return z, {name: widened(t) for name, t in fake.items()} if isinstance(fake, Mapping) else widened(fake)


def see(
    game: Game, batch: Batch, z: Tensor | None, fake: Examples, moment: Moment, *, real: bool, recall: bool = False
) -> Turn:
    """The turn of this step: each critic answers on its fakes and, if asked, on its real examples.

    With `recall`, a critic that remembers earlier fakes takes what it recalls for its fakes.
    """
    critics = {} if game.D is None else game.D.networks
    noise, memory = moment.stream("augment"), moment.stream("recall")

    def bound(name: str) -> Critic:
        c = None if name in game.unconditional else batch.c
        if game.augment is None:
            return lambda x: answer(ask(critics[name], f"D ({name})", x, c))
        return lambda x: answer(ask(critics[name], f"D ({name})", game.augment(x, noise, moment.dials.augment), c))

    verdicts = {}
    for name in critics:
        theirs, ours = game.pairings.get(name, real_against_fake)(batch.x, fake)
        if recall and name in game.recall:
            ours = game.recall[name](ours, memory)
        critic = bound(name)
        with game.fast():
            r = answered(critic(theirs), theirs) if real else None
            f = answered(critic(ours), ours)
        verdicts[name] = Verdict(theirs, ours, critic, r, f)
    return Turn(batch.x, z, batch.c, fake, game.G.networks, verdicts, moment.stream("terms"))


def widened(t: Tensor) -> Tensor:
    """At least float32: costs and penalties are computed in full precision whatever the passes were made in."""
    return t.float() if t.dtype in (torch.bfloat16, torch.float16) else t


def answered(said: Answer, x: Tensor) -> Answer:
    """The answer on x in full precision. Features stay as they are: whoever matches them chooses."""
    if said.logits.ndim == 0 or len(said.logits) != len(x):
        what = f"D answers {list(said.logits.shape)} to {len(x)} examples"
        raise SaddlepointError(what, "play", "give logits [B], or [B, ...] of several sites")
    return said._replace(logits=widened(said.logits), classes=None if said.classes is None else widened(said.classes))
