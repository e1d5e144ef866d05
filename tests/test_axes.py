"""The axes of points: what networks see of a column, and that it comes back as it was."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from saddlepoint.data.arrays import from_arrays
from saddlepoint.data.axes import Axis, axes_of, restored, standardised, too_coarse
from saddlepoint.data.facts import About, facts_of
from saddlepoint.data.reading import Reading
from saddlepoint.data.scaling import scaled, stored
from saddlepoint.data.sources import open_source
from saddlepoint.data.worlds import world_source
from saddlepoint.media.points import seen

RNG = np.random.default_rng(0)


def source_of(x: np.ndarray):
    return from_arrays("some", x, {}, Reading("some"))[0]


def test_every_column_is_seen_about_0_with_a_spread_of_1_whatever_its_unit() -> None:
    """x ~ 50,000 beside y ~ .01: networks and judges see both alike, and what comes back is in the data's own units."""
    x = np.stack([50_000 + 3_000 * RNG.normal(size=500), 0.01 + 0.002 * RNG.normal(size=500)], 1)
    source = source_of(x)
    about = facts_of({"x": source})["x"]
    y = scaled(source.x, "standard", about)
    assert y.dtype == torch.float32
    assert y.mean(0).abs().max() < 1e-5
    assert (y.std(0, correction=0) - 1).abs().max() < 1e-5
    assert torch.equal(seen(source.x, about).float(), y)
    back = stored(y, "standard", about)
    assert back.dtype == source.x.dtype
    assert ((back - source.x).abs() / torch.tensor([3_000, 0.002])).max() < 1e-5
    plain, units = y, torch.tensor([1e6, 1e-3])
    other = source_of(source.x.double().numpy() * units.numpy())
    assert (scaled(other.x, "standard", facts_of({"x": other})["x"]) - plain).abs().max() < 1e-5


def test_worlds_are_in_their_own_units_bit_for_bit() -> None:
    source = world_source("ring8", 64)
    about = facts_of({"x": source})["x"]
    assert about.axes == ()
    for there in ("raw", "standard"):
        assert torch.equal(scaled(source.x, there, about), source.x)
        assert torch.equal(stored(source.x, there, about), source.x)
    assert seen(source.x, about) is source.x


def test_what_is_raw_stays_as_it_is_though_its_axes_are_known() -> None:
    source = source_of(np.array([[1.0, 10.0], [2.0, 30.0], [4.0, 20.0]]))
    about = facts_of({"x": source})["x"]
    assert torch.equal(scaled(source.x, "raw", about), source.x)
    assert torch.equal(stored(9 * source.x, "raw", about), 9 * source.x)


def test_a_constant_column_comes_back_constant_whatever_is_made_of_it() -> None:
    axes = axes_of(np.array([[7.5, 1.0], [7.5, 2.0], [7.5, 4.0]]))
    assert standardised(torch.tensor([[7.5, 1.0]]), axes)[0, 0] == 0
    assert restored(torch.randn(9, 2), axes)[:, 0].tolist() == [7.5] * 9


def test_nothing_is_made_further_out_than_the_data_and_whole_columns_are_whole() -> None:
    axes = axes_of(np.array([[0.0, 1.0], [1.0, 2.0], [2.0, 3.5], [9.0, 4.0]]))
    assert [axis.whole for axis in axes] == [True, False]
    x = restored(100 * torch.randn(50, 2), axes)  # each number of four is a quarter of the data: every end is crowded
    assert x.amin(0).tolist() == [0.0, 1.0]
    assert x.amax(0).tolist() == [9.0, 4.0]
    assert torch.equal(
        restored(torch.linspace(-1, 1, 40)[:, None].expand(-1, 2), axes)[:, 0] % 1, torch.zeros(40).double()
    )


