"""Checkpoints survive what may happen to disks and processes: each is refused, or exactly what was saved."""

import errno
import json
import os
import random
import resource
import shutil
import struct
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from damage import KINDS, forge
from failing import Disk, each_failure
from safetensors.torch import load_file, save_file
from torch import nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.files import DRAFT
from saddlepoint.storage.checkpoint import DAMAGED, NotFinite, checkpoints, newest, restore, save
from saddlepoint.storage.manifest import TENSORS, VALUES, Damage, describe, read_manifest
from saddlepoint.storage.parts import ModulePart, OptimiserPart, Saved, same_names


class Toy:
    """A network and its optimiser, small enough to be saved a thousand times, large enough for some pages."""

    def __init__(self, width: int = 48) -> None:
        self.net = nn.Linear(width, width)
        self.optimiser = torch.optim.Adam(self.net.parameters())

    def at(self, number: int) -> "Toy":
        """Its state is a function of `number`."""
        rng = torch.Generator().manual_seed(number)
        for parameter in self.net.parameters():
            parameter.data = torch.randn(parameter.shape, generator=rng)
            parameter.grad = torch.randn(parameter.shape, generator=rng)
        self.optimiser.state.clear()
        self.optimiser.step()
        return self

    @property
    def parts(self) -> dict:
        return {"net": ModulePart(self.net), "optimiser": OptimiserPart(self.optimiser)}

    def is_at(self, number: int) -> bool:
        mine, theirs = self.parts, Toy(self.net.in_features).at(number).parts
        states = [(mine[name].state(), theirs[name].state()) for name in mine]
        return all(
            a.values == b.values and all(torch.equal(a.tensors[key], b.tensors[key]) for key in b.tensors)
            for a, b in states
        )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def two(tmp_path: Path) -> Path:
    """A folder with checkpoints after 2 and after 4 images."""
    toy = Toy()
    for images in (2, 4):
        save(tmp_path / "checkpoints", images, toy.at(images).parts)
    return tmp_path / "checkpoints"


def test_layout_and_manifest(two: Path) -> None:
    assert [path.name for path in checkpoints(two)] == ["000000002", "000000004"]
    folder = two / "000000004"
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.json", "tensors.safetensors", "values.json"]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["images"] == 4
    assert manifest["parts"] == {"net": 1, "optimiser": 1}
    assert manifest["torch"] == torch.__version__
    assert manifest["threads"] == torch.get_num_threads()
    assert manifest["files"]["values.json"]["size"] == (folder / "values.json").stat().st_size


def test_equal_states_are_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        save(tmp_path / name, 7, Toy().at(7).parts)
    assert snapshot(tmp_path / "a") == snapshot(tmp_path / "b")


def test_the_newest_is_restored_and_old_ones_are_removed(tmp_path: Path) -> None:
    toy = Toy()
    for images in (0, 5, 1_000_000_000):
        save(tmp_path, images, toy.at(images).parts)
    assert [path.name for path in checkpoints(tmp_path)] == ["000000005", "1000000000"]
    restored = restore(tmp_path, toy.at(1).parts)
    assert restored == (1_000_000_000, ())
    assert toy.is_at(1_000_000_000)


def test_nothing_saved_yet(tmp_path: Path) -> None:
    assert restore(tmp_path / "absent", Toy().parts) is None
    (tmp_path / f"000000003{DRAFT}").mkdir()
    assert restore(tmp_path, Toy().parts) is None
    assert list(tmp_path.iterdir()) == []


def test_the_same_moment_may_be_saved_again(two: Path) -> None:
    save(two, 4, Toy().at(44).parts)
    toy = Toy()
    assert restore(two, toy.parts) == (4, ())
    assert toy.is_at(44)
    assert [path.name for path in sorted(two.iterdir())] == ["000000002", "000000004"]


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC, errno.EACCES, "kill", "torn"])
def test_whatever_fails_while_saving(two: Path, fault: int | str, again: bool) -> None:
    """The n-th operation fails, n = 1, 2, ...: what is restored next is the new state or the one before."""
    toy, fresh, folder = Toy().at(6), Toy(), two.parent / "copy"
    images = 4 if again else 6

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(two, folder)

    struck = []
    for name in each_failure(fault, prepare, lambda: save(folder, images, toy.parts)):
        struck.append(name)
        restored = restore(folder, fresh.parts)
        assert restored in ((images, ()), (4, ()))
        assert fresh.is_at(6) or (fresh.is_at(4) and restored == (4, ()))
        assert {path.suffix for path in folder.iterdir()} == {""}
    assert set(struck) >= {"open", "write", "sync", "rename", "mkdir", "unlink", "rmdir"}


