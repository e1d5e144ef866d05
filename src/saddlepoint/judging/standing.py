"""How a run stands, whatever its faults: too short, at rest, or well. And what its figures are in words."""

import math
from typing import NamedTuple

from saddlepoint.data.scaling import ENDLESS
from saddlepoint.judging.case import BAD, RESTED, Case, decides
from saddlepoint.judging.cures import slower
from saddlepoint.judging.headline import CHOOSES
from saddlepoint.judging.headline import NAME as HEADLINE
from saddlepoint.judging.mixture import BESIDE

COLLAPSED, COLLAPSED_WITHIN = 50.0, 30.0  # percent of the real pairwise distance, of all and within a class
FAR = 20.0  # percent of the distance of the mean alone: classes and shapes are still hard to tell
FAR_POINTS = 15.0  # percent of the density distance, which reads lower: a normal cloud in place of a shape has 19 to 60
NEAR = 10.0  # percent of either: no harm is seen below it
FEW = 0.3  # of the real examples have a sample close by, at a run's end: less is far off too
ILL_NAMED, WELL_NAMED = 0.5, 0.7  # of the samples are what they were asked to be, over that of real examples
MOSTLY = 0.5  # of the samples lie among real examples
WOVEN = 1.3  # the amplitude of a fine pattern in smooth places, over that in real pictures
FEWEST = 100  # updates, with which a run can have learnt anything
LAST = 4  # judgements without a gain


class Verdict(NamedTuple):
    """A name, the figures it rests on, and the one change to make."""

    name: str
    evidence: str
    change: str


def barely(case: Case) -> Verdict | None:
    """The run is over, and no network learns much in so few updates, whatever its samples are like."""
    if not case.over or case.updates >= FEWEST:
        return None
    few = f"number of updates: {math.ceil(case.updates)}; less than {FEWEST} leave networks near where they began"
    length = max(10 * case.length, RESTED * case.setting("batch"))
    return Verdict("too few updates", few + nowhere(case), f"--images {length}")


def unfinished(case: Case) -> Verdict | None:
    """The run is over, nothing went wrong in it, and its samples are far from the data, or alike after so few updates
    that they may part yet, or woven while they still got better: it was too short.
    """
    coverage, early = case.value("coverage"), not case.rested
    learning = weave(case) and not case.stuck and not harmless(case)
    sparse = coverage is not None and coverage < FEW
    if not case.over or not (sparse or distant(case) or learning or (early and alike(case))):
        return None
    evidence, length = looked_at(case) + nowhere(case), 2 * case.length
    evidence += f"; the {case.measure} still fell" if learning else ""
    if early:
        evidence += f"; number of updates: {math.ceil(case.updates)}; nothing has come to rest before some {RESTED}"
        length = max(length, RESTED * case.setting("batch"))
    return Verdict("too few updates", evidence, f"--images {length}")


def left(case: Case) -> Verdict | None:
    """Nothing is wrong with what there is of it, but it was stopped before its end."""
    if not case.left:
        return None
    batch = case.setting("batch")
    updates = f", after {case.seen // batch:,} updates" if batch else ""
    blind = "" if case.judged else ", without a judgement"
    evidence = f"it was stopped when {100 * case.done:.0f} % of the run was over{updates}{blind}{nowhere(case)}"
    return Verdict("not finished", evidence, "go on: saddlepoint resume")


def alike(case: Case) -> bool:
    """Whether samples lie closer together than real examples do, all or those of a class."""
    spread, within = case.spread("spread"), case.spread("class_spread")
    return (spread is not None and spread <= COLLAPSED) or (within is not None and within <= COLLAPSED_WITHIN)


def thin(case: Case) -> str:
    """How samples lie where real examples are, while hardly one of these lies where samples are, in words: of a cloud
    they are a thread. Empty where that is not so.
    """
    precision, recall = case.value("precision"), case.value("recall")
    if precision is None or recall is None or precision < MOSTLY or recall >= BAD:
        return ""
    return f"{precision:.0%} of the samples lie among real examples, and {recall:.0%} of these among samples"


def distant(case: Case) -> bool:
    """Whether the figure that leads is far off, beyond its error bar; the two kinds of it have limits of their own. Or
    whether samples are not what they were asked to be.
    """
    lead = case.bar(HEADLINE)
    if named(case) < ILL_NAMED:
        return True
    return lead is not None and lead[1] > (FAR_POINTS if case.setting("range") in ENDLESS else FAR)


