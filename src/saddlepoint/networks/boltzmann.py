"""Boltzmann machines: restricted, deep, general; and the chains that they are sampled by.

v   [B, V] visible units, 0 or 1
h   [B, H] hidden units, 0 or 1
u   [B, U] all units of a general machine, the visible ones first

    E(v, h) = -b v - c h - h W v,    p(v, h) = e^-E / Z      (Smolensky 1986; Hinton 2002)

A deep machine of two hidden layers (Salakhutdinov & Hinton 2009) has no weights within a layer, nor from the data to
the second. So it is a restricted one, whose v are the data and the second layer, and whose h are the first.
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

    Buffers: `base` [V] are biases that the units alone would have, with no hidden ones; annealing starts from there.
    `v0` [V] and `h0` [H] are what units are counted from, (h - h0) W (v - v0), so that weights and biases learn apart
    (Montavon & Mueller 2012, Deep Boltzmann machines and the centering trick). It is the machine of `biases`: what it
    can be is the same, and only its gradient is another. Both are 0 until `start_at`.
    """

    base: Tensor
    v0: Tensor
    h0: Tensor

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        self.W = nn.Parameter(0.01 * torch.randn(hidden, visible))
        self.b, self.c = nn.Parameter(torch.zeros(visible)), nn.Parameter(torch.zeros(hidden))
        for name, units in (("base", visible), ("v0", visible), ("h0", hidden)):
            self.register_buffer(name, torch.zeros(units))

    @torch.no_grad()
    def start_at(self, mean: Tensor, margin: float = 0.01) -> None:
        """b and `base` = logit of each unit's mean in the data [V], kept `margin` off 0 and 1 (Hinton 2010, section 8).
        Units after those that are given are on every second time, as h is.

        Of a mean the logit is the bias that a unit by itself would have.
        """
        mean = torch.cat([mean, torch.full((len(self.b) - len(mean),), 0.5).to(mean)])
        for bias in (self.b, self.base):
            bias.copy_(torch.logit(mean, eps=margin))
        self.v0.copy_(mean)
        self.h0.copy_(self.c.sigmoid())

    @property
    def biases(self) -> tuple[Tensor, Tensor]:
        """b - h0 W [V] and c - W v0 [H]: those of E, which stands above."""
        return self.b - self.h0 @ self.W, self.c - self.W @ self.v0

    def field(self, v: Tensor) -> Tensor:
        """c + W (v - v0), [B, H]: the logits of h given v."""
        return torch.addmm(self.c, v - self.v0, self.W.T)

    def free_energy(self, v: Tensor) -> Tensor:
        """F(v) = -log sum_h e^-E(v, h) = -b v - sum_j log(1 + e^(c_j + W_j v)), [B], with `biases` for b and c:
        log p(v) = -F(v) - log Z.
        """
        return -(v @ self.biases[0]) - softplus(self.field(v)).sum(1)

    @torch.no_grad()
    def filled(self, x: Tensor, sweeps: int) -> Tensor:
        """v = (x, m): of the units after x [B, n], n <= V, the means m under the best q(m) q(h) that is found, [B, V].

        m <- sigmoid(b + W' sigmoid(c + W (x, m))), the mean field equations of Salakhutdinov & Hinton 2009 (section
        2.2), from m = 1/2 on. No sweep lowers the bound  -F(x, m) + entropy(m) - log Z <= log p(x);  with it held
        constant, F(x, m) has the gradient of the energy that q expects.
        """
        n = x.shape[1]
        v = torch.cat([x, torch.full((len(x), len(self.b) - n), 0.5).to(x)], 1)
        for _ in range(sweeps if n < len(self.b) else 0):
            h = self.field(v).sigmoid()
            v[:, n:] = torch.addmm(self.b[n:], h - self.h0, self.W[:, n:]).sigmoid()
        return v

    def bound(self, x: Tensor, sweeps: int) -> Tensor:
        """-F(x, m) + entropy(m), [B]: at most log p(x) + log Z, and equal to it where no units come after x."""
        v = self.filled(x, sweeps)
        m = v[:, x.shape[1] :]
        return entropy(m) - self.free_energy(v)

    def tempered(self, v: Tensor, field: Tensor, beta: float) -> Tensor:
        """log p*(v) of the machine between `base` (beta 0) and this one (beta 1), [B], in double precision:

            (1 - beta) base v + beta b v + sum_j log(1 + e^(beta (c_j + W_j v))),    field = c + W v, by `biases`

        (Salakhutdinov & Murray 2008, equation 17, with a base of no weights). The sum of p* over v is Z at beta = 1.
        """
        return v.double() @ self.base.lerp(self.biases[0], beta).double() + softplus(beta * field).double().sum(1)

    @torch.no_grad()
    def step(self, field: Tensor, rng: torch.Generator, beta: float = 1.0) -> Ends:
        """h ~ p(h | v), of which field = c + W v is given, and v ~ p(v | h), by the energy at this beta."""
        h = drawn((beta * field).sigmoid(), rng)
        mean = torch.addmm(self.base.lerp(self.biases[0], beta), h, self.W, alpha=beta).sigmoid()
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
        W, b, c = (t.double() for t in (self.W, *self.biases))
        h = states(len(c)).to(c)
        return torch.logsumexp(h @ c + softplus(b + h @ W).sum(1), 0)


