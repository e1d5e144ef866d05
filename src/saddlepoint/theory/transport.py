"""W1(p, q) = inf E |x - y| over joint laws of x ~ p and y ~ q: on finite sets, and in the plane with a bound.

On the line distribution functions give it (`divergences.wasserstein1`); elsewhere it is a linear programme, which takes
SciPy (the extra `eval`).
"""

import torch
from torch import Tensor

from saddlepoint.errors import SaddlepointError
from saddlepoint.theory.quadrature import Box, Integral, Integrand, cells_of

CELLS = 24  # an axis


def wasserstein1_finite(x: Tensor, p: Tensor, q: Tensor) -> Tensor:
    """W1 of the probabilities p, q [N] on the points x [N, d], a scalar: exact, by the dual simplex method.

    min sum_ij m_ij |x_i - x_j|  with  sum_j m_ij = (p - q)+_i  and  sum_i m_ij = (q - p)+_j:  what p and q share stays
    where it is, by the triangle inequality.
    """
    try:
        from scipy.optimize import linprog
        from scipy.sparse import coo_array
    except ImportError:
        hint = "pip install 'saddlepoint[theory]'"
        raise SaddlepointError("W1 off the line needs SciPy, which is not installed", hint=hint) from None
    surplus = (p - q).double()
    giving, taking = (surplus > 0).nonzero()[:, 0], (surplus < 0).nonzero()[:, 0]
    if not len(giving) or not len(taking):
        return surplus.new_zeros(())
    cost = torch.cdist(x[giving].double(), x[taking].double())
    i, j = torch.arange(len(giving)), torch.arange(len(taking))
    rows = torch.cat([i.repeat_interleave(len(j)), len(i) + j.repeat(len(i))]).numpy()
    columns = torch.arange(cost.numel()).repeat(2).numpy()
    sums = coo_array((torch.ones(len(rows)).double().numpy(), (rows, columns)))
    amounts = torch.cat([surplus[giving] / surplus[giving].sum(), surplus[taking] / surplus[taking].sum()])
    # one of the sums follows from the others: left in, rounding would make the programme infeasible
    found = linprog(cost.flatten().numpy(), A_eq=sums.tocsr()[:-1], b_eq=amounts[:-1].numpy(), method="highs-ds")
    if not found.success:
        raise SaddlepointError(f"the linear programme failed: {found.message}", "W1")
    return torch.tensor(found.fun, dtype=torch.float64) * surplus[giving].sum()


def wasserstein1_plane(p: Integrand, q: Integrand, box: Box, cells: int = CELLS) -> Integral:
    """W1 of two densities [N, 2] -> [N] on the plane: what each of cells x cells holds is moved to its centre, and W1
    between these masses is exact. Moving it costs at most, which bounds the error,

        int |x - centre(x)| |p - q| dx  <=  sum over cells (vol int |x - centre|^2 (p - q)^2 dx)^1/2

    since p and q move alike what they share, and by Cauchy and Schwarz, so that all integrands are smooth.
    """
    nodes, weights = cells_of(box, cells)
    centres = (nodes * weights[..., None]).sum(1) / weights.sum(1, keepdim=True)
    densities = [f(nodes.flatten(0, 1)).double().view(len(nodes), -1) for f in (p, q)]
    mass_p, mass_q = ((f * weights).sum(1) for f in densities)
    apart = (nodes - centres[:, None]).square().sum(2) * (densities[0] - densities[1]).square()
    bound = (weights.sum(1) * (apart * weights).sum(1)).sqrt().sum()
    value = wasserstein1_finite(centres, mass_p / mass_p.sum(), mass_q / mass_q.sum())
    return Integral(value, bound, nodes[..., 0].numel())
