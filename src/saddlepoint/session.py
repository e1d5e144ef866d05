"""The live state of a run: networks, optimisers, averages, data, and where it stands; what a checkpoint keeps."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from saddlepoint.averaging import averages_of
from saddlepoint.build import Facts, game, networks, players
from saddlepoint.config import Stage
from saddlepoint.data.batches import Batches, scaled
from saddlepoint.data.source import Source
from saddlepoint.dials import dials
from saddlepoint.engine import Engine
from saddlepoint.game import play
from saddlepoint.parts import ModulePart, OptimiserPart, Part
from saddlepoint.priors import Prior
from saddlepoint.progress import Progress
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.record import RunRecord
from saddlepoint.records import Round

PROBE = 500


class Session:
    """A run that can be played on from where `progress` stands.

    source is all the data; the examples the record holds out are never trained on.
    """

    def __init__(self, record: RunRecord, source: Source, engine: Engine) -> None:
        conf = record.config
        self.record, self.config, self.engine, self.source = record, conf, engine, source
        self.rng = Randomness(conf.seed)
        self.networks = networks(conf, Facts(tuple(source.x.shape[1:]), len(source.classes)), engine)
        self.G, self.D = players(conf, self.networks)
        self.averages = averages_of(self.networks.G, conf.averages)
        self.progress = Progress()
        kept = torch.ones(source.size, dtype=torch.bool)
        kept[list(record.data.held_out)] = False
        self.train, self.held_out = source.take(kept.nonzero().flatten()), source.take((~kept).nonzero().flatten())
        self.batches = Batches(self.train, conf.batch, self.rng, conf.range, engine.device)

    @property
    def stage(self) -> Stage | None:
        """The stage to play, None when all are over."""
        stages = self.config.stages
        return stages[self.progress.stage] if self.progress.stage < len(stages) else None

    @property
    def total(self) -> int:
        """Real examples the run is to see in all."""
        return sum(stage.images for stage in self.config.stages)

    @property
    def best(self) -> nn.Module:
        """The generator one samples from: the first average."""
        return next(iter(self.averages.values())).module

    def parts(self) -> dict[str, Part]:
        """Everything that a checkpoint has to hold, by name."""
        players: dict[str, Part] = {
            "G": ModulePart(self.networks.G),
            "D": ModulePart(self.networks.D),
            "optimiser-G": OptimiserPart(self.G.optimiser),
            "optimiser-D": OptimiserPart(self.D.optimiser),
        }
        averages = {name: ModulePart(average.module) for name, average in self.averages.items()}
        return players | averages | {"progress": self.progress}

    def rounds(self, stage: Stage) -> Iterator[Round]:
        """The stage's rounds, from where it stands."""
        progress = self.progress
        return play(
            game(self.config, stage, self.G, self.D, self.engine),
            self.batches.from_(progress.seen),
            seed=seed_of(self.config.seed, "stage", progress.stage),
            state=progress.game,
            dials=dials(self.config, stage, progress.rate_factor),
        )

    def absorb(self, round: Round) -> None:
        """Count a round, and let the averages follow G."""
        new = round.images - self.progress.images
        self.progress.absorb(round)
        for average in self.averages.values():
            average.update(self.networks.G, new, self.progress.seen)

    def next_stage(self) -> None:
        """Go on to the next stage: it inherits the networks and averages, and the moments unless it says otherwise."""
        self.progress.next_stage()
        if self.stage is not None and self.stage.inherit == "networks":
            self.G, self.D = players(self.config, self.networks)

    @torch.no_grad()
    def draw(self, n: int, of_each: int = 1) -> tuple[Tensor, Tensor | None]:
        """(x, labels): n examples of the average, always of the same z, in the recipe's range; each label in turn gets
        `of_each` of them in a row.
        """
        prior = Prior(self.config.prior.kind, self.config.prior.size)
        classes = len(self.source.classes)
        labels = torch.arange(n) // of_each % classes if classes else None
        z = prior(n, self.rng.stream("snapshot")).to(self.engine.device)
        return self.best(z, None if labels is None else labels.to(self.engine.device)).float().cpu(), labels

    @torch.no_grad()
    def opinions(self) -> dict[str, Tensor]:
        """D's logits on up to 500 training examples, held-out ones and fakes, always the same, without dropout.

        D overfits where it tells training examples from held-out ones.
        """
        D, device = self.networks.D.eval(), self.engine.device
        fake, labels = self.draw(min(PROBE, self.source.size))
        some = self.train.take(torch.arange(min(PROBE, self.train.size)))
        sets = {"train": (scaled(some.x, self.config.range), some.c), "fake": (fake, labels)}
        if self.held_out.size:
            held = self.held_out.take(torch.arange(min(PROBE, self.held_out.size)))
            sets["held_out"] = (scaled(held.x, self.config.range), held.c)
        answers = {
            name: D(x.to(device), None if c is None else c.to(device)).logits.float().cpu()
            for name, (x, c) in sets.items()
        }
        D.train()
        return answers