class Boltzmann(nn.Module):
    """A general machine of at most 16 units, any two of which may have a weight (Ackley, Hinton & Sejnowski 1985):

        E(u) = -b u - sum_(i < j) W_ij u_i u_j,    p(u) = e^-E / Z,    p(v) = sum over the hidden units of p(u)

    W [U, U], of which the part above the diagonal counts, and b [U]: N(0, .01^2), hidden units thus unlike each other.
    """

    def __init__(self, visible: int, hidden: int) -> None:
        super().__init__()
        self.visible, units = visible, visible + hidden
        if units > MOST:
            what = f"{visible} + {hidden} units have 2^{units} states"
            raise SaddlepointError(what, "a general Boltzmann machine", f"at most {MOST} are enumerated")
        self.W, self.b = nn.Parameter(0.01 * torch.randn(units, units)), nn.Parameter(0.01 * torch.randn(units))

    def energy(self, u: Tensor) -> Tensor:
        """E(u), [B]."""
        return -(u @ self.b) - (u @ self.W.triu(1) * u).sum(1)

    def joint(self) -> Tensor:
        """log p(h, v) of all states, [2^H, 2^V], by enumeration: unit i is bit i of (h, v), v the lower ones."""
        log_p = -self.energy(states(len(self.b)).to(self.b))
        return (log_p - log_p.logsumexp(0)).view(-1, 2**self.visible)

    def place(self, v: Tensor) -> Tensor:
        """Which of the 2^V columns of `joint` is v, [B]."""
        return (v.long() << torch.arange(self.visible, device=v.device)).sum(1)

    @torch.no_grad()
    def gibbs(self, u: Tensor, sweeps: int, rng: torch.Generator, fixed: int = 0) -> Tensor:
        """So many sweeps, in each of which every unit but the first `fixed` is drawn given all others:

            p(u_i = 1 | all others) = sigmoid(b_i + sum_j W_ij u_j),    W_ij = W_ji

        They leave p(u), or p(u | the first), as it is.
        """
        upper = self.W.triu(1)
        both, u = upper + upper.T, u.clone()
        for i in [*range(fixed, len(self.b))] * sweeps:
            u[:, i] = drawn((self.b[i] + u @ both[i]).sigmoid(), rng)
        return u


def entropy(m: Tensor) -> Tensor:
    """-sum_i m_i log m_i + (1 - m_i) log(1 - m_i), [B], of independent units that are on with probability m [B, n]."""
    return -(torch.xlogy(m, m) + torch.xlogy(1 - m, 1 - m)).sum(1)


def drawn(p: Tensor, rng: torch.Generator) -> Tensor:
    """1 with probability p, else 0, for each entry; what is not a number is 0."""
    return (torch.rand(p.shape, generator=rng).to(p) < p).to(p)


def states(units: int) -> Tensor:
    """All 2^units states of so many units, [2^units, units]."""
    return (torch.arange(2**units)[:, None] >> torch.arange(units)) & 1


class Chains(nn.Module):
    """Where the Markov chains of a machine stand: `kept` [chains, V], a buffer, written in place, moved by nobody."""

    kept: Tensor

    def __init__(self, chains: int, visible: int) -> None:
        super().__init__()
        self.register_buffer("kept", torch.zeros(chains, visible))
