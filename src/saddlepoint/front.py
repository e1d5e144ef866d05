"""The front door for programs and notebooks: what the verbs of the command line do, as functions that return records.

Data are a name, a path, or what lies in memory: arrays, tensors, (x, y), a data set that is indexed, a DataFrame.
Times are texts, seconds or timedeltas. A run is given as a `Run`, or as its folder.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from saddlepoint import api
from saddlepoint.cli.display import screen
from saddlepoint.cli.flags import NORMAL, without_effect
from saddlepoint.court import kept
from saddlepoint.court.bench import Measures
from saddlepoint.court.folders import judge_folders
from saddlepoint.court.kept import Comparison
from saddlepoint.data.memory import Held, held
from saddlepoint.data.reading import Reading, sides
from saddlepoint.data.survey import Survey
from saddlepoint.durations import Time, parse
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.standing import Verdict
from saddlepoint.notebook import Notebook, in_notebook
from saddlepoint.planning.begin import agreed, configure, usual_recipe
from saddlepoint.records import Round
from saddlepoint.run import Run
from saddlepoint.running.calls import Calls, Stopped
from saddlepoint.running.opinions import Opinion
from saddlepoint.running.opinions import score as opinions
from saddlepoint.running.probing import DRAWS, LABELS, Found, probe_run
from saddlepoint.running.watcher import Listened, Nobody, Watcher
from saddlepoint.settings.layers import group
from saddlepoint.settings.run import Judge
from saddlepoint.systems import theirs
from saddlepoint.tracking import tracked

if TYPE_CHECKING:
    from PIL.Image import Image

    from saddlepoint.systems.given import Parts

Where = Run | str | Path
quiet: Watcher = Nobody()
"""A watcher that prints nothing."""


def use(system: "str | Path | Parts") -> None:
    """Load a system from a file of your own, or parts of your own, until this process ends: runs and generators that
    were made with them can then be opened.
    """
    if isinstance(system, str | os.PathLike):
        theirs.use(system)
    else:
        from saddlepoint.systems import given  # which imports torch

        given.use(system)


def train(
    data: object,
    *,
    recipe: str | None = None,
    budget: Time | None = None,
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    parts: "Parts | None" = None,
    stop_early: bool = False,
    root: str | Path = api.RUNS,
    watcher: Watcher | None = None,
    track: str | None = None,
    on_round: Callable[[Round], object] | None = None,
    on_snapshot: "Callable[[Image], object] | None" = None,
    on_judgement: Callable[[Measures], object] | None = None,
) -> Run:
    """Train on these data: `train("digits", budget="2m", settings={"seed": 1, "g.lr": 5e-4})`.

    `budget` is a length of time; without one, the recipe's number of images is seen. `settings` are those of the
    command line, by their dotted names. `parts` are networks, an objective, terms and measures of your own, which
    replace the recipe's. `stop_early` ends the run at the first judgement after which the doctor says plateau.
    `watcher` shows the progress; the default suits the place (terminal, notebook or lines), `quiet` prints nothing.
    `track` also sends its figures to wandb, tensorboard or trackio.

    The first interrupt saves the run and returns it: it can be sampled, and `resume`d. If a callback raises
    `StopTraining`, the run is saved, judged and written as it is. Any other exception saves the run and ends it.
    """
    there = opened(data)
    early = {"stop_early": True} if stop_early else {}
    config = configure(recipe, None, {**(settings or {}), **early}, usual(there))
    if parts is not None:
        from saddlepoint.systems import given

        config = given.taken(parts, config, settings or {})
    seconds = None if budget is None else parse(budget, "budget")
    agreed(settings or {}, budget)
    calls = Calls(on_round, on_snapshot, on_judgement)
    with watched(watcher, calls) as shown, tracked(track, shown) as eyes:
        return kept_whole(
            lambda: api.start(there, config, budget=seconds, name=name, root=Path(root), watcher=eyes), there, eyes
        )


def resume(
    run: Where,
    *,
    more: Time | None = None,
    data: object = None,
    parts: "Parts | None" = None,
    watcher: Watcher | None = None,
    track: str | None = None,
    on_round: Callable[[Round], object] | None = None,
    on_snapshot: "Callable[[Image], object] | None" = None,
    on_judgement: Callable[[Measures], object] | None = None,
) -> Run:
    """Continue exactly where a run stopped, or train it for `more` time. If it was trained on data from memory, give
    the same `data` again; if it has parts of your own, give the same `parts`.
    """
    if parts is not None:
        use(parts)
    there = held_by(run) if data is None else opened(data)
    seconds = None if more is None else parse(more, "more")
    given = there if isinstance(there, Held) else None
    calls = Calls(on_round, on_snapshot, on_judgement)
    with watched(watcher, calls) as shown, tracked(track, shown) as eyes:
        return kept_whole(lambda: api.resume(folder_of(run), more=seconds, watcher=eyes, held=given), there, eyes)


def look(data: object, *, budget: Time = "30m", settings: Mapping[str, Any] | None = None) -> Survey:
    """What is in these data, read as `train` would read them: the examples, what cannot be read, near-duplicates."""
    there = opened(data)
    return api.look(there, configure(None, None, settings or {}, usual(there)), parse(budget, "budget"))


def judge(
    run: Where,
    real: str | Path | None = None,
    *,
    n: int | None = None,
    seed: int | None = None,
    features: str = "auto",
    size: str | None = None,
) -> Measures:
    """Every measure that applies, by name. Without `real`: n samples of a run (by default 1,000) against held-out
    examples. With `real`: one folder of pictures against the other, at this size.
    """
    if real is None:
        without_effect({"size": size}, "on a run: its data are read as in training")
        return as_run(run).judge(n, seed, features)
    without_effect({"n": n, "seed": seed}, "on folders, of which every picture is judged")
    wish = group(Judge, features=features)
    read = Reading("", size=None if size is None else sides(size))
    return judge_folders(str(folder_of(run)), str(real), wish, read)[0]


def compare(a: Where, b: Where) -> list[Comparison]:
    """Measure by measure: is the first run better than the second, or is it noise? Both must have been judged."""
    return kept.compare(kept.kept(folder_of(a)), kept.kept(folder_of(b)))


def doctor(run: Where) -> list[Verdict]:
    """What is wrong with a run, which figures show it, and what to change; act on the first verdict."""
    return as_run(run).doctor()


def score(
    run: Where, pictures: str | Path | Sequence[str | Path], *, label: str | None = None, cond: str | None = None
) -> list[Opinion]:
    """What a run's discriminator thinks of these picture files, or of one, and what that is worth."""
    several = [pictures] if isinstance(pictures, str | os.PathLike) else pictures
    return opinions(folder_of(run), [Path(picture) for picture in several], label, cond, held_by(run))


