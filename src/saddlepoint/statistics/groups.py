"""How far codes of several groups are apart, as a cost that networks can lower: the maximum mean discrepancy.

z  [B, Z] codes;  s  [B] the group of each, 0..S-1
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def gaussian(u: Tensor, v: Tensor) -> Tensor:
    """k(u_i, v_j) = exp(-|u_i - v_j|^2 / 2Z), [n, m]: about 1/e for codes N(0, I), where |u - v|^2 is 2Z."""
    squares = u.square().sum(1)[:, None] + v.square().sum(1) - 2 * u @ v.T
    return (-squares.clamp_min(0) / (2 * u.shape[1])).exp()


def group_discrepancy(z: Tensor, s: Tensor) -> Tensor:
    """The mean over groups of MMD^2 between the codes of a group and all others, a scalar; 0 in the mean where z does
    not depend on s, and more wherever it does. Over n of a group and m others, each sum over pairs of different ones:

        sum k(z, z') / (n(n - 1)) + sum k(o, o') / (m(m - 1)) - 2 sum k(z, o) / (nm)

    Unbiased, hence sometimes below 0. Groups of less than 2, or with less than 2 others, say nothing; where there are
    none but these it is 0. Gretton et al. 2012, A kernel two-sample test, equation 3; between groups of codes: Louizos
    et al. 2015, The variational fair autoencoder, section 2.3 (there with the diagonal, and random features).
    """
    member = one_hot(s.long()).to(z)
    k = gaussian(z, z)
    k = k - torch.diag(k.diagonal())
    n, sums, total = member.sum(0), member.T @ k @ member, k.sum()
    m, own, all_of_it = len(z) - n, sums.diagonal(), sums.sum(1)
    there = (n > 1) & (m > 1)
    n, m = n.clamp_min(2), m.clamp_min(2)
    cross, others = all_of_it - own, total - 2 * all_of_it + own
    found = own / (n * (n - 1)) + others / (m * (m - 1)) - 2 * cross / (n * m)
    return (found * there).sum() / there.sum().clamp_min(1)
