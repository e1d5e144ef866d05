"""Penalties on a critic's slope, and auxiliary costs: functions of a turn that return one number per example, [B].
The penalties are functions of a critic and examples too: `r1(D, x)`, `r2(D, fake)`, `gradient_penalty(D, x, fake)`;
of a turn with several critics they are summed over these.

Each is differentiable a second time (in the critic's parameters). The slopes are per example only if the critic treats
examples independently, that is without batch normalisation.
"""

from collections.abc import Callable, Iterable
from typing import overload

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from saddlepoint.errors import SaddlepointError
from saddlepoint.records import Answer, PlainCritic, Turn, answer

TermFunction = Callable[[Turn], Tensor]


def slope(critic: PlainCritic, x: Tensor) -> Tensor:
    """grad_x of the critic's logit at each example, as x; a patch critic's logit is the mean over its sites.

    Its graph is kept, so that a function of the slope can be differentiated in the critic's parameters.
    """
    x = x.detach().requires_grad_(True)
    logits = answer(critic(x)).logits
    (gradient,) = torch.autograd.grad(
        logits.flatten(1).mean(1).sum() if logits.ndim > 1 else logits.sum(), x, create_graph=True
    )
    return gradient


def squared_norm(gradient: Tensor) -> Tensor:
    """|g|^2 of each example: [B, ...] -> [B]."""
    return gradient.flatten(1).square().sum(1)


@overload
def r1(turn: Turn, /) -> Tensor: ...
@overload
def r1(D: PlainCritic, x: Tensor, /) -> Tensor: ...
def r1(of: Turn | PlainCritic, x: Tensor | None = None, /) -> Tensor:
    """R1 = 1/2 |grad_x D(x)|^2 on real examples, [B]; its weight is gamma (Mescheder et al. 2018, eq. 9)."""
    return total(0.5 * squared_norm(slope(critic, x)) for critic, x, _ in asked(of, x, x))


@overload
def r2(turn: Turn, /) -> Tensor: ...
@overload
def r2(D: PlainCritic, fake: Tensor, /) -> Tensor: ...
def r2(of: Turn | PlainCritic, fake: Tensor | None = None, /) -> Tensor:
    """R2 = 1/2 |grad_x D(G(z))|^2 on fakes, [B]; its weight is gamma (Mescheder et al. 2018, eq. 10)."""
    return total(0.5 * squared_norm(slope(critic, fake)) for critic, _, fake in asked(of, fake, fake))


@overload
def gradient_penalty(turn: Turn, /) -> Tensor: ...
@overload
def gradient_penalty(D: PlainCritic, x: Tensor, fake: Tensor, rng: torch.Generator | None = None, /) -> Tensor: ...
def gradient_penalty(
    of: Turn | PlainCritic, x: Tensor | None = None, fake: Tensor | None = None, rng: torch.Generator | None = None, /
) -> Tensor:
    """(|grad D(u)| - 1)^2 at u = e x + (1 - e) G(z), e ~ U(0, 1) one per example (Gulrajani et al. 2017, eq. 3), [B].

    e is of the turn's own randomness or of `rng`. The root is taken of at least 1e-12: its derivative at 0 is infinite.
    """
    rng = of.rng if isinstance(of, Turn) else rng
    return total(between(*one, rng) for one in asked(of, x, fake))


def between(critic: PlainCritic, x: Tensor, fake: Tensor, rng: torch.Generator | None) -> Tensor:
    """The gradient penalty of one critic."""
    if x.shape != fake.shape:
        what = f"x is {list(x.shape)}, G(z) {list(fake.shape)}"
        raise SaddlepointError(what, "gradient_penalty", "it looks between the two: give one for each")
    e = torch.rand(x.shape[0], generator=rng).to(x).view(-1, *[1] * (x.ndim - 1))
    u = e * x + (1 - e) * fake.detach()
    return (squared_norm(slope(critic, u)).clamp_min(1e-12).sqrt() - 1).square()


Penalised = tuple[PlainCritic, Tensor, Tensor]


def asked(of: Turn | PlainCritic, x: Tensor | None, fake: Tensor | None) -> list[Penalised]:
    """Each critic, what is real and what is fake to it: those of a turn, or the one that was given."""
    if isinstance(of, Turn):
        return [(verdict.critic, verdict.real, verdict.fake) for verdict in of.verdicts.values()]
    if x is None or fake is None:
        raise SaddlepointError("a penalty without examples", "penalty", "give a turn, or D and the examples it is at")
    return [(of, x, fake)]


def total(penalties: Iterable[Tensor]) -> Tensor:
    """Their sum, example by example."""
    return torch.stack(list(penalties)).sum(0)


def moments(turn: Turn) -> Tensor:
    """How far means, covariances and the means of each class are from those of the batch, for G to lower, [B]:

        sum_(j != i) k(y_i, y_j) / (B - 1) - 2 sum_j k(y_i, x_j) / B,    k(u, v) = s + s^2,  s = u.v / m + [c_u = c_v]

    for fakes y and real x, m the mean square of x's numbers. Its mean over i is the squared maximum mean discrepancy
    under k, but for what G does not move, without bias: it is least in the mean where first and second moments of
    (x, c) are those of the data. Moment matching, Li et al., Generative moment matching networks, 2015.
    """
    x, y = turn.verdict().real.detach().flatten(1), turn.verdict().fake.flatten(1)
    same = 0 if turn.c is None or turn.c.ndim > 1 else (turn.c[:, None] == turn.c).to(y)
    m = x.square().mean().clamp_min(torch.finfo(x.dtype).tiny)

    def k(v: Tensor) -> Tensor:
        s = y @ v.T / m + same
        return s + s.square()

    own = k(y)
    return (own.sum(1) - own.diagonal()) / (len(y) - 1) - 2 * k(x).mean(1)


def class_cost_on_real(turn: Turn) -> Tensor:
    """-log P(C = c | x): the part of AC-GAN's L_C on real examples (Odena et al. 2017, eq. 3)."""
    return class_cost(turn.verdict().r, turn.c)


def class_cost_on_fake(turn: Turn) -> Tensor:
    """-log P(C = c | G(z, c)): AC-GAN's L_C on fakes, which both players lower (Odena et al. 2017, eq. 3)."""
    return class_cost(turn.verdict().f, turn.c)


def class_cost(said: Answer | None, c: Tensor | None) -> Tensor:
    """-log P(C = c), [B], by the critic's auxiliary classifier."""
    if said is None or said.classes is None or c is None:
        raise SaddlepointError("a class cost without classes", hint="it needs labels and a critic with a class head")
    return cross_entropy(said.classes, c, reduction="none")
