"""Mishaps that no process dies of: damaged checkpoints, full disks, numbers that are not finite. See `crashes`."""

import errno
import os
import random
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import torch
from crashes import Trial, comes_through, undisturbed
from damage import KINDS
from failing import Disk
from toyrun import BATCH, CONFIG, STAGES, Child, Hook, digest, events, pictures, play, worker

from saddlepoint.errors import SaddlepointError
from saddlepoint.running.work import SECOND_CHANCES, Worker
from saddlepoint.storage.checkpoint import DAMAGED, checkpoints, newest, restore

SLOW = 2.0  # seconds that no damaged checkpoint may take to be refused


def cut_run(folder: Path, images: int) -> Path:
    """A run that was asked to stop after so many images."""
    run = folder / f"cut-at-{images}"
    shutil.rmtree(run, ignore_errors=True)
    Child(lambda: play(run, Hook(images, lambda: os.kill(os.getpid(), signal.SIGTERM)))).wait()
    return run


def state(hand: Worker) -> str:
    """A digest of everything a checkpoint keeps."""
    saved = {name: part.state() for name, part in hand.live.parts().items()}
    tensors = [
        f"{name}/{key}".encode() + tensor.detach().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
        for name, whole in saved.items()
        for key, tensor in sorted(whole.tensors.items())
    ]
    return digest(*tensors, repr([whole.values for whole in saved.values()]).encode())


def damaged(folder: Path, counts: dict[str, int], dice: random.Random) -> Iterator[Trial]:
    """A file of the newest checkpoint is damaged: it is noticed, and the one before is used, with one warning."""
    run = cut_run(folder, STAGES[0])
    hand, last = worker(run), checkpoints(run / "checkpoints")[-1]
    known = {}
    for whole in checkpoints(run / "checkpoints"):
        only = folder / "only"
        shutil.copytree(whole, only / whole.name)
        restore(only, hand.live.parts())
        known[int(whole.name)] = state(hand)
        shutil.rmtree(only)
    before, now = sorted(known)
    contents = {path: path.read_bytes() for path in sorted(last.iterdir())}
    sizes = [len(data) for data in contents.values()]
    for kind, count in counts.items():
        for _ in range(count):
            (path,) = dice.choices(list(contents), weights=sizes)
            path.write_bytes(bad := KINDS[kind](contents[path], dice))
            start, harmless = time.monotonic(), bad == contents[path]
            restored = restore(run / "checkpoints", hand.live.parts())
            seconds = time.monotonic() - start
            expected = (now, 0) if harmless else (before, 1)
            got = (restored.images, len(restored.warnings)) if restored else None
            passed = got == expected and state(hand) == known[expected[0]] and seconds < SLOW
            yield Trial(passed, f"{kind} {path.name}: {restored} in {seconds:.2f} s")
            if (aside := last.with_name(last.name + DAMAGED)).exists():
                aside.rename(last)
            path.write_bytes(contents[path])
    shutil.rmtree(run)


def resumed_from_damage(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """The newest checkpoint of a run is damaged: the resumed run ends as if nothing had been."""
    reference = undisturbed(folder)
    for _ in range(count):
        run, kind = cut_run(folder, dice.randrange(8 * BATCH, sum(STAGES) - BATCH, BATCH)), dice.choice(list(KINDS))
        path = dice.choice(sorted(checkpoints(run / "checkpoints")[-1].iterdir()))
        path.write_bytes(KINDS[kind](path.read_bytes(), dice))
        wrong = comes_through(run, reference, stopped=True)
        yield Trial(not wrong, f"{kind} {path.name} of {run.name}: {wrong}")


def disk_full(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """No file may grow beyond a limit, at the start, in a frame, in the journal, in a checkpoint: one line says what is
    needed and free, the last checkpoint stays as it is, nothing half-written stays; with room again the run goes on.
    """
    reference = undisturbed(folder)
    whole = folder / "undisturbed"
    largest = max(path.stat().st_size for path in whole.rglob("*") if path.is_file())
    for i in range(count):
        run, limit = folder / f"full-{i}", int(largest ** dice.uniform(0.5, 0.999))

        def act() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))  # noqa: B023 - called in this turn
            play(run)  # noqa: B023

        status = (child := Child(act)).wait()
        wrong = "" if status == 1 else f"ended with {status}: {child.complaint}"
        words = (str(run), "bytes needed", "bytes free")
        wrong += "" if all(word in child.complaint for word in words) else f" complained {child.complaint!r}"
        wrong += "".join(f" left {path}" for path in run.rglob("*.tmp"))
        last = newest(run / "checkpoints")
        wrong += "" if last is None or not last.damaged else " damaged the last checkpoint"
        wrong += comes_through(run, reference)
        yield Trial(not wrong, f"files limited to {limit:,} bytes: {wrong}")


