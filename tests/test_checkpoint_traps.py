"""Checkpoints among what is not theirs: links, foreign folders, pipes; and what a manifest says beside its digests."""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest
import torch
from damage import canonical, digest, forge

from saddlepoint.errors import Irregular
from saddlepoint.files import DRAFT
from saddlepoint.storage.checkpoint import DAMAGED, Restored, newest, read, restore, save, set_aside
from saddlepoint.storage.parts import Saved

FIXTURE = Path(__file__).parent / "fixtures" / "run-format-1" / "checkpoints"


class Memory:
    """A part that is a number and some values, and keeps what it is given back."""

    version = 1

    def __init__(self, number: float = 0.0, **values: object) -> None:
        self.saved = Saved({"x": torch.full((3,), number)}, values)

    def state(self) -> Saved:
        return self.saved

    def load_state(self, saved: Saved) -> None:
        self.saved = saved

    @property
    def number(self) -> float:
        return float(self.saved.tensors["x"][0])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Checkpoints after 2 and 4 images; beside them a folder of somebody's own, with names much like ours."""
    for images in (2, 4):
        save(tmp_path / "run/checkpoints", images, {"m": Memory(images)})
    for name in ("000000001/a.jpg", "000000007/a.jpg", f"000000009{DRAFT}/a.jpg", f"000000003{DAMAGED}/a.jpg"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True)
        (tmp_path / "photos" / name).write_bytes(b"the only copy")
    return tmp_path / "run/checkpoints"


def test_a_folder_of_checkpoints_that_is_a_link_is_refused_and_nothing_behind_it_touched(folder: Path) -> None:
    photos = folder.parents[1] / "photos"
    before = contents(photos)
    shutil.rmtree(folder)
    folder.symlink_to(photos)
    for act in (lambda: save(folder, 8, {"m": Memory()}), lambda: restore(folder, {"m": Memory()})):
        with pytest.raises(Irregular, match="checkpoints: is a link"):
            act()
    with pytest.raises(Irregular, match="checkpoints: is a link"):
        newest(folder)
    assert contents(photos) == before


def test_what_has_no_manifest_of_ours_is_neither_removed_nor_counted(folder: Path) -> None:
    """Foreign folders with nine digits, older and newer: they stay, and push no checkpoint out."""
    photos = folder.parents[1] / "photos"
    for name in ("000000001", "000000007", f"000000003{DAMAGED}"):
        shutil.copytree(photos / name, folder / name)
    (folder / "000000008").symlink_to(photos)
    (folder / "000000003").mkdir()  # as empty as a name can be
    shutil.copytree(folder / "000000002", folder / "000000000")
    (folder / "000000000" / "notes.txt").write_bytes(b"mine")  # a checkpoint, and something besides
    save(folder, 5, {"m": Memory(5)})
    save(folder, 6, {"m": Memory(6)})
    left = sorted(os.listdir(folder))
    assert left == [
        "000000000",
        "000000001",
        "000000003",
        f"000000003{DAMAGED}",
        *(f"00000000{n}" for n in (5, 6, 7, 8)),
    ]
    assert len(contents(photos)) == 4
    memory = Memory()
    restored = restore(folder, {"m": memory})
    assert restored is not None
    assert (restored.images, memory.number) == (6, 6.0)
    assert "000000008 (is a link)" in restored.warnings[0]
    assert len(contents(photos)) == 4
    assert contents(folder)[f"000000007{DAMAGED}/a.jpg"] == b"the only copy"


def test_nothing_is_removed_to_set_a_checkpoint_aside(folder: Path) -> None:
    for number in (2, 4):
        shutil.copytree(folder / "000000004", folder / "000000009")
        (folder / "000000009" / "values.json").write_bytes(b"x" * number)
        set_aside(folder / "000000009")
    assert (folder / f"000000009{DAMAGED}/values.json").read_bytes() == b"xx"
    assert (folder / f"000000009.2{DAMAGED}/values.json").read_bytes() == b"xxxx"
    save(folder, 6, {"m": Memory(6)})
    assert sorted(os.listdir(folder)) == ["000000004", "000000006"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("name", ["manifest.json", "values.json", "tensors.safetensors"])
@pytest.mark.parametrize("kind", ["pipe", "link", "endless"])
def test_what_is_no_regular_file_is_damage(folder: Path, name: str, kind: str) -> None:
    path, memory = folder / "000000004" / name, Memory()
    shutil.copy(path, folder.parents[1] / "same")
    path.unlink()
    {
        "pipe": lambda: os.mkfifo(path),
        "link": lambda: path.symlink_to(folder.parents[1] / "same"),
        "endless": lambda: path.symlink_to("/dev/zero"),
    }[kind]()
    found: list[Restored | None] = []
    thread = threading.Thread(target=lambda: found.append(restore(folder, {"m": memory})), daemon=True)
    thread.start()
    thread.join(2)
    assert found
    assert found[0] is not None
    assert (found[0].images, memory.number) == (2, 2.0)
    assert f"000000004 ({name}: is " in found[0].warnings[0]
    assert (folder.parents[1] / "same").exists()


def test_plain_values_of_any_size_are_not_read(folder: Path) -> None:
    """A manifest made to deceive may name any size."""
    with (folder / "000000004/values.json").open("wb") as file:
        file.truncate((1 << 26) + 1)
    forge(folder / "000000004")
    restored = restore(folder, {"m": Memory()})
    assert restored is not None
    assert "000000004 (values.json: has 67,108,865 bytes" in restored.warnings[0]


def test_values_come_back_in_the_order_they_were_given_in(tmp_path: Path) -> None:
    """What is read is written again as the same bytes: a journal is, by a run that was resumed."""
    values = {"losses": {"G": 1.0, "D": 2.0, "a": {"z": 1, "b": 2}}, "before": 3}
    save(tmp_path, 1, {"z": Memory(1, **values), "a": Memory(1)})
    memory = Memory()
    restore(tmp_path, {"z": memory, "a": Memory()})
    assert json.dumps(memory.saved.values) == json.dumps(values)
    first = contents(tmp_path)
    save(tmp_path, 1, {"z": memory, "a": Memory(1)})
    assert contents(tmp_path) == first


def test_values_that_were_sorted_when_they_were_written_are_still_read(folder: Path) -> None:
    path = folder / "000000004/values.json"
    path.write_bytes(canonical({"m": {"z": 1, "a": 2}}))
    forge(path.parent)
    memory = Memory()
    assert restore(folder, {"m": memory}) == (4, ())
    assert memory.saved.values == {"a": 2, "z": 1}


def test_a_context_is_kept_under_the_manifests_own_digest(folder: Path) -> None:
    save(folder, 6, {"m": Memory(6)}, context="ab12")
    checkpoint = newest(folder)
    assert checkpoint is not None
    assert checkpoint.manifest.context == "ab12"
    assert read(folder / "000000004").manifest.context == ""
    path = folder / "000000006/manifest.json"
    path.write_bytes(path.read_bytes().replace(b"ab12", b"ab13"))
    restored = restore(folder, {"m": Memory()})
    assert restored is not None
    assert "000000006 (manifest.json: digest differs)" in restored.warnings[0]


def test_checkpoints_of_the_first_format_are_read() -> None:
    """They know no context, and their values are sorted."""
    for path in sorted(FIXTURE.iterdir()):
        fields = json.loads((path / "manifest.json").read_bytes())
        assert "context" not in fields
        assert fields.pop("sha256") == digest(canonical(fields))
        checkpoint = read(path)
        assert checkpoint.manifest.context == ""
        assert checkpoint.manifest.images == int(path.name)
