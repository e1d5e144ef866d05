"""Whether pretraining regularises or speeds up: test error where the training loss is the same (Erhan et al. 2010).

    python benchmarks/equal_loss.py TRAIN TEST [--labels 1000] [--draws 10] [--steps 1200] [--every 5]
                                    [--levels 1 0.5 0.2 0.1 0.05 0.02 0.01] [--run RUN] ... (as few_labels.py)

Starts and tuning are those of few_labels.py with --anew. Every few steps the training loss, mean -log p(y | x), is
taken over the labelled examples, or MOST of them; where it has first fallen to a level, the error on all of TEST is
told, beside the step. A regulariser has a lower error at the same loss; what only helps to optimise has the same error,
sooner. Of each level, only draws count in which every start came so far.
"""

import argparse
from collections.abc import Callable, Iterable

import torch
from few_labels import STARTS, asking, beside_the_first, examples, pretrained, start
from torch.nn.functional import cross_entropy

from saddlepoint.court.probe import draws_of
from saddlepoint.court.tuning import Examples, batches, classifier, error, learn
from saddlepoint.networks.autoencoder import Stack
from saddlepoint.randomness import Randomness

MOST = 2_000  # labelled examples that the training loss is taken over

Reached = dict[float, tuple[int, float]]


def at_levels(losses: Iterable[float], levels: Iterable[float], measure: Callable[[], float]) -> Reached:
    """By level: the number, from 1, of the first loss that is no larger, and what was measured then. Levels that no
    loss came down to are left out, and after the lowest level no further loss is asked for.
    """
    left, found = sorted(set(levels)), {}
    for number, loss in enumerate(losses, 1):
        if loss <= left[-1]:
            now = measure()
            while left and loss <= left[-1]:
                found[left.pop()] = number, now
        if not left:
            break
    return found


def descent(
    kind: str, trained: Stack, known: Examples, unseen: Examples, number: int, wishes: argparse.Namespace
) -> Reached:
    """What one start reached in one draw, by level: (step, test error)."""
    net, encode = start(kind, trained, known[0].shape[1], number)
    classes = int(known[1].max()) + 1
    head = classifier(encode, known[0][:1], classes)
    x, y = (t[:MOST] for t in known)

    def losses() -> Iterable[float]:
        steps = learn(encode, net, head, batches(*known, Randomness(0).stream("tune", number)))
        for step, _ in zip(range(1, wishes.steps + 1), steps):
            if step % wishes.every == 0:
                net.eval()
                with torch.no_grad():
                    yield float(cross_entropy(head(encode(x)), y))
                net.train()

    return at_levels(losses(), wishes.levels, lambda: error(encode, head, *unseen))


def main() -> None:
    parser = asking(__doc__)
    parser.add_argument("--labels", type=int, default=1_000)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--steps", type=int, default=1_200)
    parser.add_argument("--every", type=int, default=5)
    parser.add_argument("--levels", type=float, nargs="+", default=[1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01])
    wishes = parser.parse_args()
    trained = pretrained(wishes)
    (x, y), unseen = examples(wishes.train), examples(wishes.test)
    draws = draws_of(y, wishes.labels, int(y.max()) + 1, wishes.draws, 0)
    found = {
        kind: [descent(kind, trained, (x[draw], y[draw]), unseen, number, wishes) for number, draw in enumerate(draws)]
        for kind in wishes.starts
    }
    print("| loss | labels | start | error | points worse | draws in which it is worse | step |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for level in sorted(wishes.levels, reverse=True):
        both = [n for n in range(len(draws)) if all(level in each[n] for each in found.values())]
        if len(both) < 2:
            print(f"| {level:g} | reached by all starts in {len(both)} of {len(draws)} draws |")
            continue
        errors = {STARTS[kind]: torch.tensor([each[n][level][1] for n in both]) for kind, each in found.items()}
        for cells, each in zip(beside_the_first(wishes.labels, errors), found.values()):
            step = wishes.every * sum(each[n][level][0] for n in both) / len(both)
            print(f"| {level:g} | {' | '.join([*cells, f'{step:.0f}'])} |", flush=True)


if __name__ == "__main__":
    main()
