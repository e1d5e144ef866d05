"""The doctor at the very border of each of its thresholds, and a little beyond it; what a case reads off a journal."""

import math

import pytest

from saddlepoint.judging.case import Case, decides, shortest
from saddlepoint.judging.cures import slower, smoother, steadier, stronger, weaker
from saddlepoint.judging.doctor import diagnose, distances, in_turn, lost
from saddlepoint.judging.standing import Verdict, far, looked_at, nowhere

RATES = {"g": {"lr": 2e-3}, "d": {"lr": 2e-3}}
CONFIG = {**RATES, "range": "signed", "stages": [{"images": 100, "augment": "none", "classify": 1.0}]}
FINE = {"frechet": 1.0, "distance": 10.0, "spread": 97.0, "class_spread": 90.0, "coverage": 0.8}


def judged(images: int = 100, **measures: float | list[float] | None) -> dict:
    """A judgement of these measures: a number is a bar of no length."""
    found = {name: v if isinstance(v, list) or v is None else [v, v, v] for name, v in (FINE | measures).items()}
    return {"event": "judgement", "images": images, "measures": found}


def logits(**means: float) -> dict:
    """Of a spread of 1 each: the gap is the difference of means, to the last digit where these are halves."""
    return {"event": "held_out", **{name: {"mean": mean, "std": 1.0} for name, mean in means.items()}}


def names(*events: dict, config: dict = CONFIG) -> list[str]:
    return [verdict.name for verdict in diagnose(Case.of(config, events))]


def copies(share: float, p: float = 1e-4, usual: float = 0.0) -> dict:
    return judged(copies=share, memorisation_p=p, copies_real=usual)


FAR = {"coverage": 0.05}
BORDERS = {
    "copies": ("memorising", [copies(2.0)], [copies(1.99)]),
    "copies over what is usual": ("memorising", [copies(5.0, usual=3.0)], [copies(4.99, usual=3.0)]),
    "p": ("memorising", [copies(9.0, 0.001)], [copies(9.0, 0.00101)]),
    "spread": ("mode collapse", [judged(spread=50.0)], [judged(spread=50.1)]),
    "class spread": ("within-class collapse", [judged(class_spread=30.0)], [judged(class_spread=30.1)]),
    "spread of all, within": (
        "within-class collapse",
        [judged(spread=50.1, class_spread=20.0)],
        [judged(spread=50.0, class_spread=20.0)],
    ),
    "leak": ("augmentation leak", [judged(50, frechet_augmented=0.79)], [judged(50, frechet_augmented=0.8)]),
    "leak at the end": (
        "augmentation leak",
        [judged(frechet=[1.0, 0.9, 1.1], frechet_augmented=[0.85, 0.8, 0.89])],
        [judged(frechet=[1.0, 0.9, 1.1], frechet_augmented=[0.85, 0.8, 0.9])],
    ),
    "together": (
        "D too weak",
        [judged(50, frechet=1.0, **FAR), logits(train=0.125, fake=0.0)],
        [judged(50, frechet=1.0, **FAR), logits(train=0.25, fake=0.0)],
    ),
    "sees, at the end": (
        "D too weak",
        [judged(**FAR), logits(train=0.99, fake=0.0)],
        [judged(**FAR), logits(train=1.0, fake=0.0)],
    ),
    "sees at the end, the other way": (
        "D too strong",
        [judged(**FAR), logits(train=1.0, fake=0.0)],
        [judged(**FAR), logits(train=0.99, fake=0.0)],
    ),
    "apart": ("D too strong", [logits(train=4.0, fake=0.0)], [logits(train=3.99, fake=0.0)]),
    "apart, judged": (
        "D too strong",
        [judged(50, **FAR), logits(train=4.0, fake=0.0)],
        [judged(50, **FAR), logits(train=3.99, fake=0.0)],
    ),
    "overfits": (
        "D overfits",
        [logits(train=1.0, held_out=0.5, fake=0.0)],
        [logits(train=1.0, held_out=0.51, fake=0.0)],
    ),
    "coverage": ("too few updates", [judged(coverage=0.299)], [judged(coverage=0.3)]),
    "distance": ("too few updates", [judged(distance=20.1)], [judged(distance=20.0)]),
    "woven": ("woven pattern", [judged(pattern=1.31)], [judged(pattern=1.3)]),
    "lost": ("oscillation", [judged(frechet=1.0), judged(frechet=3.01)], [judged(frechet=1.0), judged(frechet=3.0)]),
    "turns": (
        "oscillation",
        [judged(frechet=f) for f in (1, 1, 1, 1, 1.26, 1, 1.26)],
        [judged(frechet=f) for f in (1, 1, 1, 1, 1.25, 1, 1.25)],
    ),
    "plateau": ("plateau", [judged(frechet=1.0) for _ in range(8)], [judged(frechet=1.0) for _ in range(7)]),
    "a gain": (
        "plateau",
        [judged(frechet=[1.0, 0.9, 1.1])] * 4 + [judged(frechet=[0.9, 0.8, 1.0])] * 4,
        [judged(frechet=[1.0, 0.9, 1.1])] * 4 + [judged(frechet=[0.89, 0.8, 1.0])] * 4,
    ),
    "refused": (
        "non-finite values masked",
        [{"event": "rounds", "images": 100, "skipped": 1}],
        [{"event": "rounds", "images": 100, "skipped": 0}],
    ),
}
CELLS = {**CONFIG, "g": {"lr": 2e-3, "network": {"kind": "residual"}, "last": "cells"}}