@pytest.mark.parametrize("fault", [errno.EIO, errno.EACCES, "kill"])
def test_whatever_fails_while_restoring(two: Path, fault: int | str) -> None:
    """With a damaged newest checkpoint, an earlier damaged one set aside, and a draft: all need the disk."""
    toy, folder = Toy(), two.parent / "copy"

    def prepare() -> None:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(two, folder)
        shutil.copytree(folder / "000000004", folder / ("000000004" + DAMAGED))
        shutil.copytree(folder / "000000004", folder / f"000000006{DRAFT}")
        (folder / "000000004" / "values.json").write_bytes(b"")

    for _ in each_failure(fault, prepare, lambda: restore(folder, toy.parts)):
        restored = restore(folder, toy.at(1).parts)
        assert restored is not None
        assert restored.images == 2
        assert toy.is_at(2)
        assert [path.name for path in checkpoints(folder)] == ["000000002"]


def test_disk_full_leaves_the_earlier_checkpoint_as_it_is(two: Path) -> None:
    before = snapshot(two)
    with Disk(3, errno.ENOSPC).installed() as disk, pytest.raises(SaddlepointError, match="the disk is full") as caught:
        save(two, 6, Toy().at(6).parts)
    assert disk.struck == "write"
    needed = sum((two / "000000004" / name).stat().st_size for name in ("tensors.safetensors", "values.json"))
    assert str(two / "000000006") in str(caught.value)
    assert f"{needed // 1000}," in str(caught.value)
    assert "bytes free" in str(caught.value)
    assert caught.value.code == 1
    assert snapshot(two) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_real_limit_on_file_size(two: Path) -> None:
    before = snapshot(two)

    def act() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
        with pytest.raises(SaddlepointError, match="bytes needed"):
            save(two, 6, Toy().at(6).parts)

    assert in_child(act) == 0
    assert snapshot(two) == before


