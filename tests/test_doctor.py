"""Every verdict of the doctor on a journal that shows it, and none where nothing is wrong."""

import pytest

from saddlepoint.judge.case import Case
from saddlepoint.judge.doctor import Verdict, diagnose

CONFIG = {
    "g": {"lr": 2e-3},
    "d": {"lr": 2e-3},
    "stages": [
        {"images": 100, "objective": "non-saturating", "r1": 0.2, "r2": 0.0, "classify": 1.0, "augment": "none"}
    ],
}
FINE = {
    "frechet": [1.0, 0.9, 1.1],
    "frechet_ratio": [3.0, 2.7, 3.3],
    "spread": [97.0, 95.0, 99.0],
    "class_spread": [90.0, 88.0, 92.0],
    "coverage": [0.8, 0.7, 0.9],
    "memorisation_p": [0.4, 0.4, 0.4],
    "copies": [0.1, 0.0, 0.5],
}


def rounds(skipped: int = 0) -> dict:
    return {"event": "rounds", "images": 100, "skipped": skipped}


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


@pytest.mark.parametrize(
    ("length", "said"), [(1_000, ", 10 % of the run is over;"), (101, "D's logits;"), (0, "D's logits;")]
)
def test_a_run_that_is_not_over_is_called_healthy_with_how_much_of_it_is(length: int, said: str):
    stages = [{**CONFIG["stages"][-1], "images": images} for images in (length // 2, length - length // 2)]
    assert said in only(rounds(), held_out(), judgement(), config={**CONFIG, "stages": stages}).evidence


def test_nothing_wrong_is_healthy_and_says_what_was_looked_at():
    verdict = only(rounds(), held_out(), judgement())
    assert verdict == ("healthy", "1 judgements, 1 looks at D's logits; Frechet distance 3.0 times real data's", "none")
    blind = only(rounds())
    assert blind.name == "healthy"
    assert "without a judgement" in blind.evidence


@pytest.mark.parametrize(
    ("name", "figure", "change", "events"),
    [
        ("non-finite values masked", "7 steps", "--lr 0.0005", [rounds(3), rounds(4)]),
        ("non-finite values masked", "1 times", "--lr 0.0005", [{"event": "rollback"}]),
        ("memorising", "12.0 %", "--augment adaptive", [judgement(copies=12, memorisation_p=1e-4)]),
        ("D overfits", "1.9 standard", "--augment adaptive", [held_out(held=-0.9), judgement()]),
        ("mode collapse", "20 %", "--objective relativistic", [judgement(spread=20, class_spread=20)]),
        ("within-class collapse", "29 %", "--classify 0.25", [judgement(class_spread=29)]),
        ("D too weak", "4% of real", "--d.lr 0.008", [held_out(1, 1, 0.95), judgement(coverage=0.04)]),
        ("D too strong", "9.0 standard", "--d.lr 0.0005", [held_out(5, 5, -4), judgement(coverage=0.0)]),
        ("oscillation", "turned 2 times", "--lr 0.0005", [judgement(f) for f in (1, 1, 1, 1, 1, 3, 1, 3)]),
        ("oscillation", "was 1 and has been lost", "--lr 0.0005", [judgement(f) for f in (4, 2, 1, 1, 2, 5)]),
        ("augmentation leak", "0.5 to augmented", "--augment-most 0.5", [judgement(frechet_augmented=0.5)]),
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
    assert names == ["non-finite values masked", "mode collapse", "D overfits"]


@pytest.mark.parametrize(
    "events",
    [
        [held_out(5, 5, -4), judgement(coverage=0.5)],  # certain, but the samples are good
        [held_out(1, 1, 1), judgement(coverage=0.9)],  # in the dark, because the samples are good
        [held_out(5, 5, -4), judgement(4.0), judgement(3.0), judgement(2.0, coverage=0, spread=10)],  # getting better
        [judgement(4.0), judgement(4.0, spread=10, images=19)],  # young
        [judgement(copies=12, memorisation_p=0.3)],  # near-copies, but of held-out examples as well
        [judgement(copies=0.5, memorisation_p=1e-4)],
        [judgement(f) for f in (9, 3, 2, 1.5, 1.2, 1.0, 0.8, 0.6)],  # still learning
        [judgement(f) for f in (1, 1.05, 1, 1.05, 1, 1.05)],  # within its error bars
    ],
)
def test_what_only_looks_like_a_fault_is_none(events):
    assert only(rounds(), *events).name == "healthy"


def test_a_remedy_that_is_in_use_is_not_advised_again():
    stage = {"objective": "relativistic", "r1": 1.0, "augment": "diff"}
    config = {"g": {"lr": 1e-3}, "d": {"lr": 2e-3}, "stages": [stage]}
    assert only(judgement(spread=10, class_spread=10), config=config).change == "--g.lr 0.00025 --d.lr 0.0005"
    assert "more data" in only(held_out(held=-1.5), config=config).change
    assert only(held_out(9, 9, -9), config=config | {"stages": [{"r1": 0.0}]}).change == "--r1 1"


def test_torn_and_foreign_journals_do_not_confuse_it():
    nothing = {"event": "judgement", "refused": "not finite"}
    empty = {"event": "judgement", "measures": {"frechet": [None, None, None]}}
    assert only(nothing, {"event": "held_out", "train": None}, empty, {}, config={}).name == "healthy"