@pytest.mark.parametrize("name", BORDERS)
def test_a_fault_begins_at_its_border_and_not_a_little_before(name: str):
    fault, ill, well = BORDERS[name]
    config = CELLS if fault == "woven pattern" else CONFIG
    assert fault in names(*ill, config=config)
    assert fault not in names(*well, config=config)


@pytest.mark.parametrize(("g", "d", "left"), [(1.9e-4, 1.91e-3, "g"), (1.9e-4, 1.8e-3, None), (2e-4, 2e-3, None)])
def test_who_is_left_behind_moves_a_tenth_as_fast_and_slower_than_is_usual(g: float, d: float, left: str | None):
    assert Case.of({"g": {"lr": g}, "d": {"lr": d}}, []).left_behind == left
    assert Case.of({"g": {"lr": d}, "d": {"lr": g}}, []).left_behind == {"g": "d", None: None}[left]
    assert Case.of({"g": {"lr": 0.0}, "d": {"lr": d}}, []).left_behind is None


@pytest.mark.parametrize(
    ("skipped", "unfit", "back", "said"),
    [
        (1, 1, 0, "1 step was refused: some examples are too large"),
        (2, 1, 0, "2 steps were refused, one here and one there: some examples are too large"),
        (1, 0, 0, "1 step was refused: a cost or its gradient was not finite"),
        (1, 0, 1, "the run went back to a checkpoint 1 time; 1 step was refused"),
        (20, 2, 2, "the run went back to a checkpoint 2 times; 20 steps were refused"),
    ],
)
def test_one_is_no_plural(skipped: int, unfit: int, back: int, said: str):
    events = [{"event": "rounds", "images": 100, "skipped": skipped, "unfit": unfit}, *[{"event": "rollback"}] * back]
    assert diagnose(Case.of(CONFIG, events))[0].evidence == said


def test_usual_rates_are_bounds_that_belong_to_them():
    for player in ("g", "d"):
        case = Case.of({player: {"lr": 2e-4}}, [])
        assert (case.bounds(player), case.hardly_moves(player)) == ((2e-4, 2e-3), False)
        assert Case.of({player: {"lr": 1.9e-4}}, []).hardly_moves(player)
        other = {"gd".replace(player, ""): {"lr": 1e-3}}
        assert Case.of({player: {"lr": 2e-3}} | other, []).too_fast == []
        assert Case.of({player: {"lr": 2.1e-3}} | other, []).too_fast == [player]
        assert Case.of({player: {"lr": 2.1e-3}}, []).too_fast == []
        for optimiser in ("sgd", "momentum"):
            assert Case.of({player: {"lr": 1, "optimiser": optimiser}}, []).bounds(player) == pytest.approx((0.01, 0.1))


