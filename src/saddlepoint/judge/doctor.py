"""What is wrong with a run, how one knows, and the one change to make: read off its journal, nothing else.

Thresholds were fixed on digits; docs/judging.md has the table of how often they are right elsewhere.
"""

from collections.abc import Callable
from typing import NamedTuple

from saddlepoint.judge.case import Case, shortest

OVERFIT = 0.5  # standard deviations between D's logits on training and on held-out examples
APART = 4.0  # standard deviations between its logits on real examples and on fakes: nothing is left to learn from
TOGETHER = 0.2  # the same, where D sees no difference
COLLAPSED, COLLAPSED_WITHIN = 50.0, 30.0  # percent of the real pairwise distance, of all and within a class
COPIES, SURE = 2.0, 0.001  # percent of near-copies; p-value of the memorisation test
SWING, LOST = 1.25, 3.0  # one judgement over the one before; the last over the best
OVER = 0.95  # of a run's length: the journal's last line may lie a little before the end
LAST = 4  # judgements without a gain
BENIGN = ("healthy", "plateau")


class Verdict(NamedTuple):
    """A name, the figures it rests on, and the one change to make."""

    name: str
    evidence: str
    change: str


def diagnose(case: Case) -> list[Verdict]:
    """All that is found, the most urgent first; `plateau` or `healthy` where nothing is wrong."""
    found = [verdict for sign in SIGNS if (verdict := sign(case)) is not None]
    return found or [plateau(case) or healthy(case)]


def not_finite(case: Case) -> Verdict | None:
    """Steps were refused, or the run went back to a checkpoint: something was not finite, and it was masked."""
    refused = sum(int(event.get("skipped") or 0) for event in case.rounds)
    if not refused and not case.rollbacks:
        return None
    evidence = f"{refused:,} steps were refused and the run went back to a checkpoint {case.rollbacks} times"
    return Verdict("non-finite values masked", evidence, slower(case, "g", "d"))


def memorising(case: Case) -> Verdict | None:
    """Training examples are nearest more often than chance allows, and near-copies are found among the samples."""
    copies, p = case.value("copies"), case.value("memorisation_p")
    if copies is None or copies < COPIES or (p is not None and p > SURE):
        return None
    sure = "" if p is None else f"; training examples are nearest more often than held-out ones, p = {p:.2g}"
    return Verdict(
        "memorising", f"{copies:.1f} % of the samples are near-copies of training examples{sure}", augmented(case)
    )


def overfits(case: Case) -> Verdict | None:
    """D tells training examples from held-out ones."""
    gap, real = case.gap("train", "held_out"), case.gap("train", "fake")
    if gap is None or real is None or gap < OVERFIT:
        return None
    evidence = f"D's logits on training examples lie {gap:.1f} standard deviations above those on held-out ones"
    return Verdict("D overfits", evidence, augmented(case))


def collapsed(case: Case) -> Verdict | None:
    """Samples lie closer together than real examples do."""
    spread = case.value("spread")
    if spread is None or spread > COLLAPSED or not case.stuck:
        return None
    coverage = case.value("coverage")
    evidence = f"two samples are {spread:.0f} % as far apart as two real examples"
    evidence += "" if coverage is None else f"; coverage {coverage:.2f}"
    return Verdict("mode collapse", evidence, steadier(case))


def collapsed_within(case: Case) -> Verdict | None:
    """The classes differ, but the samples of a class hardly do."""
    spread, all_ = case.value("class_spread"), case.value("spread")
    if spread is None or all_ is None or spread > COLLAPSED_WITHIN or all_ <= COLLAPSED or not case.stuck:
        return None
    evidence = f"two samples of a class are {spread:.0f} % as far apart as two real ones, of any class {all_:.0f} %"
    weight = case.rule("classify")
    return Verdict("within-class collapse", evidence, f"--classify {weight / 4:g}" if weight else steadier(case))


def too_strong(case: Case) -> Verdict | None:
    """D is certain of everything, and G gets nowhere."""
    apart = case.gap("train", "fake")
    if apart is None or apart < APART or (case.judged and not (case.bad and case.stuck)):
        return None
    evidence = f"D's logits on fakes lie {apart:.1f} standard deviations below those on real examples{nowhere(case)}"
    r1, lr = case.rule("r1"), case.setting("d", "lr")
    return Verdict("D too strong", evidence, "--r1 1" if not r1 else f"--d.lr {(lr or 0) / 4:g}")


def too_weak(case: Case) -> Verdict | None:
    """D sees no difference where there is one, or takes fakes for more real than real examples."""
    apart = case.gap("train", "fake")
    if apart is None or apart > TOGETHER or not case.bad or not case.stuck:
        return None
    evidence = f"D's logits on real examples lie {apart:.2f} standard deviations above those on fakes{nowhere(case)}"
    lr = case.setting("d", "lr") or 0
    return Verdict("D too weak", evidence, f"--d.lr {4 * lr:g}")


