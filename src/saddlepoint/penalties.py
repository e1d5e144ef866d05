"""Penalties on a critic's slope, and auxiliary costs: functions of a turn that return one number per example, [B].

Each is differentiable a second time (in the critic's parameters). The slopes are per example only if the critic treats
examples independently, that is without batch normalisation.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from saddlepoint.errors import SaddlepointError
from saddlepoint.records import Answer, Critic, Turn

TermFunction = Callable[[Turn], Tensor]


def slope(critic: Critic, x: Tensor) -> Tensor:
    """grad_x of the critic's logit at each example, as x; a patch critic's logit is the mean over its sites.

    Its graph is kept, so that a function of the slope can be differentiated in the critic's parameters.
    """
    x = x.detach().requires_grad_(True)
    logits = critic(x).logits
    (gradient,) = torch.autograd.grad(
        logits.flatten(1).mean(1).sum() if logits.ndim > 1 else logits.sum(), x, create_graph=True
    )
    return gradient


def squared_norm(gradient: Tensor) -> Tensor:
    """|g|^2 of each example: [B, ...] -> [B]."""
    return gradient.flatten(1).square().sum(1)


def r1(turn: Turn) -> Tensor:
    """R1 = 1/2 |grad_x D(x)|^2 on real examples; its weight is gamma (Mescheder et al. 2018, eq. 9)."""
    verdict = turn.verdict()
    return 0.5 * squared_norm(slope(verdict.critic, verdict.real))


def r2(turn: Turn) -> Tensor:
    """R2 = 1/2 |grad_x D(G(z))|^2 on fakes; its weight is gamma (Mescheder et al. 2018, eq. 10)."""
    verdict = turn.verdict()
    return 0.5 * squared_norm(slope(verdict.critic, verdict.fake))


def gradient_penalty(turn: Turn) -> Tensor:
    """(|grad D(u)| - 1)^2 at u = e x + (1 - e) G(z), e ~ U(0, 1) one per example (Gulrajani et al. 2017, eq. 3).

    The root is taken of at least 1e-12: its derivative at 0 is infinite.
    """
    verdict = turn.verdict()
    x = verdict.real
    e = torch.rand(x.shape[0], generator=turn.rng).to(x).view(-1, *[1] * (x.ndim - 1))
    u = e * x + (1 - e) * verdict.fake.detach()
    return (squared_norm(slope(verdict.critic, u)).clamp_min(1e-12).sqrt() - 1).square()


def class_cost_on_real(turn: Turn) -> Tensor:
    """-log P(C = c | x): the part of AC-GAN's L_C on real examples (Odena et al. 2017, eq. 3)."""
    return class_cost(turn.verdict().r, turn.c)


def class_cost_on_fake(turn: Turn) -> Tensor:
    """-log P(C = c | G(z, c)): AC-GAN's L_C on fakes, which both players lower (Odena et al. 2017, eq. 3)."""
    return class_cost(turn.verdict().f, turn.c)


def class_cost(answer: Answer | None, c: Tensor | None) -> Tensor:
    """-log P(C = c), [B], by the critic's auxiliary classifier."""
    if answer is None or answer.classes is None or c is None:
        raise SaddlepointError("a class cost without classes", hint="it needs labels and a critic with a class head")
    return cross_entropy(answer.classes, c, reduction="none")
