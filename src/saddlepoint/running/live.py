"""The live state of a run of any system, which is named nowhere here, and what of it a checkpoint keeps."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.artefact.description import Description
from saddlepoint.artefact.folder import joined, parted
from saddlepoint.augment import START, adapted, overfitting
from saddlepoint.court.bench import Evidence
from saddlepoint.data.facts import evenly, facts_of
from saddlepoint.data.feed import onwards, source_of
from saddlepoint.data.scaling import left_as_stored
from saddlepoint.data.sides import PROBE, Sides, sides_of
from saddlepoint.data.source import Source
from saddlepoint.engine import Engine
from saddlepoint.game.algorithm import play
from saddlepoint.game.averaging import averages_of
from saddlepoint.game.plain import ask
from saddlepoint.game.players import carry
from saddlepoint.game.rules import real_against_fake
from saddlepoint.media.catalog import medium_of
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.record import RunRecord
from saddlepoint.records import Batch, Round, answer
from saddlepoint.running.base import begin_with
from saddlepoint.running.dials import dials
from saddlepoint.running.feeding import batches
from saddlepoint.running.progress import Progress
from saddlepoint.settings.run import Stage
from saddlepoint.settings.tree import unplaced
from saddlepoint.storage import checkpoint
from saddlepoint.storage.parts import ModulePart, OptimiserPart, Part
from saddlepoint.systems.catalog import system
from saddlepoint.systems.looks import drawn
from saddlepoint.systems.system import Model, Scene, View

FEWER = 256  # where it is looked at often
LEARNT_FROM = 5_000  # examples that networks may learn of before the first round
SHOWN = 2_000  # training examples that are shown beside samples
UNSEEN, FEW = 500, 16  # examples that a model is judged by, and looked at by, one by one
ROOM = 1 << 27  # bytes that these may take

Sources = Mapping[str, Source]


class Live:
    """A run that can be played on from where `progress` stands.

    sources are all the data by column, "x" first; what the record holds out is never trained on.
    """

    def __init__(self, record: RunRecord, sources: Sources, engine: Engine) -> None:
        self.record, self.config, self.engine = record, record.config, engine
        self.data = {name: sides_of(source, record.of(name).held_out) for name, source in sources.items()}
        # Conditions of examples are among the facts, and shipped: of those that are trained on alone.
        self.system, self.facts = system(self.config.system), facts_of({n: s.train for n, s in self.data.items()})
        self.rng = Randomness(self.config.seed)
        torch.manual_seed(seed_of(self.config.seed, "weights"))
        layout = medium_of(self.facts["x"]).layout
        self.networks = {
            name: network.to(memory_format=layout).to(engine.device)  # pyright: ignore[reportCallIssue]
            for name, network in self.system.networks(self.config, self.facts).items()
        }
        own = batches(self.config, self.data, self.rng, engine.device)
        self.feed = self.system.feed(self.config, own, self.rng)
        self.system.prepare(self.config, self.networks, self.learnt_from())
        self.shipping = joined(self.networks, self.system.ships)  # what a model needs, as it is now, as one module
        self.averages = averages_of(self.shipping, self.config.averages)
        self.progress = Progress(augment=START)
        # The best model so far, kept where models are judged on the way.
        judging = record.choices.judge_images > 0
        self.kept = copy.deepcopy(self.shipping).requires_grad_(False).eval() if judging else None
        self.scene = self.enter(0)

    @property
    def sides(self) -> Sides:
        """The source whose examples are x, and who may see what of it."""
        return self.data["x"]

    @property
    def train(self) -> Source:
        return self.sides.train

    @property
    def held_out(self) -> Source:
        return self.sides.held_out

    def learnt_from(self) -> Batch:
        """Some training examples as networks see them, for what they learn before the first round."""
        return self.feed.take(self.sides.places[evenly(self.train.size, LEARNT_FROM)])

    def enter(self, stage: int) -> Scene:
        """A stage as its system sets it, in this engine's arithmetic."""
        scene = self.system.scene(self.config, stage, self.networks, self.facts)
        return scene._replace(game=replace(scene.game, fast=self.engine.fast()))

    @property
    def stage(self) -> Stage | None:
        """The stage to play, None when all are over."""
        return next(iter(self.config.stages[self.progress.stage :]), None)

    def told(self) -> dict[str, object]:
        """What the journal says of the stage that is about to be played."""
        game, paces = self.scene.game, self.scene.paces
        players = {name: {"networks": list(p.networks), "lr": paces[name].lr} for name, p in game.players.items()}
        objective = {} if game.objective is None else {"objective": game.objective.name, "reads": game.objective.reads}
        return {"system": self.config.system, **objective, "players": players, **self.columns()}

    def columns(self) -> dict[str, object]:
        """Of points that networks see as they are stored: the least and the greatest scale of their columns."""
        scales = left_as_stored(self.config.range, self.facts["x"])
        return {"columns": [min(scales), max(scales)]} if scales else {}

    @property
    def lengths(self) -> tuple[int, ...]:
        """Real examples of each stage, by the plan in force."""
        return tuple(self.progress.length(i, stage.images) for i, stage in enumerate(self.config.stages))

    @property
    def total(self) -> int:
        """Real examples the run is to see in all, by the plan in force."""
        return sum(self.lengths)

    def place(self, images: int) -> int:
        """Where the stage's schedule stands after so many images of it."""
        return self.progress.course(self.config.stages[self.progress.stage].images).place(images)

    @property
    def best(self) -> nn.Module:
        """The average that is used: the first."""
        return next(iter(self.averages.values())).module

    @property
    def shipped(self) -> nn.Module:
        """What the run leaves: the best that was judged, or the first average where none was."""
        return self.kept if self.kept is not None and self.progress.best else self.best

    def keep(self, average: str, judged: dict[str, float]) -> None:
        """Keep an average as it is now: it is the best so far."""
        if self.kept is not None:
            self.kept.load_state_dict(self.averages[average].module.state_dict())
            self.progress.best = {**judged, "average": average, "images": self.progress.seen}

    def model(self, module: nn.Module | None = None) -> Model:
        """What can be done with these networks; with the first average where none are given."""
        return self.system.model(self.config, self.facts, parted(module or self.best, self.system.ships))

    def artefact(self, module: nn.Module, run: str = "") -> Artefact:
        """The same as it would be shipped."""
        return Artefact(self.model(module), self.description(run), parted(module, self.system.ships))

    def description(self, run: str) -> Description:
        """What is to be known of the model that this run leaves. Where its data lie is nobody's business."""
        data, best, model = self.record.data, self.progress.best, self.model()
        config = unplaced(self.config, {name: self.record.of(name).name for name in self.data})
        facts = {name: about for name, about in self.facts.items() if name != "c" or model.told}
        facts |= {"y": self.facts["c"]} if not model.told and "c" in self.system.takes else {}  # which it tells
        return Description(
            config=config,
            facts=facts,
            can=model.can,
            run=run,
            data=data.name,
            licence=data.licence,
            images=int(best.get("images", self.progress.seen)),
            average=str(best.get("average", next(iter(self.averages)))),
            version=self.record.versions["saddlepoint"],
            system_sha256=self.record.system_sha256,
        )

    def unseen(self, most: int) -> Batch:
        """Held-out examples as networks see them, where there are none some that are trained on; fewer where they are
        large."""
        places = self.sides.kept if len(self.sides.kept) else self.sides.places
        fit = max(FEW, ROOM // max(1, 4 * self.train.x[0].numel()))
        return self.feed.take(places[evenly(len(places), min(most, fit))])

    def view(self) -> View:
        """What is looked at now."""
        some, real, seed = self.unseen(FEW), self.train.x[:SHOWN], self.config.seed
        return View(self.model(), self.facts, self.config, some, real, seed, self.record.whose)

    def evidence(self) -> Evidence:
        """What the run's models are judged against."""
        altered = any(self.enter(stage).game.augment is not None for stage in range(len(self.config.stages)))
        return Evidence(self.record, self.facts, self.sides, self.unseen(UNSEEN), altered)

    def begin_with(self, base: str) -> tuple[str, ...]:
        """Take over what fits of another run's weights; returns what to tell the user."""
        averages = {name: average.module for name, average in self.averages.items()}
        return begin_with(base, self.networks | averages)

    def parts(self) -> Mapping[str, Part]:
        """Everything that a checkpoint has to hold, by name."""
        networks = {name: ModulePart(network) for name, network in self.networks.items()}
        moved = {f"optimiser-{name}": OptimiserPart(p.optimiser) for name, p in self.scene.game.players.items()}
        averages = {name: ModulePart(average.module) for name, average in self.averages.items()}
        kept = {} if self.kept is None else {"kept": ModulePart(self.kept)}
        return networks | moved | averages | kept | {"progress": self.progress}

    def restore(self, folder: Path) -> checkpoint.Restored | None:
        """Go to where the newest whole checkpoint stands; None where there is none.

        Its stage is entered first: other stages move other players.
        """

        def there(saved: Mapping[str, checkpoint.Saved]) -> Mapping[str, Part]:
            if "progress" in saved:
                self.progress.load_state(saved["progress"])
                self.scene = self.enter(min(self.progress.stage, len(self.config.stages) - 1))
            return self.parts()

        return checkpoint.restore(folder, there)

    def rounds(self, stage: Stage) -> Iterator[Round]:
        """The stage's rounds, from where it stands."""
        progress, scene = self.progress, self.scene
        return play(
            scene.game,
            onwards(self.feed, progress.seen),
            seed=seed_of(self.config.seed, "stage", progress.stage),
            state=progress.game,
            schedule=scene.schedule,
            dials=dials(scene.paces, stage, progress.rate_factor, self.strength, self.place),
        )

    def strength(self) -> float:
        """Of the stage's augmentation, now."""
        return 1.0 if self.scene.adaptive is None else min(self.scene.adaptive, self.progress.augment)

    def adapt(self, images: int) -> dict[str, float]:
        """Let the augmentation follow how much D overfits, after so many images; what the journal says of it."""
        found, most = overfitting(self.opinions(FEWER)), self.scene.adaptive or 0.0
        self.progress.augment = adapted(self.progress.augment, found, images, most)
        return {"strength": self.progress.augment, "overfitting": found}

    def absorb(self, round: Round) -> None:
        """Count a round, and let the averages follow the networks."""
        new = round.images - self.progress.images
        self.progress.absorb(round)
        for average in self.averages.values():
            average.update(self.shipping, new, self.progress.seen)

    def next_stage(self) -> None:
        """Go on to the next stage: it inherits the networks and averages, and the moments of what it moves by the same
        rule, unless it says otherwise.
        """
        before = self.scene.game.players
        self.progress.next_stage()
        if self.stage is None:
            return
        self.scene = self.enter(self.progress.stage)
        self.progress.best = self.progress.best if self.scene.chooses else {}
        if self.stage.inherit == "all":
            for name, player in self.scene.game.players.items():
                if name in before:
                    carry(before[name], player)

    @torch.no_grad()
    def opinions(self, most: int = PROBE) -> dict[str, Tensor]:
        """The critic's logits on up to 500 training examples, held-out ones and fakes, always the same, without
        dropout. It overfits where it tells training examples from held-out ones.

        Empty where none plays, where there are several, or where it compares something else than x with G(z).
        """
        game = self.scene.game
        if game.D is None or len(game.D.networks) != 1 or game.pairings:
            return {}
        ((name, D),) = game.D.networks.items()
        sets = {"train": self.feed.take(self.sides.places[evenly(self.train.size, most)])}
        if self.held_out.size:
            sets["held_out"] = self.feed.take(self.sides.kept[evenly(self.held_out.size, most)])
        model = self.model()
        if model.latent is None and model.sample is None:
            given = sets["held_out" if "held_out" in sets else "train"]
            if model.apply is None:
                return {}
            sets["fake"] = Batch(model.apply.call(source_of(given), self.config.seed), given.c)
        else:
            sets["fake"] = Batch(*drawn(model, self.facts, min(most, self.sides.source.size), self.config.seed))
        order, blind = [each for each in ("train", "fake", "held_out") if each in sets], name in game.unconditional
        D.eval()
        answers = {each: self.logits(D, sets[each], blind) for each in order}
        D.train()
        return answers

    def logits(self, D: nn.Module, batch: Batch, blind: bool = False) -> Tensor:
        """A critic's logit of each example of a batch, [B], on the CPU; the mean over sites of a patch critic."""
        x, _ = real_against_fake(batch.x, batch.x)
        c = None if blind or batch.c is None else batch.c.to(self.engine.device)
        y = answer(ask(D, "D", x.to(self.engine.device), c)).logits.float()
        return (y.flatten(1).mean(1) if y.ndim > 1 else y).cpu()