def named(case: Case) -> float:
    """The share of samples that are of the class they were asked for, over that of real examples, as the features see
    it; 1 where these know no classes.
    """
    ours, real = case.value("label_accuracy"), case.value("label_accuracy_real")
    return ours / real if ours is not None and real else 1.0


def amiss(case: Case) -> bool:
    """Whether something is wrong with the samples, whatever is its cause: nowhere near the data; or, where time no
    longer mends it, alike, or far off.
    """
    return case.bad or ((case.settled or case.stuck) and (alike(case) or distant(case)))


def weave(case: Case) -> bool:
    """Whether smooth places have a pattern of 2 or 4 pixels that real ones have not. Of a run that has learnt, by a
    generator that makes pixels in cells: of others no change is known that would mend it.
    """
    bar = case.bar("pattern")
    return bar is not None and bar[1] > WOVEN and (case.settled or case.stuck) and case.cells


def harmless(case: Case) -> bool:
    """Whether the run is over and nothing is seen in its samples, whatever happened on the way: they are near the data
    beyond the error bar. Where too few are held out for a distance, nobody can say that.
    """
    lead, coverage = case.bar(HEADLINE), case.value("coverage")
    if not case.settled or coverage is None or coverage < FEW or alike(case) or named(case) < WELL_NAMED:
        return False
    return lead is not None and lead[2] < NEAR


def beaten(case: Case) -> Verdict | None:
    """Of a table: the samples of a mixture of Gaussians lie among the data more often, beyond both error bars."""
    ours, theirs = case.bar("density"), case.bar(f"{BESIDE}density")
    if not case.over or ours is None or theirs is None or theirs[1] <= ours[2]:
        return None
    evidence = f"a Gaussian mixture fits better: the density of its samples among real examples is {theirs[0]:.2f}, of "
    return Verdict("too few updates", f"{evidence}these {ours[0]:.2f}{nowhere(case)}", f"--images {4 * case.length}")


def plateau(case: Case) -> Verdict | None:
    """No gain beyond the error bar in the last judgements."""
    bars = [event["measures"][decides(event)] for event in case.judged]
    bars = [bar for bar in bars if None not in bar]
    if len(bars) < 2 * LAST or not case.rested:
        return None
    earlier, last = min(bars[:-LAST]), min(bars[-LAST:])
    if last[0] < earlier[1]:
        return None
    evidence = f"the best {case.measure} of the last {LAST} judgements is {last[0]:.3g}, of those before "
    evidence += "{:.3g} [{:.3g}, {:.3g}]".format(*earlier)
    if case.bad:
        return Verdict("plateau", evidence + nowhere(case), f"stop here, and begin anew with {slower(case)}")
    return Verdict("plateau", evidence, "stop here")


def healthy(case: Case) -> Verdict:
    """Nothing found, and how much there was to look at: a run that has begun well may still go wrong."""
    looked = looked_at(case) + ("" if case.over else f", {100 * case.done:.0f} % of the run is over")
    if not case.judged:
        seen = f"as far as can be seen without a judgement, by {looked}"
        if case.refused:
            return Verdict("healthy", f"{seen}; not judged: {case.refused[-1]}", "none")
        return Verdict("healthy", seen, "judge the run first" if case.over else "go on: saddlepoint resume")
    if distance := far(case):
        return Verdict("healthy", f"{looked}; {distance}", "none")
    last = case.judged[-1]["measures"][decides(case.judged[-1])][0]
    seen = looked if last is None else f"{looked}; {case.measure} {last:.4g}"
    if decides(case.judged[-1]) == CHOOSES:
        seen += ", which alone does not say how good that is: look at the samples"
    return Verdict("healthy", seen, "none")


def looked_at(case: Case) -> str:
    """How much there was to look at, in words; D's logits are nothing that a run without a critic has."""
    judged, looks = len(case.judged), len(case.held_out)
    looked = f"{judged} judgement{'s' * (judged != 1)}"
    return looked + (f", {looks} look{'s' * (looks != 1)} at D's logits" if looks else "")


def nowhere(case: Case) -> str:
    """How far from the data the samples are, in words."""
    coverage, distance = case.value("coverage"), far(case)
    found = "" if coverage is None else f", and {coverage:.0%} of real examples have a sample close by"
    if (share := named(case)) < WELL_NAMED:
        found += f"; samples are of the class they were asked for {share:.0%} as often as real examples are"
    return found + (f"; {distance}" if distance else "")


def far(case: Case) -> str:
    """The figure that leads, in words; empty where there were too few examples to say."""
    bar = case.bar(HEADLINE)
    return "" if bar is None else "the distance is {:.3g} % [{:.3g}, {:.3g}]".format(*bar)
