"""The held-out split: as many as asked, none in both, drawn at random by the seed; nothing from tiny sets."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from saddlepoint.data import sides
from saddlepoint.data.pairs import halves, of_two
from saddlepoint.data.source import Source
from saddlepoint.data.split import LEAST, MOST, split
from saddlepoint.randomness import Randomness


def of_size(n: int) -> Source:
    return Source("numbers", torch.zeros(n, 1))


def test_a_part_is_known_by_a_digest_of_its_own() -> None:
    """What was computed of the whole, under its digest, is never taken for what it is of a part or of a pair."""
    x = torch.rand(6, 1, 4, 8, generator=torch.Generator().manual_seed(0))
    whole = Source("x", x, known="that of the whole")
    part, pair = whole.take(torch.tensor([4, 1])), halves(whole, "left")
    assert part.digest() == Source("another name", x[[4, 1]]).digest()
    assert pair.digest() == Source("x", x[..., 4:], x[..., :4]).digest()
    assert of_two(whole, whole, "left", "two").digest() == Source("x", x, x).digest()


@given(st.integers(1, 5000), st.floats(0, 0.49))
def test_the_two_parts_are_the_whole(n: int, fraction: float) -> None:
    train, held_out = split(of_size(n), fraction, Randomness(0))
    assert torch.equal(torch.cat([train, held_out]).sort().values, torch.arange(n))
    assert all((part.diff() > 0).all() for part in (train, held_out))


@pytest.mark.parametrize(
    ("n", "fraction", "count"),
    [
        (10_000, 0.05, 500),
        (100_000, 0.05, MOST),
        (400, 0.05, 20),
        (389, 0.05, 0),  # 19.45 -> 19, too few to judge by
        (100, 0.3, 30),
        (60, 0.3, 0),
        (10_000, 0.0, 0),
        (499, 0.05, 25),
        (500, 0.05, 100),  # a fifth: enough for the figure that leads
        (1_000, 0.001, 100),
        (1_000, 0.0, 0),
        (2_020, 0.05, 101),
    ],
)
def test_how_many_are_held_out(n: int, fraction: float, count: int) -> None:
    assert (LEAST, MOST) == (20, 2000)
    train, held_out = split(of_size(n), fraction, Randomness(0))
    assert (len(train), len(held_out)) == (n - count, count)


def test_the_seed_alone_draws_them() -> None:
    one, again, other = (split(of_size(1000), 0.05, Randomness(seed)).held_out for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_they_are_drawn_from_all_over_the_source() -> None:
    """A set sorted by class must not lose its first or last classes: the mean index of 500 of 10,000 lies within five
    standard deviations of the middle, and each tenth gives its share.
    """
    held_out = split(of_size(10_000), 0.05, Randomness(0)).held_out.double()
    assert abs(held_out.mean().item() - 5000) < 5 * 10_000 / (12 * 500) ** 0.5
    shares = torch.histc(held_out, bins=10, min=0, max=10_000)
    assert (shares - 50).abs().max() < 5 * (500 * 0.1 * 0.9) ** 0.5


@pytest.mark.parametrize(("room", "many"), [(1 << 29, 2_990), (4 * 700, 700), (4 * 10, 500), (0, 500)])
def test_as_many_are_looked_at_as_memory_has_room_for_and_500_always(monkeypatch, room: int, many: int) -> None:
    """Of 3,000 numbers of four bytes, ten of which are held out: these are never among them."""
    monkeypatch.setattr(sides, "LOOKED_AT", room)
    held_out = list(range(0, 100, 10))
    found = sides.sides_of(Source("numbers", torch.arange(3_000.0)[:, None]), held_out)
    assert len(found.among) == 2_990
    assert found.kept.tolist() == held_out
    assert found.train.size == len(found.places) == many
    assert found.train.x.flatten().tolist() == found.places.tolist()
    assert not set(found.places.tolist()) & set(held_out)
    assert int(found.places[-1]) > 2_980
