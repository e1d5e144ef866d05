"""A trained generator by itself: a folder of plain files that can be loaded and sampled from with nothing else around.

generator.safetensors    the weights
config.json              network, prior, range, shape, classes, and the digest of the weights
README.md, preview.png   the model card
"""

import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import safetensors.torch
import torch
from torch import Tensor, nn

from saddlepoint import config
from saddlepoint.config import Frozen
from saddlepoint.data.cond import asked
from saddlepoint.data.reading import Field
from saddlepoint.errors import SaddlepointError
from saddlepoint.figures import grid, scatter, to_uint8
from saddlepoint.files import write_atomic
from saddlepoint.latent.walk import PATHS, walk
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness
from saddlepoint.running.build import Facts, generator, shapes
from saddlepoint.running.engine import choose_device, room_for
from saddlepoint.storage.record import recognised

if TYPE_CHECKING:
    from PIL.Image import Image

CHUNK = 50  # examples computed at once, as fast as any larger number, and drawn from one stream of noise


class Description(Frozen):
    """What config.json says of a generator.

    dtype     uint8, uint16 or float32: the type its pictures are stored in
    fields    what the numbers of a condition mean, where it is no class; `examples` are conditions of real examples
    """

    format: int = 1
    g: config.Generator
    prior: config.Prior
    range: config.Scale
    shape: config.Shape
    dtype: str = "uint8"
    classes: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    examples: tuple[tuple[float, ...], ...] = ()
    run: str = ""
    recipe: str = ""
    data: str = ""
    licence: str = "unstated"
    images: int = 0
    average: str = ""
    version: str = ""
    sha256: str = ""


class Samples(NamedTuple):
    """Generated examples: x as data is stored (uint8 pictures, float32 points), and their labels [n], or the codes
    [n, E] of their conditions, if there are any.
    """

    x: Tensor
    labels: Tensor | None

    def save(self, path: str | Path) -> Path:
        """A sheet of all of them for a picture's name, arrays for `.npz`."""
        path = Path(path)
        if path.suffix == ".npz":
            labels = torch.empty(0) if self.labels is None else self.labels
            with path.open("wb") as file:
                np.savez_compressed(file, x=self.x.numpy(), labels=labels.numpy())
        else:
            self.picture().save(path)
        return path

    def picture(self, columns: int | None = None) -> "Image":
        """A sheet of pictures, as square as can be, or a scatter plot of points."""
        if self.x.ndim == 2:
            return scatter(self.x)
        return grid(to_uint8(self.x, "unit"), columns or max(1, round(len(self.x) ** 0.5)))


