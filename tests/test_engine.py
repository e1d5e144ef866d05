"""Device, precision and threads: what 'auto' chooses on which machine, and what is refused."""

from pathlib import Path

import pytest
import torch

from saddlepoint import engine
from saddlepoint.engine import (
    Engine,
    choose_device,
    choose_precision,
    container_limits,
    memory,
    processor_flags,
    resolve,
)
from saddlepoint.errors import SaddlepointError
from saddlepoint.settings.run import Engine as Wishes

CPU, CUDA, MPS = map(torch.device, ("cpu", "cuda", "mps"))


def machine(monkeypatch: pytest.MonkeyPatch, cuda: int = 0, mps: bool = False, flags: tuple[str, ...] = ()) -> None:
    """A machine with this many CUDA devices, an Apple one or not, and a processor with these flags."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    monkeypatch.setattr(engine, "processor_flags", lambda: frozenset(flags))


@pytest.mark.parametrize(("cuda", "mps", "device"), [(0, False, "cpu"), (0, True, "mps"), (2, False, "cuda")])
def test_auto_takes_the_fastest_device(monkeypatch: pytest.MonkeyPatch, cuda: int, mps: bool, device: str) -> None:
    machine(monkeypatch, cuda, mps)
    assert choose_device("auto") == torch.device(device)
    assert choose_device("cpu") == CPU


@pytest.mark.parametrize("wanted", ["cuda", "cuda:0", "cuda:1", "mps"])
def test_a_device_that_is_not_there_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch, wanted: str) -> None:
    machine(monkeypatch)
    with pytest.raises(SaddlepointError) as refused:
        choose_device(wanted)
    assert str(refused.value) == f"--device: no device '{wanted}' on this machine (try --device cpu)"
    assert refused.value.code == 2


def test_the_second_of_two_devices_is_there_and_the_third_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, cuda=2)
    assert choose_device("cuda:1") == torch.device("cuda:1")
    with pytest.raises(SaddlepointError, match="no device 'cuda:2'"):
        choose_device("cuda:2")


@pytest.mark.parametrize(
    ("flags", "precision"),
    [
        ((), "float32"),
        (("avx2", "avx512f", "amx_tile"), "float32"),
        (("avx512_bf16",), "bfloat16"),
        (("avx2", "amx_bf16"), "bfloat16"),
    ],
)
def test_bfloat16_is_chosen_only_where_the_processor_multiplies_it(
    monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], precision: str
) -> None:
    machine(monkeypatch, flags=flags)
    assert choose_precision("auto", CPU) == precision
    assert choose_precision("float32", CPU) == "float32"
    assert choose_precision("bfloat16", CPU) == "bfloat16"


def test_accelerators_are_asked_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, cuda=1, flags=("amx_bf16",))
    assert choose_precision("auto", CUDA) == "bfloat16"
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: False)
    assert choose_precision("auto", CUDA) == "float32"
    assert choose_precision("auto", MPS) == "float32"


def test_flags_are_those_of_the_first_processor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    listing = tmp_path / "cpuinfo"
    monkeypatch.setattr(engine, "Path", lambda place: listing)
    assert processor_flags() == frozenset()  # a system without this file
    listing.write_text("processor\t: 0\nflags\t\t: fpu avx512_bf16\nbugs : none\n\nprocessor : 1\nflags : fpu\n")
    assert processor_flags() >= {"fpu", "avx512_bf16"}
    listing.write_text("processor\t: 0\nFeatures\t: fp asimd\n")
    assert processor_flags() == frozenset()


def test_passes_are_made_in_the_precision_chosen() -> None:
    v = torch.ones(2, 2)
    for precision, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        with Engine(CPU, precision, 1).fast()():
            assert (v @ v).dtype == dtype
        assert (v @ v).dtype == torch.float32


@pytest.fixture
def _threads_put_back():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_threads_put_back")
def test_resolving_sets_the_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch, flags=("amx_bf16",))
    assert resolve(Wishes(threads=2)) == Engine(CPU, "bfloat16", 2)
    assert torch.get_num_threads() == 2
    assert resolve(Wishes(threads=1, precision="float32")) == Engine(CPU, "float32", 1)
    assert torch.get_num_threads() == 1


@pytest.mark.usefixtures("_threads_put_back")
def test_threads_are_no_more_than_the_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(8)
    monkeypatch.setattr(engine.os, "sched_getaffinity", lambda pid: {0, 3, 5}, raising=False)
    assert engine.physical_cores() == 3
    monkeypatch.setattr(engine.os, "sched_getaffinity", lambda pid: set(range(64)), raising=False)
    assert engine.physical_cores() == 8
    monkeypatch.delattr(engine.os, "sched_getaffinity")
    monkeypatch.setattr(engine.os, "cpu_count", lambda: None)
    assert engine.physical_cores() == 1


def test_the_record_of_a_session_says_what_machine_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    machine(monkeypatch)
    assert set(engine.hardware()) == {"machine", "system", "cores"}
    machine(monkeypatch, cuda=1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a card")
    assert engine.hardware()["gpu"] == "a card"


def groups(root: Path, cgroup: str, limits: dict[str, str]) -> Path:
    """A file system with what /proc says of a process's control groups, and these files below /sys/fs/cgroup."""
    for place, text in {"proc/self/cgroup": cgroup, **{f"sys/fs/cgroup/{n}": t for n, t in limits.items()}}.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)
    return root


ONE = "9:pids:/a/b\n5:cpu,memory:/a/b\n1:name=systemd:/a/b\n0::/a/b\n"
ENDLESS = "9223372036854771712\n"  # what version 1 has for no limit


@pytest.mark.parametrize(
    ("cgroup", "limits", "found"),
    [
        ("0::/\n", {"memory.max": "2147483648\n"}, {2**31}),
        ("0::/\n", {"memory.max": "max\n"}, set()),
        ("0::/a/b\n", {"a/b/memory.max": "max\n", "a/memory.max": "1000\n", "c/memory.max": "1\n"}, {1000}),
        ("0::/\n", {"memory/memory.limit_in_bytes": "1"}, set()),  # of version 1, where no such group is
        (
            ONE,
            {"memory/a/b/memory.limit_in_bytes": "4096\n", "memory/memory.limit_in_bytes": ENDLESS},
            {4096, 2**63 - 4096},
        ),
        (ONE, {"memory/memory.limit_in_bytes": "8192\n", "pids/a/b/memory.limit_in_bytes": "1\n"}, {8192}),
        ("nonsense\n", {}, set()),
        ("", {"memory.max": "7\n"}, set()),
    ],
)
def test_limits_of_the_groups_that_a_process_is_in(
    tmp_path: Path, cgroup: str, limits: dict[str, str], found: set[int]
) -> None:
    assert set(container_limits(groups(tmp_path, cgroup, limits))) == found


def test_memory_is_the_containers_where_that_has_less(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert list(container_limits(tmp_path)) == []  # no /proc at all
    monkeypatch.setattr(engine, "container_limits", lambda: iter([2**62, 4096, 8192]))
    assert memory() == 4096
    monkeypatch.setattr(engine, "container_limits", lambda: iter([2**62]))
    assert 2**20 < memory() < 2**62