def nowhere(case: Case) -> str:
    """How far from the data the samples are, in words."""
    coverage, ratio = case.value("coverage"), case.value("frechet_ratio")
    found = "" if coverage is None else f", and {coverage:.0%} of real examples have a sample close by"
    return found + ("" if ratio is None else f"; the Frechet distance is {ratio:.0f} times real data's")


def oscillating(case: Case) -> Verdict | None:
    """Over the last half of the judgements the Frechet distance rose beyond its error bar, fell and rose again; or it
    has risen to three times its best.
    """
    every = [tuple(bar) for event in case.judged if None not in (bar := shortest(event))]
    if not every:
        return None
    bars, moves = every[len(every) // 2 :], []
    for before, after in zip(bars, bars[1:]):
        if after[1] > before[2] and after[0] > SWING * before[0]:
            moves.append("up")
        elif after[2] < before[1] and before[0] > SWING * after[0]:
            moves.append("down")
    turns = sum(a != b for a, b in zip(moves, moves[1:]))
    best, last = min(every), every[-1]
    lost = last[1] > best[2] and last[0] > LOST * best[0]
    if turns < 2 and not lost:
        return None
    values = ", ".join(f"{bar[0]:.3g}" for bar in bars)
    what = f"turned {turns} times beyond its error bars" if turns > 1 else f"was {best[0]:.3g} and has been lost"
    return Verdict("oscillation", f"the Frechet distance {what}: {values}", slower(case, "g", "d"))


def leaking(case: Case) -> Verdict | None:
    """Samples look more like altered real examples than like real ones."""
    plain, altered = case.value("frechet"), case.value("frechet_augmented")
    if plain is None or altered is None or altered >= plain:
        return None
    most = case.rule("augment_most")
    change = "--augment-most 0.5" if most is None or most > 0.5 else "--augment none"
    evidence = f"the Frechet distance is {plain:.3g} to real examples, {altered:.3g} to augmented ones"
    return Verdict("augmentation leak", evidence, change)


def plateau(case: Case) -> Verdict | None:
    """No gain beyond the error bar in the last judgements."""
    bars = [event["measures"]["frechet"] for event in case.judged]
    bars = [bar for bar in bars if None not in bar]
    if len(bars) < 2 * LAST:
        return None
    earlier, last = min(bars[:-LAST]), min(bars[-LAST:])
    if last[0] < earlier[1]:
        return None
    evidence = f"the best of the last {LAST} Frechet distances is {last[0]:.3g}, of those before {earlier[0]:.3g}"
    evidence += f" [{earlier[1]:.3g}, {earlier[2]:.3g}]"
    if case.bad:
        return Verdict("plateau", evidence + nowhere(case), f"stop here, and begin anew with {slower(case, 'g', 'd')}")
    return Verdict("plateau", evidence, "stop here")


def healthy(case: Case) -> Verdict:
    """Nothing found, and how much there was to look at: a run that has begun well may still go wrong."""
    looked = f"{len(case.judged)} judgements, {len(case.held_out)} looks at D's logits"
    if case.done < OVER:
        looked += f", {100 * case.done:.0f} % of the run is over"
    if not case.judged:
        return Verdict("healthy", f"as far as can be seen without a judgement, by {looked}", "judge the run first")
    ratio = case.value("frechet_ratio")
    evidence = looked + ("" if ratio is None else f"; Frechet distance {ratio:.1f} times real data's")
    return Verdict("healthy", evidence, "none")


def slower(case: Case, *players: str) -> str:
    rates = [case.setting(player, "lr") or 0 for player in players]
    if len(set(rates)) == 1:
        return f"--lr {rates[0] / 4:g}"
    return " ".join(f"--{player}.lr {rate / 4:g}" for player, rate in zip(players, rates))


def augmented(case: Case) -> str:
    """Against too little data."""
    return "more data, or an earlier checkpoint" if case.rule("augment") != "none" else "--augment adaptive"


def steadier(case: Case) -> str:
    """Against a generator that flees to few modes: the regularised relativistic game, or a slower one."""
    if case.rule("objective") != "relativistic" or not (case.rule("r1") or 0):
        return "--objective relativistic --r1 1 --r2 1"
    return slower(case, "g", "d")


SIGNS: tuple[Callable[[Case], Verdict | None], ...] = (
    not_finite,
    memorising,
    too_weak,
    collapsed,
    collapsed_within,
    too_strong,
    oscillating,
    leaking,
    overfits,
)
