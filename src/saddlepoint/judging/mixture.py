"""A mixture of Gaussians by expectation-maximisation (Dempster et al. 1977), its size by BIC (Schwarz 1978).

    p(x) = sum_k w_k N(x; m_k, S_k),   BIC = -2 log L + P log N,   P = K - 1 + K D + K D (D + 1) / 2

What is known of small tables since long before networks: a generator of points is to be held against it.
"""

import math

import torch
from torch import Tensor

from saddlepoint.data.densities import Mixture

BESIDE = "mixture/"  # begins the names of its figures, beside those of a network
MOST, STARTS, STEPS = 10, 3, 200
CONVERGED = 1e-6  # of the mean log likelihood, between two steps
FLOOR = 1e-3  # of the data's variance in each direction, added to every component's: none shrinks onto one point


def fitted(x: Tensor, rng: torch.Generator, most: int = MOST) -> Mixture:
    """The mixture of 1 to `most` components with the least BIC on x [N, D]: of each size the likeliest of three starts.

    A size with more free numbers than half of what x holds is not tried: BIC means nothing there. The search ends where
    two sizes in a row do not help.
    """
    x = x.double()
    n, d = x.shape
    best, least, idle = em(x, 1, rng), math.inf, 0
    for k in range(1, most + 1):
        if k > 1 and 2 * k * (1 + d + d * (d + 1) // 2) > n * d:
            break
        tried = [em(x, k, rng) for _ in range(STARTS if k > 1 else 1)]
        found = max(tried, key=lambda one: float(one.log_density(x).sum()))
        if (cost := bic(found, x)) < least:
            best, least, idle = found, cost, 0
        elif (idle := idle + 1) == 2:
            break
    return best


def bic(mixture: Mixture, x: Tensor) -> float:
    """Of a mixture on x [N, D]; less is better."""
    (k, d), n = mixture.means.shape, len(x)
    free = k - 1 + k * d + k * d * (d + 1) // 2
    return float(-2 * mixture.log_density(x).sum()) + free * math.log(n)


def em(x: Tensor, k: int, rng: torch.Generator) -> Mixture:
    """k components, from centres that are drawn far from each other (Arthur and Vassilvitskii 2007)."""
    n = len(x)
    floor = ridge(x)
    own = torch.cdist(x, centres(x, k, rng)).argmin(1)
    responsibility = torch.nn.functional.one_hot(own, k).double()
    before = -math.inf
    mixture = maximised(x, responsibility, floor)
    for _ in range(STEPS):
        joint = mixture.joint(x)
        now = float(joint.logsumexp(1).sum()) / n
        if now - before < CONVERGED:
            break
        before = now
        mixture = maximised(x, joint.softmax(1), floor)
    return mixture


def maximised(x: Tensor, responsibility: Tensor, floor: Tensor) -> Mixture:
    """The M step: weights, means and covariances from each example's share in each component [N, K]."""
    mass = responsibility.sum(0).clamp_min(1e-12)
    means = responsibility.T @ x / mass[:, None]
    apart = x[:, None] - means
    covariances = torch.einsum("nk,nki,nkj->kij", responsibility, apart, apart) / mass[:, None, None]
    return Mixture(mass, means, torch.linalg.cholesky(covariances + floor))


def ridge(x: Tensor) -> Tensor:
    """[D, D]: FLOOR of each column's variance; of a constant column next to nothing."""
    return torch.diag((FLOOR * x.var(0, correction=0)).clamp_min(1e-12))


def centres(x: Tensor, k: int, rng: torch.Generator) -> Tensor:
    """k of the examples: each next one is drawn by its squared distance to the nearest that is chosen."""
    chosen = x[torch.randint(len(x), (1,), generator=rng)]
    while len(chosen) < k:
        apart = torch.cdist(x, chosen).amin(1).square()
        apart = apart if apart.sum() > 0 else torch.ones_like(apart)
        chosen = torch.cat([chosen, x[torch.multinomial(apart, 1, generator=rng)]])
    return chosen