def in_child(act: Callable[[], object]) -> int:
    """The exit status of a forked child that acts: 0, or 1 if it raised."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.mark.parametrize("file", ["tensors.safetensors", "values.json", "manifest.json"])
@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_noticed_and_the_one_before_is_used(two: Path, file: str, kind: str) -> None:
    path, toy, dice = two / "000000004" / file, Toy(), random.Random(f"{kind} {file}")
    whole, aside = path.read_bytes(), two / ("000000004" + DAMAGED)
    noticed = 0
    for _ in range(8):
        damaged = KINDS[kind](whole, dice)
        path.write_bytes(damaged)
        restored = restore(two, toy.at(1).parts)
        assert restored is not None
        if damaged == whole:  # a page swapped with itself
            assert restored == (4, ())
            assert toy.is_at(4)
            continue
        noticed += 1
        (warning,) = restored.warnings
        assert restored.images == 2
        assert toy.is_at(2)
        assert "000000004" in warning
        assert "going on from 000000002" in warning
        aside.rename(two / "000000004")
        path.write_bytes(whole)
    assert noticed or (kind == "swapped" and len(whole) < 4096)


@pytest.mark.parametrize("file", ["tensors.safetensors", "values.json", "manifest.json"])
def test_a_file_that_is_gone(two: Path, file: str) -> None:
    (two / "000000004" / file).unlink()
    toy = Toy()
    restored = restore(two, toy.parts)
    assert restored is not None
    assert restored.images == 2
    assert f"000000004 ({file}: No such file or directory)" in restored.warnings[0]
    assert toy.is_at(2)


def test_one_warning_for_any_number_of_damaged_ones(tmp_path: Path) -> None:
    toy = Toy()
    for images in (1, 2, 3):
        save(tmp_path, images, toy.at(images).parts, keep=3)
    for images in (2, 3):
        (tmp_path / f"00000000{images}" / "values.json").write_bytes(b"{}")
    restored = restore(tmp_path, toy.parts)
    assert restored is not None
    assert restored.images == 1
    (warning,) = restored.warnings
    assert "000000003 (values.json: 2 bytes instead of" in warning
    assert "; 000000002 (" in warning
    assert restore(tmp_path, toy.parts) == (1, ())
    assert len(list(tmp_path.glob("*" + DAMAGED))) == 2
    save(tmp_path, 2, toy.at(2).parts)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["000000001", "000000002"]


def test_what_is_damaged_stays_until_there_are_enough_whole_ones(tmp_path: Path) -> None:
    """Of three that are to be kept there are one, two, and only then three."""
    toy = Toy()
    for images in (1, 2):
        save(tmp_path, images, toy.at(images).parts, keep=3)
    (tmp_path / "000000002" / "values.json").write_bytes(b"{}")
    restore(tmp_path, toy.parts)
    for images, aside in ((3, 1), (4, 0)):
        save(tmp_path, images, toy.at(images).parts, keep=3)
        assert len(list(tmp_path.glob("*" + DAMAGED))) == aside


def test_the_newest_is_the_one_of_most_images_however_long_its_name(tmp_path: Path) -> None:
    toy = Toy()
    for images in (999_999_999, 1_000_000_000):
        save(tmp_path, images, toy.at(images % 7).parts)
    assert [int(path.name) for path in checkpoints(tmp_path)] == [999_999_999, 1_000_000_000]
    restored = restore(tmp_path, toy.parts)
    assert restored is not None
    assert restored.images == 1_000_000_000


def test_all_damaged(two: Path) -> None:
    for folder in checkpoints(two):
        (folder / "manifest.json").write_bytes(b"")
    before = snapshot(two)
    with pytest.raises(SaddlepointError, match="no checkpoint can be used") as caught:
        restore(two, Toy().parts)
    assert "000000002 (manifest.json: not a manifest)" in str(caught.value)
    assert caught.value.code == 2
    assert snapshot(two) == before


def test_looking_changes_nothing(two: Path) -> None:
    (two / "000000004" / "values.json").write_bytes(b"")
    (two / f"000000006{DRAFT}").mkdir()
    before = sorted(two.rglob("*"))
    checkpoint = newest(two)
    assert checkpoint is not None
    assert checkpoint.manifest.images == 2
    assert checkpoint.saved["optimiser"].values["kind"] == "Adam"
    assert list(checkpoint.damaged) == [two / "000000004"]
    assert sorted(two.rglob("*")) == before


def refused(folder: Path, words: str) -> None:
    toy = Toy().at(1)
    with pytest.raises(SaddlepointError, match=words):
        restore(folder, toy.parts)
    assert toy.is_at(1)


def test_another_architecture_is_refused_not_skipped(two: Path) -> None:
    toy = Toy(width=49).at(1)
    with pytest.raises(SaddlepointError, match=r"000000004: net: 'weight' has shape \[48, 48\] instead of \[49, 49\]"):
        restore(two, toy.parts)
    assert toy.is_at(1)
    assert len(checkpoints(two)) == 2


def test_other_parts_are_refused(two: Path) -> None:
    with pytest.raises(SaddlepointError, match="'average' is missing"):
        restore(two, Toy().parts | {"average": ModulePart(nn.Linear(1, 1))})
    with pytest.raises(SaddlepointError, match="'optimiser' is not known here"):
        restore(two, {"net": Toy().parts["net"]})


def test_a_newer_schema_is_refused(two: Path) -> None:
    forge(two / "000000004", lambda manifest: manifest.update(schema_version=2, saddlepoint="9.0", extra=[1]))
    refused(two, r"was written by a newer version \(use saddlepoint 9.0 or newer\)")


@pytest.mark.parametrize("version", [0, 2])
def test_a_part_of_another_format_is_refused_newer_or_older(two: Path, version: int) -> None:
    forge(two / "000000004", lambda manifest: manifest["parts"].update(net=version))
    refused(two, f"000000004: net: has version {version} of its format; this program knows version 1")


def test_a_missing_tensor_is_refused(two: Path) -> None:
    path = two / "000000004" / "tensors.safetensors"
    tensors = load_file(path)
    del tensors["net/bias"]
    save_file(tensors, path)
    forge(path.parent)
    refused(two, "net: 'bias' is missing")


def test_weights_that_are_not_finite_count_as_damage(two: Path) -> None:
    path = two / "000000004" / "tensors.safetensors"
    tensors = load_file(path)
    tensors["net/bias"][3] = torch.nan
    save_file(tensors, path)
    forge(path.parent)
    toy = Toy()
    restored = restore(two, toy.parts)
    assert restored is not None
    assert "'net/bias' is not finite" in restored.warnings[0]
    assert toy.is_at(2)


def header(**tensors: object) -> bytes:
    text = json.dumps(tensors).encode()
    return struct.pack("<Q", len(text)) + text


HOSTILE: dict[str, tuple[str, bytes]] = {
    "100 GB declared": (
        "tensors.safetensors",
        header(**{"net/weight": {"dtype": "F32", "shape": [25 * 10**9], "data_offsets": [0, 10**11]}}) + bytes(64),
    ),
    "header longer than the file": ("tensors.safetensors", struct.pack("<Q", 2**62) + b"{}"),
    "overlapping tensors": (
        "tensors.safetensors",
        header(
            **{
                "net/weight": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                "net/bias": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
            }
        )
        + bytes(12),
    ),
    "a tensor of no part": (
        "tensors.safetensors",
        header(weight={"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}) + bytes(8),
    ),
    "a pickle": ("tensors.safetensors", b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "values of another type": ("values.json", b"[1, 2]"),
    "values without end": ("values.json", b"[" * 100_000),
    "values that are not text": ("values.json", b"\xff\xfe\x00"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_contents_made_to_deceive_are_damage(two: Path, case: str) -> None:
    file, data = HOSTILE[case]
    (two / "000000004" / file).write_bytes(data)
    forge(two / "000000004")
    toy, start = Toy(), time.monotonic()
    restored = restore(two, toy.parts)
    assert time.monotonic() - start < 2
    assert restored is not None
    assert "000000004 (" in restored.warnings[0]
    assert toy.is_at(2)


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["files"].update({"../000000002/values.json": {"size": 1, "sha256": ""}}),
        lambda manifest: manifest.update(files=7),
        lambda manifest: manifest.update(parts=None),
        lambda manifest: manifest.pop("schema_version"),
        lambda manifest: manifest.update(schema_version="1"),
        lambda manifest: manifest.update(images=1.5),
    ],
)
def test_manifests_made_to_deceive_are_damage(two: Path, change: Callable[[dict], None]) -> None:
    forge(two / "000000004", change)
    toy = Toy()
    restored = restore(two, toy.parts)
    assert restored is not None
    assert "000000004 (manifest.json: " in restored.warnings[0]
    assert toy.is_at(2)


def test_a_manifest_without_end(two: Path) -> None:
    (two / "000000004" / "manifest.json").write_bytes(b'{"a":' * 1_000_000)
    restored = restore(two, Toy().parts)
    assert restored is not None
    assert restored.images == 2


def test_a_checkpoint_that_may_not_be_read_is_not_called_damaged(two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int, mode: int) -> int:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    refused(two, "may not be read")
    assert len(checkpoints(two)) == 2


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nothing_that_is_not_finite_is_saved(two: Path, value: float) -> None:
    toy, before = Toy().at(6), snapshot(two)
    with torch.no_grad():
        toy.net.bias[0] = value
    with pytest.raises(NotFinite, match="'net/bias' is not finite"):
        save(two, 6, toy.parts)
    toy.at(6).optimiser.state[toy.net.bias]["exp_avg_sq"][1] = value
    with pytest.raises(NotFinite, match="'optimiser/1/exp_avg_sq' is not finite"):
        save(two, 6, toy.parts)

    class Best:
        version = 1

        def state(self) -> Saved:
            return Saved({}, {"best": value})

        def load_state(self, saved: Saved) -> None:
            raise NotImplementedError

    with pytest.raises(NotFinite, match="a value is not finite"):
        save(two, 6, {"best": Best()})
    assert snapshot(two) == before


def test_other_circumstances_are_told(two: Path) -> None:
    forge(two / "000000004", lambda manifest: manifest.update(threads=64, torch="1.0"))
    restored = restore(two, Toy().parts)
    assert restored is not None
    assert restored.images == 4
    torch_words, thread_words = restored.warnings
    assert "saved with torch 1.0" in torch_words
    assert "saved with 64 threads" in thread_words


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_memory_is_bounded_by_twice_the_file(tmp_path: Path) -> None:
    """Peak memory of a process that restores 25 MB: less than that of a network of its own, and twice the file.

    A small one is restored first: a forked process maps the pages of the program's code, which count too, on first use.
    """
    toy, small = Toy(width=1450).at(3), Toy().at(1)
    folder = save(tmp_path / "large", 3, toy.parts)
    save(tmp_path / "small", 1, small.parts)
    size = (folder / "tensors.safetensors").stat().st_size

    def act() -> None:
        restore(tmp_path / "small", small.parts)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        restore(tmp_path / "large", toy.parts)
        assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024 < 2 * size

    assert size > 25_000_000
    assert in_child(act) == 0


def test_handles_do_not_pile_up(tmp_path: Path) -> None:
    toy = Toy().at(1)
    save(tmp_path, 0, toy.parts)
    before = len(os.listdir("/dev/fd"))
    for images in range(1, 20):
        save(tmp_path, images, toy.parts)
        restore(tmp_path, toy.parts)
    assert len(os.listdir("/dev/fd")) == before


def test_how_many_more_names_are_missing_or_unknown_is_said() -> None:
    for theirs, mine, words in (
        ("a", "abcd", "'b' is missing (and 2 more)"), ("ab", "abc", "'c' is missing"),
        ("abcd", "cd", "'a' is not known here (and 1 more)"), ("abc", "bc", "'a' is not known here"),
        ("ax", "ab", "'b' is missing"),
    ):  # fmt: skip
        with pytest.raises(SaddlepointError) as caught:
            same_names(set(theirs), set(mine))
        assert str(caught.value).startswith(words + " (the checkpoint"), str(caught.value)


def test_moments_come_back_as_the_optimiser_makes_them_and_are_its_own() -> None:
    """In the layout of their parameters, options in their types; what they were loaded from may change afterwards."""

    def made(number: int) -> tuple[nn.Module, torch.optim.Adam]:
        torch.manual_seed(number)
        conv = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        optimiser = torch.optim.Adam(conv.parameters(), lr=0.1, betas=(0.3, 0.4))
        conv(torch.randn(2, 3, 5, 5)).square().sum().backward()
        optimiser.step()
        return conv, optimiser

    (_, first), (conv, second) = made(0), made(1)
    state = OptimiserPart(first).state()
    tensors = {name: tensor.clone().contiguous() for name, tensor in state.tensors.items()}
    values = json.loads(json.dumps(state.values))
    OptimiserPart(second).load_state(Saved(tensors, values))
    moments = second.state[conv.weight]
    assert moments["exp_avg"].is_contiguous(memory_format=torch.channels_last)
    assert not moments["exp_avg"].is_contiguous()
    assert second.param_groups[0]["betas"] == (0.3, 0.4)
    expected = {name: tensor.clone() for name, tensor in tensors.items()}
    for tensor in tensors.values():
        tensor.add_(1)
    again = OptimiserPart(second).state()
    assert again.values == state.values
    assert all(torch.equal(again.tensors[name], tensor) for name, tensor in expected.items())


def test_parts_that_share_memory_or_lie_otherwise_in_it_are_saved_as_they_are(tmp_path: Path) -> None:
    x = torch.arange(12.0).view(3, 4)
    shared = {"whole": x, "turned": x.T, "part": x[1:, ::2], "one": x[0, 0]}

    class Views:
        version, loaded = 1, {}

        def state(self) -> Saved:
            return Saved(shared, {})

        def load_state(self, saved: Saved) -> None:
            self.loaded.update(saved.tensors)

    save(tmp_path, 1, {"views": Views()})
    restore(tmp_path, {"views": Views()})
    assert Views.loaded.keys() == shared.keys()
    assert all(torch.equal(Views.loaded[name], tensor) for name, tensor in shared.items())


def test_a_checkpoint_set_aside_leaves_one_that_was_set_aside_before(two: Path) -> None:
    for again in ("", ".2", ".3"):
        save(two, 4, Toy().at(4).parts, keep=9)
        (two / "000000004" / "values.json").write_bytes(b"")
        restored = restore(two, Toy().parts)
        assert restored is not None
        assert restored.images == 2
        assert (two / f"000000004{again}{DAMAGED}").is_dir()
        save(two, 2, Toy().at(2).parts, keep=9)


@pytest.mark.parametrize("named", [(TENSORS,), (VALUES,), (), (TENSORS, VALUES, "x")])
def test_a_manifest_names_both_files_and_no_other(tmp_path: Path, named: tuple[str, ...]) -> None:
    """One that leaves a file out, whole by its own digest, would have it checked by nothing."""
    path = tmp_path / "manifest.json"
    path.write_bytes(describe(8, {TENSORS: b"1", VALUES: b"2"}, {}))
    assert read_manifest(path).images == 8
    path.write_bytes(describe(8, dict.fromkeys(named, b"1"), {}))
    with pytest.raises(Damage, match="names other files"):
        read_manifest(path)
