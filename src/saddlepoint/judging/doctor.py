"""What is wrong with a run, how one knows, and the one change to make: read off its journal and its settings.

docs/judging.md has what thresholds and signs were fixed on, and how often they are right on data they had never met.
"""

from collections.abc import Callable, Sequence

from saddlepoint.data.scaling import ENDLESS
from saddlepoint.judging.case import Case, shortest
from saddlepoint.judging.cures import at_hand, augmented, slower, steadier, stronger, weaker
from saddlepoint.judging.standing import (
    COLLAPSED,
    COLLAPSED_WITHIN,
    Verdict,
    alike,
    amiss,
    barely,
    beaten,
    harmless,
    healthy,
    left,
    nowhere,
    plateau,
    thin,
    unfinished,
    weave,
)

OVERFIT = 0.5  # standard deviations between D's logits on training and on held-out examples
APART = 4.0  # standard deviations between its logits on real examples and on fakes: nothing is left to learn from
AHEAD = 3.0  # the same, where a run ended nowhere: D is right about 98 pairs in 100
TOGETHER = 0.2  # the same, where D sees no difference
SEES = 1.0  # between the two, at a run's end: where D is right about two examples in three
COPIES, SURE = 2.0, 0.001  # percent of near-copies, more than real examples have; p-value of the memorisation test
SWING, LOST = 1.25, 3.0  # one judgement over the one before; the last over the best
LEAK = 0.8  # the Frechet distance to altered real examples, over that to unaltered ones
UNEVEN = 30.0  # times 1, or once in so many: a scale that networks do not see as they see the others
BENIGN = ("healthy", "plateau")
WEAVE, SHORT = "woven pattern", "too few updates"
PASSING = {"non-finite values masked", "D overfits", "oscillation", "augmentation leak", WEAVE}  # may have done no harm
LATER = "look again after that"
ALONE = "none now: no harm is seen in the samples"


def diagnose(case: Case) -> list[Verdict]:
    """All that is found, causes before what they do to samples; where nothing is wrong `too few updates`, `plateau`,
    `not finished` or `healthy`.

    Two things are told beside that, not in front of it: a woven pattern of a run that was too short, and what happened
    on the way to a run whose samples are near the data, or is woven into these.
    """
    signs = SIGNS if barely(case) is None else (not_finite, barely)  # all else is of networks that hardly moved
    found: dict[str, Verdict] = {}
    for verdict in (sign(case) for sign in signs):
        if verdict is not None:
            found.setdefault(verdict.name, verdict)  # of one name the most urgent
    near = set(found) <= PASSING and harmless(case)
    if set(found) <= {WEAVE} or near:
        stands = beaten(case) or plateau(case) or left(case) or unfinished(case) or healthy(case)
        if stands.name == SHORT or near or WEAVE not in found:
            found = {stands.name: stands} | found
    return [verdict._replace(change=at_hand(verdict.change, case)) for verdict in found.values()]


def in_turn(verdicts: Sequence[Verdict]) -> list[tuple[Verdict, str]]:
    """Each verdict with what to do about it: the change of the first alone, since it may mend what the others saw;
    where that is benign, those beside it may be left alone, but a pattern that anybody can see.
    """
    well = bool(verdicts) and verdicts[0].name in BENIGN

    def later(verdict: Verdict) -> str:
        return (verdict.change if verdict.name == WEAVE else ALONE) if well else LATER

    return [(verdict, later(verdict) if place else verdict.change) for place, verdict in enumerate(verdicts)]


def not_finite(case: Case) -> Verdict | None:
    """Steps were refused, or the run went back to a checkpoint: something was not finite, and it was masked.

    Weights that have grown too large stay so until a checkpoint is gone back to. Single steps are refused for their
    batch, where some examples are too large; or else for a cost or its gradient.
    """
    refused = sum(int(event.get("skipped") or 0) for event in case.rounds)
    steps = f"{refused:,} step{'s were' if refused != 1 else ' was'} refused"
    if case.rollbacks:
        evidence = f"the run went back to a checkpoint {case.rollbacks} time{'s' * (case.rollbacks != 1)}; {steps}"
        return Verdict("non-finite values masked", evidence, slower(case))
    if refused:
        unfit, own = any(event.get("unfit") for event in case.rounds), "+" in str(case.setting("system"))
        why = "some examples are too large" if unfit else "a cost or its gradient was not finite"
        evidence = f"{steps}{', one here and one there' * (refused > 1)}: {why}"
        change = "look for 0 / 0, or the root or logarithm of 0, in your own parts" if own else slower(case)
        if unfit:
            change = f"take numbers above 1e19 out of {case.setting('data', 'name') or 'the data'}"
        return Verdict("non-finite values masked", evidence, change)
    return None


