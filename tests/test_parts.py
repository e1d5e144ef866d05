"""A state that is stored and loaded goes on exactly as the one it was taken from, or is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.storage.checkpoint import restore, save
from saddlepoint.storage.parts import ModulePart, OptimiserPart, Saved

OPTIMISERS: dict[str, Callable] = {
    "adam": lambda p: torch.optim.Adam(p, lr=1e-2, betas=(0.0, 0.99)),
    "amsgrad": lambda p: torch.optim.Adam(p, lr=1e-2, amsgrad=True),
    "fused": lambda p: torch.optim.Adam(p, lr=1e-2, fused=True),
    "adamw": lambda p: torch.optim.AdamW(p, lr=1e-2, weight_decay=0.1),
    "sgd": lambda p: torch.optim.SGD(p, lr=1e-2),
    "momentum": lambda p: torch.optim.SGD(p, lr=1e-2, momentum=0.5, nesterov=True),
    "rmsprop": lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.9, centered=True),
    "rate-as-tensor": lambda p: torch.optim.Adam(p, lr=torch.tensor(1e-2)),
}


def network(seed: int = 0) -> nn.Sequential:
    """Convolutions in the faster layout, buffers that move: batch normalisation's (with a count) and spectral's."""
    torch.manual_seed(seed)
    net = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.Flatten(),
        nn.utils.parametrizations.spectral_norm(nn.Linear(8 * 4 * 4, 4)),
    )  # fmt: skip
    return net.to(memory_format=torch.channels_last)


def steps(net: nn.Module, optimiser: torch.optim.Optimizer, first: int, last: int) -> None:
    for i in range(first, last):
        rng = torch.Generator().manual_seed(i)
        optimiser.zero_grad()
        net(torch.randn(5, 3, 8, 8, generator=rng)).square().mean().backward()
        optimiser.step()


def identical(a: Tensor, b: Tensor) -> bool:
    """The same bits, in the same type and shape (so that -0.0 is not 0.0)."""
    plain = [t.detach().contiguous().reshape(-1).view(torch.uint8) for t in (a, b)]
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(*plain)


def same(mine: Saved, theirs: Saved) -> bool:
    return (
        mine.values == theirs.values
        and mine.tensors.keys() == theirs.tensors.keys()
        and all(identical(mine.tensors[name], theirs.tensors[name]) for name in mine.tensors)
    )


def parts_of(net: nn.Module, optimiser: torch.optim.Optimizer) -> dict:
    return {"net": ModulePart(net), "optimiser": OptimiserPart(optimiser)}


@pytest.mark.parametrize("name", OPTIMISERS)
@pytest.mark.parametrize("before", [0, 3])
def test_saved_and_resumed_equals_uninterrupted(tmp_path: Path, name: str, before: int) -> None:
    one = network()
    its = OPTIMISERS[name](one.parameters())
    steps(one, its, 0, before)
    save(tmp_path, 64, parts_of(one, its))
    steps(one, its, before, before + 4)

    two = network(seed=1)
    other = OPTIMISERS[name](two.parameters())
    restored = restore(tmp_path, parts_of(two, other))
    assert restored is not None
    assert restored == (64, ())
    steps(two, other, before, before + 4)
    assert same(ModulePart(one).state(), ModulePart(two).state())
    assert same(OptimiserPart(its).state(), OptimiserPart(other).state())
    assert int(dict(two.named_buffers())["1.num_batches_tracked"]) == before + 4
    moments = [m for state in other.state.values() for m in state.values() if isinstance(m, Tensor) and m.ndim == 4]
    assert all(m.is_contiguous(memory_format=torch.channels_last) for m in moments)


def test_every_dtype_and_special_number_comes_back(tmp_path: Path) -> None:
    def module() -> nn.Module:
        net = nn.Module()
        generator = torch.Generator().manual_seed(0)
        floating = [torch.float64, torch.float32, torch.float16, torch.bfloat16]
        for i, dtype in enumerate([*floating, torch.int64, torch.uint8, torch.bool]):
            net.register_buffer(f"b{i}", torch.randint(0, 2**7, (3, 5), generator=generator).to(dtype))
        net.register_buffer("special", torch.tensor([-0.0, 1e-45, 3.4e38, 1 / 3]))
        net.register_buffer("none", torch.zeros(0, 4))
        net.register_buffer("scalar", torch.tensor(7))
        return net

    one, two = module(), module()
    for buffer in two.buffers():
        buffer.zero_()
    save(tmp_path, 0, {"m": ModulePart(one)})
    restore(tmp_path, {"m": ModulePart(two)})
    assert same(ModulePart(one).state(), ModulePart(two).state())


def test_values_come_back_as_they_were(tmp_path: Path) -> None:
    class Notes:
        version = 3

        def __init__(self, values: dict) -> None:
            self.values = values

        def state(self) -> Saved:
            return Saved({}, self.values)

        def load_state(self, saved: Saved) -> None:
            self.values = dict(saved.values)

    one, two = Notes({"rate": 0.1 + 0.2, "tiny": 5e-324, "n": 2**70, "s": "é\n", "l": [None, True]}), Notes({})
    save(tmp_path, 5, {"notes": one})
    restore(tmp_path, {"notes": two})
    assert one.values == two.values


def test_weights_that_are_one_stay_one(tmp_path: Path) -> None:
    """Tied weights, and views of one flat tensor, are written apart and read back into the same memory."""

    def tied() -> nn.Sequential:
        net = nn.Sequential(nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False))
        net[1].weight = net[0].weight
        return net

    one, two = tied(), tied()
    save(tmp_path, 0, {"net": ModulePart(one)})
    restore(tmp_path, {"net": ModulePart(two)})
    assert torch.equal(one[0].weight, two[1].weight)
    assert two[0].weight is two[1].weight


def test_what_is_loaded_is_its_own(tmp_path: Path) -> None:
    """Not a view of the checkpoint's file, which may be overwritten later."""
    net = network()
    optimiser = OPTIMISERS["adam"](net.parameters())
    steps(net, optimiser, 0, 1)
    folder = save(tmp_path, 0, parts_of(net, optimiser))
    restore(tmp_path, parts_of(net, optimiser))
    state = OptimiserPart(optimiser).state()
    before = {name: tensor.clone() for name, tensor in state.tensors.items()}
    data = (folder / "tensors.safetensors").read_bytes()
    with (folder / "tensors.safetensors").open("r+b") as file:
        file.write(bytes(len(data)))
    assert all(identical(tensor, before[name]) for name, tensor in OptimiserPart(optimiser).state().tensors.items())


