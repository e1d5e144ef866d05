"""The endless reading of a source: a function of position alone, each epoch a permutation; and the ranges of x."""

from itertools import islice

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from saddlepoint.data.batches import Batches
from saddlepoint.data.feed import onwards
from saddlepoint.data.scaling import Scale, scaled
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness

CPU = torch.device("cpu")
SCALES: tuple[Scale, ...] = ("signed", "unit", "raw")


def numbered(n: int) -> Source:
    """Example i is the number i, and so is its label."""
    return Source("numbers", torch.arange(n, dtype=torch.float32)[:, None], torch.arange(n))


def reading(n: int, size: int, seed: int = 0) -> Batches:
    return Batches(numbered(n), size, Randomness(seed), "raw", CPU)


def first(batches: Batches, count: int, position: int = 0) -> Tensor:
    """The first `count` examples that follow a position."""
    rounds = -(-count // batches.size)
    return torch.cat([batch.x[:, 0] for batch in islice(onwards(batches, position), rounds)])[:count]


@given(st.integers(1, 30), st.integers(1, 70))
def test_every_epoch_is_a_permutation_whatever_the_batch(n: int, size: int) -> None:
    """Batches run on across the ends of epochs, also where one batch holds several."""
    read = first(reading(n, size), 4 * n)
    for epoch in read.split(n):
        assert sorted(epoch.tolist()) == list(range(n))


def test_epochs_and_seeds_are_shuffled_differently() -> None:
    one, two, three = first(reading(100, 7), 300).split(100)
    other = first(reading(100, 7, seed=1), 100)
    orders = [torch.arange(100.0), one, two, three, other]
    assert not any(torch.equal(a, b) for i, a in enumerate(orders) for b in orders[:i])


@given(st.integers(0, 200), st.integers(1, 9), st.integers(1, 9))
def test_what_is_read_depends_on_position_alone(position: int, size: int, other: int) -> None:
    """Not on the batches before, nor on their size: another process, or another number of them, reads the same."""
    straight = first(reading(13, size), position + 20)[position:]
    assert torch.equal(first(reading(13, other), 20, position), straight)


def test_a_used_reader_goes_back_as_a_fresh_one_starts() -> None:
    used = reading(13, 5)
    first(used, 100)
    assert torch.equal(used.at(3).x, reading(13, 5).at(3).x)


def test_labels_stay_with_their_examples() -> None:
    for batch in islice(onwards(reading(13, 5), 4), 10):
        assert batch.c is not None
        assert torch.equal(batch.x[:, 0].long(), batch.c)
    unlabelled = Batches(numbered(13)._replace(c=None), 5, Randomness(0), "raw", CPU)
    assert unlabelled.at(0).c is None


def test_an_empty_source_is_refused() -> None:
    with pytest.raises(SaddlepointError, match="no examples"):
        reading(0, 5)


@pytest.mark.parametrize(("dtype", "white"), [(torch.uint8, 255), (torch.uint16, 65535)])
def test_every_integer_is_scaled_to_the_nearest_float(dtype: torch.dtype, white: int) -> None:
    """All of them: 0 is -1 or 0, white is 1, each the float32 nearest to v / white or 2 v / white - 1, to one rounding
    of each operation; and every value is found again.
    """
    values = torch.arange(white + 1)
    stored = values.to(dtype)
    unit, signed = (scaled(stored, scale).double() for scale in ("unit", "signed"))
    torch.testing.assert_close(unit, values.double() / white, rtol=2**-24, atol=0)
    torch.testing.assert_close(signed, 2 * values.double() / white - 1, rtol=0, atol=2**-23)
    for ends, low in ((unit, 0.0), (signed, -1.0)):
        assert (ends[0].item(), ends[-1].item()) == (low, 1.0)
        assert (ends.diff() > 0).all()
    assert torch.equal((unit * white).round().long(), values)
    assert torch.equal(((signed + 1) / 2 * white).round().long(), values)
    assert torch.equal(scaled(stored, "raw"), values.float())


def test_floats_are_taken_to_lie_between_0_and_1() -> None:
    x = torch.tensor([0.0, 0.25, 1.0])
    assert scaled(x, "signed").tolist() == [-1.0, -0.5, 1.0]
    assert scaled(x, "unit").tolist() == scaled(x, "raw").tolist() == [0.0, 0.25, 1.0]


def test_batches_come_as_float32_in_the_recipes_range() -> None:
    x = torch.tensor([[0], [255]], dtype=torch.uint8)
    wanted = {"signed": [-1.0, 1.0], "unit": [0.0, 1.0], "raw": [0.0, 255.0]}
    for scale in SCALES:
        batch = Batches(Source("ends", x), 2, Randomness(0), scale, CPU).at(0)
        assert isinstance(batch.x, Tensor)
        assert batch.x.dtype == torch.float32
        assert sorted(batch.x.flatten().tolist()) == wanted[scale]
