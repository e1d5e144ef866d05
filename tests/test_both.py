"""Intervals for the choice of two samples: by the definition, in closed form, and as often as they say."""

import math

import pytest
import torch
from torch import Tensor

from saddlepoint.statistics.both import LEAST, PARTS, Side, by_pairs, of_both, share_of_both
from saddlepoint.statistics.gaussian import fit, frechet
from saddlepoint.statistics.influence import Reference, frechet_interval
from saddlepoint.statistics.influence import by_pairs as pairs_of_gaussians
from saddlepoint.statistics.intervals import NORMAL_95, jackknife, parts_of, student_95, wilson
from saddlepoint.statistics.kernel import kernel_distance, polynomial
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.sliced import directions, sliced_wasserstein, squared_on_lines


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def but(x: Tensor) -> list[Tensor]:
    """x without each of its rows."""
    return [torch.cat([x[:i], x[i + 1 :]]) for i in range(len(x))]


def test_a_side_is_the_variance_of_the_jackknife():
    without = random(12)
    assert NORMAL_95 * Side.of(without).variance ** 0.5 == pytest.approx(jackknife(0.0, without).high)
    assert Side.of(without).freedom == 11


def test_variances_add_with_students_quantile_and_what_pairs_add_is_taken_off_to_a_floor():
    """Equal variances of 9 degrees each are known by 18; one side alone, by 9."""
    same, none = Side(2.0, 9), Side(0.0, 9)
    for x, y, twice, variance, freedom in (
        (same, same, 0.0, 4.0, 18),
        (same, none, 0.0, 2.0, 9),
        (none, Side(3.0, 500), 0.0, 3.0, 500),
        (same, same, 1.0, 3.0, 18),
        (same, same, 3.9, 4.0 * LEAST, 18),
    ):
        half = student_95(freedom) * math.sqrt(variance)
        assert of_both(7.0, x, y, twice) == pytest.approx((7, 7 - half, 7 + half))
    assert of_both(7.0, none, none, 0.0) == (7, 7, 7)


