"""What a GPU shows, in one command of under eight minutes: is it right, is it fast, does it learn?

    python scripts/on_gpu.py --out on_gpu [--cifar cifar10.npz]     on a machine with one
    python scripts/on_gpu.py --out on_gpu --toy                     the same at toy size, on the processor

1. the tests marked `gpu`: rounds as on the processor, resuming bit for bit on the device, bfloat16, what is not finite
2. pictures a second of DCGAN at 64 x 64 and of `modern`, at batches of 64, 128 and 512, against a plain loop of the
   same networks; the share of the card's matrix peak, as measured here; how often a round waits for the device
3. DCGAN on CIFAR-10 for four minutes, and 10,000 samples (where --cifar names the data)

Everything lands in --out: table.md, tests.txt, and with 3. the run and samples.npz.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from saddlepoint.data.feed import onwards
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine, resolve
from saddlepoint.objectives import non_saturating
from saddlepoint.record import Choices, DataRecord, RunRecord, versions
from saddlepoint.records import Batch
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Engine as Wishes
from saddlepoint.systems.catalog import recipe

ROOT = Path(__file__).resolve().parents[1]
BATCHES = (64, 128, 512)


class Waits(TorchDispatchMode):
    """Counts how often a number is fetched from the device: each time the processor waits for it."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += func is torch.ops.aten._local_scalar_dense.default
        return func(*args, **(kwargs or {}))


def pictures(n: int) -> Source:
    x = torch.randint(0, 256, (n, 3, 64, 64), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return Source("noise", x)


def live_of(name: str, batch: int, engine: Engine, source: Source) -> Live:
    """A recipe on these pictures, ready to be played."""
    config = recipe(name).model_copy(update={"batch": batch})
    data = DataRecord(name="noise", size=source.size, shape=(3, 64, 64), classes=(), licence="", digest="", held_out=())
    choices = Choices(device=str(engine.device), precision=engine.precision, threads=engine.threads)
    return Live(RunRecord(config=config, data=data, choices=choices, versions=versions()), {"x": source}, engine)


def finished(engine: Engine) -> None:
    if engine.device.type == "cuda":
        torch.cuda.synchronize()


def rate(step: Callable[[], object], images: int, engine: Engine, seconds: float) -> float:
    """Pictures a second of a step, after a warm-up."""
    for _ in range(8):  # a lazy penalty's whole period
        step()
    finished(engine)
    begun, rounds = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds or rounds % 8:
        step()
        rounds += 1
    finished(engine)
    return rounds * images / (time.perf_counter() - begun)


def ours(live: Live) -> Callable[[], object]:
    """One round, as a run plays it: the game, its penalties, the averages."""
    stage = live.config.stages[0]
    rounds = live.rounds(stage)

    def step() -> None:
        live.absorb(next(rounds))

    return step


def plain(live: Live, batches: Iterator[Batch]) -> Callable[[], object]:
    """The same two networks in a loop as it is usually written: no penalties, no averages, no guards."""
    G, D = live.networks["G"], live.networks["D"]
    config, device = live.config, live.engine.device
    optimisers = [torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.999)) for net in (G, D)]
    fast = live.engine.fast()

    def step() -> None:
        x = next(batches).x
        z = torch.randn(len(x), config.prior.size, device=device)
        with fast():
            fake = G(z, None)
            r, f = D(x, None).logits, D(fake.detach(), None).logits
        optimisers[1].zero_grad(set_to_none=True)
        non_saturating.critic(r.float(), f.float()).mean().backward()
        optimisers[1].step()
        with fast():
            f = D(fake, None).logits
        optimisers[0].zero_grad(set_to_none=True)
        non_saturating.generator(None, f.float()).mean().backward()
        optimisers[0].step()

    return step


def peak(engine: Engine, side: int) -> float:
    """Operations a second of a large matrix product in the engine's precision: what this card can do at most."""
    dtype = torch.bfloat16 if engine.precision == "bfloat16" else torch.float32
    a = torch.randn(side, side, device=engine.device, dtype=dtype)
    return rate(lambda: a @ a, 1, engine, 1.0) * 2 * side**3


def measured(name: str, batch: int, engine: Engine, seconds: float, most: float) -> str:
    """A row of the table."""
    source = pictures(2 * batch)
    live = live_of(name, batch, engine, source)
    waits, flops = Waits(), FlopCounterMode(display=False)
    step = ours(live)
    for _ in range(4):
        step()
    with waits:
        for _ in range(8):
            step()
    other = live_of(name, batch, engine, source)
    bare = plain(other, onwards(other.feed, 0))
    with flops:
        bare()
    speed = rate(step, batch, engine, seconds)
    loop = rate(bare, batch, engine, seconds)
    share = flops.get_total_flops() / batch * loop / most
    return (
        f"| {name} | {batch} | {speed:,.0f} | {loop:,.0f} | {speed / loop:.2f} | {share:.0%} | {waits.count / 8:.1f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("on_gpu"))
    parser.add_argument("--cifar", type=Path, help="CIFAR-10 as an .npz, for the third part")
    parser.add_argument("--toy", action="store_true", help="on the processor, at toy size")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    device = "cpu" if asked.toy else "cuda"
    engine = resolve(Wishes(device=device, precision="float32" if asked.toy else "auto"))
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-m", "gpu", "-rs", "tests/test_gpu.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    (asked.out / "tests.txt").write_text(tests.stdout + tests.stderr)
    batches, seconds, side = ((4,), 0.2, 256) if asked.toy else (BATCHES, 6.0, 8192)
    most = peak(engine, side)
    card = torch.cuda.get_device_name() if device == "cuda" else "processor"
    words = f"{card}, {engine.precision}, torch {torch.__version__}; matrix peak measured: {most / 1e12:.1f} Tflop/s"
    head = (
        "| recipe | batch | pictures/s | plain loop | ratio | share of the peak | waits a round |\n"
        + "| --- " * 7
        + "|"
    )
    rows = [measured(name, batch, engine, seconds, most) for name in ("dcgan", "modern") for batch in batches]
    outcome = tests.stdout.strip().splitlines()[-1:] or ["no tests"]
    lines = [f"# On a GPU\n\n{words}\n\nTests: exit {tests.returncode}, {outcome[0]}\n", head, *rows, ""]
    (asked.out / "table.md").write_text("\n".join(lines))
    print("\n".join(lines))
    if asked.cifar is not None:
        from saddlepoint.front import train

        time_ = "5s" if asked.toy else "4m"
        settings = {"device": device, "judge.share": 0, "unconditional": True} | ({"batch": 8} if asked.toy else {})
        run = train(asked.cifar, recipe="dcgan", budget=time_, name="dcgan", settings=settings, root=asked.out)
        run.sample(100 if asked.toy else 10_000).save(asked.out / "samples.npz")


if __name__ == "__main__":
    main()