def memorising(case: Case) -> Verdict | None:
    """Training examples are nearest more often than chance allows, and more near-copies are found among the samples
    than among independent real examples.

    Without held-out examples there is no such test, and near-copies are believed of pictures alone: points may have few
    values, which whoever draws them right repeats.
    """
    copies, p, usual = case.value("copies"), case.value("memorisation_p"), case.value("copies_real") or 0.0
    if copies is None or copies < COPIES + usual or (case.setting("range") in ENDLESS if p is None else p > SURE):
        return None
    evidence = f"{copies:.1f} % of the samples are near-copies of training examples"
    evidence += f", as are {usual:.1f} % of independent real ones" if usual else ""
    evidence += "" if p is None else f"; training examples are nearest more often than held-out ones, p = {p:.2g}"
    return Verdict("memorising", evidence, augmented(case))


def unscaled(case: Case) -> Verdict | None:
    """Networks see columns of a table as they are stored, and the scale of one of them is far from 1: what judges by
    the same numbers sees the widest alone.
    """
    if case.columns is None or case.young or 1 / UNEVEN <= case.columns[0] <= case.columns[1] <= UNEVEN:
        return None
    evidence = "the scales of the columns are from {:.3g} to {:.3g}, and networks see them as they are stored"
    return Verdict("unscaled columns", evidence.format(*case.columns), "--range standard")


def unequal(case: Case) -> Verdict | None:
    """Something is wrong with the samples, and one player hardly moves beside the other."""
    player = case.left_behind
    if player is None or not amiss(case) or case.young:
        return None
    evidence = f"{player.upper()}'s rate is {case.rate(player):g}, below any that is usual{nowhere(case)}"
    if player == "d":
        return Verdict("D too weak", evidence, stronger(case))
    return Verdict("D too strong", evidence, weaker(case))


def collapsed(case: Case) -> Verdict | None:
    """Samples lie closer together than real examples do, or where few of these are."""
    spread = case.spread("spread")
    if case.settled and (found := thin(case)):
        return Verdict("mode collapse", found, steadier(case))
    if spread is None or spread > COLLAPSED or not (case.settled or (case.stuck and not case.growing("spread"))):
        return None
    coverage = case.value("coverage")
    evidence = f"two samples are {spread:.0f} % as far apart as two real examples"
    evidence += "" if coverage is None else f"; coverage {coverage:.2f}"
    return Verdict("mode collapse", evidence, steadier(case))


def collapsed_within(case: Case) -> Verdict | None:
    """The classes differ, but the samples of a class hardly do."""
    spread, all_ = case.spread("class_spread"), case.spread("spread")
    if spread is None or all_ is None or spread > COLLAPSED_WITHIN or all_ <= COLLAPSED:
        return None
    if not (case.settled or case.stuck):
        return None
    evidence = f"two samples of a class are {spread:.0f} % as far apart as two real ones, of any class {all_:.0f} %"
    weight = case.rule("classify")
    lighter = weight and not case.too_fast
    return Verdict("within-class collapse", evidence, f"--classify {weight / 4:.2g}" if lighter else steadier(case))


def overshooting(case: Case) -> Verdict | None:
    """At rates at which nothing is learnt, something is wrong with the samples, or they are not where they had been."""
    if not case.too_fast or case.young or not (amiss(case) or weave(case) or lost(distances(case), SWING)):
        return None
    rates = " and ".join(f"{player.upper()}'s rate is {case.rate(player):g}" for player in case.too_fast)
    return Verdict("oscillation", f"{rates}, above any that is usual{nowhere(case)}", slower(case))


def leaking(case: Case) -> Verdict | None:
    """Samples look more like altered real examples than like real ones: much more, as those of a poor G may at first,
    or at a run's end more than the error bars can explain.
    """
    plain, altered = case.bar("frechet"), case.bar("frechet_augmented")
    if plain is None or altered is None or case.young:
        return None
    if altered[0] >= LEAK * plain[0] and not (case.over and altered[2] < plain[1]):
        return None
    change = "--augment adaptive"
    if case.rule("augment") == "adaptive":
        change = "--augment-most 0.5" if (case.rule("augment_most") or 0) > 0.5 else "--augment none"
    evidence = f"the Frechet distance is {plain[0]:.3g} to real examples, {altered[0]:.3g} to augmented ones"
    return Verdict("augmentation leak", evidence, change)


