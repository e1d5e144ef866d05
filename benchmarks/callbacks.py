"""What being called back and the live page take of a round.

    python benchmarks/callbacks.py [--data ring8 digits] [--images 200000 6000] [--seed 0]

One run of each data set's usual recipe, with a callback of each kind that keeps what it is given. Of two rounds next to
each other one is told to `on_round` and one to nobody, in turn, so that both are of the same network, the same moment
and the same machine; the difference of each pair is taken, rounds with a frame, a checkpoint or a page left out. The
calls themselves and the page's rewriting are timed as they happen, and are shares of a round, or of the whole training.
Seconds are those of the training thread on a core, so that who else is at work does not count.
"""

import argparse
import statistics
import tempfile
from itertools import pairwise
from time import thread_time
from typing import Any

import saddlepoint as sp
from saddlepoint.running import work
from saddlepoint.running.calls import NO_CALLS, Listeners
from saddlepoint.running.showing import LivePage


class Alternating(Listeners):
    """Tells every second round to those who are called back; the others to nobody."""

    def tell(self, round: sp.Round) -> None:
        now, told = thread_time(), round.index % 2 == 1
        log.append((now, told, bool(self.news)))
        own = others if self.news else calls[told]
        Listeners.tell(self if told or self.news else nobody, round)
        own.append(thread_time() - now)


class Timed(LivePage):
    """Keeps how long each look at the page took, and each rewriting."""

    def again(self) -> None:
        begun = thread_time()
        super().again()
        looks.append(thread_time() - begun)

    def write(self, going_on: bool) -> None:
        begun = thread_time()
        super().write(going_on)
        written.append(thread_time() - begun)


log: list[tuple[float, bool, bool]] = []  # when a round was over, whether it is told, whether there is other news
looks: list[float] = []
written: list[float] = []
kept: list[object] = []
calls: dict[bool, list[float]] = {False: [], True: []}  # seconds of the call itself, of those told and not told
others: list[float] = []  # seconds of the calls that come with more than a round
nobody = Listeners(NO_CALLS, print)


def measure(data: str, images: int, seed: int) -> None:
    for each in (log, looks, written, kept, others, *calls.values()):
        each.clear()

    settings: dict[str, Any] = {"images": images, "seed": seed, "engine.threads": 1, "snapshots": 24}
    begun = thread_time()
    with tempfile.TemporaryDirectory() as root:
        run = sp.train(
            data,
            settings=settings,
            root=root,
            watcher=sp.quiet,
            on_round=kept.append,
            on_snapshot=kept.append,
            on_judgement=kept.append,
        )
        recipe = run.config.recipe
    whole = log[-1][0] - begun
    laps = [(b[0] - a[0], a[1]) for a, b in pairwise(log) if not a[2]]
    pairs = [(a[0], b[0]) if a[1] else (b[0], a[0]) for a, b in zip(laps[::2], laps[1::2]) if a[1] != b[1]]
    usual = statistics.median(without for _, without in pairs)
    close = [with_ - without for with_, without in pairs if max(with_, without) < 2 * usual]
    middle = statistics.median(close)
    error = 1.2533 * statistics.stdev(close) / len(close) ** 0.5  # of a median, if the differences were Gaussian
    print(f"{recipe} on {data}, seed {seed}: {len(log):,} rounds, {1e3 * usual:.2f} ms each, {whole:.0f} s in all")
    told, untold = (1e6 * statistics.mean(calls[each]) for each in (True, False))
    share = (told - untold) / 1e6 / usual
    print(f"  the call     {told:.1f} us a round, {untold:.1f} us to nobody: {share:.3%} of it")
    print(f"  on_round     {1e6 * middle:+.1f} +- {2e6 * error:.1f} us a round: {middle / usual:+.3%} of it")
    each = 1e6 * statistics.mean(others)
    print(f"  other calls  {len(others)}, {each:.1f} us each: {sum(others) / whole:.4%} of the training")
    share = sum(looks) / whole
    print(f"  live page    {len(written)} times, {sum(written):.2f} s; {share:.2%} of the training")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", nargs="+", default=["ring8", "digits"])
    parser.add_argument("--images", nargs="+", type=int, default=[200_000, 6_000])
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    work.Listeners, work.LivePage = Alternating, Timed
    for data, images in zip(told.data, told.images, strict=True):
        measure(data, images, told.seed)


if __name__ == "__main__":
    main()
