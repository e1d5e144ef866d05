"""What a code holds: digits in two colours that are tied to their classes, and what a linear classifier reads off z.

    python benchmarks/fair.py TRAIN TEST [--images 100000] [--weights 0 300 3000] [--seeds 1]

TRAIN and TEST are two sources of grey digits with classes, as the idx files of MNIST. They are made half as large, and
red or green: of digits 0 to 4 in training 90 of 100 are red, of 5 to 9 as many green. A plain `vae` and a `vfae` of
each weight are trained on them; logistic regression learns colour and digit from the codes of 5,000 training pictures.
It is asked on test pictures of two kinds: coloured like those of training (tied), and by a fair coin (free).

No code of tied pictures can hold the digit and be independent of the colour: whoever knows the digit guesses the
colour in 90 of 100. Where the codes of both colours have one law, the digit's half is guessed in 60 of 100 at most.
`free` asks what is left of the colour itself: its classifier then learns from 5,000 pictures of fair colours, too.
"""

import argparse
import itertools
import time
from collections.abc import Callable

import torch
from torch import Tensor

from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import evenly, facts_of
from saddlepoint.data.feed import onwards
from saddlepoint.data.reading import Reading
from saddlepoint.data.source import Source
from saddlepoint.data.sources import open_source, silent
from saddlepoint.game.algorithm import play
from saddlepoint.planning.begin import configure
from saddlepoint.randomness import Randomness
from saddlepoint.running.live import LEARNT_FROM
from saddlepoint.statistics.logistic import fit
from saddlepoint.systems import catalog

KNOWN, BATCH = 5_000, 200
TIED, FREE = 0.9, 0.5


def coloured(name: str, share: float, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    """x [N, 3, H/2, W/2] uint8, digit [N], colour [N]: 0 red, 1 green; `share` of the digits below 5 are red."""
    source = open_source(Reading(name), silent)
    assert source.c is not None
    grey = torch.nn.functional.avg_pool2d(source.x.float(), 2).round().to(torch.uint8)
    usual = torch.rand(len(grey), generator=torch.Generator().manual_seed(seed)) < share
    colour = torch.where(usual, (source.c >= 5).long(), (source.c < 5).long())
    x = torch.zeros(len(grey), 3, *grey.shape[2:], dtype=torch.uint8)
    x[torch.arange(len(grey)), colour] = grey[:, 0]
    return x, source.c, colour


def trained(source: Source, weight: float | None, images: int, seed: int) -> Callable[[Tensor], Tensor]:
    """x to z ~ q(z | x) by a recipe's encoder after so many pictures: its game alone, without a run's judgements.

    Means of q would not do: one far smaller than the spread of z says nothing in z, and is read off means all the same.
    """
    settings = {"seed": seed, "batch": BATCH, "images": images} | ({} if weight is None else {"mmd": weight})
    config = configure("vae" if weight is None else "vfae", None, settings)
    system, facts = catalog.system(config.system), facts_of({"x": source})
    torch.manual_seed(seed)
    networks = system.networks(config, facts)
    batches = Batches(source, BATCH, Randomness(seed), "unit", torch.device("cpu"))
    system.prepare(config, networks, batches.take(evenly(source.size, LEARNT_FROM)))
    game = system.scene(config, 0, networks, facts).game
    for _ in play(game, itertools.islice(onwards(batches, 0), images // BATCH), seed=seed):
        pass
    rng = torch.Generator().manual_seed(seed)

    @torch.no_grad()
    def drawn(x: Tensor) -> Tensor:
        mu, log_var = networks["encoder"](x.float() / 255)
        return (mu + (log_var / 2).exp() * torch.randn(mu.shape, generator=rng)).double()

    return lambda x: torch.cat([drawn(part) for part in x.split(1_000)])


def right(codes: Tensor, y: Tensor, asked: Tensor, wanted: Tensor) -> float:
    """Share of right answers, in percent; codes scaled as the known ones ask for."""
    mean, std = codes.mean(0), codes.std(0).clamp_min(1e-9)
    classifier = fit((codes - mean) / std, y, int(y.max()) + 1, 1e-3, 1e-5)
    return 100 - 100 * classifier.error((asked - mean) / std, wanted)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--weights", type=float, nargs="+", default=[0, 300, 3000])
    parser.add_argument("--seeds", type=int, default=1)
    wishes = parser.parse_args()
    x, digit, colour = coloured(wishes.train, TIED, 0)
    fair_x, _, fair_colour = (t[:KNOWN] for t in coloured(wishes.train, FREE, 1))
    tests = {"tied": coloured(wishes.test, TIED, 2), "free": coloured(wishes.test, FREE, 3)}
    source = Source("coloured digits", x, colour, classes=("red", "green"))
    print("| model | seed | processor | colour, tied | colour, free | digit, tied | digit, free |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for weight in (None, *wishes.weights):
        for seed in range(wishes.seeds):
            begun = time.process_time()
            encode = trained(source, weight, wishes.images, seed)
            seconds = time.process_time() - begun
            known, fair = encode(x[:KNOWN]), encode(fair_x)
            asked = {kind: encode(each[0]) for kind, each in tests.items()}
            found = [
                right(known, colour[:KNOWN], asked["tied"], tests["tied"][2]),
                right(fair, fair_colour, asked["free"], tests["free"][2]),
                *(right(known, digit[:KNOWN], asked[kind], tests[kind][1]) for kind in ("tied", "free")),
            ]
            title = "`vae`" if weight is None else f"`vfae --mmd {weight:g}`"
            print(
                f"| {title} | {seed} | {seconds:.0f} s | {' | '.join(f'{each:.1f} %' for each in found)} |", flush=True
            )


if __name__ == "__main__":
    main()
