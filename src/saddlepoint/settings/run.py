"""What the settings of every run have in common, whatever system it trains: frozen, typed, documented models. No torch.

A system adds its own (`systems/NAME/config.py`): its networks, its rules, its recipes. The flags of the command line,
the JSON in a run folder and the tables in the documentation are derived from these classes; nothing of them is typed a
second time.
"""

from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from saddlepoint.data.reading import SIZE

Fraction = Annotated[float, Field(ge=0, le=1)]
Share = Annotated[float, Field(ge=0, lt=1)]  # of what was before
Positive = Annotated[int, Field(ge=1, lt=2**53)]
Units = Annotated[tuple[Positive, ...], Field(min_length=1, max_length=64)]  # of layers
Threads = Annotated[int, Field(ge=1, le=1024)]  # with many more the arithmetic library ends the process
Device = Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d{1,3})?)$")]
Precision = Literal["float32", "bfloat16"]
MOST_STAGES = 100
Shape = Annotated[tuple[Annotated[int, Field(ge=1, le=2**16)], ...], Field(min_length=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Scale = Literal["signed", "unit", "raw", "standard"]
A_FILE = "a file"
FileName = Annotated[str | None, A_FILE]  # of a run's own, beside its data: it is resumed with the same, byte for byte
ObjectiveName = Literal["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]


class Only(NamedTuple):
    """Marks a setting, or a group of them, that means something where the one beside it, of this name, has one of these
    values; of none, where it is set at all. `others` are as good as that one; what is no setting of the run is one of
    its stages.
    """

    beside: str
    values: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def idle(self, model: BaseModel) -> bool:
        found = [value for name in (self.beside, *self.others) for value in beside(model, name)]
        return not any(value in self.values if self.values else value for value in found)


def beside(model: BaseModel, name: str) -> list[Any]:
    """The setting of this name: the model's own, or that of each of its stages."""
    return [getattr(owner, name) for owner in ([model] if hasattr(model, name) else getattr(model, "stages", ()))]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Pace(Frozen):
    """How a player is updated."""

    optimiser: Literal["sgd", "momentum", "rmsprop", "adam", "adamw"] = "adam"
    """The gradient rule."""
    lr: Annotated[float, Field(gt=0, lt=100)] = 1e-3
    """Learning rate at the start."""
    decay: Literal["constant", "linear", "cosine", "exponential"] = "constant"
    """How the learning rate falls to lr * lr_end over a stage."""
    lr_end: Annotated[float, Field(gt=0, le=1), Only("decay", ("linear", "cosine", "exponential"))] = 0.01
    """The fraction of lr reached at a stage's end."""
    betas: Annotated[tuple[Share, Share], Only("optimiser", ("adam", "adamw"))] = (0.0, 0.99)
    """Decay rates of Adam's two moments."""
    momentum: Annotated[Share, Only("optimiser", ("momentum", "rmsprop"))] = 0.5
    """Momentum at the start, for 'momentum' and 'rmsprop'."""
    momentum_end: Annotated[Share | None, Only("optimiser", ("momentum", "rmsprop"))] = None
    """Momentum at a stage's end, reached linearly; unset: constant."""
    max_norm: Annotated[float, Field(gt=0)] | None = None
    """Scale a unit's incoming weights back to this length after each step; unset: no bound."""
    weight_decay: Weight = 0.0
    """Weight decay: decoupled for 'adamw', an L2 cost otherwise."""


class Stage(Frozen):
    """A game with a length. What is played in it, its rules, is the system's; the networks are the run's."""

    images: Positive = 215_000
    """Real examples to see."""
    inherit: Literal["all", "networks"] = "all"
    """What a stage keeps from the one before: only the networks, or the optimisers' moments too."""


class Data(Frozen):
    """What to train on."""

    name: str = "digits"
    """A bundled name, a world, or a path."""
    size: Annotated[str, Field(pattern=f"^{SIZE}$")] | None = None
    """Size of pictures: 64, or height x width such as 48x64; unset: the commonest, or as large as the time allows."""
    side: Annotated[int, Field(ge=8, le=4096)] | None = None
    """Longest side of pictures, if no size is given; unset: as the budget allows."""
    fit: Literal["crop", "pad", "stretch", "patches"] = "crop"
    """How picture files are brought to the size; patches: pieces cut out at full size, each an example."""
    background: str | None = None
    """The colour behind transparent pixels, such as white or #336699; unset: opacity is kept as a channel."""
    cond: str | None = None
    """What the condition is made of, such as age:number,kind:class; also labels, angle, vector. Unset: a guess."""
    pairs: Literal["none", "left", "right"] = "none"
    """Which picture of a pair is c: the left (first) or the right. Pairs are side by side, or in two folders."""
    bad: Fraction = 0.05
    """The share of unreadable examples that is accepted."""
    balance: Fraction = 0.0
    """How evenly classes are drawn: 0 as often as they are in the data, 1 all equally often."""
    mirror: bool = False
    """Mirror half of the pictures, left to right; only for data where that makes no difference."""
    held_out: Annotated[float, Field(ge=0, lt=0.5)] = 0.05
    """Fraction held out of training, to judge against: at least 100 of 500 or more examples, and at most 2,000."""
    unconditional: bool = False
    """Ignore the labels."""


class Further(Data):
    """A second set of data, next to DATA."""

    name: str = ""
    """The second set: a folder, a zip, a table, arrays."""
    held_out: Annotated[float, Field(ge=0, lt=0.5)] = 0.1
    """Fraction held out of training, to judge against."""


class Engine(Frozen):
    """How the arithmetic is done. 'auto' is resolved when a run starts, and the choice is kept with the run."""

    device: Device = "auto"
    """Where to train: auto, cpu, cuda, cuda:1, mps."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Precision of the adversarial passes; weights, costs and penalties are always float32."""
    threads: Threads | None = None
    """Processor threads; unset: one for each physical core, or a single one if that is as fast."""


class Judge(Frozen):
    """How samples are judged during the run and at its end."""

    share: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """Share of the time for judging samples during the run; 0: only at the end."""
    features: Literal["auto", "pixels", "digits", "efficientnet", "inception", "learned"] = "auto"
    """The features that samples are compared by; auto: the digits' classifier, an installed package, in a long run
    features learned from the labels, or pixels."""
    weights: str | None = None
    """The file of weights for these features, or its https address, if no package has them."""


class Run(Frozen):
    """What every run can be told: with the settings of its system, everything needed to repeat it."""

    version: Literal[1] = 1
    """Version of this format."""
    system: str = ""
    """What is played: the system's name."""
    recipe: str = "modern"
    """The recipe it started from."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Seed of every stream of random numbers."""
    batch: Annotated[int, Field(ge=2, le=2**16)] = 64
    """Examples per minibatch, m."""
    range: Scale = "signed"
    """Range of x: [-1, 1], [0, 1], as stored, or each column around 0 with a spread of 1."""
    data: Data = Data()
    base: str | None = None
    """A run, or one of its checkpoints, whose weights to start from."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (Stage(),)
    """Played in turn, with the same networks."""
    stop_early: bool = False
    """Stop when the doctor says plateau: the last judgements of the last stage show no improvement."""
    averages: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=16)] = (10_000, 2_000)
    """Half-lives, in images, of the weight averages (EMA) of the networks; the first one is used."""
    snapshots: Annotated[int, Field(ge=2, le=200)] = 12
    """Frames of the film strip."""
    checkpoint_images: Positive = 20_000
    """Real examples between checkpoints."""
    journal_images: Positive = 2_000
    """Real examples between lines of the journal; fewer in a short stage."""
    judge: Judge = Judge()
    engine: Engine = Engine()

    @field_validator("stages", mode="before")
    @classmethod
    def few(cls, stages: object) -> object:
        """Refuse more than anybody plays, of whatever system, before each of them is made."""
        if isinstance(stages, list | tuple) and len(stages) > MOST_STAGES:
            raise ValueError(f"there are at most {MOST_STAGES} stages, not {len(stages):,}")
        return stages
