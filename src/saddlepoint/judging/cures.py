"""The one change to make, as the flags that make it, by what a run is set to."""

from saddlepoint.data.scaling import ENDLESS
from saddlepoint.judging.case import Case


def at_hand(change: str, case: Case) -> str:
    """The change, or where this kind of run has no such settings, a slower G or more time."""
    if all(case.has(word) for word in change.split() if word.startswith("--")):
        return change
    smaller = case.usual("g", case.rate("g") / 4) if case.rate("g") else 0.0
    much = 0 < 2 * smaller <= case.rate("g") and case.has("--g.lr")
    return f"--g.lr {smaller:g}" if much else f"--images {2 * case.length}"


def slower(case: Case) -> str:
    """A fourth of the rates, or of those that are too high for anybody; where they are low already, R1."""
    wanted = {player: case.usual(player, case.rate(player) / 4) for player in case.too_fast or "gd"}
    wanted = {player: rate for player, rate in wanted.items() if 2 * rate <= case.rate(player)}
    if len(wanted) == 2 and len(set(wanted.values())) == 1:
        return f"--lr {wanted['g']:g}"
    return " ".join(f"--{player}.lr {rate:g}" for player, rate in wanted.items()) or smoother(case)


def smoother(case: Case) -> str:
    """R1, or four times as much of it."""
    return f"--r1 {4 * (case.rule('r1') or 0) or 1:g}"


def weaker(case: Case) -> str:
    """Against a D that G cannot follow. The recipes move both at one rate: so should a G that hardly moves."""
    if case.hardly_moves("g"):
        return f"--g.lr {case.usual('g', case.rate('d')):g}"
    wanted = case.usual("d", case.rate("d") / 4)
    return f"--d.lr {wanted:g}" if case.rule("r1") and 2 * wanted <= case.rate("d") else smoother(case)


def stronger(case: Case) -> str:
    """Against a D that tells nothing: G's rate where it hardly moves, else a higher one; a slower G; more steps."""
    d, g = case.rate("d"), case.rate("g")
    if (wanted := case.usual("d", g if case.hardly_moves("d") else 4 * d)) >= 2 * d:
        return f"--d.lr {wanted:g}"
    wanted = case.usual("g", g / 4)
    return f"--g.lr {wanted:g}" if 2 * wanted <= g else f"--k {2 * (case.rule('k') or 1)}"


def augmented(case: Case) -> str:
    """Against too little data: more of them, or pictures altered."""
    none = case.rule("augment") in (None, "none") and case.has("--augment")
    return "--augment adaptive" if none and case.setting("range") not in ENDLESS else "more data"


def steadier(case: Case) -> str:
    """Against a generator that flees to few modes: the regularised relativistic game, or usual and slower rates."""
    if case.too_fast or (case.rule("objective") == "relativistic" and case.rule("r1")):
        return slower(case)
    return "--objective relativistic --r1 1 --r2 1"
