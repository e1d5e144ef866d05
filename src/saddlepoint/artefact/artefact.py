"""A trained model by itself: what it can do, in the user's own terms. It works with nothing else around."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

import numpy as np
import torch
from torch import Tensor

from saddlepoint.artefact.ability import CANNOT, refusal
from saddlepoint.artefact.description import Description
from saddlepoint.artefact.ensemble import ensembled
from saddlepoint.artefact.samples import Samples
from saddlepoint.data.asking import asked, beyond, named
from saddlepoint.data.cells import table
from saddlepoint.data.facts import About, Facts, step_through
from saddlepoint.data.reading import Field, few, shown
from saddlepoint.data.scaling import scaled, stored
from saddlepoint.engine import choose_device, room_for
from saddlepoint.errors import SaddlepointError
from saddlepoint.latent.walk import walk, way
from saddlepoint.media.catalog import medium_of
from saddlepoint.media.medium import Medium
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.systems.system import Latent, Model, Networks, Translate
from saddlepoint.tiling import tiled

CHUNK = 50  # examples computed at once, as fast as any larger number, and drawn from one stream of noise
ROWS = 256  # of a large picture, that are stored at once: the copies in between take several times their memory
Tell = Callable[[int, int], None] | None  # hears (tiles done, tiles in all)


class Artefact:
    """A model, its description, and its networks by name: samples, walks, translations."""

    def __init__(self, model: Model, description: Description, networks: Networks) -> None:
        self.model, self.description, self.networks = model, description, networks

    def __repr__(self) -> str:
        """On one line: what it is, of which run, and what it can do."""
        about = self.description
        size = " x ".join(map(str, self.about.shape))
        whose = f"{shown(about.config.recipe)} of {shown(about.run)}"
        return f"<Artefact {whose}: {size} {self.medium.noun}, can {few(self.can)}>"

    def to(self, device: str | torch.device) -> Self:
        """Itself, with its networks moved to that device; its results come back to the CPU."""
        for network in self.networks.values():
            network.to(choose_device(str(device)))
        return self

    def __call__(self, z: Tensor | np.ndarray, c: Tensor | np.ndarray | Sequence[int] | str | None = None) -> Tensor:
        """G(z, c) in the range the recipe states, [n, ...]; without c, where there is one, that of each sample in turn.
        c is a class's name, the classes' places [n], or codes [n, E]. `noise` draws such z, and `stored` makes of what
        comes out what data are stored as. Gradients are not kept.
        """
        z = as_tensor(z, "z").float()
        if z.ndim != 2 or z.shape[1] != self.prior.size:
            raise SaddlepointError(f"z of shape {list(z.shape)}", "generator", f"give [n, {self.prior.size}]")
        c = self.condition(len(z), c) if c is None or isinstance(c, str) else as_tensor(c, "c")
        if c is not None and len(c) != len(z):
            raise SaddlepointError(f"{len(z)} z, but {len(c)} conditions", "generator", "give one for each")
        if c is not None and self.classes:
            whole = c.ndim == 1 and not c.is_floating_point()
            if not whole or not bool(((c >= 0) & (c < len(self.classes))).all()):
                hint = f"give [{len(z)}] whole numbers from 0 to {len(self.classes) - 1}, or the name of a class"
                raise SaddlepointError("c names no classes", "generator", hint)
        return self.decode(z, c)

    @property
    def facts(self) -> Facts:
        return self.description.facts

    @property
    def about(self) -> About:
        """What an x is."""
        return self.facts["x"]

    @property
    def numbers(self) -> int:
        """How many numbers one sample takes, with its z."""
        return math.prod(self.about.shape) + (self.model.latent.prior.size if self.model.latent else 0)

    @property
    def medium(self) -> Medium:
        return medium_of(self.about)

    @property
    def classes(self) -> tuple[str, ...]:
        c = self.facts.get("c")
        return () if c is None else c.names

    @property
    def can(self) -> tuple[str, ...]:
        return self.model.can

    def refuse(self, what: str) -> SaddlepointError:
        """What is said where the model cannot do this: what it can do instead."""
        return refusal(what, self.description.config.recipe, self.description.run, self.can)

    @property
    def latent(self) -> Latent:
        if self.model.latent is None:
            raise self.refuse(CANNOT["walk"])
        return self.model.latent

    @property
    def prior(self) -> Prior:
        return self.latent.prior

    def noise(self, n: int, seed: int) -> Tensor:
        """The z of samples 0..n-1 of this seed, [n, Z]: sample i is the same whatever n is."""
        prior, rng = self.prior, Randomness(seed)
        room_for(n, prior.size)
        chunks = [prior(CHUNK, rng.stream("sample", i)) for i in range(-(-n // CHUNK))]
        return torch.cat([*chunks, torch.empty(0, prior.size)])[:n]

    def labels(self, n: int, label: int | str | None = None) -> Tensor | None:
        """[n] labels: all the class of this name, or each class in turn; None without classes.

        A class is chosen by its name. A number stands for the name that it spells: of "5", "6", "7", 5 is the first.
        """
        if label is None:
            return torch.arange(n) % len(self.classes) if self.classes else None
        if not self.classes:
            raise SaddlepointError("this generator has no classes to choose from", "--class", "leave it out")
        return torch.full((n,), named(self.classes, label))

    @property
    def fields(self) -> tuple[Field, ...]:
        """What the condition's numbers mean; none where it is a class, or where there is none."""
        return self.facts["c"].fields if "c" in self.facts else ()

    def condition(self, n: int, label: int | str | None = None, cond: str | None = None) -> Tensor | None:
        """c of n samples: labels [n] (see `labels`), or codes [n, E]: those of real examples in turn, with the fields
        that `cond` names (`angle=30,kind=cat`) set to what it says. None without a condition.

        c of sample i is the same whatever n is. Examples, which are known from one end of their first field to the
        other, take their turns in steps of about .618 of all of them: however many there are, they lie all over it.
        """
        if not self.fields:
            if cond is not None:
                raise SaddlepointError(
                    "this generator has no condition except a class", "--cond", "use --class, or none"
                )
            return self.labels(n, label)
        if label is not None:
            names = ", ".join(field.name for field in self.fields)
            raise SaddlepointError("this generator has no classes", "--class", f"use --cond, with {names}")
        examples = torch.tensor(self.facts["c"].examples)
        c = examples[torch.arange(n) * step_through(len(examples)) % len(examples)]
        return c if cond is None else torch.from_numpy(asked(self.fields, cond, c.numpy()))

    def notes(self, cond: str | None) -> tuple[str, ...]:
        """What is to be said of this condition: which of its numbers lie beyond the data, and count as their ends."""
        return () if cond is None else beyond(self.fields, cond)

    def decode(self, z: Tensor, c: Tensor | None) -> Tensor:
        """G(z, c) in the range the recipe states, [n, ...] on the CPU, a chunk at a time.

        The last chunk is filled up: the same product in a batch of another size differs in its last digits.
        """
        outputs = [torch.empty(0, *self.about.shape)]
        for start in range(0, len(z), CHUNK):
            part = slice(start, start + CHUNK)
            outputs.append(self.latent.decode(full(z[part]), None if c is None else full(c[part])))
        return torch.cat(outputs)[: len(z)]

    def stored(self, x: Tensor) -> Tensor:
        """x as data is stored: pictures in the type they were trained from, points unscaled. SaddlepointError (code 1)
        where a number of it is not finite, which as a pixel would look like any other.
        """
        if not bool(torch.isfinite(x).all()):
            what = "its output is not finite: its weights are damaged, or have grown too large"
            where, hint = self.description.run or "this model", "restore them, or train again with a lower --lr"
            raise SaddlepointError(what, where, hint, code=1)
        return stored(x, self.description.config.range, self.about)

    def draw(self, n: int, seed: int, c: Tensor | None) -> Tensor:
        """n samples under these conditions, in the recipe's range."""
        if self.model.latent is not None:
            return self.decode(self.noise(n, seed), c)
        if self.model.sample is None:
            raise self.refuse(CANNOT["sample"])
        return self.model.sample(n, seed, c)

    def sample(self, n: int, seed: int = 0, label: int | str | None = None, cond: str | None = None) -> Samples:
        """n examples: of one class or condition, or of each in turn."""
        if not isinstance(n, int | np.integer) or n < 0:
            raise SaddlepointError(f"cannot draw {n!r} samples", "-n", "a whole number, 0 or more")
        if "sample" not in self.can:
            raise self.refuse(CANNOT["sample"])
        room_for(n, self.numbers)
        c = self.condition(n, label, cond)
        return Samples(self.stored(self.draw(n, seed, c)), c, self.about, self.classes)

    def table(self, samples: Samples) -> str:
        """Points as a CSV with their conditions, the columns called as in the data."""
        return table(samples.x, samples.labels, self.facts)

    def walk(
        self,
        points: int = 9,
        steps: int = 8,
        seed: int = 0,
        how: str | None = None,
        label: int | str | None = None,
        cond: str | None = None,
    ) -> Samples:
        """Walk from each of `points` random z to the next, `steps` steps each, in the way that suits the prior, or as
        `how` says (see `latent.walk.way`); with one class or condition throughout, by default that of sample 0.
        """
        if points < 2 or steps < 1:
            raise SaddlepointError(f"no walk of {points} points, {steps} steps", "--walk", "2 points or more")
        path = walk(self.noise(points, seed), steps, way(self.prior, how))
        c = self.condition(1, label, cond)
        c = None if c is None else c.expand(len(path), *c.shape[1:])
        return Samples(self.stored(self.decode(path, c)), c, self.about, self.classes)

    @property
    def given(self) -> About:
        """What `apply` is given: the condition where it is a picture, else an x; with opacity where that is read."""
        c = self.facts.get("c")
        about = c if c is not None and c.kind == "pictures" else self.about
        if self.model.apply is None or not self.model.apply.opacity:
            return about
        return replace(about, shape=(about.shape[0] + 1, *about.shape[1:]))

    def turned(self) -> "Artefact":
        """The same model the other way round: `apply` takes the way back."""
        if self.model.back is None:
            raise SaddlepointError("this model cannot translate back", "--back", "leave it out")
        to, back = self.model.apply, self.model.back
        return Artefact(self.model._replace(apply=back, back=to), self.description, self.networks)

    def eight_ways(self) -> "Artefact":
        """The same model, but `apply` gives the mean over the eight turned and mirrored pictures (`ensemble`)."""
        return Artefact(self.model._replace(apply=ensembled(self.translate())), self.description, self.networks)

    def translate(self, perception: float | None = None) -> Translate:
        """How it translates: as it was left, or so far on the way from the least error, 0, to the critic's end, 1."""
        to = self.model.apply
        if to is None:
            raise self.refuse(CANNOT["apply"])
        if perception is None:
            return to
        if to.between is None:
            what = "this model was not trained first by its error and then by a critic"
            raise SaddlepointError(what, "--perception", "leave it out")
        if not 0 <= perception <= 1:
            raise SaddlepointError(f"{perception:g}", "--perception", "from 0, least error, to 1, the critic's")
        return to._replace(call=to.between(perception))

    def apply(self, c: Tensor, seed: int = 0, tell: Tell = None, perception: float | None = None) -> Samples:
        """What the model makes of each of these, [n, C, H, W] as stored: of any size where its networks allow that.

        Larger pictures are processed in tiles; `tell` is told how many of all are done. SaddlepointError for other
        sizes. The result for an example depends only on it and the seed. For `perception` see `translate`.
        """
        about, to = self.given, self.translate(perception)
        if c.shape[1] != about.shape[0] or (to.step is None and tuple(c.shape[1:]) != about.shape):
            size, own = (" x ".join(map(str, shape)) for shape in (c.shape[1:], about.shape))
            any_size = "" if to.step is None else ", in any size"
            raise SaddlepointError(f"examples of {size}", "apply", f"this model takes {own}{any_size}")
        x = scaled(c, self.description.config.range, about)
        if to.step is None:
            made = torch.cat([self.chunk(part, to, seed) for part in x.split(1 if to.chance else CHUNK)])
            return Samples(self.stored(made), None, self.about)
        strips = (self.tiles(one[None], to, seed, tell).split(ROWS, 2) for one in x)
        made = torch.cat([torch.cat([self.stored(rows) for rows in strip], 2) for strip in strips])
        return Samples(made, None, self.about)

    def chunk(self, c: Tensor, to: Translate, seed: int) -> Tensor:
        """Some at once, filled up as in `decode`; where chance plays a part each is alone, so that it is its own."""
        return to.call(c if to.chance else full(c), seed)[: len(c)]

    def tiles(self, c: Tensor, to: Translate, seed: int, tell: Tell) -> Tensor:
        """One picture [1, C, H, W] of any size, tile by tile."""
        step = to.step or 1
        size = -(-to.tile // step) * step
        return tiled(
            lambda part: to.call(part, seed), c, tile=size, margin=to.margin, step=step, scale=to.scale, tell=tell
        )


def as_tensor(given: object, name: str) -> Tensor:
    """Numbers that somebody else's program has: a tensor, an array, a list."""
    try:
        return torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError) as error:
        what = f"{name} is a {type(given).__name__} that is no tensor"
        raise SaddlepointError(what, "generator", "give a tensor, an array, or a list of numbers") from error


def full(part: Tensor) -> Tensor:
    """A chunk of CHUNK rows: these, then zeros."""
    return torch.cat([part, part.new_zeros(CHUNK - len(part), *part.shape[1:])])
