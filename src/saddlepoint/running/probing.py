"""What a run's networks know of classes: a linear probe of its code or its critic, beside the untrained and pixels."""

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.artefact import folder as artefacts
from saddlepoint.court.probe import Probed, compared, draws_of, pooled, probe
from saddlepoint.court.tuning import error, tune
from saddlepoint.data.feed import target_of
from saddlepoint.data.memory import Held
from saddlepoint.data.sources import open_source, silent
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import ask
from saddlepoint.randomness import Randomness
from saddlepoint.records import answer
from saddlepoint.running.live import Live
from saddlepoint.running.opened import as_begun, as_written
from saddlepoint.running.reading import reading
from saddlepoint.storage import checkpoint
from saddlepoint.storage.parts import ModulePart

LABELS, DRAWS = 100, 10
AT_ONCE = 200
LEAST = 50  # held-out examples

Looks = Callable[[Tensor], Sequence[Tensor]]
"""x, as networks see it, to layers of its representation, each [B, F] on the CPU."""


class Found(NamedTuple):
    """By representation what was found, the trained one first; how many examples tell the error; what is to be said."""

    by_name: dict[str, Probed]
    held_out: int
    notes: tuple[str, ...]


@torch.no_grad()
def probe_run(
    folder: Path,
    labels: int = LABELS,
    draws: int = DRAWS,
    seed: int = 0,
    held: Held | None = None,
    tune: bool = False,
) -> Found:
    """The run's code where its model encodes, else every layer of its critic; of the same untrained, and of pixels.

    With `tune`, instead: the encoder with all its layers fine-tuned by the labels, and one that begins untrained.
    """
    record = as_written(folder)
    run = as_begun(record, silent, held)
    live = run.live()
    y, classes = classes_of(live, held)
    if live.held_out.size < LEAST:
        what = f"{live.held_out.size} examples are held out, of which {LEAST} are needed"
        raise SaddlepointError(what, str(folder), "train with a larger --data.held-out")
    chosen = draws_of(y[live.sides.among], labels, classes, draws, seed)
    used, back = torch.cat(chosen).unique(return_inverse=True)
    places, others = live.sides.among[used], live.sides.kept
    if tune:
        asked = Asked(examples(live, others), y[others], classes, seed)
        return Found(tuned(live, folder, examples(live, places), y[places], back.split(labels), asked), len(others), ())
    looks, notes = representations(live, folder)
    known = {name: seen(live, look, places) for name, look in looks.items()}
    unseen = {name: seen(live, look, others) for name, look in looks.items()}
    with torch.enable_grad():
        found = probe(known, unseen, y[places], y[others], back.split(labels))
    return Found(found, len(others), notes)


class Asked(NamedTuple):
    """Examples that tell the error, their classes, how many classes there are; and the seed of what is drawn."""

    x: Tensor
    y: Tensor
    classes: int
    seed: int


def tuned(live: Live, folder: Path, x: Tensor, y: Tensor, draws: Sequence[Tensor], asked: Asked) -> dict[str, Probed]:
    """By where the encoder begins, what is found once all its layers were fine-tuned on each draw."""
    if live.model(live.shipping).encode is None:
        what = f"a model of `{live.config.recipe}` has no encoder, and only an encoder is tuned"
        raise SaddlepointError(what, "--tune", "a linear probe needs none")
    trained = artefacts.joined(artefacts.load(folder).networks, live.system.ships)
    starts = {"tuned": trained, "tuned from an untrained start": live.shipping}
    errors: dict[str, Tensor] = {}
    sizes: dict[str, int] = {}
    for name, start in starts.items():
        found = []
        for number, draw in enumerate(draws):
            own = copy.deepcopy(start).requires_grad_(True)
            encode = live.model(own).encode
            assert encode is not None
            rng = Randomness(asked.seed).stream("tune", number)
            head = tune(encode, own, x[draw], y[draw], asked.classes, rng)
            found.append(error(encode, head, asked.x, asked.y))
            sizes[name] = head.in_features
        errors[name] = torch.tensor(found)
    return compared(errors, sizes)


def examples(live: Live, places: Tensor) -> Tensor:
    """x of these examples, as networks see them."""
    return torch.cat([target_of(live.feed.take(some)) for some in places.split(AT_ONCE)])


def classes_of(live: Live, held: Held | None) -> tuple[Tensor, int]:
    """The class of every example of the source and how many there are, also where the run was told to ignore them."""
    source, wish = live.sides.source, live.config.data
    if not source.classes and wish.unconditional:
        source = open_source(reading(wish.model_copy(update={"unconditional": False}), held), silent)
    if source.c is None or not source.classes or source.size != live.sides.source.size:
        raise SaddlepointError("its data have no classes", live.record.data.name, "a probe needs classes")
    return source.c, len(source.classes)


def representations(live: Live, folder: Path) -> tuple[dict[str, Looks], tuple[str, ...]]:
    """The trained, the untrained, and pixels, by name; and what is to be said of them."""
    pixels: dict[str, Looks] = {"pixels": lambda x: [x.flatten(1).float().cpu()]}
    fresh, trained = live.model(live.shipping).encode, artefacts.load(folder).model.encode
    if fresh is not None and trained is not None:
        return {"its code": lambda x: [trained(x)], "the same, untrained": lambda x: [fresh(x)], **pixels}, ()
    live.scene = live.enter(len(live.config.stages) - 1)
    game = live.scene.game
    if game.D is None or len(game.D.networks) != 1 or game.pairings or pictures(live):
        what = f"a model of `{live.config.recipe}` has no encoder, and no single critic that looks at single examples"
        raise SaddlepointError(what, str(folder), "a probe needs one of them")
    ((name, untrained),) = game.D.networks.items()
    saved = checkpoint.newest(folder / "checkpoints")
    if saved is None:
        raise SaddlepointError("no checkpoint, so no D", str(folder), "only the generator is left of this run")
    told = name not in game.unconditional and live.sides.source.c is not None
    with_weights = copy.deepcopy(untrained)
    ModulePart(with_weights).load_state(saved.saved[name])
    c = live.sides.source.c if told else None
    looks: dict[str, Looks] = {
        "D's layers": lambda x: layers(with_weights, x, c),
        "the same, untrained": lambda x: layers(untrained, x, c),
    }
    note = "this D was given every label in training; train with --unconditional to avoid that"
    return looks | pixels, (note,) if told else ()


def pictures(live: Live) -> bool:
    """Whether the condition is a picture."""
    c = live.facts.get("c")
    return c is not None and c.kind == "pictures"


def layers(D: nn.Module, x: Tensor, c: Tensor | None) -> list[Tensor]:
    """Every layer of D on x, maps pooled. One that reads c is given the first example's: it is told nothing of x."""
    given = None if c is None else c[:1].expand(len(x), *c.shape[1:]).to(x.device)
    found = answer(ask(D.eval(), "D", x, given)).features
    if not found:
        raise SaddlepointError("this D shows none of its layers", "probe", "let its Answer have features")
    return [pooled(layer).cpu() for layer in found]


def seen(live: Live, look: Looks, places: Tensor) -> list[Tensor]:
    """The layers of these examples, each [N, F]."""
    parts = [look(target_of(live.feed.take(some))) for some in places.split(AT_ONCE)]
    return [torch.cat(layer) for layer in zip(*parts)]
