"""How much better features that are learned from the data see what goes wrong than pixels do.

    python benchmarks/learned.py [digits | FOLDER | FILE.npz]

With labels, where there are some, and without: the Frechet distance after blur, noise and with missing modes, over that
between two halves of the real pictures (the geometric mean of three levels), learned and in pixels. One thread, seed 0.
"""

import sys
import time

import torch

from saddlepoint.data.reading import Reading
from saddlepoint.data.sources import open_source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.extractors.extractor import as_stored
from saddlepoint.judging.extractors.learned import learned, taught, unseen
from saddlepoint.judging.extractors.pixels import pixels
from saddlepoint.judging.extractors.trial import trial


def main() -> None:
    """Print a line for each task: what it was, three pairs of multiples, the processor's seconds."""
    torch.set_num_threads(1)
    source = open_source(Reading(sys.argv[1] if len(sys.argv) > 1 else "digits"))
    x = as_stored(source.x)
    for labels in (source.c, None) if source.classes else (None,):
        names, begun = source.classes if labels is not None else (), time.process_time()
        try:
            network = taught(x, labels, names, seed=0)
        except SaddlepointError as error:
            print(f"refused: {error}", flush=True)
            continue
        seconds, others = time.process_time() - begun, unseen(x, labels, 0)[0]
        ours, plain = (trial(extractor, *others) for extractor in (learned(network, names), pixels()))
        pairs = [f"{name} {ours.strength(name):.3g} / {plain.strength(name):.3g}" for name in ours.signal]
        task = f"{len(names)} classes" if names else "rotations"
        print(f"{len(x):,} pictures, {task}: {', '.join(pairs)}; {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main()
