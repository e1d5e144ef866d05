"""A restricted Boltzmann machine, and the chains that it is sampled by.

v   [B, V] visible units, 0 or 1
h   [B, H] hidden units, 0 or 1

    E(v, h) = -b v - c h - h W v,    p(v, h) = e^-E / Z      (Smolensky 1986; Hinton 2002)
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from saddlepoint.errors import SaddlepointError

MOST = 16  # units that are enumerated


class Ends(NamedTuple):
    """Where chains stand: v, and the mean of v given the h that it was drawn by, both [B, V]."""

    v: Tensor
    mean: Tensor


class RBM(nn.Module):
    """W [H, V], b [V], c [H]: weights N(0, .01^2), biases 0 (Hinton 2010, section 8).

    `base` [V] is a buffer: biases that the units alone would have, with no hidden ones. Annealing starts from there.
    """

    base: Tensor

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        self.W = nn.Parameter(0.01 * torch.randn(hidden, visible))
        self.b, self.c = nn.Parameter(torch.zeros(visible)), nn.Parameter(torch.zeros(hidden))
        self.register_buffer("base", torch.zeros(visible))

    @torch.no_grad()
    def start_at(self, mean: Tensor, margin: float = 0.01) -> None:
        """b and `base` = logit of each unit's mean in the data [V], kept `margin` off 0 and 1 (Hinton 2010, section 8).

        Of a mean the logit is the bias that a unit by itself would have.
        """
        for bias in (self.b, self.base):
            bias.copy_(torch.logit(mean, eps=margin))

    def field(self, v: Tensor) -> Tensor:
        """c + W v, [B, H]: the logits of h given v."""
        return torch.addmm(self.c, v, self.W.T)

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -log sum_h e^-E(v, h) = -b v - sum_j log(1 + e^(c_j + W_j v)), [B]: log p(v) = -F(v) - log Z."""
        return -(v @ self.b) - softplus(self.field(v)).sum(1)

    def tempered(self, v: Tensor, field: Tensor, beta: float) -> Tensor:
        """log p*(v) of the machine between `base` (beta 0) and this one (beta 1), [B], in double precision:

            (1 - beta) base v + beta b v + sum_j log(1 + e^(beta (c_j + W_j v))),    field = c + W v

        (Salakhutdinov & Murray 2008, equation 17, with a base of no weights). The sum of p* over v is Z at beta = 1.
        """
        return v.double() @ self.base.lerp(self.b, beta).double() + softplus(beta * field).double().sum(1)

    @torch.no_grad()
    def step(self, field: Tensor, rng: torch.Generator, beta: float = 1.0) -> Ends:
        """h ~ p(h | v), of which field = c + W v is given, and v ~ p(v | h), by the energy at this beta."""
        h = drawn((beta * field).sigmoid(), rng)
        mean = torch.addmm(self.base.lerp(self.b, beta), h, self.W, alpha=beta).sigmoid()
        return Ends(drawn(mean, rng), mean)

    @torch.no_grad()
    def gibbs(self, v: Tensor, steps: int, rng: torch.Generator) -> Ends:
        """So many steps from v on, each of which leaves p(v) as it is."""
        ends = Ends(v, v)
        for _ in range(steps):
            ends = self.step(self.field(ends.v), rng)
        return ends

    @torch.no_grad()
    def annealed(self, chains: int, temperatures: int, rng: torch.Generator) -> Tensor:
        """log Z_0 + log w of each chain, [chains]; E w = Z / Z_0 (Neal 2001; Salakhutdinov & Murray 2008, section 4.1).

        A chain is drawn at beta = 0, where units are independent; at each of `temperatures` steps to beta = 1, log w
        gains log p*(v) at the new beta less that at the old one, and v moves by one Gibbs step at the new one.
        """
        v = drawn(self.base.sigmoid().expand(chains, -1), rng)
        log_w = len(self.c) * math.log(2) + softplus(self.base.double()).sum().expand(chains)
        for place in range(temperatures):
            low, high = place / temperatures, (place + 1) / temperatures
            field = self.field(v)
            log_w = log_w + self.tempered(v, field, high) - self.tempered(v, field, low)
            v = self.step(field, rng, high).v
        return log_w

    @torch.no_grad()
    def exact_log_z(self) -> Tensor:
        """log Z by enumeration of all h, of at most 16: log sum_h e^(c h) prod_i (1 + e^(b_i + (h W)_i))."""
        if len(self.c) > MOST:
            what = f"{len(self.c)} hidden units have 2^{len(self.c)} states"
            raise SaddlepointError(what, "exact log Z", f"at most {MOST} are enumerated; estimate it")
        W, b, c = (t.double() for t in (self.W, self.b, self.c))
        h = states(len(c)).to(c)
        return torch.logsumexp(h @ c + softplus(b + h @ W).sum(1), 0)


def drawn(p: Tensor, rng: torch.Generator) -> Tensor:
    """1 with probability p, else 0, for each entry; what is not a number is 0."""
    return (torch.rand(p.shape, generator=rng).to(p) < p).to(p)


def states(units: int) -> Tensor:
    """All 2^units states of so many units, [2^units, units]."""
    return (torch.arange(2**units)[:, None] >> torch.arange(units)) & 1


class Chains(nn.Module):
    """Where the Markov chains of an RBM stand: `kept` [chains, V], a buffer, written in place, and moved by nobody."""

    kept: Tensor

    def __init__(self, chains: int, visible: int) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(chains, visible))
