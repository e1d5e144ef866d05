"""What is shown how often: balanced classes, mirrored pictures, near-duplicates on one side of the split."""

import math

import numpy as np
import pytest
import torch
from toyrun import CONFIG as TOY
from toyrun import ENGINE, record
from toyrun import pictures as toy_pictures

from saddlepoint.data.batches import Batches, Sampling, balanced
from saddlepoint.data.cond import conditions
from saddlepoint.data.digits import digits
from saddlepoint.data.duplicates import groups, lowest, same
from saddlepoint.data.facts import evenly, facts_of
from saddlepoint.data.source import Source
from saddlepoint.data.split import split, together
from saddlepoint.errors import SaddlepointError
from saddlepoint.randomness import Randomness
from saddlepoint.running import feeding, live
from saddlepoint.running.live import Live
from saddlepoint.settings.run import Data
from saddlepoint.systems.gan.config import Config

LABELS = torch.tensor([0] * 600 + [1] * 300 + [2] * 99 + [3])


@pytest.mark.parametrize("balance", [0.0, 0.3, 0.5, 1.0])
def test_classes_get_the_share_of_their_size_to_the_power_of_one_minus_b(balance: float) -> None:
    order = balanced(LABELS, balance, torch.Generator().manual_seed(0))
    assert len(order) == len(LABELS)
    sizes = torch.bincount(LABELS).double()
    shares = sizes ** (1 - balance) / (sizes ** (1 - balance)).sum()
    counts = torch.bincount(LABELS[order], minlength=4)
    assert (counts - shares * len(LABELS)).abs().max() <= 1


def test_within_a_class_all_examples_come_equally_often_give_or_take_one() -> None:
    order = balanced(LABELS, 0.7, torch.Generator().manual_seed(1))
    times = torch.bincount(order, minlength=len(LABELS))
    for label in range(4):
        own = times[label == LABELS]
        assert own.max() - own.min() <= 1


def source(n: int = 1000) -> Source:
    x = torch.arange(n, dtype=torch.float32)[:, None, None, None].expand(n, 1, 4, 4) / n
    return Source("numbers", x, LABELS[:n], ("a", "b", "c", "d"))


def batches(sampling: Sampling, among: torch.Tensor | None = None) -> Batches:
    return Batches(source(), 64, Randomness(0), "unit", torch.device("cpu"), among, sampling)


def test_balanced_reading_is_a_function_of_position() -> None:
    ahead, again = batches(Sampling(0.5)), batches(Sampling(0.5))
    later = [ahead.numbers(position) for position in range(0, 6400, 64)][37]
    assert torch.equal(again.numbers(37 * 64), later)
    assert not torch.equal(batches(Sampling(0.4)).numbers(37 * 64), later)


def test_only_those_among_the_source_are_read() -> None:
    among = torch.arange(1, 1000, 2)
    for sampling in (Sampling(), Sampling(1.0)):
        seen = torch.cat([batches(sampling, among).numbers(position) for position in range(0, 2000, 64)])
        assert (seen % 2 == 1).all()


def test_half_of_the_pictures_are_mirrored_and_always_the_same() -> None:
    x = torch.zeros(500, 1, 2, 3)
    x[..., 0] = 1
    data = Source("left", x)
    one = Batches(data, 100, Randomness(0), "unit", torch.device("cpu"), None, Sampling(mirror=True))
    left = torch.cat([one.at(position).x[:, 0, 0, 0] for position in range(0, 5000, 100)])  # pyright: ignore
    assert 0.45 < left.mean() < 0.55
    assert torch.equal(one.at(300).x, one.at(300).x)  # pyright: ignore
    assert len(set(map(bytes, left.view(-1, 100).byte().numpy()))) == 50, "no two batches have the same ones mirrored"
    assert ((one.at(0).x[..., 0] + one.at(0).x[..., 2]) == 1).all()  # pyright: ignore


class Two(Config):
    """A game with further examples."""

    more: Data = Data()