def test_of_ds_logits_means_and_deviations_are_those_of_the_last_three_looks():
    looks = [{"event": "held_out", "train": {"mean": m, "std": s}, "fake": {"mean": 0.0, "std": 1.0}}
             for m, s in ((90, 90), (1, 2), (2, 3), (6, 4))]  # fmt: skip
    case = Case.of(CONFIG, looks)
    assert case.logits("train") == (3.0, 3.0)
    assert case.gap("train", "fake") == pytest.approx(3 / math.sqrt((9 + 1) / 2))
    assert case.gap("fake", "train") == pytest.approx(-3 / math.sqrt((9 + 1) / 2))
    assert case.gap("train", "held_out") is None
    still = Case.of(
        CONFIG, [{"event": "held_out", **{name: {"mean": m, "std": 0.0} for name, m in (("a", 1), ("b", 0))}}]
    )
    assert still.gap("a", "b") == pytest.approx(1e6)


def test_how_far_a_run_is_is_what_was_seen_last_over_its_length():
    stages = {"stages": [{"images": 60}, {"images": 40}, {}]}
    rounds = [{"event": "rounds", "images": n} for n in (10, 24)]
    case = Case.of(stages, rounds)
    assert (case.length, case.done, case.young, case.over) == (100, 0.24, True, False)
    case = Case.of(stages, [*rounds, judged(25)])
    assert (case.done, case.young) == (0.25, False)
    case = Case.of(stages, [*rounds, judged(95)])
    assert case.over
    assert Case.of(stages, [judged(400)]).done == 1.0
    assert Case.of({}, []).done == 1.0


def test_it_is_stuck_where_it_gained_less_than_a_tenth_since_half_as_many_judgements():
    """Of n, the last beside the ceil(n / 2)-th: of 2 and of 3 the first and the second, of 4 the second."""
    for values, stuck in (
        ((1.0, 0.9), False), ((1.0, 0.91), True), ((9.0, 1.0, 0.89), False), ((1.0, 9.0, 1.0), False),
        ((9.0, 1.0, 9.0, 0.91), True), ((0.5, 1.0, 0.5, 0.9), False), ((5.0,), True), ((), True),
    ):  # fmt: skip
        case = Case.of(CONFIG, [judged(50, frechet=value) for value in values])
        assert case.stuck == (stuck and case.done >= 0.25), values


def test_a_spread_grows_where_it_gained_a_tenth_since_half_as_many_judgements():
    for values, growing in (
        ((9.0, 10.0), False),
        ((8.9, 10.0), True),
        ((10.0,), False),
        ((1.0, 9.5, 1.0, 10.0), False),
    ):
        assert Case.of(CONFIG, [judged(spread=value) for value in values]).growing("spread") == growing, values
    assert not Case.of(CONFIG, [judged(spread=None), judged(spread=9.0)]).growing("spread")


def test_what_decides_is_the_average_with_the_shortest_memory():
    event = {"measures": {"frechet": [9, 8, 10], "l1": [5, 4, 6]}}
    assert (decides(event), shortest(event)) == ("frechet", [9, 8, 10])
    assert (decides(event | {"decides": "l1"}), shortest(event | {"decides": "l1"})) == ("l1", [5, 4, 6])
    averages = {"average-10000": [1, 1, 1], "average-500": [2, 2, 2], "average-": [3, 3, 3]}
    assert shortest(event | {"frechet": averages}) == [3, 3, 3]
    del averages["average-"]
    assert shortest(event | {"frechet": averages}) == [2, 2, 2]
    assert shortest(event | {"frechet": {}}) == [9, 8, 10]
    case = Case.of(
        CONFIG, [{"event": "judgement", **event}, {"event": "judgement", "measures": {"frechet": [None] * 3}}]
    )
    assert distances(case) == [(9, 8, 10)]


def test_what_is_lost_is_beyond_the_error_bar_of_the_best():
    assert lost([(1.0, 0.9, 2.0), (3.1, 2.1, 4.0)], 3.0)
    assert not lost([(1.0, 0.9, 2.1), (3.1, 2.1, 4.0)], 3.0)
    assert not lost([(1.0, 0.9, 1.1), (3.0, 2.9, 4.0)], 3.0)
    assert not lost([], 3.0)


def test_words_hold_the_figures():
    case = Case.of({**CONFIG, "d": {"lr": 1e-3}}, [judged(distance=[12.34, 11, 13], coverage=0.054), judged()])
    assert far(case) == "the distance is 10 % [10, 10]"
    assert nowhere(case) == f", and 80% of real examples have a sample close by; {far(case)}"
    assert looked_at(case) == "2 judgements"
    assert looked_at(case._replace(judged=case.judged[:1])) == "1 judgement"
    looks = [logits(train=0.0)] * 2
    assert looked_at(case._replace(held_out=looks)) == "2 judgements, 2 looks at D's logits"
    assert looked_at(case._replace(held_out=looks[:1])) == "2 judgements, 1 look at D's logits"
    assert looked_at(Case.of({"system": "of others"}, [judged()])) == "1 judgement"
    first, second = Verdict("a", "", "--lr 1"), Verdict("b", "", "--k 2")
    assert in_turn([first, second]) == [(first, "--lr 1"), (second, "look again after that")]


