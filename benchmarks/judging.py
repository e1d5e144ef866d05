"""How long the two costly steps of judging take, and how much memory beside the features.

    python benchmarks/judging.py [--threads 2]

The Frechet distance, with its interval, of 50,000 samples' 2,048 features, the real ones' statistics being there; and
the nearest of 50,000 pictures, of 28 x 28 grey and of 32 x 32 coloured pixels, to each of 1,000. Random numbers: the
time does not depend on what they are.
"""

import argparse
import resource
import time
from collections.abc import Callable
from functools import partial

import torch

from saddlepoint.judging.nearest import nearest
from saddlepoint.statistics.gaussian import fit
from saddlepoint.statistics.influence import Reference, frechet_interval


def peak() -> float:
    """The most memory this process has held, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(name: str, work: Callable[[], object]) -> None:
    begun, busy = time.monotonic(), time.process_time()
    work()
    print(f"{name}: {time.monotonic() - begun:.1f} s, {time.process_time() - busy:.1f} s of processor", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--features", type=int, default=2_048)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rng = torch.Generator().manual_seed(0)
    # Their root is made of another covariance than the samples' own, as it would be.
    drawn = torch.randn(2 * options.features, options.features, generator=rng)
    real = Reference.of(fit(drawn), drawn)
    features = torch.randn(options.samples, options.features, generator=rng)
    before = peak()
    timed("Frechet distance with its interval", partial(frechet_interval, features, real))
    print(f"at most {peak() - before:.0f} MB above the features")
    for shape in ((1, 28, 28), (3, 32, 32)):
        pictures = torch.randint(256, (50_000, *shape), generator=rng, dtype=torch.uint8)
        timed(f"nearest of 50,000 {shape}", partial(nearest, pictures[:1_000], pictures))


if __name__ == "__main__":
    main()
