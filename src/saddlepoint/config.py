"""The configuration of a run: one tree of frozen, typed, documented models. No torch is imported here.

A recipe is a function that returns a `Config`. The flags of the command line, the JSON in a run folder and the tables
in the documentation are derived from these classes; nothing of them is typed a second time.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from saddlepoint.data.reading import SIZE

Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(ge=1)]
Shape = Annotated[tuple[Annotated[int, Field(ge=1, le=2**16)], ...], Field(min_length=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
ConditionMode = Literal["none", "concat", "embedding", "add", "projection"]
Scale = Literal["signed", "unit", "raw"]
ObjectiveName = Literal["minimax", "non-saturating", "least-squares", "hinge", "wasserstein", "relativistic"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Mlp(Frozen):
    """Fully-connected layers, on points or on flattened pictures."""

    kind: Literal["mlp"] = "mlp"
    hidden: Annotated[tuple[Positive, ...], Field(min_length=1)] = (256, 256)
    """Units of each hidden layer."""
    activation: Literal["relu", "leaky", "tanh", "maxout"] = "leaky"
    """What follows each hidden layer."""
    pieces: Annotated[int, Field(ge=2)] = 5
    """Linear pieces of a maxout unit."""
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability that a hidden unit is dropped."""
    input_dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Probability that an input is dropped."""
    irange: Annotated[float, Field(gt=0)] | None = None
    """Initial weights uniform in [-irange, irange]; unset: a normal distribution that keeps the signal's scale."""
    branches: tuple[Positive, Positive] | None = None
    """Units of a layer of its own for each of (z or x, c), before they are joined."""
    branch_pieces: Annotated[int, Field(ge=2)] = 5
    """Linear pieces of a maxout unit in these layers."""
    condition: ConditionMode = "concat"
    """How c enters."""


class Dcgan(Frozen):
    """Strided convolutions down, fractionally-strided ones up (Radford et al. 2015)."""

    kind: Literal["dcgan"] = "dcgan"
    width: Positive = 64
    """Channels next to the picture; doubled at each halving."""
    kernel: Annotated[int, Field(ge=3, le=7)] = 5
    """Side of the convolutions."""
    normalise: bool = True
    """Batch normalisation, except at G's output and D's input."""
    condition: ConditionMode = "embedding"
    """How c enters."""


class Residual(Frozen):
    """Residual blocks without any normalisation layer."""

    kind: Literal["residual"] = "residual"
    width: Positive = 32
    """Channels next to the picture; doubled at each halving."""
    blocks: Annotated[int, Field(ge=0, le=64)] = 1
    """Residual blocks at each size; 0 leaves a plain chain of convolutions."""
    branch: Literal["plain", "bottleneck"] = "bottleneck"
    """Two 3 x 3 convolutions in a block, or 1 x 1, 3 x 3, 1 x 1 at half the channels."""
    limit: Positive = 4
    """The most that `width` is multiplied by."""
    condition: ConditionMode = "embedding"
    """How c enters."""


Network = Annotated[Mlp | Dcgan | Residual, Field(discriminator="kind")]


class Player(Frozen):
    """One player: its network, and how it is moved."""

    network: Network
    optimiser: Literal["sgd", "momentum", "rmsprop", "adam", "adamw"] = "adam"
    """The gradient rule."""
    lr: Annotated[float, Field(gt=0, lt=100)] = 1e-3
    """Learning rate at the start."""
    decay: Literal["constant", "linear", "cosine", "exponential"] = "constant"
    """How the learning rate falls to lr * lr_end over a stage."""
    lr_end: Annotated[float, Field(gt=0, le=1)] = 0.01
    """The fraction of lr reached at a stage's end."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.0, 0.99)
    """Decay rates of Adam's two moments."""
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.5
    """Momentum at the start, for 'momentum' and 'rmsprop'."""
    momentum_end: Annotated[float, Field(ge=0, lt=1)] | None = None
    """Momentum at a stage's end, reached linearly; unset: constant."""
    max_norm: Annotated[float, Field(gt=0)] | None = None
    """Scale a unit's incoming weights back to this length after each step; unset: no bound."""
    weight_decay: Weight = 0.0
    """Weight decay: decoupled for 'adamw', an L2 cost otherwise."""


class Generator(Player):
    """The generator: z and c to x."""

    start: Literal["weights", "mean"] = "weights"
    """Where G's output starts: where its weights put it, or around the mean of the data (mlp only)."""


class Critic(Player):
    """The critic, called discriminator where it answers with a probability."""

    spectral: bool = False
    """Divide each weight matrix by its largest singular value (Miyato et al. 2018)."""


class Prior(Frozen):
    """p(z)."""

    kind: Literal["normal", "uniform"] = "normal"
    size: Positive = 64