def of(g: float, d: float, **stage: object) -> Case:
    return Case.of({"g": {"lr": g}, "d": {"lr": d}, "stages": [{"images": 100, **stage}]}, [])


@pytest.mark.parametrize(
    ("cure", "case", "change"),
    [
        (slower, of(2e-3, 2e-3), "--lr 0.0005"),
        (slower, of(2e-3, 1e-3), "--g.lr 0.0005 --d.lr 0.0002"),
        (slower, of(8e-3, 1e-3), "--g.lr 0.002"),  # too fast alone
        (slower, of(4e-4, 2e-4), "--g.lr 0.0002"),  # half of it, to the border
        (slower, of(3.9e-4, 2e-4), "--r1 1"),
        (smoother, of(1, 1), "--r1 1"),
        (smoother, of(1, 1, r1=0.5), "--r1 2"),
        (weaker, of(1.9e-4, 1e-3), "--g.lr 0.001"),
        (weaker, of(2e-4, 2e-3, r1=1.0), "--d.lr 0.0005"),
        (weaker, of(2e-4, 4e-4, r1=1.0), "--d.lr 0.0002"),
        (weaker, of(2e-4, 3.9e-4, r1=1.0), "--r1 4"),
        (weaker, of(2e-4, 2e-3), "--r1 1"),
        (stronger, of(1e-3, 1.9e-4), "--d.lr 0.001"),
        (stronger, of(1e-3, 2e-4), "--d.lr 0.001"),
        (stronger, of(2e-3, 1e-3), "--d.lr 0.002"),
        (stronger, of(2e-3, 1.1e-3), "--g.lr 0.0005"),
        (stronger, of(4e-4, 2e-3), "--g.lr 0.0002"),
        (stronger, of(3.9e-4, 2e-3), "--k 2"),
        (stronger, of(2e-4, 2e-3, k=3), "--k 6"),
        (steadier, of(2e-3, 2e-3), "--objective relativistic --r1 1 --r2 1"),
        (steadier, of(2e-3, 2e-3, objective="relativistic"), "--objective relativistic --r1 1 --r2 1"),
        (steadier, of(2e-3, 2e-3, r1=1.0), "--objective relativistic --r1 1 --r2 1"),
        (steadier, of(2e-3, 2e-3, objective="relativistic", r1=1.0), "--lr 0.0005"),
        (steadier, of(2e-2, 2e-3), "--g.lr 0.002"),
    ],
)
def test_each_change_at_the_borders_between_one_and_another(cure, case: Case, change: str):
    assert cure(case) == change


@pytest.mark.parametrize(("high", "name"), [(1.34, "oscillation"), (1.36, "plateau")])
def test_a_fall_is_one_where_the_bars_do_not_touch(high: float, name: str):
    """From 1.5, whose bar ends at 1.35, to 1, whose bar ends there or a little beyond."""
    bars = [[f, 0.9 * f, 1.1 * f] for f in (1, 1, 1, 1, 1, 1.5, 1, 2.9)]
    bars[6] = [1, 0.9, high]
    assert names(*(judged(frechet=bar) for bar in bars)) == [name]


@pytest.mark.parametrize(("low", "name"), [(1.11, "oscillation"), (1.09, "plateau")])
def test_a_rise_is_one_where_the_bars_do_not_touch(low: float, name: str):
    """From 1, whose bar ends at 1.1, to 1.5 and back, and up again."""
    bars = [[f, 0.9 * f, 1.1 * f] for f in (1, 1, 1, 1, 1, 1.5, 1, 2.9)]
    bars[5] = [1.5, low, 1.6]
    bars[6] = [1, 0.9, 1.05]
    assert names(*(judged(frechet=bar) for bar in bars)) == [name]


def test_logits_without_a_spread_say_nothing():
    look = {"event": "held_out", "train": {"mean": 1.0, "std": None}}
    assert Case.of({}, [look]).logits("train") is None
