"""A mixture of factor analysers, kept as the statistics that its maximum-likelihood numbers are a function of.

    p(x) = sum_k w_k N(x; m_k, L_k L_k' + P_k):   x = m_k + L_k z + e,   z ~ N(0, I),   e ~ N(0, P_k), P_k diagonal

x [B, D];  K components, Q factors.  Without factors the covariances are diagonal; D - 1 factors are enough for any.
Ghahramani and Hinton 1996, The EM algorithm for mixtures of factor analyzers.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.statistics.clusters import kmeans

ROUNDS = 5  # of k-means, where centres begin
TINY = 1e-12  # mass of a component that nobody is near to
JITTER = 1e-6  # of a factor's variance, 1


class Numbers(NamedTuple):
    """log_w [K];  m [K, D];  L [K, D, Q];  P [K, D]."""

    log_w: Tensor
    m: Tensor
    L: Tensor
    P: Tensor


class Posterior(NamedTuple):
    """joint [B, K], log w_k N(x; ...);  z [B, K, Q], its mean given x and k;  G [K, Q, Q], its covariance there."""

    joint: Tensor
    z: Tensor
    G: Tensor


class Factors(nn.Module):
    """The means over examples, expected under the model, of what EM needs; r the share of x in k, u = (z, 1):

    mass [K] of r,   xx [K, D] of r x^2,   xu [K, D, Q + 1] of r x u',   uu [K, Q + 1, Q + 1] of r u u'

    They are the weights of this network, and a step of size 1 down `gap` is a step of EM. All x are taken about
    `shift`, which changes nothing but rounding; `floor` is added to P.
    """

    shift: Tensor

    def __init__(self, dimensions: int, components: int, factors: int, floor: float) -> None:
        super().__init__()
        K, D, Q = components, dimensions, factors
        self.floor, self.factors = floor, Q
        self.mass, self.xx = nn.Parameter(torch.full((K,), 1 / K)), nn.Parameter(torch.ones(K, D) / K)
        self.xu = nn.Parameter(torch.zeros(K, D, Q + 1))
        self.uu = nn.Parameter(torch.eye(Q + 1).expand(K, -1, -1) / K)
        self.register_buffer("shift", torch.zeros(D))

    @property
    def statistics(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.mass, self.xx, self.xu, self.uu

    @torch.no_grad()
    def start_at(self, x: Tensor, rng: torch.Generator) -> None:
        """Equal components around centres of k-means, each as wide as the data, half of it by random factors."""
        self.shift.copy_(x.mean(0))
        x, (K, D), Q = x - self.shift, self.xx.shape, self.factors
        m, spread = kmeans(x, K, rng, ROUNDS), x.var(0, correction=0)
        P = (spread / (2 if Q else 1)).expand(K, D)
        L = torch.randn(K, D, Q, generator=rng).to(x) * (spread / (2 * max(Q, 1))).sqrt()[:, None]
        self.mass.fill_(1 / K)
        self.uu.copy_(torch.eye(Q + 1).expand(K, -1, -1) / K)
        self.xu.copy_(torch.cat([L, m[..., None]], 2) / K)
        self.xx.copy_((P + L.square().sum(2) + m.square()) / K)

    def numbers(self) -> Numbers:
        """The M step: [L, m] = (mean of x u') (mean of u u')^-1,   P = mean of x^2 - the diagonal of [L, m] u x'."""
        mass = self.mass.clamp_min(TINY)
        xx, xu, uu = self.xx / mass[:, None], self.xu / mass[:, None, None], self.uu / mass[:, None, None]
        jitter = torch.full((self.factors + 1,), JITTER).to(uu)
        jitter[-1] = 0
        both = torch.linalg.solve(uu + jitter.diag(), xu.mT).mT
        P = (xx - (both * xu).sum(2)).clamp_min(0) + self.floor
        return Numbers((mass / mass.sum()).log(), both[..., -1], both[..., :-1], P)

    def posterior(self, x: Tensor, of: Numbers) -> Posterior:
        """Of x about `shift`, by  (L L' + P)^-1 = P^-1 - P^-1 L G L' P^-1  and  |L L' + P| = |P| / |G|."""
        narrow = 1 / of.P
        scaled = of.L * narrow[..., None]
        G = torch.linalg.inv(torch.eye(self.factors).to(x) + of.L.mT @ scaled)
        u = torch.einsum("bd,kdq->bkq", x, scaled) - torch.einsum("kd,kdq->kq", of.m, scaled)
        z = torch.einsum("bkq,kqp->bkp", u, G)
        squares = x.square() @ narrow.T - 2 * x @ (of.m * narrow).T + (of.m.square() * narrow).sum(1) - (u * z).sum(2)
        volume = of.P.log().sum(1) - torch.logdet(G)
        return Posterior(of.log_w - (squares + volume + x.shape[1] * math.log(2 * math.pi)) / 2, z, G)

    def joint(self, x: Tensor) -> Tensor:
        """log w_k N(x; m_k, L_k L_k' + P_k), [B, K]."""
        return self.posterior(x - self.shift, self.numbers()).joint

    def gap(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(log p(x) [B],  1/2 sum |s - S|^2), s the statistics kept and S, a constant, those expected of this batch.

        The gradient of the second is s - S, so that a step of size a makes of s  (1 - a) s + a S: the E step of online
        EM, and with a = 1 and all examples that of EM itself. Cappe and Moulines 2009, On-line
        expectation-maximization algorithm for latent data models, equation 10.
        """
        with torch.no_grad():
            x = x - self.shift
            found = self.posterior(x, self.numbers())
            r, B = found.joint.softmax(1), len(x)
            u = torch.cat([found.z, torch.ones_like(r)[..., None]], 2)
            ru = r[..., None] * u
            uu = torch.einsum("bkq,bkp->kqp", ru, u) / B
            uu[:, :-1, :-1] += r.mean(0)[:, None, None] * found.G
            expected = (r.mean(0), r.T @ x.square() / B, torch.einsum("bkq,bd->kdq", ru, x) / B, uu)
        far = [(s - S).square().sum() for s, S in zip(self.statistics, expected)]
        return found.joint.logsumexp(1), torch.stack(far).sum() / 2

    def draw(self, n: int, rng: torch.Generator) -> Tensor:
        """n samples [n, D]."""
        of = Numbers(*(t.detach().cpu() for t in self.numbers()))
        k = torch.multinomial(of.log_w.exp(), n, replacement=True, generator=rng)
        z, e = torch.randn(n, self.factors, generator=rng), torch.randn(n, of.m.shape[1], generator=rng)
        inside = torch.einsum("ndq,nq->nd", of.L[k], z.to(of.L))
        return self.shift.cpu() + of.m[k] + inside + of.P[k].sqrt() * e.to(of.P)
