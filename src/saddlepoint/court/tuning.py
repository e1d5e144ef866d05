"""An encoder, all of it tuned by few labels: what pretraining is for (Bengio et al. 2007, Erhan et al. 2010)."""

from collections.abc import Callable, Iterable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from saddlepoint.errors import SaddlepointError

STEPS, BATCH, RATE = 600, 50, 1e-3
AT_ONCE = 500

Encode = Callable[[Tensor], Tensor]
Examples = tuple[Tensor, Tensor]


def tune(
    encode: Encode,
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    classes: int,
    rng: torch.Generator,
    steps: int | None = None,
) -> nn.Linear:
    """`learn` for so many steps, by itself STEPS, on BATCH examples at a time, drawn from x [N, ...], y [N]: (W, b)."""
    head = classifier(encode, x[:1], classes)
    for _ in zip(range(STEPS if steps is None else steps), learn(encode, network, head, batches(x, y, rng))):
        pass
    return head


def classifier(encode: Encode, x: Tensor, classes: int) -> nn.Linear:
    """W = 0, b = 0 on the code of examples such as x; SaddlepointError where no weight has a part in that code."""
    with torch.enable_grad():
        code = encode(x)
    if not code.requires_grad:
        raise SaddlepointError("no gradient passes through its code", "--tune", "only a linear probe is possible")
    head = nn.Linear(code.shape[1], classes)
    for t in head.parameters():
        nn.init.zeros_(t)
    return head


def batches(x: Tensor, y: Tensor, rng: torch.Generator) -> Iterator[Examples]:
    """BATCH of the examples at a time, or as many as there are, drawn with replacement, without end."""
    while True:
        some = torch.randint(len(x), (min(BATCH, len(x)),), generator=rng)
        yield x[some], y[some]


@torch.enable_grad()
def learn(encode: Encode, network: nn.Module, head: nn.Linear, batches: Iterable[Examples]) -> Iterator[int]:
    """Lower  mean -log p(y | x),  p = softmax(W encode(x) + b),  in W, b and all weights of the network, in place.

    One step of Adam a batch of (x, y); the number of steps so far is told after each.
    """
    rule = torch.optim.Adam([*head.parameters(), *network.parameters()], RATE)
    for number, (x, y) in enumerate(batches, 1):
        rule.zero_grad()
        cross_entropy(head(encode(x)), y).backward()
        rule.step()
        yield number


@torch.no_grad()
def error(encode: Encode, head: nn.Linear, x: Tensor, y: Tensor) -> float:
    """Share of the examples whose likeliest class is not theirs."""
    found = torch.cat([head(encode(part)).argmax(1) for part in x.split(AT_ONCE)])
    return float((found != y).double().mean())
