"""Other people's weights: read from a file whose SHA-256 is known, as tensors by name. No code of theirs is run."""

import hashlib
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import explained, read_bounded

MOST = 1 << 29  # bytes; no weights of ours are more


def weights(path: Path, known: Mapping[str, str]) -> tuple[dict[str, Tensor], str]:
    """(tensors by name, SHA-256) of a file of weights: safetensors, a PyTorch state dict, or a TorchScript archive.

    `known` names the digests that are believed, each with what it is. A state dict is read by PyTorch's reader of plain
    tensors; of an archive the tensors are taken, its functions are not called.
    """
    if not path.is_file():
        raise SaddlepointError("no file of weights", str(path), "see docs/judging.md for where to get it")
    with explained(path):
        content = read_bounded(path.resolve(), MOST)
    digest = believed(content, str(path), known)
    if path.suffix == ".safetensors":
        from safetensors.torch import load

        return load(content), digest
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # reading TorchScript goes on being possible
        if known[digest].endswith("TorchScript"):
            return dict(torch.jit.load(path, map_location="cpu").state_dict()), digest
    return torch.load(path, map_location="cpu", weights_only=True), digest


def believed(content: bytes, where: str, known: Mapping[str, str]) -> str:
    """The content's SHA-256; SaddlepointError where it is none of those known."""
    digest = hashlib.sha256(content).hexdigest()
    if digest not in known:
        names = ", ".join(f"{name} ({digest[:12]}...)" for digest, name in known.items())
        raise SaddlepointError(f"unknown weights, SHA-256 {digest}", where, f"known are {names}")
    return digest


def installed(package: str, file: str) -> Path | None:
    """Where a package's file is, None where the package is not installed. It is not imported."""
    found = find_spec(package)
    folders = found.submodule_search_locations if found else None
    path = Path(folders[0]) / file if folders else None
    return path if path and path.is_file() else None


def place(network: torch.nn.Module, tensors: dict[str, Tensor], path: Path) -> None:
    """Load the tensors into the network; SaddlepointError where names or shapes differ."""
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise SaddlepointError("not the weights of this network", str(path)) from error