def test_a_share_is_as_well_known_as_by_so_many_independent_trials():
    """30 of 40 with the binomial's variance: Wilson's own, but for 500 degrees of freedom; four times the variance, a
    quarter of the trials; a smaller one, no more trials than there were; 0 and 1 have Wilson's width.
    """
    for factor, trials in ((1.0, 40), (4.0, 10), (0.3, 40)):
        side = Side(factor * 0.75 * 0.25 / 40, 10**9)
        found = share_of_both(0.75, side, Side(0.0, 1), 0.0, 40)
        assert found == pytest.approx(wilson(3 * trials // 4, trials) if trials == 40 else found, rel=1e-8)
        q = NORMAL_95**2 / trials
        half = math.sqrt(0.75 * 0.25 * q + q * q / 4) / (1 + q)
        assert (found.high - found.low) / 2 == pytest.approx(half, rel=1e-6)
    none = Side(0.0, 9)
    for share in (0, 1):
        assert share_of_both(float(share), none, none, 0.0, 40) == wilson(40 * share, 40)


def test_what_pairs_add_is_found_by_leaving_out_both():
    """Of a sum over all x_i y_j, whose members add nothing by themselves, its variance 1 / (n m); of a mean of x and a
    mean of y nothing, nor of pairs within a sample. The mean over 200 draws, known to 7 %.
    """
    n, members, found = 20, parts_of(20, PARTS), {"across": 0.0, "sum": 0.0, "within": 0.0}
    kinds = {
        "across": lambda x, y: float(x.mean() * y.mean()),
        "sum": lambda x, y: float(x.mean() + 3 * y.mean()),
        "within": lambda x, y: float(x.mean() ** 2 + y.mean() ** 2),
    }
    for seed in range(200):
        x, y = random(n, seed=2 * seed), random(n, seed=2 * seed + 1)
        for name, of in kinds.items():
            value = of(x, y)
            parts = [members != part for part in range(PARTS)]
            found[name] += by_pairs(
                value,
                torch.tensor([of(x[kept], y) for kept in parts], dtype=torch.float64),
                torch.tensor([of(x, y[kept]) for kept in parts], dtype=torch.float64),
                torch.tensor([of(x[kept], y[kept]) for kept in parts], dtype=torch.float64),
                (n, n),
            )
    # in a comparison of equal samples the pairs across are half of all
    assert found["across"] / 200 == pytest.approx(2 / n**2, rel=0.25)
    assert found["sum"] < 1e-20 > found["within"]
    zero = torch.zeros(PARTS)
    one = by_pairs(1.0, zero, zero, zero, (10, 40)) / by_pairs(1.0, zero, zero, zero, (20, 20))
    assert one == pytest.approx(50**2 / 800 / 2)


def test_the_kernel_distances_sides_are_the_jackknifes_and_its_pairs_the_centred_kernel():
    x, y = random(12, 3), random(8, 3, seed=1)
    sides = (
        Side.of(torch.tensor([kernel_distance(each, y).value for each in but(x)], dtype=torch.float64)),
        Side.of(torch.tensor([kernel_distance(x, each).value for each in but(y)], dtype=torch.float64)),
    )
    k = polynomial(x, y)
    centred = k - k.mean(0) - k.mean(1, keepdim=True) + k.mean()
    twice = float((2 * centred / 96).square().sum()) * 20**2 / (2 * 96)
    for chunk in (3, 100):
        expected = of_both(kernel_distance(x, y).value, *sides, twice)
        assert kernel_distance(x, y, chunk) == pytest.approx(expected, rel=1e-9)
    assert twice < (1 - LEAST) * (sides[0].variance + sides[1].variance), "else the floor hides it"


def test_the_influence_functions_of_both_sides_give_the_jackknife_over_both():
    """Two laws well apart, where pairs add a percent or two: within 4 % of the variances of leaving out each."""
    x, y = random(300, 3), random(200, 3, seed=1) @ random(3, 3, seed=2) + 0.3
    a, b = fit(x), fit(y)
    sides = (
        Side.of(torch.tensor([frechet(a.without(fit(each[None])), b) for each in x], dtype=torch.float64)),
        Side.of(torch.tensor([frechet(a, b.without(fit(each[None]))) for each in y], dtype=torch.float64)),
    )
    found = frechet_interval(y, Reference.of(a, x))
    slow = of_both(found.value, *sides, 0.0)
    assert found.value == pytest.approx(frechet(a, b), rel=1e-9)
    assert (found.high - found.low) / (slow.high - slow.low) == pytest.approx(1, abs=0.04)
    assert sides[0].variance > 0.2 * sides[1].variance, "else one side is not seen"
    alone = frechet_interval(y, Reference.of(a))
    assert (alone.high - alone.value) ** 2 == pytest.approx(NORMAL_95**2 * sides[1].variance, rel=0.08)


def test_what_pairs_add_to_a_frechet_distance_does_not_mind_that_both_sides_come_in_one_order():
    """K = x y + (x^2 - 1)(y^2 - 1) / 4 of two standard normals, E K^2 = 1 + 1/4; of equal ones it would be 47 / 4. By
    500 pairs it is known to a third.
    """
    x = random(2_000, 1).sort(0).values
    eye, one = torch.eye(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    assert 0.6 < pairs_of_gaussians(x, x, eye, one) < 2.5


def test_what_pairs_add_to_a_frechet_distance_is_the_square_of_its_second_order():
    """K by its definition, as a sum over a and b, in a turned basis and with an eigenvalue of 0. All rows of a side are
    one, so that it does not matter who meets whom.
    """
    turn, roots = torch.linalg.qr(random(4, 4, seed=2)).Q, torch.tensor([0.0, 0.3, 1.0, 2.5], dtype=torch.float64)
    for seed in range(3):
        u, v = random(4, seed=seed), random(4, seed=seed + 10)
        k = float(u @ v)
        for a in range(4):
            for b in range(4):
                if roots[a] + roots[b] > 0:
                    own = float(roots[a]) * (a == b)
                    k += float((u[a] * u[b] - own) * (v[a] * v[b] - own) / (2 * (roots[a] + roots[b])))
        rows = (u @ turn.T).expand(7, -1), (v @ turn.T).expand(5, -1)
        assert pairs_of_gaussians(*rows, turn, roots) == pytest.approx(k**2, rel=1e-10)


@pytest.mark.parametrize("sizes", [(60, 60), (40, 160)])
@pytest.mark.parametrize("of", ["frechet", "kernel", "sliced"])
def test_where_both_laws_are_one_the_interval_is_as_wide_as_it_should_be(of, sizes):
    """The root mean square of 150 half-widths over 1.96 standard deviations of the 150 values, which are known to 6 %:
    1, where the plain jackknife would have 1.4; the floor of .6 adds some.
    """
    w, found = directions(3, 20, torch.Generator().manual_seed(0)), []
    for seed in range(150):
        x, y = (random(size, 3, seed=2 * seed + side) for side, size in enumerate(sizes))
        found.append(
            frechet_interval(y, Reference.of(fit(x), x))
            if of == "frechet"
            else kernel_distance(x, y)
            if of == "kernel"
            else sliced_wasserstein(x, y, w)
        )
    values, _, high = torch.tensor(found, dtype=torch.float64).T
    assert 0.85 < float((high - values).square().mean().sqrt() / (1.96 * values.std())) < 1.27


def test_the_sliced_distance_is_known_by_parts_of_both():
    x, y = random(37, 3), 1.4 * random(24, 3, seed=1) + 2
    w, parts = directions(3, 9, torch.Generator().manual_seed(0)), (parts_of(37, PARTS), parts_of(24, PARTS))

    def of(a: Tensor, b: Tensor) -> float:
        return float(squared_on_lines((a @ w).sort(0).values, (b @ w).sort(0).values).mean().sqrt())

    assert sliced_wasserstein(x, y, w) == pytest.approx(by_parts(of, x, y, parts), rel=1e-9)


def by_parts(of, x: Tensor, y: Tensor, parts: tuple[Tensor, Tensor], trials: int | None = None):
    """The interval of a statistic by leaving out each part of x, of y, and of both."""
    kept = [(x[parts[0] != part], y[parts[1] != part]) for part in range(PARTS)]
    value, less = of(x, y), torch.tensor([[of(a, y), of(x, b), of(a, b)] for a, b in kept], dtype=torch.float64).T
    sides = Side.of(less[0]), Side.of(less[1])
    twice = by_pairs(value, less[0], less[1], less[2], (len(x), len(y)))
    return of_both(value, *sides, twice) if trials is None else share_of_both(value, *sides, twice, trials)


@pytest.mark.parametrize("sizes", [(60, 200), (200, 60)])
def test_shares_without_a_doubt_are_as_well_known_as_by_their_own_trials(sizes):
    """Two samples that do not meet: none of m is inside, none of n, no ball of min(n, m) holds one."""
    n, m = sizes
    found = manifold(random(n, 2), random(m, 2, seed=1) + 1_000)
    assert found.precision == wilson(0, m)
    assert found.recall == wilson(0, n)
    assert found.coverage == wilson(0, min(n, m))


@pytest.mark.parametrize("k", [1, 4])
def test_the_four_shares_are_known_by_parts_of_both(k):
    """By the definitions, without ties, on samples each of which is judged anew."""
    x, y = random(60, 2), 0.8 * random(45, 2, seed=1) + 0.4
    parts = parts_of(60, PARTS), parts_of(45, PARTS)

    def inside(centres: Tensor, others: Tensor) -> Tensor:
        radius = (centres[:, None] - centres).norm(dim=2).sort(1).values[:, k]
        return (centres[:, None] - others).norm(dim=2) < radius[:, None]

    definitions = {
        "precision": (lambda a, b: float(inside(a, b).any(0).double().mean()), 45),
        "recall": (lambda a, b: float(inside(b, a).any(0).double().mean()), 60),
        "density": (lambda a, b: float(inside(a, b).double().sum(0).mean()) / k, None),
        "coverage": (lambda a, b: float(inside(a, b).any(1).double().mean()), 45),
    }
    for name, (of, trials) in definitions.items():
        found, expected = getattr(manifold(x, y, k), name), by_parts(of, x, y, parts, trials)
        assert found == pytest.approx(expected, rel=1e-9), name
        assert found.low < found.value < found.high, name


def test_what_pairs_add_is_taken_from_pairs_that_did_not_meet_by_their_place():
    """Both samples may come in one order, here in the same: by all pairs but those, within four standard errors."""
    x = random(3_000, 2, seed=3)
    vectors, roots = torch.eye(2, dtype=torch.float64), torch.ones(2, dtype=torch.float64)
    found = pairs_of_gaussians(x, x, vectors, roots)
    u, v = x[:1_500], x[1_500:]
    k = (u * v).sum(1) + ((u * v).sum(1).square() - u.square().sum(1) - v.square().sum(1) + 2) / 4
    squares = k.square()
    assert abs(found - float(squares.mean())) < 4 * float(squares.std()) * (1 / 1_500 + 1 / 500) ** 0.5
    same = x.square().sum(1) + (x.square().sum(1) - 1).square() / 4
    assert float(same.square().mean()) > 3 * found


def test_of_many_samples_2_000_tell_how_much_all_of_them_vary():
    """N normal numbers moved by m from a law that is given: m^2 is known to 2 m / N^(1/2), here of N = 8,000."""
    given = Reference.of(fit(random(200_000, 1, seed=4)))
    found = frechet_interval(random(8_000, 1, seed=5) + 3, given)
    assert found.value == pytest.approx(9, rel=0.02)
    assert found.high - found.value == pytest.approx(student_95(1_999) * 2 * 3 / 8_000**0.5, rel=0.05)