class Generator:
    """G with its prior: z to x."""

    def __init__(self, network: nn.Module, description: Description, device: torch.device | None = None) -> None:
        self.description = description
        self.device = device or torch.device("cpu")
        self.network = network.to(self.device).eval()
        self.prior = Prior(description.prior.kind, description.prior.size)

    @property
    def classes(self) -> tuple[str, ...]:
        return self.description.classes

    def noise(self, n: int, seed: int) -> Tensor:
        """The z of samples 0..n-1 of this seed, [n, Z]: sample i is the same whatever n is."""
        room_for(n, self.prior.size)
        rng = Randomness(seed)
        chunks = [self.prior(CHUNK, rng.stream("sample", i)) for i in range(-(-n // CHUNK))]
        return torch.cat([*chunks, torch.empty(0, self.prior.size)])[:n]

    def labels(self, n: int, label: int | str | None = None) -> Tensor | None:
        """[n] labels: all the one asked for, by number or name, or each class in turn; None without classes."""
        if label is None:
            return torch.arange(n) % len(self.classes) if self.classes else None
        if not self.classes:
            raise SaddlepointError("this generator has no classes to choose from", "--class", "leave it out")
        names = (*self.classes, *map(str, range(len(self.classes))))  # a name comes before a number
        if str(label) not in names:
            raise SaddlepointError(f"no class '{label}'", "--class", f"one of {', '.join(self.classes)}")
        return torch.full((n,), names.index(str(label)) % len(self.classes))

    def condition(self, n: int, label: int | str | None = None, cond: str | None = None) -> Tensor | None:
        """c of n samples: labels [n] (see `labels`), or codes [n, E]: those of real examples in turn, with the fields
        that `cond` names (`angle=30,kind=cat`) set to what it says. None without a condition.
        """
        fields = self.description.fields
        if not fields:
            if cond is not None:
                raise SaddlepointError("this generator has no condition but a class", "--cond", "use --class, or none")
            return self.labels(n, label)
        if label is not None:
            names = ", ".join(field.name for field in fields)
            raise SaddlepointError("this generator has no classes", "--class", f"use --cond, with {names}")
        examples = np.array(self.description.examples, np.float32)
        c = examples[np.arange(n) * max(1, len(examples) // max(1, n)) % len(examples)]
        return torch.from_numpy(asked(fields, cond, c) if cond else c)

    @torch.no_grad()
    def decode(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """G(z, c) in the range the recipe states, [n, ...] on the CPU, a chunk at a time.

        The last chunk is filled up: the same product in a batch of another size differs in its last digits.
        """
        outputs = [torch.empty(0, *self.description.shape)]
        for start in range(0, len(z), CHUNK):
            part = slice(start, start + CHUNK)
            c = None if labels is None else full(labels[part]).to(self.device)
            outputs.append(self.network(full(z[part]).to(self.device), c).float().cpu())
        return torch.cat(outputs)[: len(z)]

    def stored(self, x: Tensor) -> Tensor:
        """x as data is stored: pictures in the type they were trained from, points unscaled."""
        if self.description.range == "raw":
            return x
        unit = (x + 1) / 2 if self.description.range == "signed" else x
        match self.description.dtype:
            case "float32":
                return unit.clamp(0, 1)
            case "uint16":
                return (unit * 65535).round().clamp(0, 65535).to(torch.uint16)
        return (unit * 255).round().clamp(0, 255).to(torch.uint8)

    def sample(self, n: int, seed: int = 0, label: int | str | None = None, cond: str | None = None) -> Samples:
        """n examples: of one class or condition, or of each in turn."""
        if n < 0:
            raise SaddlepointError(f"cannot draw {n} samples", "-n", "0 or more")
        room_for(n, math.prod(self.description.shape) + self.prior.size)
        labels = self.condition(n, label, cond)
        return Samples(self.stored(self.decode(self.noise(n, seed), labels)), labels)

    def walk(
        self, points: int = 9, steps: int = 8, seed: int = 0, how: str = "slerp", label: int | str | None = None
    ) -> Samples:
        """From one to the next of `points` random z, `steps` steps each; one class throughout, by default the first."""
        if points < 2 or steps < 1 or how not in PATHS:
            raise SaddlepointError(f"no walk of {points} points, {steps} steps, by {how}", "--walk", "2 points or more")
        path = walk(self.noise(points, seed), steps, PATHS[how])
        labels = self.condition(len(path), 0 if label is None and self.classes else label)
        if labels is not None and labels.ndim == 2:
            labels = labels[:1].expand(len(path), -1)
        return Samples(self.stored(self.decode(path, labels)), labels)


def full(part: Tensor) -> Tensor:
    """A chunk of CHUNK rows: these, then zeros."""
    return torch.cat([part, part.new_zeros(CHUNK - len(part), *part.shape[1:])])


def export(folder: Path, network: nn.Module, description: Description, card: str, preview: bytes) -> None:
    """Write the folder. The description gets the digest of the weights."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = safetensors.torch.save({k: v.contiguous() for k, v in network.state_dict().items()})
    description = description.model_copy(update={"sha256": hashlib.sha256(weights).hexdigest()})
    write_atomic(folder / "generator.safetensors", weights)
    write_atomic(folder / "preview.png", preview)
    write_atomic(folder / "README.md", card.encode())
    write_atomic(folder / "config.json", description.model_dump_json(indent=2).encode())


def load(folder: str | Path, device: str = "cpu") -> Generator:
    """The generator in this folder (or in the `generator/` of this run). Damage and foreign files are refused."""
    folder = Path(folder)
    if (folder / "generator" / "config.json").exists():
        folder = folder / "generator"
    try:
        content = json.loads((folder / "config.json").read_bytes())
        weights = (folder / "generator.safetensors").read_bytes()
    except FileNotFoundError as error:
        hint = "give a run's folder, or the generator folder in it"
        if (folder / "checkpoints").is_dir():
            hint = f"a run leaves it at its end: saddlepoint resume {folder}"
        raise SaddlepointError(f"no {Path(error.filename).name} here", str(folder), hint) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SaddlepointError(f"not a generator: {error}", str(folder)) from error
    description = recognised(Description, content, "a generator", folder)
    if hashlib.sha256(weights).hexdigest() != description.sha256:
        what = "the weights are not those that were written"
        raise SaddlepointError(what, str(folder), "restore generator.safetensors")
    return Generator(built(description, weights, folder), description, choose_device(device))


def built(description: Description, weights: bytes, folder: Path) -> nn.Module:
    """The network described, with these weights; it is not made before they are known to fit."""
    about = description.g, description.prior, description.range, facts(description)
    try:
        tensors = safetensors.torch.load(weights)
        if shapes(*about) != {name: tensor.shape for name, tensor in tensors.items()}:
            raise ValueError("other names or shapes")
        network = generator(*about)
        network.load_state_dict(tensors)
    except (RuntimeError, TypeError, ValueError, MemoryError, safetensors.SafetensorError) as error:
        raise SaddlepointError("the weights do not fit the network described", str(folder)) from error
    return network


def facts(description: Description) -> Facts:
    code = sum(field.size for field in description.fields)
    return Facts(description.shape, len(description.classes), code)