def probe(run: Where, labels: int = LABELS, *, draws: int = DRAWS, seed: int = 0, tune: bool = False) -> Found:
    """How well a linear classifier, trained on this many labels, recognises the classes from what a run has learned:
    from its code, or from all layers of its critic. For comparison: the untrained network, and the pixels.
    """
    return probe_run(folder_of(run), labels, draws, seed, held_by(run), tune)


def opened(data: object) -> str | Held:
    """Data by their name, or as they lie in memory."""
    return os.fspath(data) if isinstance(data, str | os.PathLike) else held(data)


def usual(data: str | Held) -> str:
    """The recipe that suits these data."""
    return usual_recipe(data) if isinstance(data, str) else "points" if data.points else "modern"


def folder_of(run: Where) -> Path:
    return run.folder if isinstance(run, Run) else Path(run)


def as_run(run: Where) -> Run:
    return run if isinstance(run, Run) else Run(run)


def held_by(run: Where) -> Held | None:
    return run.held if isinstance(run, Run) else None


@contextmanager
def watched(watcher: Watcher | None, calls: Calls) -> Iterator[Watcher]:
    """The watcher that was given, or what suits the place: a notebook's, a terminal's, or lines; and who is called."""
    if watcher is not None:
        if not isinstance(watcher, Watcher):
            what = f"a {type(watcher).__name__} is no watcher"
            raise SaddlepointError(what, "watcher", "saddlepoint.quiet says nothing; leave it out for a progress bar")
        yield Listened(watcher, calls)
        return
    if in_notebook():
        yield Listened(book := Notebook(), calls._replace(line=book.line))
        return
    with screen(NORMAL) as chosen:
        yield Listened(chosen, calls)


def kept_whole(work: Callable[[], Run], data: str | Held | None, watcher: Watcher) -> Run:
    """The run that comes of it; one that was interrupted is saved, and as good as any other."""
    try:
        return work()
    except Stopped as error:
        watcher.note(str(error))
        return Run(str(error.folder), data if isinstance(data, Held) else None)