def replaced(saved: Saved, name: str, tensor: Tensor | None) -> Saved:
    """The same state with one tensor exchanged or, for None, left out."""
    tensors = {key: value for key, value in saved.tensors.items() if key != name}
    return Saved(tensors if tensor is None else {**tensors, name: tensor}, saved.values)


@pytest.mark.parametrize(
    ("name", "tensor", "words"),
    [
        ("0.weight", None, "'0.weight' is missing"),
        ("9.weight", torch.zeros(1), "'9.weight' is not known here"),
        ("0.bias", torch.zeros(9), r"'0.bias' has shape \[9\] instead of \[8\]"),
        ("0.bias", torch.zeros(8, 1), "shape"),
        ("0.bias", torch.zeros(8, dtype=torch.float64), "float64 instead of torch.float32"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(name: str, tensor: Tensor | None, words: str) -> None:
    part, other = ModulePart(network()), ModulePart(network(seed=1))
    before = Saved({key: value.clone() for key, value in part.state().tensors.items()}, {})
    with pytest.raises(SaddlepointError, match=words):
        part.load_state(replaced(other.state(), name, tensor))
    assert same(part.state(), before)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda s: replaced(s, "1/exp_avg", None), "'1/exp_avg' is missing"),
        (lambda s: replaced(s, "99/exp_avg", torch.zeros(8)), "is not known here"),
        (lambda s: replaced(s, "1/exp_avg", torch.zeros(9)), "shape"),
        (lambda s: replaced(s, "0/exp_avg", torch.zeros(8, 3, 9)), "shape"),
        (lambda s: Saved(s.tensors, {**s.values, "kind": "AdamW"}), "holds the state of AdamW, the optimiser is Adam"),
        (lambda s: Saved(s.tensors, {k: v for k, v in s.values.items() if k != "groups"}), "not whole"),
        (lambda s: Saved(s.tensors, {**s.values, "groups": []}), "another number of parameters"),
        (lambda s: Saved(s.tensors, {**s.values, "groups": [{"params": "x"}]}), "another number of parameters"),
        (lambda s: Saved(s.tensors, {**s.values, "groups": 7}), "not whole"),
        (lambda s: Saved(s.tensors, {**s.values, "entries": {"what": 1}}), "not whole"),
        (lambda s: Saved(s.tensors, {**s.values, "groups": [{**s.values["groups"][0], "odd": 1}]}), "'odd'"),
    ],
)  # fmt: skip
def test_moments_that_do_not_fit_change_nothing(change: Callable[[Saved], Saved], words: str) -> None:
    net = network()
    optimiser = OPTIMISERS["adam"](net.parameters())
    steps(net, optimiser, 0, 2)
    part = OptimiserPart(optimiser)
    state = part.state()
    before = Saved({name: tensor.clone() for name, tensor in state.tensors.items()}, state.values)
    with pytest.raises(SaddlepointError, match=words):
        part.load_state(change(state))
    assert same(part.state(), before)


def test_another_number_of_parameters(tmp_path: Path) -> None:
    net = network()
    save(tmp_path, 0, {"optimiser": OptimiserPart(OPTIMISERS["sgd"](net.parameters()))})
    fewer = OPTIMISERS["sgd"](list(net.parameters())[1:])
    with pytest.raises(SaddlepointError, match="000000000: optimiser: holds another number of parameters"):
        restore(tmp_path, {"optimiser": OptimiserPart(fewer)})
