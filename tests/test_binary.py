"""Grey becomes 0 and 1: with probability x, by position in training, by place for examples that are held out."""

import itertools
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from torch import Tensor

from saddlepoint.court.kept import apart, compare
from saddlepoint.court.nats import WORDS, in_nats
from saddlepoint.data.batches import Batches
from saddlepoint.data.facts import About
from saddlepoint.data.feed import onwards
from saddlepoint.data.source import Source
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure
from saddlepoint.randomness import Randomness
from saddlepoint.records import Batch
from saddlepoint.running.finish import rows
from saddlepoint.settings.binary import Binary
from saddlepoint.systems.binary import binarisation, binarised
from saddlepoint.systems.system import Feed, Nats

N = 60


def source(x: Tensor | None = None) -> Source:
    """Grey 4 x 4 pictures from black to white, and their labels."""
    grey = torch.linspace(0, 255, N * 16).round().to(torch.uint8).view(N, 1, 4, 4)
    return Source("greys", grey if x is None else x, torch.arange(N) % 3)


def feed(how: Any, seed: int = 0, size: int = 6, x: Tensor | None = None) -> Feed:
    rng, config = Randomness(seed), Binary(binarise=how, range="unit")
    return binarised(config, {"x": Batches(source(x), size, rng, "unit", torch.device("cpu"))}, rng)


def x_of(batch: Batch) -> Tensor:
    return cast(Tensor, batch.x)


def test_a_pixel_is_1_as_often_as_it_is_bright() -> None:
    """Over 400 epochs: each pixel's share of ones is x within 4.5 standard errors, where these are normal, and that of
    all within 4; black and white stay what they are.
    """
    read = feed("draw", size=N)
    plain = Batches(source(), N, Randomness(0), "unit", torch.device("cpu"))
    off, grey = torch.zeros(N, 1, 4, 4), source().x / 255
    for epoch in range(400):
        order = torch.argsort(plain.numbers(epoch * N))
        off += x_of(read.at(epoch * N))[order] - grey
    error = (grey * (1 - grey) * 400).sqrt()
    normal = (grey > 0.1) & (grey < 0.9)
    assert (off.abs() <= 4.5 * error)[normal].all()
    assert (off[error == 0] == 0).all()
    assert off.sum().abs() <= 4 * error.square().sum().sqrt()


def test_training_draws_afresh_and_as_a_function_of_position() -> None:
    one, other = feed("draw"), feed("draw")
    straight = [x_of(batch) for _, batch in zip(range(30), onwards(one, 0))]
    assert all(((x == 0) | (x == 1)).all() for x in straight)
    for turn in (7, 29, 0):
        assert torch.equal(x_of(other.at(6 * turn)), straight[turn]), "whatever was read before"
        assert torch.equal(x_of(next(onwards(other, 6 * turn))), straight[turn])
    numbers = [cast(Any, one).feed.numbers(6 * turn) for turn in range(30)]
    drawn = {n: [x[i] for x, place in zip(straight, numbers) for i in range(6) if place[i] == n] for n in range(20, 40)}
    assert any(not torch.equal(draws[0], draws[1]) for draws in drawn.values()), "an example is not drawn once for all"


def test_an_example_that_is_taken_has_one_draw_by_its_place_alone() -> None:
    places = torch.tensor([31, 4, 55, 4, 20])
    for seed, size in ((0, 6), (1, 6), (0, 9)):
        read = feed("draw", seed, size)
        read.at(12)
        whole = x_of(read.take(torch.arange(N)))
        assert torch.equal(x_of(read.take(places)), whole[places])
        assert torch.equal(whole, x_of(feed("draw").take(torch.arange(N)))), "runs of any seed are judged by the same"
    assert len({tuple(row.flatten().tolist()) for row in x_of(feed("draw").take(torch.arange(25, 35)))}) == 10
    batch = read.take(places)
    assert batch.c is not None
    assert batch.c.tolist() == [1, 1, 1, 1, 2]


def test_the_threshold_is_above_one_half() -> None:
    """127 of 255 is below, 128 above."""
    read = feed("threshold")
    assert torch.equal(x_of(read.take(torch.arange(N))), (source().x >= 128).float())
    assert torch.equal(x_of(read.at(0)), x_of(read.at(0)))