def earlier_checkpoints_stay(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """The disk is full while a checkpoint is written: those before it stay as they are, byte for byte."""
    run = cut_run(folder, STAGES[0])
    hand = worker(run)
    hand.begin()
    before = {path: path.read_bytes() for path in (run / "checkpoints").rglob("*") if path.is_file()}
    for _ in range(count):
        hand.progress.images += BATCH
        with Disk(n := dice.randint(3, 12), errno.ENOSPC).installed() as disk:
            try:
                hand.save()
                wrong = "was saved"
            except SaddlepointError as error:
                wrong = "" if "bytes needed" in str(error) else str(error)
        after = {path: path.read_bytes() for path in (run / "checkpoints").rglob("*") if path.is_file()}
        yield Trial(not wrong and after == before, f"operation {n} ({disk.struck}): {wrong}")
    shutil.rmtree(run)


def poison(tensor: torch.Tensor) -> None:
    tensor.data.view(-1)[0] = torch.nan


def first(optimiser: torch.optim.Optimizer) -> torch.Tensor:
    return next(iter(optimiser.state.values()))["exp_avg_sq"]


# What becomes not a number, once, in the middle of the run.
EVENTS: dict[str, Callable[[Worker], None]] = {
    "a weight of G": lambda hand: poison(next(hand.live.networks["G"].parameters())),
    "a weight of D": lambda hand: poison(next(hand.live.networks["D"].parameters())),
    "a moment of G": lambda hand: poison(first(hand.live.scene.game.G.optimiser)),
    "a moment of D": lambda hand: poison(first(hand.live.scene.game.D.optimiser)),
    "a buffer of G": lambda hand: poison(next(hand.live.networks["G"].buffers())),
    "a buffer of D": lambda hand: poison(next(hand.live.networks["D"].buffers())),
    "a weight of the average": lambda hand: poison(next(hand.live.best.parameters())),
    "a buffer of the average": lambda hand: poison(next(hand.live.best.buffers())),
    "one cost of D": lambda hand: spoil(hand, 1),
    "thirty costs in a row": lambda hand: spoil(hand, 30 * 3),
    "one gradient of G": lambda hand: spoil_gradient(hand, 1),
    "thirty gradients in a row": lambda hand: spoil_gradient(hand, 30),
}


def spoil(hand: Worker, times: int) -> None:
    """D's next answers are not numbers."""
    left = [times]

    def hook(module: torch.nn.Module, inputs: object, answer):
        if not module.training or left[0] <= 0:
            return answer
        left[0] -= 1
        return answer._replace(logits=answer.logits * torch.nan)

    hand.live.networks["D"].register_forward_hook(hook)


def spoil_gradient(hand: Worker, times: int) -> None:
    """G's next gradients are infinite."""
    left = [times]

    def hook(gradient: torch.Tensor) -> torch.Tensor:
        left[0] -= 1
        return gradient if left[0] < 0 else gradient * torch.inf

    next(hand.live.networks["G"].parameters()).register_hook(hook)


def not_finite(folder: Path, names: Iterable[str] = EVENTS) -> Iterator[Trial]:
    """One such event, or thirty in a row: nothing of it is in any checkpoint, it is journalled, and the run ends."""
    for name in names:
        run, hook = folder / "not-finite", Hook(STAGES[0] // 2, lambda: None)

        def prepare(hand: Worker, event: Callable = EVENTS[name], hook: Hook = hook) -> None:
            hook.act = lambda: event(hand)

        yield judged(name, run, Child(lambda run=run, hook=hook, prepare=prepare: play(run, hook, prepare)))


def bad_picture(folder: Path) -> Iterator[Trial]:
    """A picture of the training set holds an infinity: every batch with it is refused."""
    source = pictures()
    source.x[20, 0, 3, 4] = torch.inf
    run = folder / "bad-picture"
    yield judged("a picture", run, Child(lambda: play(run, source=source)))


def judged(name: str, run: Path, child: Child) -> Trial:
    """A run that met what is not finite ended, said so in its journal, and its last checkpoint is whole and finite."""
    status, story = child.wait(), events(run)
    told = any(event["event"] == "rollback" or event.get("skipped") for event in story)
    last = newest(run / "checkpoints")
    whole = last is not None and not last.damaged and last.manifest.images == sum(STAGES)
    shutil.rmtree(run)
    passed = status == 0 and told and whole
    return Trial(passed, f"{name}: {status} {child.complaint}, journalled: {told}, last checkpoint whole: {whole}")


LONG = CONFIG.model_copy(
    update={"stages": (CONFIG.stages[0].model_copy(update={"images": 1000, "k": 1}),), "checkpoint_images": 500}
)


def given_up(folder: Path, count: int, dice: random.Random) -> Iterator[Trial]:
    """Nothing is finite from some moment on: three rollbacks at half the rates, then 3; the state stays whole."""
    for _ in range(count):
        run, hook = folder / "given-up", Hook(dice.randrange(6 * BATCH, 40 * BATCH), lambda: None)

        def prepare(hand: Worker, hook: Hook = hook) -> None:
            hook.act = lambda: spoil(hand, 10**9)

        child = Child(lambda run=run, hook=hook, prepare=prepare: play(run, hook, prepare, conf=LONG))
        status = child.wait()
        factors = [event["rate_factor"] for event in events(run) if event["event"] == "rollback"]
        last = newest(run / "checkpoints")
        passed = status == 3 and factors == [0.5**i for i in range(1, SECOND_CHANCES + 1)]
        passed = passed and last is not None and not last.damaged
        yield Trial(passed, f"from {hook.images} on: ended with {status} after {factors} {child.complaint}")
        shutil.rmtree(run)
