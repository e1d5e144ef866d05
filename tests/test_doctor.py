"""Every verdict of the doctor on a journal that shows it, and none where nothing is wrong."""

import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from saddlepoint.cli.main import main
from saddlepoint.court.kept import examine
from saddlepoint.judging.case import LEAST, MOST, Case
from saddlepoint.judging.cures import at_hand
from saddlepoint.judging.doctor import ALONE, LATER, diagnose, in_turn
from saddlepoint.judging.standing import WOVEN, Verdict
from saddlepoint.planning.begin import configure
from saddlepoint.settings.run import Run
from saddlepoint.systems import catalog
from saddlepoint.systems.gan.recipes import RECIPES

CONFIG = {
    "g": {"lr": 2e-3},
    "d": {"lr": 2e-3},
    "stages": [
        {"images": 100, "objective": "non-saturating", "r1": 0.2, "r2": 0.0, "classify": 1.0, "augment": "none"}
    ],
}
FINE = {
    "frechet": [1.0, 0.9, 1.1],
    "distance": [12.34, 11.0, 13.7],
    "spread": [97.0, 95.0, 99.0],
    "class_spread": [90.0, 88.0, 92.0],
    "coverage": [0.8, 0.7, 0.9],
    "memorisation_p": [0.4, 0.4, 0.4],
    "copies": [0.1, 0.0, 0.5],
}


def rounds(skipped: int = 0, images: int = 100) -> dict:
    return {"event": "rounds", "images": images, "skipped": skipped}


def held_out(train: float = 1.0, held: float = 0.9, fake: float = -1.0, std: float = 1.0) -> dict:
    sets = {"train": train, "held_out": held, "fake": fake}
    return {"event": "held_out", **{name: {"mean": mean, "std": std} for name, mean in sets.items()}}


def judgement(frechet: float = 1.0, images: int = 100, **measures: float) -> dict:
    found = FINE | {"frechet": [frechet, 0.9 * frechet, 1.1 * frechet]}
    return {
        "event": "judgement",
        "images": images,
        "measures": found | {name: [v, v, v] for name, v in measures.items()},
    }


def said(*events: dict, config: dict = CONFIG) -> list[Verdict]:
    return diagnose(Case.of(config, events))


def only(*events: dict, config: dict = CONFIG) -> Verdict:
    (verdict,) = said(*events, config=config)
    return verdict


def test_what_is_not_finite_is_looked_for_in_parts_of_a_users_own():
    verdict = only(rounds(2), held_out(), judgement(), config={**CONFIG, "system": "gan+terms+1a2b3c4d"})
    assert verdict.change.endswith("in your own parts")