def test_nothing_crowds_at_an_end_where_the_data_do_not() -> None:
    """Of 101 numbers, none twice, what is generated beyond an end is mirrored, to and fro: 12 is 8, 23 is 3, -4 is 4.
    Three zeros of 101 are a crowd: what is below 0 is 0.
    """
    free = np.linspace(0, 10, 101) + 0.0
    zeros = free.copy()
    zeros[1:3] = 0.0
    axes = axes_of(np.stack([free + 1e-9, zeros], 1))
    assert [axis.crowded for axis in axes] == [(False, False), (True, False)]
    given = torch.tensor([-4.0, 3.0, 12.0, 23.0, 1e200, -1e308, math.inf], dtype=torch.float64)
    x = restored(standardised(given[:, None].expand(-1, 2), axes), axes)
    assert (x[:4, 0] - torch.tensor([4.0, 3.0, 8.0, 3.0])).abs().max() < 1e-6
    assert (x[:4, 1] - torch.tensor([0.0, 3.0, 8.0, 3.0])).abs().max() < 1e-6
    assert bool(((x >= 0) & (x <= 10 + 1e-8)).all())
    whole = axes_of(np.arange(101.0)[:, None])
    assert restored(torch.tensor([[9.0], [-9.0]]), whole).flatten().tolist() == [100.0, 0.0]
    old = (axes[0]._replace(crowded=Axis("", 0, 1).crowded),)  # as it was before ends were told apart
    assert restored(torch.tensor([[9.0], [-9.0]]), old).flatten().tolist() == [axes[0].high, axes[0].low]


def test_heavy_tails_are_straight_in_the_middle_and_logarithms_far_out() -> None:
    """arsinh u = u + O(u^3), and log 2u + O(u^-2): 1 in a million rows does not push the others together."""
    x = np.append(RNG.normal(size=999), 1e6)
    (axis,) = axes_of(x[:, None])
    assert axis.bent
    assert abs(axis.scale - 1) < 0.1
    y = standardised(torch.from_numpy(x)[:, None], (axis,))[:, 0]
    assert abs(float(y[-1]) - math.log(2 * (1e6 - axis.middle) / axis.scale)) < 1e-9
    assert 0.7 < float(y[:-1].std()) < 1
    assert (restored(y[:, None], (axis,))[:, 0] - torch.from_numpy(x)).abs().max() < 1e-8 * 1e6
    assert not axes_of(RNG.normal(size=(100_000, 1)))[0].bent
    assert not axes_of(RNG.exponential(size=(1000, 1)))[0].bent


def test_a_column_of_zeros_with_a_few_numbers_has_a_scale() -> None:
    (axis,) = axes_of(np.append(np.zeros(90), [1000.0, 2000, 3000, 4000, 90_000])[:, None])
    assert (axis.bent, axis.middle) == (True, 0.0)
    assert 1000 < axis.scale < 10_000


def test_what_float32_cannot_tell_apart_is_held_in_float64() -> None:
    """Seconds since 1970: the next number of float32 is 128 seconds further."""
    seconds = 1_700_000_000 + np.arange(40.0)
    source = source_of(np.stack([seconds, RNG.normal(size=40)], 1))
    about = facts_of({"x": source})["x"]
    assert about.dtype == "float64"
    y = scaled(source.x, "standard", about)
    assert len(y[:, 0].unique()) == 40
    assert stored(y, "standard", about)[:, 0].tolist() == seconds.tolist()
    assert source_of(RNG.normal(size=(40, 2))).x.dtype == torch.float32
    assert not too_coarse(np.full((5, 1), 0.1), axes_of(np.full((5, 1), 0.1)))  # a constant, rounded: nothing is lost


def test_axes_are_those_of_finite_rows() -> None:
    x = np.array([[1.0, 1.0], [np.nan, 1e9], [3.0, 2.0]])
    assert [axis[1:3] for axis in axes_of(x, ("a", "b"))] == [(1.0, 3.0), (1.0, 2.0)]
    assert axes_of(np.full((2, 2), np.nan)) == ()


@pytest.mark.parametrize("kind", ["csv", "npy"])
def test_columns_are_called_as_their_file_calls_them(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"set.{kind}"
    x = np.array([[1.0, 20.0], [2.0, 30.0], [3.0, 50.5]])
    if kind == "csv":
        path.write_text("age,income\n" + "\n".join(",".join(map(str, row)) for row in x))
    else:
        np.save(path, x)
    axes = open_source(str(path)).axes
    assert [axis.name for axis in axes] == (["age", "income"] if kind == "csv" else ["x1", "x2"])
    assert axes[1] == Axis(axes[1].name, 20.0, 50.5, axes[1].middle, axes[1].scale, False, False, (True, True))


def test_an_about_without_axes_is_as_before() -> None:
    assert stored(torch.tensor([[3.5, 1e9]]), "standard", About("points", (2,))).tolist() == [[3.5, 1e9]]
