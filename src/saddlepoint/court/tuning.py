"""An encoder, all of it tuned by few labels: what pretraining is for (Bengio et al. 2007, Erhan et al. 2010)."""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from saddlepoint.errors import SaddlepointError

STEPS, BATCH, RATE = 600, 50, 1e-3
AT_ONCE = 500

Encode = Callable[[Tensor], Tensor]


def tune(
    encode: Encode,
    network: nn.Module,
    x: Tensor,
    y: Tensor,
    classes: int,
    rng: torch.Generator,
    steps: int | None = None,
) -> nn.Linear:
    """Lower  mean -log p(y | x),  p = softmax(W encode(x) + b),  in W, b and all weights of the network, in place.

    W and b begin at 0; `steps` of Adam, by itself STEPS, on BATCH examples drawn from x [N, ...], y [N]. Returned is
    (W, b).
    SaddlepointError where no weight of the network has a part in the code.
    """
    with torch.enable_grad():
        code = encode(x[:1])
        if not code.requires_grad:
            raise SaddlepointError("its code passes no gradient on", "--tune", "only a linear probe is left")
        head = nn.Linear(code.shape[1], classes)
        for t in head.parameters():
            nn.init.zeros_(t)
        rule = torch.optim.Adam([*head.parameters(), *network.parameters()], RATE)
        for _ in range(STEPS if steps is None else steps):
            some = torch.randint(len(x), (min(BATCH, len(x)),), generator=rng)
            rule.zero_grad()
            cross_entropy(head(encode(x[some])), y[some]).backward()
            rule.step()
    return head


@torch.no_grad()
def error(encode: Encode, head: nn.Linear, x: Tensor, y: Tensor) -> float:
    """Share of the examples whose likeliest class is not theirs."""
    found = torch.cat([head(encode(part)).argmax(1) for part in x.split(AT_ONCE)])
    return float((found != y).double().mean())