class Stage(Frozen):
    """A game with a length. Its fields are the rules; the networks are the run's."""

    images: Positive = 215_000
    """Real examples to see."""
    inherit: Literal["all", "networks"] = "all"
    """What it takes over from the stage before: the networks alone, or the optimisers' moments too."""
    objective: ObjectiveName = "non-saturating"
    """What the two players minimise."""
    k: Annotated[int, Field(ge=1, le=100)] = 1
    """Critic steps per generator step."""
    schedule: Literal["alternating", "simultaneous"] = "alternating"
    """The critic's steps first and then the generator's, or one of each from where both stand, which asks for k = 1."""
    r1: Weight = 0.0
    """Weight gamma of R1 = 1/2 |grad D(x)|^2 on real examples."""
    r2: Weight = 0.0
    """Weight gamma of R2 = 1/2 |grad D(G(z))|^2 on fakes."""
    gp: Weight = 0.0
    """Weight of the gradient penalty (|grad D(u)| - 1)^2 between reals and fakes."""
    penalty_every: Positive = 1
    """Compute the penalties every n-th round, n times as heavy."""
    classify: Weight = 0.0
    """Weight of AC-GAN's class cost: for D on reals and on fakes, for G on fakes."""
    augment: Literal["none", "diff", "adaptive"] = "none"
    """What D sees is altered, real and fake alike: never, always, or as often as D needs it against overfitting."""
    augment_most: Fraction = 0.7
    """The most often that 'adaptive' alters: from 3/4 on, what is altered can leak into what G makes."""

    @model_validator(mode="after")
    def one_step_each(self) -> Self:
        if self.schedule == "simultaneous" and self.k > 1:
            raise ValueError("simultaneous steps are one of each: leave k at 1")
        return self


class Data(Frozen):
    """What to train on."""

    name: str = "digits"
    """A bundled name, a world, or a path."""
    size: Annotated[str, Field(pattern=f"^{SIZE}$")] | None = None
    """Of pictures, as 64, or height x width as 48x64; unset: the commonest, made smaller than `side`."""
    side: Annotated[int, Field(ge=8, le=4096)] | None = None
    """Longest side of pictures of mixed sizes, half of that of others, without a size; unset: as the budget allows."""
    fit: Literal["crop", "pad", "stretch"] = "crop"
    """How pictures of other proportions come to the size."""
    background: str | None = None
    """The colour behind what is transparent, as white or #336699; unset: opacity is kept as a channel."""
    cond: str | None = None
    """What the condition is made of, as age:number,kind:class; also labels, angle, vector. Unset: a guess."""
    bad: Fraction = 0.05
    """The share of unreadable examples to put up with."""
    balance: Fraction = 0.0
    """How evenly classes are drawn: 0 as often as they are in the data, 1 all equally often."""
    mirror: bool = False
    """Show half of the pictures left for right: only for data where that makes no difference."""
    held_out: Annotated[float, Field(ge=0, lt=0.5)] = 0.05
    """Fraction kept from training, to judge against."""
    unconditional: bool = False
    """Ignore the labels."""


class Engine(Frozen):
    """How the arithmetic is done. 'auto' is resolved when a run starts, and the choice is kept with the run."""

    device: Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$")] = "auto"
    """Where to train: auto, cpu, cuda, cuda:1, mps."""
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    """Of the adversarial passes; weights, costs and penalties are always float32."""
    threads: Positive | None = None
    """Processor threads; unset: all physical cores."""


class Judge(Frozen):
    """How samples are judged while the run goes on, and when it is over."""

    share: Annotated[float, Field(ge=0, le=0.5)] = 0.05
    """Of the time, for judging samples on the way; 0: only at the end."""
    features: Literal["auto", "pixels", "digits", "efficientnet", "inception", "learned"] = "auto"
    """What samples are compared by; auto: the digit classifier, a package that is installed, or pixels."""
    weights: str | None = None
    """The file of weights for these features, or its https address, where they are in no package."""


class Config(Frozen):
    """Everything needed to repeat a run."""

    version: Literal[1] = 1
    """Of this form."""
    recipe: str = "modern"
    """The recipe it began as."""
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    """Of every stream of random numbers."""
    batch: Annotated[int, Field(ge=2)] = 64
    """Examples per minibatch, m."""
    range: Scale = "signed"
    """Of x: [-1, 1], [0, 1], or as stored."""
    prior: Prior = Prior()
    data: Data = Data()
    base: str | None = None
    """A run, or one of its checkpoints, whose weights to begin with."""
    g: Generator
    d: Critic
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)] = (Stage(),)
    """Played in turn, with the same networks."""
    averages: Annotated[tuple[Positive, ...], Field(min_length=1)] = (10_000, 2_000)
    """Half-lives, in images, of the generator's averages; the first is what one samples from."""
    snapshots: Annotated[int, Field(ge=2, le=200)] = 12
    """Frames of the film strip."""
    checkpoint_images: Positive = 20_000
    """Real examples between checkpoints."""
    journal_images: Positive = 2_000
    """Real examples between lines of the journal; fewer in a short stage."""
    judge: Judge = Judge()
    engine: Engine = Engine()
