"""What may lie where a run's own files should, and what may befall the cache of its data. See `crashes`."""

import errno
import os
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from crashes import NEVER, Trial, comes_through, undisturbed
from damage import KINDS
from failing import Disk
from mishaps import cut_run
from PIL import Image
from toyrun import BATCH, STAGES, Child, play

from saddlepoint.data import cache
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source
from saddlepoint.files import DRAFT, FORMER
from saddlepoint.storage.checkpoint import checkpoints

SLOW = 5.0  # seconds in which a run has to say that it cannot go on
TICK = 0.02  # seconds after which the clock of any file system has gone on
OWN = ("run.lock", "journal.jsonl", "checkpoints", f"checkpoints/000000999{DRAFT}", f"checkpoints/000000999{FORMER}")
WITHIN = ("", "/manifest.json", "/values.json", "/tensors.safetensors")  # of the newest checkpoint
ODD = ("pipe", "folder", "link to /dev/zero", "10 GB")


def own(run: Path, dice: random.Random) -> Path:
    """One of the files or folders of a run that is its own alone."""
    newest = checkpoints(run / "checkpoints")[-1]
    return dice.choice([*(run / name for name in OWN), *(Path(f"{newest}{name}") for name in WITHIN)])


def emptied(path: Path) -> Path:
    """The path, with nothing there any more."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    return path


def links(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """A file or folder of a run is a link to somebody's own: it stays as it is, byte for byte."""
    reference = undisturbed(folder)
    for _ in range(count):
        run = cut_run(folder, dice.randrange(8 * BATCH, sum(STAGES) - BATCH, BATCH))
        path, precious = own(run, dice), folder / "precious"
        shutil.copytree(run, emptied(precious))  # much like a run: what is after names and manifests finds them
        there = Path(str(path).replace(str(run), str(precious), 1))
        if not there.exists():
            (there := precious / "checkpoints").joinpath("photo.jpg").write_bytes(b"the only copy")
        hard = there.is_file() and dice.random() < 0.3
        emptied(path).hardlink_to(there) if hard else emptied(path).symlink_to(there)
        before = contents(precious)
        status = (child := Child(lambda run=run: play(run))).wait()
        wrong = "" if status == 0 or (status == 2 and "link" in child.complaint) else f"{status} {child.complaint}"
        wrong += "" if contents(precious) == before else " changed what it led to"
        if status == 0:
            wrong += comes_through(run, reference, stopped=True)
        yield Trial(not wrong, f"{path.relative_to(run)} is a {'hard ' * hard}link: {wrong}")
        shutil.rmtree(run, ignore_errors=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def odd(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """A file of a run is none that can be read: it is refused in one line, or an earlier checkpoint used, at once."""
    reference = undisturbed(folder)
    for _ in range(count):
        run, kind = cut_run(folder, dice.randrange(8 * BATCH, sum(STAGES) - BATCH, BATCH)), dice.choice(ODD)
        newest = checkpoints(run / "checkpoints")[-1]
        path = dice.choice([run / "journal.jsonl", *(Path(f"{newest}{name}") for name in WITHIN[1:])])
        lay(emptied(path), kind)
        start = time.monotonic()
        child = Child(lambda run=run: play(run))
        with alarmed(child):
            status = child.wait()
        seconds = time.monotonic() - start
        refused = path.parent == run and status == 2 and path.name in child.complaint
        wrong = "" if refused or status == 0 else f"{status} {child.complaint}"
        wrong += "" if seconds < SLOW else f" took {seconds:.1f} s"
        if status == 0:
            wrong += comes_through(run, reference, stopped=True)
        yield Trial(not wrong, f"{path.name} is a {kind}: {wrong}")
        shutil.rmtree(run, ignore_errors=True)


def lay(path: Path, kind: str) -> None:
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "10 GB":
            with path.open("wb") as file:
                file.truncate(10**10)
        case _:
            path.symlink_to("/dev/zero")


@contextmanager
def alarmed(child: Child) -> Iterator[None]:
    """A child that waits for ever is killed."""
    former = signal.signal(signal.SIGALRM, lambda *_: child.send(signal.SIGKILL))
    signal.alarm(30)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


@contextmanager
def pictures(folder: Path) -> Iterator[Callable[[], Source]]:
    """Sixty pictures in files, read through a cache in `folder/cache`, however few they are."""
    rng = np.random.default_rng(0)
    shutil.rmtree(folder / "cache", ignore_errors=True)
    for i in range(60):
        path = folder / f"pictures/{'ab'[i % 2]}/{i:02}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)).save(path)
    former = cache.SMALL, os.environ.get("SADDLEPOINT_CACHE")
    cache.SMALL, os.environ["SADDLEPOINT_CACHE"] = 0, str(folder / "cache")
    try:
        yield lambda: open_source(Reading(str(folder / "pictures")))
    finally:
        cache.SMALL = former[0]
        del os.environ["SADDLEPOINT_CACHE"]
        if former[1] is not None:
            os.environ["SADDLEPOINT_CACHE"] = former[1]


def caches_fail(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """An operation on the disk fails while a set is put into the cache, or the process dies there: no run ends by it,
    and the next one reads the same examples.
    """
    with pictures(folder) as read:
        with Disk(NEVER, errno.EIO).installed() as disk:
            whole = read()
        for i in range(count):
            n, fault = dice.randint(1, len(disk.log)), (errno.EIO, errno.ENOSPC, errno.EACCES, "sigkill")[i % 4]
            shutil.rmtree(folder / "cache")

            def act() -> None:
                with Disk(n, fault).installed():  # noqa: B023 - called in this turn
                    assert same(read(), whole)

            status = (child := Child(act)).wait()
            wrong = "" if status == (-signal.SIGKILL if fault == "sigkill" else 0) else f"{status} {child.complaint}"
            wrong += "" if same(read(), whole) and same(read(), whole) else " other examples"
            wrong += "".join(f" left {path.name}" for path in (folder / "cache").rglob("*.tmp"))
            yield Trial(not wrong, f"{disk.log[n - 1][0]} (operation {n}): {fault}: {wrong}")


def caches_damaged(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """A file of the cache is damaged, and says that nobody touched it: the same examples are read."""
    with pictures(folder) as read:
        whole = read()
        whole = whole._replace(x=whole.x.clone())  # not a view of what is going to be damaged
        for _ in range(count):
            kind, path = dice.choice(list(KINDS)), dice.choice(sorted((folder / "cache").glob("*/*")))
            time.sleep(TICK)
            times = path.stat().st_atime_ns, path.stat().st_mtime_ns
            path.write_bytes(KINDS[kind](path.read_bytes(), dice))
            os.utime(path, ns=times)
            yield Trial(same(read(), whole), f"{kind} {path.name}")


def same(source: Source, whole: Source) -> bool:
    """Whether it holds the same examples, and its digest is theirs."""
    fresh = source._replace(known=None).digest()
    return torch.equal(source.x, whole.x) and source.digest() == fresh == whole.digest()