def test_each_source_of_a_run_is_read_in_an_order_of_its_own() -> None:
    """Else what comes together in the first epoch would come together in every one."""

    def orders(conf: Config, **more: Source) -> dict[str, list[int]]:
        apart = record().data.model_copy(update={"held_out": (1, 2, 3)})
        known = record(conf).model_copy(update={"others": dict.fromkeys(more, apart)})
        live = Live(known, {"x": toy_pictures(), **more}, ENGINE)
        own = feeding.batches(conf, live.data, live.rng, ENGINE.device)
        assert own["x"].numbers(0).equal(live.feed.numbers(0)), "which are those that the run reads"  # pyright: ignore
        return {name: each.numbers(0).tolist() for name, each in own.items()}

    fields = {name: getattr(TOY, name) for name in Config.model_fields} | {"batch": 127}
    alone = orders(Config(**fields))
    both = orders(Two(**fields), more=toy_pictures())
    assert both["x"] == alone["x"] != both["more"]
    assert [set(range(130)) - set(both[name]) for name in ("x", "more")] == [{0, 7, 9}, {1, 2, 3}]
    places = [torch.tensor(both[name]).argsort().double() for name in ("x", "more")]
    assert abs(float(torch.corrcoef(torch.stack(places))[0, 1])) < 0.3, "an order that is nearly the same"
    assert orders(Two(**fields | {"seed": 7}), more=toy_pictures())["more"] != both["more"]


