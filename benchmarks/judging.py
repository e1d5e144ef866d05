"""How long the two costly steps of judging take, and how much memory beside the features.

    python benchmarks/judging.py [--threads 2]

The Frechet distance with its interval of 50,000 samples' 2,048 features, the real ones' statistics being there; and the
nearest of 50,000 pictures of 28 x 28 to each of 1,000. Random numbers: the time does not depend on what they are.
"""

import argparse
import resource
import time

import torch

from saddlepoint.judge.nearest import nearest
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval


def peak() -> float:
    """The most memory this process has held, in MB (Linux)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--samples", type=int, default=50_000)
    parser.add_argument("--features", type=int, default=2_048)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    rng = torch.Generator().manual_seed(0)
    pictures = torch.randint(256, (50_000, 1, 28, 28), generator=rng).to(torch.uint8)
    begun, busy = time.monotonic(), time.process_time()
    nearest(pictures[:1_000], pictures)
    print(f"nearest of 50,000: {time.monotonic() - begun:.1f} s, {time.process_time() - busy:.1f} s of processor")
    reference = Reference.of(fit(torch.randn(2 * options.features, options.features, generator=rng)))
    features = torch.randn(options.samples, options.features, generator=rng)
    before = peak()
    for name, work in (
        ("Frechet distance", lambda: frechet(fit(features), reference.moments)),
        ("with its interval", lambda: frechet_interval(features, reference)),
    ):
        begun, busy = time.monotonic(), time.process_time()
        work()
        took = f"{time.monotonic() - begun:.1f} s, {time.process_time() - busy:.1f} s of processor"
        print(f"{name}: {took}; {peak() - before:.0f} MB above the features", flush=True)


if __name__ == "__main__":
    main()
