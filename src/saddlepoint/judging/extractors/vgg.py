"""VGG16 from a file that the user names: its convolutions in torchvision's layout, of any precision, as safetensors.

Which of the many copies of these weights it is does not matter, as long as it stays the same: a run keeps its SHA-256.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import read_bounded
from saddlepoint.networks.vgg import BLOCKS, VGG16

MOST = 1 << 30  # bytes: with the head that is not needed, in 32 bits, it has 553 million
HEADS = {f"relu{block}_{len(widths)}": widths[-1] for block, widths in enumerate(BLOCKS, start=1)}
"""The layers of LPIPS, and how many channels each has: the last of each block."""


def vgg(path: Path) -> VGG16:
    """The network with these weights, in evaluation mode, moved by nobody. SaddlepointError where they are others."""
    tensors, digest = tensors_of(path)
    return filled(tensors, digest, path)


def lpips_parts(path: Path) -> tuple[VGG16, dict[str, Tensor]]:
    """(network, heads by layer) of a file that has `lin0` to `lin4`, [C] or [1, C, 1, 1], beside the network's."""
    (tensors, digest), heads = tensors_of(path), {}
    for place, (layer, channels) in enumerate(HEADS.items()):
        head = tensors.get(f"lin{place}")
        if head is None or head.numel() != channels or not bool((head >= 0).all()):
            what = f"it has no `lin{place}` of {channels} numbers, none below 0"
            raise SaddlepointError(what, str(path), "docs/judging.md says how to make this file")
        heads[layer] = head.flatten().float()
    return filled(tensors, digest, path), heads


def filled(tensors: Mapping[str, Tensor], digest: str, path: Path) -> VGG16:
    """The network with those of the tensors that are its own; their names and shapes have to be torchvision's."""
    with torch.device("meta"):  # nothing is drawn only to be thrown away
        network = VGG16(digest)
    for name, weight in network.state_dict().items():
        if name not in tensors or tensors[name].shape != weight.shape:
            found = list(tensors[name].shape) if name in tensors else "nothing"
            what = f"not VGG16: `{name}` is {found}, not {list(weight.shape)}"
            raise SaddlepointError(what, str(path), "the names and shapes are to be torchvision's vgg16")
    network.load_state_dict({name: tensors[name].float() for name in network.state_dict()}, assign=True)
    return network.to(memory_format=torch.channels_last).requires_grad_(False).eval()  # pyright: ignore


def tensors_of(path: Path) -> tuple[dict[str, Tensor], str]:
    """What is in a file of weights, by name, and its SHA-256. No other form is read: torch's own may hold
    code.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        content = read_bounded(path.resolve(), MOST)
        return load(content), sha256(content).hexdigest()
    except OSError as error:
        raise SaddlepointError(f"cannot be read: {error.strerror}", str(path)) from error
    except (SafetensorError, ValueError, KeyError) as error:
        hint = "docs/style.md says how weights are turned into it"
        raise SaddlepointError("not a file of safetensors", str(path), hint) from error
