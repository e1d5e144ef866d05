"""An exported model is a folder of plain files, that can be loaded and used with nothing else around.

generator.safetensors    the weights of all networks that the model needs
config.json              its description: settings, facts of the data, what it can do, the digest of the weights
README.md, preview.png   the model card
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.description import Description, upgraded
from saddlepoint.data.facts import Facts
from saddlepoint.engine import choose_device, memory
from saddlepoint.errors import SaddlepointError, typed
from saddlepoint.files import make_folder, read_bounded, settled, write_folder
from saddlepoint.record import LARGEST, recognised
from saddlepoint.settings.run import Run
from saddlepoint.storage.spelling import parsed
from saddlepoint.systems import catalog
from saddlepoint.systems.system import Networks, System

WEIGHTS = "generator.safetensors"
FLOAT = 4  # bytes
HEADER = 4096  # bytes at most that a file of weights needs for one of them, besides its numbers


def export(folder: Path, shipped: nn.Module, description: Description, card: str, preview: bytes) -> None:
    """Write the folder, whole or not at all. The description gets the digest of the weights."""
    make_folder(folder.parent)
    weights = safetensors.torch.save({k: v.contiguous() for k, v in shipped.state_dict().items()})
    description = description.model_copy(update={"sha256": hashlib.sha256(weights).hexdigest()})
    contents = {WEIGHTS: weights, "preview.png": preview, "README.md": card.encode()}
    write_folder(folder, contents | {"config.json": description.model_dump_json(indent=2).encode()})


def load(folder: str | Path, device: str = "cpu") -> Artefact:
    """The model in this folder (or in the `generator/` of this run). Damage and foreign files are refused."""
    folder = Path(folder)
    if (settled(folder / "generator") / "config.json").exists():
        folder = settled(folder / "generator")
    with opening(folder):
        content = parsed(read_bounded(folder / "config.json", LARGEST))
        (folder / WEIGHTS).lstat()  # a run that has not ended has a config.json of another kind, and none of these
    try:
        content = upgraded(content)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise SaddlepointError("not a generator", str(folder), "its config.json is damaged") from error
    about = recognised(Description, content, "a generator", folder)
    catalog.same_code(about.config.system, about.system_sha256, str(folder))
    shipped = built(about, folder)
    for network in shipped.values():
        network.to(choose_device(device)).eval()
    return Artefact(catalog.system(about.config.system).model(about.config, about.facts, shipped), about, shipped)


@contextmanager
def opening(folder: Path) -> Iterator[None]:
    """Say in one line what of a generator is not there, or cannot be read."""
    try:
        yield
    except NotADirectoryError as error:
        raise SaddlepointError("a file", str(folder), "give a run's folder, or the generator folder in it") from error
    except FileNotFoundError as error:
        if not folder.exists():
            raise SaddlepointError("nothing at that path", str(folder), "is it spelt right?") from error
        hint = "give a run's folder, or the generator folder in it"
        if (folder / "checkpoints").is_dir():
            hint = f"a run leaves it at its end: {typed('resume', folder)}"
        raise SaddlepointError(f"no {Path(error.filename).name} here", str(folder), hint) from error
    except (OSError, ValueError) as error:
        raise SaddlepointError(f"not a generator: {error}", str(folder)) from error


def joined(networks: Networks, names: tuple[str, ...]) -> nn.Module:
    """The networks that a model needs as one module: the only one, or all that there are by their names."""
    if len(names) == 1:
        return networks[names[0]]
    return nn.ModuleDict({name: networks[name] for name in names if name in networks})


def parted(module: nn.Module, names: tuple[str, ...]) -> Networks:
    """The inverse of `joined`."""
    if len(names) == 1:
        return {names[0]: module}
    return {name: network for name, network in module.named_children() if name in names}


def built(about: Description, folder: Path) -> Networks:
    """The networks described, with the weights beside the description. These are not read before it is known how many
    bytes they may have, nor the networks made before they are known to fit.
    """
    system = catalog.system(about.config.system)
    try:
        outline = outlined(system, about.config, about.facts)
        wanted = joined(outline, system.ships).state_dict()
        afford(outline)
        weights = weights_of(folder, about.sha256, wanted)
        tensors = safetensors.torch.load(weights)
        fits(tensors, wanted)
        networks = system.networks(about.config, about.facts)
        joined(networks, system.ships).load_state_dict(tensors)
    except (RuntimeError, TypeError, ValueError, KeyError, MemoryError, safetensors.SafetensorError) as error:
        raise SaddlepointError("the weights do not fit the network described", str(folder)) from error
    return {name: networks[name] for name in system.ships if name in networks}


def weights_of(folder: Path, sha256: str, wanted: Mapping[str, Tensor]) -> bytes:
    """The file of these weights, which has their numbers and a header."""
    most = sum(tensor.numel() * tensor.element_size() for tensor in wanted.values()) + HEADER * (1 + len(wanted))
    with opening(folder):
        weights = read_bounded(folder / WEIGHTS, most)
    if hashlib.sha256(weights).hexdigest() != sha256:
        what = "the weights are not those that were written"
        raise SaddlepointError(what, str(folder), "restore generator.safetensors")
    return weights


def fits(tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> None:
    if {name: t.shape for name, t in wanted.items()} != {name: t.shape for name, t in tensors.items()}:
        raise ValueError("other names or shapes")


def afford(outline: Networks) -> None:
    """What a file describes may be more than a memory holds."""
    numbers = sum(tensor.numel() for network in outline.values() for tensor in network.state_dict().values())
    if FLOAT * numbers > memory() // 2:
        raise ValueError(f"{numbers:,} weights are more than this machine's memory holds")


def outlined(system: System, config: Run, facts: Facts) -> Networks:
    """The networks without their weights, which cost nothing however large they are."""
    with torch.device("meta"), Outline():
        return system.networks(config, facts)


def require_room(system: System, config: Run, facts: Facts) -> None:
    """Refuse networks that no memory here holds, before they are made. What cannot be outlined is not judged: a system
    of a user's own may make its networks in its own way.
    """
    try:
        afford(outlined(system, config, facts))
    except (ValueError, RuntimeError) as error:
        if isinstance(error, ValueError) or "overflow" in str(error).lower():
            hint = "take fewer or narrower layers"
            raise SaddlepointError(f"its networks cannot be made: {error}", f"`{config.recipe}`", hint) from error


class Outline(TorchFunctionMode):
    """Leaves out what means nothing to tensors without memory, and costs a second when it is first asked of one."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in (nn.init.normal_, torch.Tensor.normal_):
            return args[0] if args else kwargs["tensor"]
        if func is torch.eye:
            return torch.empty(args[0], args[0])
        if func is nn.functional.normalize:  # by which, with products, spectral normalisation begins
            return args[0] if kwargs.get("out") is None else kwargs["out"]
        return args[0].new_empty(args[0].shape[0]) if func is torch.mv else func(*args, **kwargs)