def test_each_stage_draws_z_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rounds are counted from 0 in each: of one seed for all, every stage would begin with the z of the first."""
    seeds: list[int] = []
    monkeypatch.setattr(live, "play", lambda *given, seed, **more: seeds.append(seed))
    for run in (3, 7):
        made = Live(record(TOY.model_copy(update={"seed": run})), {"x": toy_pictures()}, ENGINE)
        for stage in TOY.stages:
            made.rounds(stage)
            made.next_stage()
    assert len(seeds) == len(set(seeds)) == 4


def test_what_has_no_classes_or_sides_is_refused() -> None:
    points = Source("points", torch.zeros(10, 2))
    for sampling in (Sampling(balance=1.0), Sampling(mirror=True)):
        with pytest.raises(SaddlepointError):
            Batches(points, 4, Randomness(0), "raw", torch.device("cpu"), None, sampling)


def test_copies_are_found_and_different_pictures_are_not() -> None:
    """The same digits brighter, noisier, shrunk and enlarged again; but no two of 2,000 different digits."""
    x = digits().x[:2000]
    assert torch.equal(groups(x), torch.arange(2000))  # pyright: ignore
    some = x[:60].float()
    brighter = (some * 0.97 + 4).round().clamp(0, 255)
    noisy = (some + 3 * torch.randn(some.shape, generator=torch.Generator().manual_seed(0))).round().clamp(0, 255)
    for copy in (brighter, noisy):
        found = groups(torch.cat([x, copy.to(torch.uint8)]))
        assert found is not None
        assert (found[2000:] == torch.arange(60)).float().mean() > 0.95
        assert torch.equal(found[:2000], torch.arange(2000))


@pytest.mark.parametrize(("n", "count"), [(1_000, 64), (7, 5), (127, 64), (64, 64), (3, 64)])
def test_places_are_spread_over_all_there_are(n: int, count: int) -> None:
    """As many as asked for or as there are, from the first on, and no gap is longer than any other by more than one."""
    places = evenly(n, count).tolist()
    assert len(places) == min(n, count)
    gaps = [b - a for a, b in zip(places, [*places[1:], n])]
    assert places[0] == 0
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("n", [40, 500])
def test_conditions_that_are_shown_go_from_one_end_of_their_first_field_to_the_other(n: int) -> None:
    """Numbers in random order, between knots of their own; a second field that runs the other way decides nothing."""
    numbers = np.random.default_rng(0).permutation(n).astype(float)
    made = conditions({"a": numbers, "b": -numbers}, "a:number,b:number", "", n)
    assert made.c is not None
    source = Source("x", torch.zeros(n, 2), torch.from_numpy(made.c), fields=made.fields)
    first, second = made.fields
    shown = np.array(facts_of({"x": source})["c"].examples)
    found, other = shown[:, : first.size] @ np.array(first.knots), shown[:, first.size :] @ np.array(second.knots)
    assert found == pytest.approx(np.arange(n)[evenly(n, 64).numpy()], abs=1e-3)
    assert other == pytest.approx(-found, abs=1e-3)


def test_no_groups_of_points() -> None:
    assert groups(torch.zeros(10, 2)) is None


def test_a_group_is_never_on_both_sides_and_the_count_is_kept() -> None:
    x = digits().x[:1000]
    twice = Source("twice", torch.cat([x, x]))
    alike = groups(twice.x)
    assert alike is not None
    train, held_out = split(twice, 0.1, Randomness(0), alike)
    assert len(held_out) == 200
    assert not set(alike[train].tolist()) & set(alike[held_out].tolist())
    assert torch.equal(torch.cat([train, held_out]).sort().values, torch.arange(2000))


def test_without_duplicates_the_split_is_the_plain_one() -> None:
    data = source()
    plain = split(data, 0.1, Randomness(3))
    assert all(torch.equal(a, b) for a, b in zip(plain, split(data, 0.1, Randomness(3), torch.arange(1000))))


def test_a_group_is_drawn_only_where_all_of_it_fits() -> None:
    """Groups of 3, 2, 2 and 1 in this order, of which five may be drawn: the third is one too large, the fourth is not
    there to be drawn any more."""
    alike = torch.tensor([0, 0, 0, 3, 3, 5, 5, 7])
    order = torch.arange(8)
    for count, drawn in ((5, [0, 0, 0, 3, 3]), (4, [0, 0, 0, 7]), (2, [3, 3]), (1, [7]), (3, [0, 0, 0])):
        assert alike[together(order, alike, count)].tolist() == drawn


def test_the_search_for_duplicates_passes_none_by() -> None:
    """Pairs that just count as duplicates, apart by one wave alone, along rows, along columns, or both: all of it is
    in one coefficient, and none is larger than what it stands for.
    """
    place = (torch.arange(32) + 0.5) * math.pi / 32
    first = 0.8 * torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(0))
    for i, j in ((0, 1), (1, 0), (0, 7), (7, 0), (3, 5)):
        wave = torch.cos(i * place)[:, None] * torch.cos(j * place)
        assert lowest(wave[None]).norm() == pytest.approx(float(wave.norm()), rel=1e-5)
        second = first + 0.0198 * wave / wave.square().mean().sqrt()
        assert same(first, second).all()
        found = groups(torch.stack([first, second]))
        assert found is not None
        assert found.tolist() == [0, 0], (i, j)


def test_duplicates_have_nearly_one_brightness_and_differ_by_little_of_their_contrast() -> None:
    """The three conditions one by one, each met and then missed: the others are met with room to spare."""
    pattern = torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1, 32, 32, generator=torch.Generator().manual_seed(1))
    pattern, noise = ((t - t.mean()) / t.std() for t in (pattern, noise))

    def alike(contrast: float, apart: float, brighter: float) -> bool:
        first = 0.5 + contrast * pattern
        return bool(same(first, first + apart * noise + brighter))

    assert alike(1.0, 0.0, 0.09)
    assert not alike(1.0, 0.0, 0.11)
    assert alike(1.0, 0.019, 0.0)
    assert not alike(1.0, 0.021, 0.0)
    assert alike(0.2, 0.009, 0.0)
    assert not alike(0.2, 0.011, 0.0)


def test_which_examples_come_once_more_is_drawn() -> None:
    """Of 99 examples, 166 places an epoch or so: over 60 epochs each comes once more equally often, within 5 standard
    deviations of a binomial.
    """
    rng, once_more = torch.Generator().manual_seed(2), torch.zeros(len(LABELS))
    for _ in range(60):
        counts = torch.bincount(balanced(LABELS, 0.7, rng), minlength=len(LABELS))
        own = counts[LABELS == 2]
        assert own.min() == own.max() - 1
        once_more += counts == own.max()
    found = once_more[LABELS == 2]
    p = float(found.mean()) / 60
    assert float((found - 60 * p).abs().max()) < 5 * (60 * p * (1 - p)) ** 0.5
