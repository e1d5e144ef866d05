"""What the benchmarks of few labels reckon: distorted digits, levels of the training loss, and where tuning begins."""

import importlib
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import torch
from torch.nn.functional import cross_entropy, pad
from torch.testing import assert_close

from saddlepoint.court.tuning import error, tune
from saddlepoint.networks.autoencoder import Stack
from saddlepoint.randomness import Randomness

Script = Callable[[str], ModuleType]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """A script of the benchmarks by its name."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    return importlib.import_module


def rng() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_without_strength_no_picture_is_changed(script: Script) -> None:
    x = torch.rand(3, 2, 9, 6, generator=rng())
    assert_close(script("endless").distorted(x, rng(), 0.0), x, atol=1e-5, rtol=0)


def test_a_shift_by_whole_pixels_is_exact_and_brings_in_black(script: Script) -> None:
    x = torch.rand(2, 1, 6, 8, generator=rng(), dtype=torch.float64)
    shift = torch.tensor([[3.0, -1.0]] * 2, dtype=torch.float64)[..., None, None]
    found = script("endless").resampled(x, torch.eye(2).double().expand(2, 2, 2), shift)
    assert_close(found, pad(x, (0, 3, 1, 0))[..., :6, 3:], atol=1e-12, rtol=0)


def test_a_quarter_turn_is_that_of_the_array(script: Script) -> None:
    x = torch.rand(1, 1, 7, 7, generator=rng(), dtype=torch.float64)
    A = torch.tensor([[[0.0, -1.0], [1.0, 0.0]]], dtype=torch.float64)
    assert_close(script("endless").resampled(x, A, torch.zeros(1, 2, 1, 1).double()), x.rot90(1, (2, 3)))


def test_a_plane_is_resampled_exactly(script: Script) -> None:
    """Bilinear interpolation keeps x(p) = 2 across - 3 down: at A p + s it has the value of that place."""
    down, across = torch.meshgrid(torch.arange(-10.0, 11), torch.arange(-10.0, 11), indexing="ij")
    A, s = torch.tensor([[0.5, -0.2], [0.1, 0.6]]), torch.tensor([1.3, -0.7])
    found = script("endless").resampled((2 * across - 3 * down)[None, None], A[None], s[None, :, None, None])
    to_across, to_down = (A[i, 0] * across + A[i, 1] * down + s[i] for i in range(2))
    assert_close(found[0, 0], 2 * to_across - 3 * to_down, atol=1e-4, rtol=0)


def test_a_warp_is_white_noise_by_a_gaussian(script: Script) -> None:
    """Of variance 1, and the product of places d apart has the mean e^(-d^2 / 4 s^2)."""
    v = script("endless").smooth(torch.randn(400, 1, 40, 40, generator=rng()), 2.0)[..., 8:-8, 8:-8]
    assert float(v.square().mean()) == pytest.approx(1, abs=0.05)
    assert float((v[..., 3:] * v[..., :-3]).mean()) == pytest.approx(0.5698, abs=0.05)
    assert float((v[..., 3:, :] * v[..., :-3, :]).mean()) == pytest.approx(0.5698, abs=0.05)


def test_each_part_of_a_distortion_has_its_bounds(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = script("endless")
    seen = []
    monkeypatch.setattr(endless, "smooth", lambda noise, width: torch.ones_like(noise))
    monkeypatch.setattr(endless, "resampled", lambda x, A, shift: seen.append((A, shift)))
    endless.distorted(torch.zeros(5_000, 1, 3, 3), rng())
    ((A, shift),) = seen
    scale = A.det().sqrt()
    turn = torch.atan2(A[:, 1, 0], A[:, 0, 0])
    assert_close(A @ A.mT, scale.square()[:, None, None] * torch.eye(2))
    across, down = (shift[:, i, 0, 0] - endless.WARP for i in range(2))
    bounds = (scale.log(), endless.SCALE), (turn, endless.TURN), (across, endless.SHIFT), (down, endless.SHIFT)
    for found, most in bounds:
        assert 0.99 * most < found.max() <= most * 1.0001
        assert -0.99 * most > found.min() >= -most * 1.0001


def test_a_stream_has_each_picture_with_its_class_and_afresh_and_repeats_itself_by_its_seed(script: Script) -> None:
    endless = script("endless")
    y = torch.arange(1, 4)
    x = torch.ones(3, 64) * y[:, None]
    stream, again, other = (endless.stream(x, y, seed) for seed in (0, 0, 1))
    first, second, third = (next(stream) for _ in range(3))
    assert torch.equal(next(again)[0], first[0])
    assert not torch.equal(next(other)[0], first[0])
    shown, wanted = (torch.cat(both) for both in zip(first, second, third))
    assert_close(shown.amax(1), wanted.float())
    assert len(wanted.unique()) > 1
    assert len(shown.unique(dim=0)) == len(shown) == 9


def test_a_level_is_reached_where_the_loss_is_first_no_larger(script: Script) -> None:
    """A loss that passes two levels at once counts for both, one that rises again for none; then no more are asked."""
    told = iter([2.0, 0.9, 1.1, 0.3, 0.6, 0.1, 0.05])
    measured = iter("abcdef")
    found = script("equal_loss").at_levels(told, [0.1, 1, 0.5, 0.4], lambda: next(measured))
    assert found == {1: (2, "a"), 0.5: (4, "b"), 0.4: (4, "b"), 0.1: (6, "c")}
    assert list(told) == [0.05]
    assert script("equal_loss").at_levels([2.0, 0.7], [1, 0.5], lambda: 0.0) == {1: (2, 0.0)}


def test_starts_have_the_widths_of_what_was_trained_and_leave_it_as_it_is(script: Script) -> None:
    few_labels = script("few_labels")
    trained = Stack(6, (5, 4)).requires_grad_(False)
    x = torch.rand(8, 6, generator=rng())
    before = trained.down(x)
    for kind in few_labels.STARTS:
        net, encode = few_labels.start(kind, trained, 6, 0)
        assert encode(x).shape == (8, 4)
        assert encode(x).requires_grad
        assert torch.equal(encode(x), before) == (kind == "pretrained")
        assert torch.equal(encode(x), encode(x)) == (kind != "dropout")
        with torch.no_grad():
            for t in net.parameters():
                t.zero_()
    assert torch.equal(trained.down(x), before)
    one, same, other = (few_labels.start("sigmoid", trained, 6, seed)[1](x) for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_one_number_is_for_all_numbers_of_labels_and_several_for_one_each(script: Script) -> None:
    each = script("few_labels").each
    assert each([10], [100, 1000]) == [10, 10]
    assert each([10, 3], [100, 1000]) == [10, 3]


def test_errors_are_told_beside_the_first(script: Script) -> None:
    errors = {"a": torch.tensor([0.1, 0.2]), "b": torch.tensor([0.2, 0.1])}
    first, second = script("few_labels").beside_the_first(1000, errors)
    assert first[:2] == ["1,000", "a"]
    assert first[3:] == ["-", "-"]
    assert second[4] == "1 of 2"
    assert second[3].startswith(("+0.0", "-0.0"))


def test_what_is_measured_on_the_way_changes_nothing(script: Script) -> None:
    """The error where the last level is reached is that of tuning for as many steps."""
    equal_loss, few_labels = script("equal_loss"), script("few_labels")
    x = torch.rand(60, 5, generator=rng())
    known = x[:40], (x[:40, 0] > 0.5).long()
    unseen = x[40:], (x[40:, 0] > 0.5).long()
    trained = Stack(5, (6,))
    wishes = Namespace(steps=600, every=3, levels=[0.69, 0.65])
    reached = equal_loss.descent("relu", trained, known, unseen, 1, wishes)
    assert sorted(reached) == [0.65, 0.69]
    number, found = reached[0.65]
    net, encode = few_labels.start("relu", trained, 5, 1)
    head = tune(encode, net, *known, 2, Randomness(0).stream("tune", 1), 3 * number)
    assert error(encode, head, *unseen) == found
    assert cross_entropy(head(encode(known[0])), known[1]) <= 0.65
