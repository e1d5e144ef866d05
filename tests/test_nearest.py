"""The nearest training picture, against brute force in integers."""

import math

import pytest
import torch

from saddlepoint.errors import SaddlepointError
from saddlepoint.judging import nearest as module
from saddlepoint.judging.nearest import nearest


def brute_force(pictures, training):
    squares = [(training.long() - picture.long()).square().flatten(1).sum(1) for picture in pictures]
    return torch.stack([s.argmin() for s in squares]), torch.stack([s.min() for s in squares]).double().sqrt()


@pytest.mark.parametrize("shape", [(1, 5, 7), (3, 40, 40), (1, 32, 32), (2,)])
def test_equals_brute_force_bit_for_bit(shape):
    rng = torch.Generator().manual_seed(1)
    pictures = torch.randint(0, 256, (9, *shape), dtype=torch.uint8, generator=rng)
    training = torch.randint(0, 256, (50, *shape), dtype=torch.uint8, generator=rng)
    indices, distances = brute_force(pictures, training)
    found = nearest(pictures, training)
    assert torch.equal(found.indices, indices)
    assert torch.equal(found.distances, distances)


def test_others_are_the_nearest_that_differ(monkeypatch):
    """In any chunks, also where all in a chunk are equal; infinity where there are no others."""
    rng = torch.Generator().manual_seed(3)
    training = torch.randint(0, 3, (60, 1, 1, 3), dtype=torch.uint8, generator=rng)
    apart = (training[:, None].double() - training.double()).flatten(2).norm(dim=2)
    expected = apart.where(apart > 0, math.inf).min(1)
    for size in (2048, 2):
        monkeypatch.setattr(module, "_TRAINING", size)
        found = nearest(training, training, others=True)
        assert found.distances.equal(expected.values)
        assert found.indices.equal(expected.indices)
    assert nearest(training[:1], training[:1], others=True).distances.tolist() == [math.inf]


def test_chunks_do_not_change_the_answer(monkeypatch):
    rng = torch.Generator().manual_seed(2)
    pictures = torch.randint(0, 4, (11, 1, 2, 2), dtype=torch.uint8, generator=rng)
    training = torch.randint(0, 4, (100, 1, 2, 2), dtype=torch.uint8, generator=rng)
    whole = nearest(pictures, training)
    monkeypatch.setattr(module, "_QUERIES", 3)
    monkeypatch.setattr(module, "_TRAINING", 7)
    monkeypatch.setattr(module, "_EXACT", 3)
    chunked = nearest(pictures, training)
    assert torch.equal(whole.indices, chunked.indices)
    assert torch.equal(whole.distances, chunked.distances)


def test_one_grey_level_is_told_apart_in_the_darkest_and_brightest_pictures():
    """At 3 x 256 x 256 the squares reach 1.3e10: float32 would round them to multiples of 1,024."""
    white = torch.full((1, 3, 256, 256), 255, dtype=torch.uint8)
    almost, less = white.clone(), white.clone()
    almost[0, 0, 0, 0], less[0, 0, 0, :2] = 254, 254
    found = nearest(torch.cat((white, 255 - white)), torch.cat((less, almost)))
    assert found.indices.tolist() == [1, 0]
    assert found.distances.tolist() == [1.0, math.sqrt((3 * 256 * 256 - 2) * 255**2 + 2 * 254**2)]


def test_a_copy_is_found_at_distance_zero_and_the_first_of_equals_wins():
    training = torch.arange(60, dtype=torch.uint8).view(5, 1, 3, 4).repeat(2, 1, 1, 1)
    found = nearest(training[[3, 1]], training)
    assert found.indices.tolist() == [3, 1]
    assert found.distances.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("pictures", "training"),
    [
        (torch.zeros(2, 1, 3, 3), torch.zeros(2, 1, 3, 3, dtype=torch.uint8)),
        (torch.zeros(2, 1, 3, 3, dtype=torch.uint8), torch.zeros(2, 1, 3, 4, dtype=torch.uint8)),
        (torch.zeros(2, 1, 3, 3, dtype=torch.uint8), torch.zeros(0, 1, 3, 3, dtype=torch.uint8)),
    ],
)
def test_what_cannot_be_compared_is_refused(pictures, training):
    with pytest.raises(SaddlepointError):
        nearest(pictures, training)
