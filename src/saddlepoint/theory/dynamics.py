"""What gradient steps do near the equilibrium, in two games small enough to be solved: the bilinear and the Dirac GAN.

theta is the generator's parameter, psi the critic's; a point is [..., 2] = (theta, psi), and the equilibrium is (0, 0).

bilinear   V = theta psi; the critic ascends, the generator descends (the plainest saddle)
Dirac GAN  data at 0, G always gives theta, D(x) = sigmoid(psi x): V = log sigmoid(0) + log(1 - sigmoid(psi theta))
           (Mescheder, Geiger and Nowozin 2018, section 2)
"""

from collections.abc import Callable

import torch
from torch import Tensor

Field = Callable[[Tensor], Tensor]


def bilinear_field(point: Tensor) -> Tensor:
    """(-dV/dtheta, +dV/dpsi) = (-psi, theta), [..., 2]: a rotation about the equilibrium."""
    theta, psi = point.unbind(-1)
    return torch.stack([-psi, theta], -1)


def dirac_field(point: Tensor, gamma: float = 0.0) -> Tensor:
    """The steps of both players in the Dirac GAN, with R1 of weight gamma on the critic, [..., 2].

    The critic's cost is softplus(0) + softplus(psi theta) + gamma / 2 psi^2, for its slope on the data is psi; the
    generator's is -softplus(psi theta).
    """
    theta, psi = point.unbind(-1)
    push = (theta * psi).sigmoid()
    return torch.stack([psi * push, -theta * push - gamma * psi], -1)


def simultaneous(field: Field, point: Tensor, rate: float) -> Tensor:
    """Both players step from the same point."""
    return point + rate * field(point)


def alternating(field: Field, point: Tensor, rate: float, k: int = 1) -> Tensor:
    """Algorithm 1: k steps of the critic, then one of the generator, which sees them."""
    for _ in range(k):
        point = point + rate * field(point) * torch.tensor([0.0, 1.0], dtype=point.dtype)
    return point + rate * field(point) * torch.tensor([1.0, 0.0], dtype=point.dtype)


def jacobian(step: Field, point: Tensor) -> Tensor:
    """The derivative of one step at a point [2], [2, 2]: the step contracts there if its eigenvalues lie within 1."""
    return torch.stack(list(torch.autograd.functional.jacobian(step, point)))


def radius(step: Field) -> float:
    """The largest modulus of the eigenvalues of a step's Jacobian at the equilibrium: above 1 the game spirals out,
    at 1 it circles, below 1 it converges at that rate."""
    matrix = jacobian(step, torch.zeros(2, dtype=torch.float64))
    return float(torch.linalg.eigvals(matrix).abs().max())


def orbit(step: Field, start: Tensor, steps: int) -> Tensor:
    """The points visited, [steps + 1, 2], from the start on."""
    points = [start]
    for _ in range(steps):
        points.append(step(points[-1]))
    return torch.stack(points)