def too_weak(case: Case) -> Verdict | None:
    """G gets nowhere, and D hardly sees a difference, or takes fakes for more real than real examples."""
    apart = case.gap("train", "fake")
    if apart is None or apart >= (SEES if case.over else TOGETHER) or not case.adrift:
        return None
    evidence = f"D's logits on real examples lie {apart:.2f} standard deviations above those on fakes{nowhere(case)}"
    return Verdict("D too weak", evidence, stronger(case))


def too_strong(case: Case) -> Verdict | None:
    """D is certain of everything, or at a run's end sees a difference, and G gets nowhere."""
    apart = case.gap("train", "fake")
    if apart is None or apart < (SEES if case.judged and case.over else APART):
        return None
    certain = case.settled and case.bad and apart >= AHEAD  # once it is over, whatever still mends
    if not (case.adrift or certain if case.judged else case.rested):
        return None
    evidence = f"D's logits on fakes lie {apart:.1f} standard deviations below those on real examples{nowhere(case)}"
    return Verdict("D too strong", evidence, weaker(case))


def oscillating(case: Case) -> Verdict | None:
    """Over the last half of the judgements what decides rose beyond its error bar, fell and rose again; or it
    has risen to three times its best.
    """
    every = distances(case)
    bars, moves = every[len(every) // 2 :], []
    for before, after in zip(bars, bars[1:]):
        if after[1] > before[2] and after[0] > SWING * before[0]:
            moves.append("up")
        elif after[2] < before[1] and before[0] > SWING * after[0]:
            moves.append("down")
    turns = sum(a != b for a, b in zip(moves, moves[1:]))
    if turns < 2 and not lost(every, LOST):
        return None
    values = ", ".join(f"{bar[0]:.3g}" for bar in bars)
    what = f"turned {turns} times beyond its error bars" if turns > 1 else f"was {min(every)[0]:.3g} and has been lost"
    return Verdict("oscillation", f"the {case.measure} {what}: {values}", slower(case))


def distances(case: Case) -> list[tuple[float, ...]]:
    """What decides, so far, (value, low, high): as a rule the Frechet distance."""
    return [tuple(bar) for event in case.judged if None not in (bar := shortest(event))]


def lost(bars: Sequence[tuple[float, ...]], times: float) -> bool:
    """Whether the last distance is that many times the best one, and beyond its error bar."""
    return bool(bars) and bars[-1][1] > min(bars)[2] and bars[-1][0] > times * min(bars)[0]


def overfits(case: Case) -> Verdict | None:
    """D tells training examples from held-out ones, and takes these for fakes rather than for real: where they lie
    nearer to the training examples, what G learns from it is still of the data, if nothing is seen in the samples.
    """
    gap, train, held, fake = (case.gap("train", "held_out"), *map(case.logits, ("train", "held_out", "fake")))
    if gap is None or train is None or held is None or fake is None or gap < OVERFIT:
        return None
    ill = weave(case) or (case.settled and (case.bad or alike(case)))
    if train[0] - held[0] < abs(held[0] - fake[0]) and not ill:  # r_v < 1/2 (Karras et al. 2020, eq. 1)
        return None
    evidence = f"D's logits on training examples lie {gap:.1f} standard deviations above those on held-out ones"
    return Verdict("D overfits", evidence, augmented(case))


def woven(case: Case) -> Verdict | None:
    """A pattern, as `weave` sees it: the cause only where nothing else is, and learning is at rest."""
    bar = case.bar("pattern")
    if bar is None or not weave(case):
        return None
    evidence = f"in smooth places a pattern of 2 or 4 pixels is {bar[0]:.1f} times as strong as in real pictures"
    return Verdict(WEAVE, evidence, "--g.last smooth")


SIGNS: tuple[Callable[[Case], Verdict | None], ...] = (
    not_finite,
    unscaled,
    memorising,
    unequal,
    overfits,
    overshooting,
    leaking,
    collapsed,
    collapsed_within,
    too_weak,
    too_strong,
    oscillating,
    woven,
)
