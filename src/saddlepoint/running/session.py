"""The live state of a run: networks, optimisers, averages, data, and where it stands; what a checkpoint keeps."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from saddlepoint.augment import START, adapted, overfitting
from saddlepoint.config import Stage
from saddlepoint.data.batches import Batches, Sampling, scaled
from saddlepoint.data.source import Source
from saddlepoint.game.algorithm import play
from saddlepoint.game.averaging import averages_of
from saddlepoint.networks.mlp import MLPGenerator
from saddlepoint.priors import Prior
from saddlepoint.randomness import Randomness, seed_of
from saddlepoint.records import Round
from saddlepoint.running.base import begin_with
from saddlepoint.running.build import SCHEDULES, Facts, game, networks, players, reads
from saddlepoint.running.dials import dials
from saddlepoint.running.engine import Engine
from saddlepoint.running.generator import Description
from saddlepoint.running.progress import Progress
from saddlepoint.storage.parts import ModulePart, OptimiserPart, Part
from saddlepoint.storage.record import RunRecord

PROBE = 500
FEWER = 256  # where it is looked at often
EXAMPLES = 64
LEARNT_FROM = 5_000  # for the mean of the data
LOOKED_AT = 1 << 29  # bytes of training examples that are held in memory to be looked at


class Session:
    """A run that can be played on from where `progress` stands.

    source is all the data; the examples the record holds out are never trained on. `train` holds those to look at: all
    that are trained on, where memory allows it; `places` says where in the data they are. `examples` are conditions of
    some of them, [M, E], where c is vectors.
    """

    def __init__(self, record: RunRecord, source: Source, engine: Engine) -> None:
        conf = record.config
        self.record, self.config, self.engine, self.source = record, conf, engine, source
        self.rng = Randomness(conf.seed)
        self.networks = networks(conf, Facts.of(source), engine)
        kept = torch.ones(source.size, dtype=torch.bool)
        kept[list(record.data.held_out)] = False
        among, held_out = kept.nonzero().flatten(), (~kept).nonzero().flatten()
        self.places = among[evenly(len(among), looked_at(source))]
        self.train, self.held_out = source.take(self.places), source.take(held_out)
        if isinstance(self.networks.G, MLPGenerator) and conf.g.start == "mean":
            some = self.train.take(evenly(self.train.size, LEARNT_FROM))
            self.networks.G.start_at(scaled(some.x, conf.range).mean(0))
        self.G, self.D = players(conf, self.networks)
        self.averages = averages_of(self.networks.G, conf.averages)
        self.progress = Progress(augment=START)
        # The best generator so far, kept where samples are judged on the way.
        judging = record.choices.judge_images > 0
        self.kept = copy.deepcopy(self.networks.G).requires_grad_(False).eval() if judging else None
        sampling = Sampling(conf.data.balance, conf.data.mirror)
        self.batches = Batches(source, conf.batch, self.rng, conf.range, engine.device, among, sampling)
        self.examples = examples(self.train)

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

    @property
    def shipped(self) -> nn.Module:
        """The generator that the run leaves: the best that was judged, or the first average where none was."""
        return self.kept if self.kept is not None and self.progress.best else self.best

    def keep(self, average: str, judged: dict[str, float]) -> None:
        """Keep an average as it is now: it is the best so far."""
        if self.kept is not None:
            self.kept.load_state_dict(self.averages[average].module.state_dict())
            self.progress.best = {**judged, "average": average, "images": self.progress.seen}

    def description(self, run: str) -> Description:
        """What is to be known of the generator that this run leaves."""
        conf, data, best = self.config, self.record.data, self.progress.best
        conditional = reads(conf.g.network)  # else G does not tell classes apart, though its data do
        examples = self.examples if conditional else None
        return Description(
            g=conf.g,
            prior=conf.prior,
            range=conf.range,
            shape=data.shape,
            dtype=data.dtype,
            classes=data.classes if conditional else (),
            fields=data.fields if conditional else (),
            examples=() if examples is None else tuple(map(tuple, examples.tolist())),
            run=run,
            recipe=conf.recipe,
            data=data.name,
            licence=data.licence,
            images=int(best.get("images", self.progress.seen)),
            average=str(best.get("average", next(iter(self.averages)))),
            version=self.record.versions["saddlepoint"],
        )

    def begin_with(self, base: str) -> tuple[str, ...]:
        """Take over what fits of another run's weights; returns what to tell the user."""
        averages = {name: average.module for name, average in self.averages.items()}
        return begin_with(base, {"G": self.networks.G, "D": self.networks.D, **averages})

    def parts(self) -> dict[str, Part]:
        """Everything that a checkpoint has to hold, by name."""
        players: dict[str, Part] = {
            "G": ModulePart(self.networks.G),
            "D": ModulePart(self.networks.D),
            "optimiser-G": OptimiserPart(self.G.optimiser),
            "optimiser-D": OptimiserPart(self.D.optimiser),
        }
        averages = {name: ModulePart(average.module) for name, average in self.averages.items()}
        kept = {} if self.kept is None else {"kept": ModulePart(self.kept)}
        return players | averages | kept | {"progress": self.progress}

    def rounds(self, stage: Stage) -> Iterator[Round]:
        """The stage's rounds, from where it stands."""
        progress = self.progress
        return play(
            game(self.config, stage, self.G, self.D, self.engine, bool(self.source.classes)),
            self.batches.from_(progress.seen),
            seed=seed_of(self.config.seed, "stage", progress.stage),
            state=progress.game,
            schedule=SCHEDULES[stage.schedule],
            dials=dials(self.config, stage, progress.rate_factor, lambda: self.strength(stage)),
        )

    def strength(self, stage: Stage) -> float:
        """Of the stage's augmentation, now."""
        return min(stage.augment_most, self.progress.augment) if stage.augment == "adaptive" else 1.0

    def adapt(self, stage: Stage, images: int) -> dict[str, float]:
        """Let the augmentation follow how much D overfits, after so many images; what the journal says of it."""
        found = overfitting(self.opinions(FEWER))
        self.progress.augment = adapted(self.progress.augment, found, images, stage.augment_most)
        return {"strength": self.progress.augment, "overfitting": found}

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
        """(x, c): n examples of the average, always of the same z, in the recipe's range; each label, or each of the
        conditions of real examples, gets `of_each` of them in a row.
        """
        prior = Prior(self.config.prior.kind, self.config.prior.size)
        turn, c = torch.arange(n) // of_each, None
        if self.source.classes:
            c = turn % len(self.source.classes)
        elif self.examples is not None:
            m, turns = len(self.examples), -(-n // of_each)
            c = self.examples[turn * m // turns if turns <= m else turn % m]
        z = prior(n, self.rng.stream("snapshot")).to(self.engine.device)
        return self.best(z, None if c is None else c.to(self.engine.device)).float().cpu(), c

    @torch.no_grad()
    def opinions(self, most: int = PROBE) -> dict[str, Tensor]:
        """D's logits on up to 500 training examples, held-out ones and fakes, always the same, without dropout.

        D overfits where it tells training examples from held-out ones.
        """
        D, device = self.networks.D.eval(), self.engine.device
        fake, labels = self.draw(min(most, self.source.size))
        some = self.train.take(evenly(self.train.size, most))
        sets = {"train": (scaled(some.x, self.config.range), some.c), "fake": (fake, labels)}
        if self.held_out.size:
            held = self.held_out.take(evenly(self.held_out.size, most))
            sets["held_out"] = (scaled(held.x, self.config.range), held.c)
        answers = {
            name: D(x.to(device), None if c is None else c.to(device)).logits.float().cpu()
            for name, (x, c) in sets.items()
        }
        D.train()
        return answers


def evenly(n: int, count: int) -> Tensor:
    """`count` of n places, evenly spread, or all where there are fewer: sources are often sorted by class."""
    return torch.arange(n) if n <= count else torch.arange(count) * n // count


def looked_at(source: Source) -> int:
    """How many examples fit into what is held in memory to be looked at."""
    return max(PROBE, LOOKED_AT // max(1, source.x[:1].nbytes))


def examples(source: Source) -> Tensor | None:
    """Conditions of real examples, from one end of their first field to the other, [M, E]; None unless c is vectors."""
    if source.c is None or source.c.ndim == 1:
        return None
    first = source.c[:, : source.fields[0].size if source.fields else 1]
    place = first if first.shape[1] == 1 else first @ torch.arange(first.shape[1], dtype=first.dtype)[:, None]
    return source.c[place[:, 0].argsort(stable=True)][evenly(source.size, EXAMPLES)]