def test_grey_is_refused_where_nothing_is_stated_and_binary_data_need_no_word() -> None:
    bits = (source().x >= 128).to(torch.uint8) * 255
    whole = torch.arange(N)
    assert torch.equal(x_of(feed(None, x=bits).take(whole)), x_of(feed("draw", x=bits).take(whole))), "0 and 1 stay so"
    for ask in (lambda: feed(None).take(whole), lambda: feed(None).at(0)):
        with pytest.raises(SaddlepointError, match="--binarise") as refused:
            ask()
        assert "\n" not in str(refused.value)
    with pytest.raises(SaddlepointError, match="use unit"):
        binarised(Binary(binarise="draw"), {"x": feed("draw")}, Randomness(0))


def test_columns_of_0_and_1_need_no_word_and_other_numbers_are_refused() -> None:
    rng, bits = Randomness(0), (torch.arange(N * 3).view(N, 3) % 2).float()
    for how, x, words in (
        (None, bits, ""),
        ("draw", bits, ""),
        ("draw", 2 * bits, "goes from 0 to 2"),
        (None, bits / 2, "--binarise"),
    ):
        table = Source("table", x, None)
        plain = Batches(table, 6, rng, "raw", torch.device("cpu"))
        read = binarised(Binary(binarise=cast(Any, how), range="raw"), {"x": plain}, rng)
        if words:
            with pytest.raises(SaddlepointError, match=words):
                read.take(torch.arange(N))
        else:
            assert torch.equal(x_of(read.take(torch.arange(N))), bits)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("draw", "greys, 9 held-out examples drawn once as 0 and 1, "),
        ("threshold", "greys, 9 held-out examples cut at 1/2 to 0 and 1, "),
        (None, "greys, 9 held-out examples, "),
    ],
)
def test_the_card_says_what_was_done_to_the_examples_and_which_they_are(how: Any, words: str) -> None:
    config = Binary(binarise=how, range="unit")
    bits = torch.arange(N * 16).view(N, 1, 4, 4).remainder(3).eq(0).to(torch.uint8) * 255
    batch = feed(how, x=bits).take(torch.arange(9))
    record = SimpleNamespace(data=SimpleNamespace(name="greys"), config=config)
    seen = SimpleNamespace(
        unseen=batch, record=record, whose="held-out", stated=binarisation(config), facts={"x": About("pictures")}
    )
    model = SimpleNamespace(model=SimpleNamespace(log_prob=lambda x, rng: Nats(-x.flatten(1).sum(1), "exact")))
    found = in_nats(cast(Any, seen)).full(cast(Any, model), 10, 0).measures["nats"]
    assert found.value == pytest.approx(x_of(batch).sum().item() / 9)
    assert found.card.reference.startswith(words)
    assert found.card.reference.count(", ") == 2, "a reader of cards parts them there"


def known_as(metric: str, value: float) -> dict[str, Measure]:
    card = Card(metric, "none", "none", 9, 9, "r, 9 held-out examples, 0123", "none", 0, "0")
    return {"nats": Measure(value, value - 1, value + 1, card)}


def test_an_exact_value_a_bound_and_an_estimate_are_never_ranked() -> None:
    """Not even where their intervals are far apart; two of one kind are, and so are samples beside two kinds."""
    found = {name: known_as(metric, 90 + 20 * i) for i, (name, metric) in enumerate(WORDS.items())}
    assert list(found) == ["exact", "bound", "estimate"]
    said = {"exact": "an exact value", "bound": "a bound", "estimate": "an estimate"}
    for one, other in itertools.product(found, found):
        if one == other:
            better = known_as(WORDS[one], 10)
            assert [(c.name, c.verdict) for c in compare(better, found[one])] == [("nats", "better")]
            continue
        with pytest.raises(SaddlepointError, match=f"nats: {said[one]} there, {said[other]} here") as refused:
            compare(found[one], found[other])
        assert "a bound may be far" in str(refused.value)
    samples = {"frechet": known_as("Frechet distance", 3)["nats"]}
    beside = found["exact"] | samples, found["bound"] | samples
    assert [c.name for c in compare(*beside)] == ["frechet"]
    assert apart(*beside) == ["nats"], "and it is said that these were not compared"


def test_the_last_page_says_which_it_is() -> None:
    for name, metric in WORDS.items():
        ((_, value, meaning),) = rows(known_as(metric, 100))
        assert value == "100 nats [99, 101]"
        word = {"exact": "", "bound": "bound on ", "estimate": "estimate of "}[name]
        assert meaning.split(",")[0] == f"{word}-log p(x)"
