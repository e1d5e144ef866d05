"""A system with nothing of Unix, neither locks nor flags to open with care: all of it is kept there, too.

In a process of its own, from which these names are taken before the package is imported.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from saddlepoint.files import DRAFT, FORMER

STORY = """
import os, shutil, sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image

for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_NOCTTY", "O_SYNC", "O_DSYNC", "pread", "pwrite",
             "posix_fallocate", "posix_fadvise", "fchmod", "fdatasync", "getuid", "mkfifo"):
    if hasattr(os, name):
        delattr(os, name)
sys.modules["fcntl"] = None
system = os.open

def opened(path, flags, *rest):
    if os.path.isdir(path):
        raise PermissionError(13, "Permission denied", str(path))  # as Windows has it
    return system(path, flags, *rest)

os.open = opened

from saddlepoint.data import ahead, cache, mapped
from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.files import write_folder
from saddlepoint.storage.checkpoint import checkpoints, restore, save
from saddlepoint.storage.journal import Journal, read
from saddlepoint.storage.lock import NAME, RunLock
from saddlepoint.storage.parts import ModulePart

mapped.BOOT = Path("/nowhere")
ahead.WILL_NEED = None
root = Path(sys.argv[1])
run = root / "run"
run.mkdir()
with RunLock(run):
    assert (run / NAME).read_text() == f"{os.getpid()}\\n"
    journal = Journal(run / "journal.jsonl")
    for n in range(3):
        journal.append({"n": n})
        journal.sync()
    journal.rewind(8)
    assert read(run / "journal.jsonl") == [{"n": 0}]
    net = torch.nn.Linear(3, 3)
    for images in (1, 2, 3):
        torch.nn.init.constant_(net.weight, images)
        save(run / "checkpoints", images, {"net": ModulePart(net)})
    (run / "checkpoints/000000003/values.json").write_bytes(b"")
    assert restore(run / "checkpoints", {"net": ModulePart(net)}).images == 2
    assert net.weight.eq(2).all()
    save(run / "checkpoints", 2, {"net": ModulePart(net)})
    for content in (b"1", b"2"):
        write_folder(run / "generator", {"a": content})
    assert (run / "generator/a").read_bytes() == b"2"
assert (run / NAME).read_text() == ""

precious = root / "precious"
precious.write_bytes(b"mine")
for name, act in ((NAME, lambda: RunLock(run).__enter__()), ("journal.jsonl", lambda: journal.append({}))):
    (run / name).unlink()
    (run / name).symlink_to(precious)
    try:
        act()
    except SaddlepointError as error:
        assert "is a link" in str(error), error
    else:
        raise AssertionError(name)
assert precious.read_bytes() == b"mine"

os.environ["SADDLEPOINT_CACHE"] = str(root / "cache")
(root / "set").mkdir()
rng = np.random.default_rng(0)
for i in range(12):
    Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(root / f"set/{i:02}.png")
plain = open_source(Reading(str(root / "set")))
cache.SMALL = cache.MARGIN = 0
for _ in range(2):
    found = open_source(Reading(str(root / "set")))
    assert found.mapped and found.digest() == plain.digest() == found._replace(known=None).digest()
(array,) = root.glob("cache/*/x.npy")
array.write_bytes(array.read_bytes()[:-1] + b"?")
assert open_source(Reading(str(root / "set"))).digest() == plain.digest()
print("all of it")
"""


@pytest.mark.slow
def test_everything_is_kept_on_a_system_that_has_nothing_of_unix(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("such a system is tested by itself")
    path = os.pathsep.join(entry for entry in sys.path if entry)
    told = subprocess.run(
        [sys.executable, "-c", STORY, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert (told.stdout, told.returncode) == ("all of it\n", 0), told.stderr
    assert [path for path in tmp_path.rglob("*") if path.name.endswith((DRAFT, FORMER, ".tmp"))] == []


HERE = Path(__file__).parent
UNIX = re.compile(r"os\.fork|mkfifo|fcntl|SIGKILL|SIGALRM|\bbash\b")


def test_what_is_run_on_other_systems_needs_nothing_of_unix() -> None:
    """The files that CI names for Windows and macOS are there, and neither they nor their helpers ask for a fork."""
    jobs = (HERE.parent / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert all(system in jobs for system in ("windows-latest", "macos-latest", "ubuntu-latest", '"3.11", "3.13"'))
    todo = {HERE / name for name in re.findall(r"tests/(test_\w+\.py)", jobs)}
    assert len(todo) > 5
    seen: set[Path] = set()
    while todo:
        path = todo.pop()
        seen.add(path)
        text = path.read_text(encoding="utf-8")
        assert not UNIX.search(text), path.name
        helpers = {HERE / f"{name}.py" for name in re.findall(r"^from (\w+) import", text, re.MULTILINE)}
        todo |= {helper for helper in helpers if helper.exists()} - seen