@pytest.mark.parametrize(
    ("length", "said"), [(1_000, ", 10 % of the run is over;"), (101, "D's logits;"), (0, "D's logits;")]
)
def test_a_run_that_is_not_over_is_called_healthy_with_how_much_of_it_is(length: int, said: str):
    stages = [{**CONFIG["stages"][-1], "images": images} for images in (length // 2, length - length // 2)]
    assert said in only(rounds(), held_out(), judgement(), config={**CONFIG, "stages": stages}).evidence


def test_a_distance_without_a_scale_is_called_so():
    """Of few real examples there is no share of the mean's distance; a pixel error of pairs has a scale of its own."""
    of_few = judgement(774.8)
    del of_few["measures"]["distance"]
    verdict = only(rounds(), held_out(), of_few)
    assert verdict.name == "healthy"
    assert verdict.evidence.endswith("774.8, which alone does not say how good that is: look at the samples")
    assert "look at the samples" not in only(rounds(), held_out(), judgement(774.8)).evidence
    error = {"event": "judgement", "images": 100, "decides": "l1", "measures": {"l1": [0.1, 0.09, 0.11]}}
    assert only(rounds(), error).evidence.endswith("absolute error 0.1")


def test_nothing_wrong_is_healthy_and_says_what_was_looked_at():
    verdict = only(rounds(), held_out(), judgement())
    far = "the distance is 12.3 % [11, 13.7]"
    assert verdict == ("healthy", f"1 judgement, 1 look at D's logits; {far}", "none")
    blind = only(rounds())
    assert blind.name == "healthy"
    assert "without a judgement" in blind.evidence


CELLS = {"lr": 2e-3, "network": {"kind": "residual"}, "last": "cells"}


def woven(low: float, images: int = 100, **g: object) -> list[str]:
    """What is said of a run whose pattern has this lower end."""
    event = judgement(images=images)
    event["measures"]["pattern"] = [low + 0.1, low, low + 0.2]
    return [verdict.name for verdict in said(rounds(images=images), event, config={**CONFIG, "g": CELLS | g})]


def test_a_woven_pattern_is_named_where_there_is_a_cure():
    """From 1.3 on by its lower end, of cells alone, and of a run that is over: weaves are thick at first."""
    assert woven(WOVEN + 0.01) == ["woven pattern"]
    assert woven(WOVEN) == ["healthy"]
    assert woven(3.0, images=10) == ["healthy"]
    assert woven(3.0, last="smooth") == ["healthy"]
    assert woven(3.0, network={"kind": "dcgan"}) == ["healthy"]
    event = judgement()
    event["measures"]["pattern"] = [1.6, 1.5, 1.7]
    verdict = only(rounds(), event, config={**CONFIG, "g": CELLS})
    assert (verdict.change, "1.6 times" in verdict.evidence) == ("--g.last smooth", True)
    worse = judgement(spread=20, class_spread=20)
    worse["measures"]["pattern"] = [1.6, 1.5, 1.7]
    names = [verdict.name for verdict in said(rounds(), worse, config={**CONFIG, "g": CELLS})]
    assert names == ["mode collapse", "woven pattern"]  # first what is more urgent


@pytest.mark.parametrize(
    ("name", "figure", "change", "events"),
    [
        ("non-finite values masked", "7 steps", "--lr 0.0005", [rounds(3), rounds(4)]),
        (
            "non-finite values masked",
            "7 steps",
            "take numbers above 1e19 out of the data",
            [rounds(3), rounds(4) | {"unfit": 1}],
        ),
        ("non-finite values masked", "1 time;", "--lr 0.0005", [{"event": "rollback"}]),
        ("memorising", "12.0 %", "--augment adaptive", [judgement(copies=12, memorisation_p=1e-4)]),
        ("D overfits", "1.9 standard", "--augment adaptive", [held_out(held=-0.9), judgement()]),
        ("mode collapse", "20 %", "--objective relativistic", [judgement(spread=20, class_spread=20)]),
        ("within-class collapse", "29 %", "--classify 0.25", [judgement(class_spread=29)]),
        ("mode collapse", "30 %", "--objective relativistic", [judgement(spread=20, pixel_spread=30)]),
        ("within-class collapse", "25 %", "--classify", [judgement(class_spread=20, pixel_class_spread=25)]),
        ("D too weak", "4% of real", "--g.lr 0.0005", [held_out(1, 1, 0.95), judgement(coverage=0.04)]),
        ("D too strong", "9.0 standard", "--d.lr 0.0005", [held_out(5, 5, -4), judgement(coverage=0.0)]),
        ("oscillation", "turned 2 times", "--lr 0.0005", [judgement(f) for f in (1, 1, 1, 1, 1, 3, 1, 3)]),
        ("oscillation", "was 1 and has been lost", "--lr 0.0005", [judgement(f) for f in (4, 2, 1, 1, 2, 5)]),
        ("augmentation leak", "0.5 to augmented", "--augment adaptive", [judgement(frechet_augmented=0.5)]),
        ("plateau", "the last 4", "stop here", [judgement(f) for f in (9, 5, 3, 1, 1, 0.99, 1.05, 1)]),
    ],
)
def test_each_verdict_has_its_evidence_and_one_change(name, figure, change, events):
    verdict = only(*events)
    assert verdict.name == name
    assert figure in verdict.evidence
    assert verdict.change.startswith(change)


def test_a_plateau_far_from_the_data_is_no_place_to_stay():
    verdict = only(*(judgement(f, coverage=0.02) for f in (9, 5, 3, 1, 1, 0.99, 1.05, 1)))
    assert verdict.change == "stop here, and begin anew with --lr 0.0005"
    assert "2% of real examples" in verdict.evidence


def test_the_most_urgent_comes_first():
    names = [verdict.name for verdict in said(rounds(2), held_out(held=-1.5), judgement(spread=10, class_spread=10))]
    assert names == ["non-finite values masked", "D overfits", "mode collapse"]  # what D knows by heart G draws alone


@pytest.mark.parametrize(
    "events",
    [
        [held_out(5, 5, -4), judgement(coverage=0.5)],  # certain, but the samples are good
        [held_out(1, 1, 1), judgement(coverage=0.9)],  # in the dark, because the samples are good
        [judgement(spread=20, pixel_spread=60)],  # poor samples, alike to a network taught on photographs only
        [judgement(class_spread=20, pixel_class_spread=60)],
        [judgement(frechet_augmented=0.9)],  # no nearer to altered examples than the error bar is long
        [judgement(copies=12, memorisation_p=0.3)],  # near-copies, but of held-out examples as well
        [judgement(copies=0.5, memorisation_p=1e-4)],
        [judgement(f) for f in (9, 3, 2, 1.5, 1.2, 1.0, 0.8, 0.6)],  # still learning
        [judgement(f) for f in (1, 1.05, 1, 1.05, 1, 1.05)],  # within its error bars
    ],
)
def test_what_only_looks_like_a_fault_is_none(events):
    assert only(rounds(), *events).name == "healthy"


@pytest.mark.parametrize(
    ("events", "after"),
    [
        ([judgement(4.0), judgement(3.0), judgement(2.0, 90, spread=10)], "mode collapse"),  # getting better
        ([judgement(4.0), judgement(4.0, spread=10), judgement(4.0, 90, spread=20)], "mode collapse"),  # moving apart
        ([judgement(4.0), judgement(3.0), judgement(2.0, 90, class_spread=10)], "within-class collapse"),
        ([judgement(images=90) | {"measures": FINE | {"frechet_augmented": [0.85, 0.8, 0.89]}}], "augmentation leak"),
        ([held_out(1.4, 1.4, -1.4), judgement(4.0, 90, coverage=0.05)], "D too strong"),
        ([held_out(0.4, 0.4, -0.4), judgement(4.0, 90, coverage=0.05)], "D too weak"),
    ],
)
def test_what_may_still_mend_is_a_fault_once_the_run_is_over(events: list[dict], after: str):
    assert only(rounds(images=94), *events).name == "healthy"
    assert only(rounds(images=95), *events).name == after


def test_a_run_is_stuck_where_little_was_gained_since_half_as_many_judgements():
    ill = [judgement(f, 90, spread=20) for f in (9, 3, 2.9, 2.8)]
    assert only(rounds(images=90), *ill).name == "mode collapse"
    assert only(rounds(images=90), *ill[:2]).name == "healthy"


def test_a_run_has_only_begun_until_a_quarter_of_it_is_over():
    assert only(rounds(images=24), judgement(images=24, spread=20)).name == "healthy"
    assert only(rounds(images=25), judgement(images=25, spread=20)).name == "mode collapse"


def test_of_several_averages_the_one_with_the_shortest_memory_is_followed():
    """Of a G that swings, a long average swings least."""
    events = [judgement(2.0) for _ in range(8)]
    for place, event in enumerate(events):
        short = 3.0 if place % 2 else 1.0
        event["frechet"] = {"average-10000": [2.0, 1.8, 2.2], "average-500": [short, 0.9 * short, 1.1 * short]}
    assert only(rounds(), *events).name == "oscillation"
    for event in events:
        event["frechet"] = {"average-500": [2.0, 1.8, 2.2], "average-10000": event["frechet"]["average-500"]}
    assert only(rounds(), *events).name == "plateau"


def test_ds_logits_are_those_of_the_last_three_looks():
    overfit, fair = held_out(held=-1.5), held_out()
    assert only(rounds(), overfit, fair, fair, fair, judgement()).name == "healthy"
    assert only(rounds(), fair, overfit, overfit, overfit, judgement()).name == "D overfits"


def test_a_run_that_ended_far_from_the_data_while_it_came_nearer_was_too_short():
    events = [held_out(1.4, 1.4, -1.4), judgement(4.0), judgement(3.0), judgement(2.0, coverage=0.05)]
    verdict = only(rounds(), *events)
    assert (verdict.name, verdict.change) == ("too few updates", "--images 200")
    assert "5% of real examples have a sample close by" in verdict.evidence
    assert only(rounds(images=94), *(e | {"images": 94} for e in events)).change == "none"


@pytest.mark.parametrize(
    ("length", "batch", "name"), [(792, 8, "too few updates"), (800, 8, "healthy"), (3, 8, "too few updates")]
)
def test_a_run_of_less_than_a_hundred_updates_was_too_short_whatever_it_made(length: int, batch: int, name: str):
    """Once it is over; and before a plateau is believed, for which it takes 600."""
    config = CONFIG | {"batch": batch, "stages": [CONFIG["stages"][0] | {"images": length}]}
    flat = [judgement(1.0, images=length) for _ in range(8)]
    assert only(rounds(images=length), judgement(images=length), config=config).name == name
    assert only(rounds(images=length), *flat, config=config).name == name
    assert only(rounds(images=length // 2), judgement(images=length // 2), config=config).name == "healthy"
    if name != "healthy":
        verdict = only(rounds(images=length), judgement(images=length), config=config)
        assert verdict.evidence.startswith(f"number of updates: {99 if length > 9 else 1}; less than 100 leave")
        assert verdict.change == f"--images {max(10 * length, 600 * batch)}"


def test_signs_of_a_run_that_hardly_moved_its_networks_are_no_faults():
    """Its samples are alike and D is certain, as at any beginning; numbers that are not finite are told as ever."""
    config = CONFIG | {"batch": 2}
    ill = judgement(spread=18, class_spread=18, coverage=0.0)
    assert [verdict.name for verdict in said(rounds(), held_out(fake=-9), ill, config=config)] == ["too few updates"]
    assert said(rounds(), held_out(fake=-9), ill)[0].name == "mode collapse"
    worse = said(rounds(), {"event": "rollback"}, ill, config=config)
    assert [verdict.name for verdict in worse] == ["non-finite values masked", "too few updates"]


@pytest.mark.parametrize(("batch", "name"), [(10, "plateau"), (11, "healthy")])
def test_before_600_updates_nothing_has_come_to_rest(batch: int, name: str):
    config = CONFIG | {"batch": batch, "stages": [CONFIG["stages"][0] | {"images": 6_000}]}
    flat = [judgement(1.0, images=6_000) for _ in range(8)]
    assert only(rounds(images=6_000), *flat, config=config).name == name


ALIKE = {"coverage": 0.0, "spread": 18, "class_spread": 18}


@pytest.mark.parametrize(
    ("ill", "fault"),
    [
        ([judgement(**ALIKE)], "mode collapse"),
        ([judgement(4.0, **ALIKE), judgement(3.9, **ALIKE), judgement(3.8, **ALIKE)], "mode collapse"),
        ([judgement(spread=90, class_spread=18)], "within-class collapse"),
        ([held_out(fake=-9), judgement(coverage=0.05)], "D too strong"),
        ([held_out(fake=1.0), judgement(coverage=0.05)], "D too weak"),
    ],
)
def test_samples_of_a_short_run_are_alike_since_it_was_short(ill: list[dict], fault: str):
    """From 600 updates on it is the fault; until then updates are missing, and that is all that is said: also where
    the judgements so far did not get better, as those after 57 and 113 updates of a run that was fine after 169.
    """
    for length, batch in ((6_000, 10), (6_000, 11)):
        config = CONFIG | {"batch": batch, "stages": [CONFIG["stages"][0] | {"images": length}]}
        events = [event | ({"images": length} if event["event"] == "judgement" else {}) for event in ill]
        found = said(rounds(images=length), *events, config=config)
        assert found[0].name == (fault if batch == 10 else "too few updates")
        if batch == 11:
            assert [verdict.name for verdict in found] == ["too few updates"]
            assert found[0].evidence.endswith("number of updates: 546; nothing has come to rest before some 600")
            assert found[0].change == "--images 12000"
    config = CONFIG | {"batch": 60, "stages": [CONFIG["stages"][0] | {"images": 6_000}]}
    assert only(rounds(images=6_000), *events, config=config).change == "--images 36000"


def test_before_600_updates_a_run_that_goes_on_has_no_fault_that_time_may_mend():
    """The length of the plan does not count, but what was seen of it."""
    config = CONFIG | {"batch": 10, "stages": [CONFIG["stages"][0] | {"images": 12_000}]}
    for seen, fault in ((5_990, "healthy"), (6_000, "mode collapse")):
        flat = [judgement(1.0, images=seen, **ALIKE) for _ in range(3)]
        assert said(rounds(images=seen), *flat, config=config)[0].name == fault
        certain = said(rounds(images=seen), held_out(fake=-9), config=config)[0].name
        assert certain == fault.replace("mode collapse", "D too strong")


@pytest.mark.parametrize(("low", "name"), [(0.63, "too few updates"), (0.62, "healthy")])
def test_a_table_that_gaussians_fit_better_wants_more(low: float, name: str):
    """Beyond the error bars of both densities, once the run is over; and before a plateau is believed."""
    event = judgement()
    event["measures"] = event["measures"] | {"density": [0.5, 0.4, 0.62], "mixture/density": [0.9, low, 1.0]}
    verdict = only(rounds(), event)
    assert verdict.name == name
    assert only(rounds(), *[event] * 8).name == name.replace("healthy", "plateau")
    assert only(rounds(images=50), event | {"images": 50}).name == "healthy"
    if name != "healthy":
        assert verdict.evidence.startswith("a Gaussian mixture fits better: the density of its samples among real ")
        assert "is 0.90, of these 0.50" in verdict.evidence
        assert verdict.change == "--images 400"


@pytest.mark.parametrize(("low", "name"), [(19.9, "healthy"), (20.1, "too few updates")])
def test_a_run_that_ended_at_a_fifth_of_the_distance_of_the_mean_alone_was_too_short(low: float, name: str):
    """By the lower end of that figure, whatever lies close by; while the run goes on that is nothing to be told."""
    event = judgement(coverage=0.6)
    event["measures"] = event["measures"] | {"distance": [low + 3, low, low + 6]}
    assert only(rounds(), event).name == name
    assert only(rounds(images=80), event | {"images": 80}).name == "healthy"


@pytest.mark.parametrize(
    ("g", "d", "name", "change"),
    [
        (2e-3, 2e-5, "D too weak", "--d.lr 0.002"),
        (1e-5, 1e-3, "D too strong", "--g.lr 0.001"),
        (1.5e-4, 1.4e-5, "D too weak", "--d.lr 0.0002"),
        (1e-4, 5e-4, "too few updates", "--images 200"),  # slower than usual, but not left behind
        (2e-3, 2e-4, "too few updates", "--images 200"),
    ],
)
def test_a_player_that_hardly_moves_is_found_whatever_the_logits(g: float, d: float, name: str, change: str):
    far, config = [judgement(f, coverage=0.05) for f in (4, 3, 2, 1)], {**CONFIG, "g": {"lr": g}, "d": {"lr": d}}
    assert only(rounds(), *far, config=config)[::2] == (name, change)
    assert only(rounds(images=19), *(e | {"images": 19} for e in far), config=config).name == "healthy"
    assert only(rounds(), judgement(coverage=0.5), config=config).name == "healthy"


@pytest.mark.parametrize("ill", [{"spread": 10, "class_spread": 10}, {"frechet_augmented": 0.5}, {"class_spread": 10}])
def test_a_run_that_has_only_begun_is_not_ill_yet(ill: dict):
    event = judgement(images=19, **ill)
    assert only(rounds(images=19), event).name == "healthy"
    del event["images"]  # as while it is being written
    assert only(rounds(images=19), event).name == "healthy"
    assert only(rounds(), event).name != "healthy"


def test_a_remedy_that_is_in_use_is_not_advised_again():
    stage = {"objective": "relativistic", "r1": 1.0, "augment": "diff"}
    config = {"g": {"lr": 1e-3}, "d": {"lr": 2e-3}, "stages": [stage]}
    assert only(judgement(spread=10, class_spread=10), config=config).change == "--g.lr 0.0002 --d.lr 0.0005"
    assert "more data" in only(held_out(held=-1.5), config=config).change
    assert only(held_out(9, 9, -9), config=config | {"stages": [{"r1": 0.0}]}).change == "--r1 1"


def of_leak(**stage: object) -> str:
    return only(judgement(frechet_augmented=0.5), config={"stages": [stage]}).change


def test_a_leak_is_stopped_by_altering_less_often_and_then_never():
    assert of_leak(augment="diff", augment_most=0.7) == "--augment adaptive"
    assert of_leak(augment="adaptive", augment_most=0.7) == "--augment-most 0.5"
    assert of_leak(augment="adaptive", augment_most=0.5) == "--augment none"


ILL = [
    [{"event": "rollback"}],
    [held_out(held=-0.9), judgement()],
    [judgement(spread=20, class_spread=20)],
    [judgement(class_spread=29)],
    [held_out(1, 1, 0.95), judgement(coverage=0.04)],
    [held_out(5, 5, -4), judgement(coverage=0.0)],
    [judgement(f) for f in (4, 2, 1, 1, 2, 5)],
]


def rates_of(config: dict) -> dict[str, float]:
    return {"g.lr": config["g"]["lr"], "d.lr": config["d"]["lr"]}


def advised(config: dict, events: list[dict]) -> dict[str, str]:
    """The flags of the first change, by name; none where it is not one of settings."""
    words = said(*events, config=config)[0].change.split()
    return dict(zip((word[2:] for word in words[::2]), words[1::2])) if words[0].startswith("--") else {}


@pytest.mark.parametrize("recipe", RECIPES)
def test_whatever_the_rates_are_the_advice_can_be_followed_and_changes_something(recipe: str):
    for g, d, events in itertools.product((None, 1e-9, 1e-6, 0.003, 0.05, 50), (None, 1e-9, 0.003, 50), ILL):
        given = {name: value for name, value in (("g.lr", g), ("d.lr", d)) if value is not None}
        before = configure(recipe, None, given).model_dump(mode="json")
        flags = advised(before, events)
        kept = {} if "lr" in flags else given  # both rates in one, which a rate of one player would outdo
        after = configure(recipe, None, kept | flags).model_dump(mode="json")
        assert (after != before) == bool(flags)
        moved = {name: rate for name, rate in rates_of(after).items() if rate != rates_of(before)[name]}
        assert all(rate in (2e-4, 5e-4, 1e-3, 2e-3) for rate in moved.values()), flags


def test_the_usual_rates_are_those_of_the_recipes():
    begun = [recipe.make().model_dump() for recipe in RECIPES.values()]
    rates = [rate for config in begun for rate in rates_of(config).values()]
    assert (min(rates), max(rates)) == (LEAST, MOST)
    assert {config[player]["optimiser"] for config in begun for player in ("g", "d")} == {"adam", "adamw"}


@pytest.mark.parametrize(
    ("g", "d", "stage", "events", "change"),
    [
        (2e-3, 1e-9, {}, [held_out(1, 1, 0.95), judgement(coverage=0.0)], "--d.lr 0.002"),  # D frozen: as G
        (2e-4, 2e-4, {}, [held_out(1, 1, 0.95), judgement(coverage=0.0)], "--d.lr 0.001"),
        (2e-4, 2e-3, {"k": 2}, [held_out(1, 1, 0.95), judgement(coverage=0.0)], "--k 4"),
        (1e-6, 2e-3, {}, [held_out(9, 9, -9), judgement(coverage=0.0)], "--g.lr 0.002"),  # G hardly moves: as D
        (2e-3, 2e-3, {"r1": 0.2}, [held_out(9, 9, -9), judgement(coverage=0.0)], "--d.lr 0.0005"),
        (2e-3, 2e-4, {"r1": 0.2}, [held_out(9, 9, -9), judgement(coverage=0.0)], "--r1 0.8"),
        (0.05, 0.05, {}, [judgement(spread=9)], "--lr 0.002"),
        (2e-2, 1e-3, {}, [judgement(spread=9)], "--g.lr 0.002"),
        (0.05, 0.05, {"classify": 1.0}, [judgement(class_spread=9)], "--lr 0.002"),
        (2e-4, 2e-4, {}, [{"event": "rollback"}], "--r1 1"),
    ],
)
def test_rates_are_brought_to_where_the_recipes_learn(g, d, stage, events, change):
    assert said(*events, config={"g": {"lr": g}, "d": {"lr": d}, "stages": [stage]})[0].change == change


def test_samples_far_from_the_data_at_rates_too_high_are_no_slow_learning():
    fast = {"g": {"lr": 0.05}, "d": {"lr": 2e-3}, "stages": [{"images": 100}]}
    learning = [judgement(f, coverage=0.04) for f in (9, 5, 2, 1)]
    assert only(*learning, config=CONFIG).name == "too few updates"
    verdict = only(*learning, config=fast)
    assert verdict[::2] == ("oscillation", "--g.lr 0.002")
    assert verdict.evidence.startswith("G's rate is 0.05, above any that is usual, and 4% of real examples")
    assert only(rounds(images=19), judgement(coverage=0.04, images=19), config=fast).name == "healthy"
    assert only(judgement(coverage=0.3), config=fast).name == "healthy"


@pytest.mark.parametrize(
    ("rate", "last", "name"), [(0.05, 1.3, "oscillation"), (0.05, 1.2, "healthy"), (2e-3, 1.3, "healthy")]
)
def test_at_rates_too_high_less_need_be_lost(rate: float, last: float, name: str):
    config = {"g": {"lr": rate}, "d": {"lr": 2e-3}, "stages": [{"images": 100}]}
    assert only(rounds(), *(judgement(f) for f in (4, 1, last)), config=config).name == name


def test_plain_gradients_are_followed_at_larger_rates():
    config = {"g": {"lr": 1.0, "optimiser": "sgd"}, "d": {"lr": 1.0, "optimiser": "momentum"}, "stages": [{}]}
    assert only({"event": "rollback"}, config=config).change == "--lr 0.1"


def test_near_copies_count_above_those_that_independent_examples_have():
    """Of points in the plane one in ten is near a training example by chance."""
    for found, usual, name in ((11.9, 10.0, "healthy"), (12.1, 10.0, "memorising"), (2.1, 0.0, "memorising")):
        verdict = only(judgement(copies=found, copies_real=usual, memorisation_p=1e-4))
        assert verdict.name == name
        assert ("as are 10.0 % of independent real ones" in verdict.evidence) == (found == 12.1)


def test_near_copies_of_points_are_not_believed_without_a_test():
    event = judgement(copies=30)
    del event["measures"]["memorisation_p"]
    assert only(event).name == "memorising"
    assert only(event, config=CONFIG | {"range": "raw"}).name == "healthy"


def test_points_are_not_altered():
    assert only(held_out(held=-1.5), config=CONFIG | {"range": "raw"}).change == "more data"


def test_what_judging_was_refused_for_is_quoted():
    why = "judge: only 1 different example of 200 (a verdict on fewer than 20 is noise)"
    verdict = only(rounds(), held_out(), {"event": "judgement", "refused": why})
    assert (verdict.name, verdict.change) == ("healthy", "none")
    assert verdict.evidence.endswith(f"1 look at D's logits; not judged: {why}")
    assert only(rounds(), {"event": "judgement", "refused": why}, judgement()).evidence.startswith("1 judgement;")


def test_of_several_verdicts_the_first_alone_says_what_to_change(tmp_path: Path, capsys, monkeypatch):
    """Three verdicts with three changes: --r1 1 would undo what the first is for."""
    three = said({"event": "rollback"}, held_out(held=-1.5), judgement(spread=10, class_spread=10))
    assert len({verdict.change for verdict in three}) == 3
    monkeypatch.setattr("saddlepoint.record.read_record", lambda _: SimpleNamespace(config=None))
    monkeypatch.setattr("saddlepoint.court.kept.examine", lambda *_: three)
    assert main(["doctor", str(tmp_path)]) == 0
    screen = capsys.readouterr().out
    changes = [line.split(maxsplit=1)[1] for line in screen.splitlines() if line.startswith("  change")]
    assert changes == [three[0].change, LATER, LATER]
    assert all(verdict.name in screen for verdict in three)
    assert main(["doctor", str(tmp_path), "--json"]) == 0
    assert [Verdict(**each) for each in json.loads(capsys.readouterr().out)] == three


def test_torn_and_foreign_journals_do_not_confuse_it():
    nothing = {"event": "judgement", "refused": "not finite"}
    empty = {"event": "judgement", "measures": {"frechet": [None, None, None]}}
    assert only(nothing, {"event": "held_out", "train": None}, empty, {}, config={}).name == "healthy"


def test_a_rise_within_its_error_bar_is_no_turn():
    """Two sure falls, and between them a rise that nobody can be sure of, or everybody."""
    for high, name in ((1.9, "healthy"), (1.1, "oscillation")):
        events = [judgement(f) for f in (3, 3, 3, 3, 3, 1, 1.6, 1)]
        events[5]["measures"]["frechet"] = [1, 0.9, high]
        assert only(rounds(), *events).name == name


def test_a_fall_within_its_error_bar_is_no_turn():
    """Two sure rises, and between them a fall that nobody can be sure of, or everybody."""
    for high, name in ((1.9, "plateau"), (1.1, "oscillation")):
        events = [judgement(f) for f in (1, 1, 1, 1, 1, 1.5, 1, 2.9)]
        events[6]["measures"]["frechet"] = [1, 0.9, high]
        assert only(rounds(), *events).name == name


@pytest.mark.parametrize(("rate", "change"), [(2e-3, "--g.lr 0.0005"), (2e-4, "--images 200"), (0.0, "--images 200")])
def test_where_a_run_has_no_such_setting_g_learns_more_slowly_or_longer(rate: float, change: str):
    """A fourth of its rate where that is one to advise; else twice as many images as it had."""
    case = Case.of({"system": "of others", "g": {"lr": rate}, "stages": [{"images": 100}]}, ())
    assert at_hand("--r1 1", case) == change


def test_one_turn_is_no_oscillation():
    """Up and down beyond the error bars, in the last half of the judgements; up again is the second turn."""
    for distances, names in (((1, 1, 1, 1, 2, 1), ["healthy"]), ((1, 1, 1, 1, 2, 1, 2), ["oscillation"])):
        assert [verdict.name for verdict in said(*map(judgement, distances))] == names


@pytest.mark.parametrize(
    ("rate", "usual"),
    [(3.1e-4, 2e-4), (3.3e-4, 5e-4), (6.9e-4, 5e-4), (7.2e-4, 1e-3), (1.4e-3, 1e-3), (1.45e-3, 2e-3), (1.0, 2e-3)],
)
def test_the_nearest_round_rate_is_nearest_in_its_logarithm(rate: float, usual: float) -> None:
    """Between 2 and 5 the middle is 10^(1/2), between 5 and 10 it is 50^(1/2), between 1 and 2 it is 2^(1/2)."""
    assert Case.of(CONFIG, []).usual("g", rate) == pytest.approx(usual)


def test_a_run_that_was_stopped_is_not_finished_and_goes_on_with_resume():
    """However well it stood: 40 of 100 updates. What is wrong with it comes first, a plateau too; nobody who plays on
    is told so.
    """
    config = CONFIG | {"batch": 10, "stages": [CONFIG["stages"][0] | {"images": 1_000}]}
    case = Case.of(config, [rounds(images=400), held_out(), judgement(images=400)])
    (verdict,) = diagnose(case._replace(left=True))
    assert (verdict.name, verdict.change) == ("not finished", "go on: saddlepoint resume")
    assert verdict.evidence.startswith("it was stopped when 40 % of the run was over, after 40 updates, and 80% of")
    assert [verdict.name for verdict in diagnose(case)] == ["healthy"]
    worse = Case.of(config, [rounds(images=400), {"event": "rollback"}])._replace(left=True)
    assert [verdict.name for verdict in diagnose(worse)] == ["non-finite values masked"]
    flat = Case.of(CONFIG, [judgement() for _ in range(8)])._replace(left=True)
    assert diagnose(flat)[0].name == "plateau"


def test_it_is_stopped_where_its_journal_has_no_end_and_nobody_says_that_it_goes_on(tmp_path: Path):
    run = Run(stages=[{"images": 9_000}])
    begun = '{"event": "stage", "images": 0, "stage": 0}\n{"event": "rounds", "images": 8900}\n'
    for lines, name in ((begun, "not finished"), (begun + '{"event": "end", "images": 9000}\n', "healthy")):
        (tmp_path / "journal.jsonl").write_text(lines)
        assert examine(tmp_path, run)[0].name == name
    (tmp_path / "journal.jsonl").write_text(begun)
    assert examine(tmp_path, run, going_on=True)[0].name == "healthy"


def test_where_nothing_can_be_altered_memory_wants_more_data():
    """A system without an augmentation is not told to take a slower G, which has nothing to do with it."""
    case = CONFIG | {"system": "of others", "stages": [{"images": 100}]}
    assert only(judgement(copies=12, memorisation_p=1e-4), config=case).change == "more data"


def test_networks_that_learn_alone_have_no_rate_above_a_players_and_hear_nothing_of_d():
    """Of every recipe: run as it is, it is not told that its own rates are too high; without a critic, nothing of D."""
    far = [judgement(f, coverage=0.02) for f in (9, 5, 3, 1)]
    for _, name, recipe in catalog.recipes():
        config = recipe.make().model_dump(mode="json")
        images = sum(stage["images"] for stage in config["stages"])
        events = [
            [event | {"images": images} for event in group] for group in (far, *ILL) if "held_out" not in str(group)
        ]
        for group in events:
            found = said(rounds(images=images), *group, config=config)
            assert not any("above any that is usual" in verdict.evidence for verdict in found), name
            alone = not (config.get("d") or {}).get("lr")
            assert not (alone and any("D " in str(verdict) or "--d." in str(verdict) for verdict in found)), name


def test_of_one_name_the_most_urgent_verdict_alone_is_told():
    """At a rate too high the distance has been lost, and turned: one oscillation, with the first evidence."""
    config = CONFIG | {"g": {"lr": 2e-2}}
    (verdict,) = said(*(judgement(f, coverage=0.02) for f in (1, 1, 1, 1, 1, 3, 1, 3)), config=config)
    assert (verdict.name, verdict.evidence[:15]) == ("oscillation", "G's rate is 0.0")


@pytest.mark.parametrize(
    ("columns", "name"),
    [([0.034, 29.0], "healthy"), ([0.033, 1.0], "unscaled columns"), ([1.0, 31.0], "unscaled columns")],
)
def test_columns_that_networks_see_as_they_are_stored_are_to_be_about_1(columns: list[float], name: str):
    """One in 30 to 30; of a run that has begun alone."""
    stage = {"event": "stage", "images": 0, "columns": columns}
    config = CONFIG | {"range": "raw"}
    verdict = only(stage, rounds(), judgement(), config=config)
    assert verdict.name == name
    assert only(stage, rounds(images=20), judgement(images=20), config=config).name == "healthy"
    if name != "healthy":
        assert verdict.change == "--range standard"
        assert f"from {columns[0]:.3g} to {columns[1]:.3g}" in verdict.evidence


@pytest.mark.parametrize(("held", "name"), [(0.05, "healthy"), (-0.05, "D overfits"), (-1.05, "D overfits")])
def test_d_overfits_where_it_takes_held_out_examples_for_fakes(held: float, name: str):
    """Of training examples at 1 and fakes at -1 the middle is 0, which is r_v = 1/2; how wide the logits are, .8 and
    more of a deviation apart, does not matter then.
    """
    assert only(rounds(), held_out(1, held, -1), judgement()).name == name
    assert only(rounds(), held_out(1, held, -1, std=0.1), judgement()).name == name
    assert only(rounds(), held_out(1, held, -1, std=9), judgement()).name == "healthy"


def test_too_few_examples_are_the_cause_where_samples_are_alike_too():
    """What D knows by heart is all that G can draw."""
    names = [verdict.name for verdict in said(rounds(), held_out(held=-0.5), judgement(class_spread=20))]
    assert names == ["D overfits", "within-class collapse"]


WEAVE = {"pattern": [1.6, 1.5, 1.7]}


def ended(*frechet: float, config: dict = CONFIG, rest: tuple[dict, ...] = (), **measures: list[float]) -> list[str]:
    """What is said of a run that is over, with these measures at its last judgement."""
    events = [judgement(f) for f in frechet or (1.0,)]
    events[-1]["measures"] = events[-1]["measures"] | measures
    return [verdict.name for verdict in said(rounds(), *rest, *events, config=config)]


def test_a_weave_stands_beside_too_few_updates_where_the_run_still_got_better():
    """Two causes ask for two changes: time first, and the other layer where time brings nothing more."""
    cells = CONFIG | {"g": CELLS}
    assert ended(4, 3, 2, config=cells, **WEAVE) == ["too few updates", "woven pattern"]
    assert ended(2, 2, 2, config=cells, **WEAVE) == ["woven pattern"]
    assert ended(4, 3, 2, **WEAVE) == ["healthy"]
    assert ended(2, 2, 2, config=cells, coverage=[0.2, 0.1, 0.3], **WEAVE) == ["too few updates", "woven pattern"]


def test_what_is_behind_a_weave_is_named_before_it():
    fast = CONFIG | {"g": CELLS | {"lr": 1e-2}}
    assert ended(config=fast, **WEAVE) == ["oscillation", "woven pattern"]
    assert ended(config=fast) == ["healthy"]
    by_heart = held_out(train=1, held=0.4, fake=-1)  # r_v = .3
    cells = CONFIG | {"g": CELLS}
    assert ended(config=cells, rest=(by_heart,), **WEAVE) == ["D overfits", "woven pattern"]
    assert ended(config=cells, rest=(by_heart,)) == ["healthy"]


def test_what_did_no_harm_stands_beside_a_healthy_run():
    """Near the data beyond the error bar; where too few are held out for a distance, a fault stays the verdict."""
    steps, overfit = rounds(3), held_out(held=-1.5)
    near, far = {"distance": [5.0, 3.0, 9.9]}, {"distance": [5.0, 3.0, 10.1]}
    for rest, name in ((steps, "non-finite values masked"), (overfit, "D overfits")):
        assert ended(rest=(rest,), **near) == ["healthy", name]
        assert ended(rest=(rest,), **far) == [name]
        assert ended(rest=(rest,), coverage=[0.2, 0.1, 0.3], **near) == [name]
    unsaid = [judgement()]
    del unsaid[0]["measures"]["distance"]
    assert [verdict.name for verdict in said(rounds(), overfit, *unsaid)] == ["D overfits"]
    assert [change for _, change in in_turn(said(steps, judgement(distance=5.0)))] == ["none", ALONE]
    collapsed = ended(rest=(steps,), spread=[20.0, 19.0, 21.0], class_spread=[20.0, 19.0, 21.0], **near)
    assert collapsed == ["non-finite values masked", "mode collapse"]


def test_one_left_behind_is_the_cause_of_samples_that_are_alike_or_far_off():
    behind = CONFIG | {"d": {"lr": 2e-5}}
    assert ended(config=behind, spread=[20.0, 19.0, 21.0])[0] == "D too weak"
    assert ended(config=behind, distance=[30.0, 26.0, 34.0]) == ["D too weak"]
    assert ended(config=behind) == ["healthy"]


@pytest.mark.parametrize(("scale", "low", "name"), [("raw", 15.1, "too few updates"), ("raw", 14.9, "healthy")])
def test_points_are_far_off_by_a_limit_of_their_own(scale: str, low: float, name: str):
    """Their distance reads lower: a normal cloud in the place of moons has 19 %."""
    assert ended(config=CONFIG | {"range": scale}, distance=[low + 2, low, low + 5]) == [name]
    assert ended(config=CONFIG | {"range": "signed"}, distance=[low + 2, low, low + 5]) == ["healthy"]


def test_a_certain_d_is_too_strong_at_the_end_though_the_run_still_got_better():
    certain, sure = held_out(1, 1, -2), held_out(0.9, 0.9, -2)
    assert ended(4, 3, 2, rest=(certain,), coverage=[0.05, 0.0, 0.1]) == ["D too strong"]
    assert ended(4, 3, 2, rest=(sure,), coverage=[0.05, 0.0, 0.1]) == ["too few updates"]


def test_a_fault_that_left_no_trace_in_the_samples_stands_beside():
    """Rates at which nothing is learnt, a leak, and a pattern that anybody can see, which keeps its change."""
    near, lost = {"distance": [5.0, 3.0, 9.9]}, [1, 1, 1, 1, 1, 3, 1, 3]
    assert ended(*lost, **near) == ["plateau", "oscillation"]
    assert ended(frechet_augmented=[0.5, 0.5, 0.5], **near) == ["healthy", "augmentation leak"]
    of_cells = {"config": {**CONFIG, "g": CELLS}, "pattern": [1.6, 1.5, 1.7]}
    assert ended(**of_cells, **near) == ["healthy", "woven pattern"]
    assert ended(9, 3, 1, **of_cells, **near) == ["healthy", "woven pattern"]  # though it still got better
    assert ended(9, 3, 1, **of_cells) == ["too few updates", "woven pattern"]
    woven, steps = Verdict("woven pattern", "", "--g.last smooth"), Verdict("D overfits", "", "more data")
    well, ill = Verdict("healthy", "", "none"), Verdict("mode collapse", "", "--r1 1")
    assert [change for _, change in in_turn([well, woven, steps])] == ["none", "--g.last smooth", ALONE]
    assert [change for _, change in in_turn([ill, woven])] == ["--r1 1", LATER]


def test_a_leak_is_the_cause_of_samples_that_are_alike():
    assert ended(frechet_augmented=[0.5, 0.5, 0.5], spread=[20.0, 19.0, 21.0]) == ["augmentation leak", "mode collapse"]


@pytest.mark.parametrize(
    ("precision", "recall", "name"),
    [(0.5, 0.09, "mode collapse"), (0.49, 0.09, "healthy"), (0.5, 0.1, "healthy"), (None, 0.0, "healthy")],
)
def test_a_thread_of_samples_through_a_cloud_of_examples_is_a_collapse(precision: float | None, recall: float, name):
    """However far apart its ends are; a run that goes on may widen it yet."""
    found = {"recall": [recall, recall, recall]} | ({} if precision is None else {"precision": [precision] * 3})
    assert ended(**found) == [name]
    assert only(rounds(images=80), judgement(images=80, recall=recall, precision=precision or 0)).name == "healthy"
    if name != "healthy":
        evidence = only(rounds(), judgement(recall=recall, precision=precision)).evidence
        assert evidence == "50% of the samples lie among real examples, and 9% of these among samples"


@pytest.mark.parametrize(
    ("ours", "real", "name"), [(49, 98, "healthy"), (48, 98, "too few updates"), (5, 0, "healthy")]
)
def test_samples_that_are_not_what_they_were_asked_to_be_are_far_off(ours: float, real: float, name: str):
    """Less than half as often as real examples are; of a player that hardly moves it is the sign that was missing."""
    found = {"label_accuracy": [ours] * 3, "label_accuracy_real": [real] * 3}
    assert ended(**found) == [name]
    assert ended(label_accuracy=[1, 1, 1]) == ["healthy"]
    behind = CONFIG | {"d": {"lr": 2e-5}}
    assert ended(config=behind, **found) == [name.replace("too few updates", "D too weak")]
    near = {"distance": [5.0, 3.0, 9.9]}
    for accuracy, names in ((70, ["healthy", "D overfits"]), (69, ["D overfits"])):
        known = {"label_accuracy": [accuracy] * 3, "label_accuracy_real": [100] * 3}
        assert ended(rest=(held_out(held=-1.5),), **known, **near) == names
    if name != "healthy":
        assert (
            "of the class they were asked for 49% as often"
            in only(rounds(), judgement(label_accuracy=ours, label_accuracy_real=real)).evidence
        )


def test_what_you_get_is_what_the_best_judgement_saw():
    """Once a run is over: the model that it ships is of then. Before, and where nobody chose, of the last."""
    best, last = judgement(1.0, images=50, distance=5.0), judgement(1.2, images=100, coverage=0.05, spread=20)
    assert [verdict.name for verdict in said(rounds(), best, last)] == ["mode collapse"]
    assert [verdict.name for verdict in said(rounds(), best, last | {"best": 50})] == ["healthy"]
    assert [verdict.name for verdict in said(rounds(), best, last | {"best": 100})] == ["mode collapse"]
    assert [verdict.name for verdict in said(rounds(), best, last | {"best": 70})] == ["mode collapse"]  # none is there
    still = last | {"images": 90, "best": 50}
    assert [verdict.name for verdict in said(rounds(images=90), best, still)] == ["mode collapse"]
