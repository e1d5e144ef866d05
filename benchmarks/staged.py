"""What the doctor is tried on: data, networks, and what is done to a run so that it fails, or does not.

Every run is a small one: pictures of 12 to 20 pixels a side, or points in the plane.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_images, make_blobs, make_s_curve
from torch import Tensor
from torch.nn.functional import avg_pool2d

from saddlepoint.augment import diff_augment
from saddlepoint.data.digits import digits
from saddlepoint.data.scaling import scaled
from saddlepoint.data.source import Source
from saddlepoint.data.split import split
from saddlepoint.data.worlds import world_source
from saddlepoint.judging.doctor import BENIGN
from saddlepoint.judging.extractors.extractor import as_stored
from saddlepoint.randomness import Randomness
from saddlepoint.settings.networks import Dcgan, Mlp, Residual
from saddlepoint.settings.run import Scale
from saddlepoint.systems.gan.config import Config, CriticPace, GeneratorPace, Noise, Rules

SIDE = 16


class Kit(NamedTuple):
    """The players' networks, a D ten times wider, their rates, and what else suits such data."""

    g: Any
    d: Any
    wide: Any
    rates: Mapping[str, Any]
    scale: Scale = "signed"
    classify: float = 0.1
    batch: int = 64
    longer: int = 1  # times the examples, where a round takes no time
    r1: float = 0.2


CHAIN = {"kernel": 4, "normalise": False}
STEADY = {"lr": 2e-3, "betas": (0.0, 0.99)}
KITS = {
    "chain": Kit(
        Residual(width=16),
        Dcgan(width=16, condition="projection", **CHAIN),
        Dcgan(width=160, condition="projection", **CHAIN),
        STEADY,
    ),
    "acgan": Kit(
        Residual(width=16),
        Dcgan(width=16, condition="none", **CHAIN),
        Dcgan(width=160, condition="none", **CHAIN),
        STEADY,
    ),
    "dcgan": Kit(
        Dcgan(width=16, kernel=4, condition="concat"),
        Dcgan(width=16, kernel=4, condition="concat"),
        Dcgan(width=160, kernel=4, condition="concat"),
        {"lr": 5e-4, "betas": (0.5, 0.999)},
        classify=0.0,
    ),
    "mlp": Kit(
        Mlp(hidden=(128, 128)), Mlp(hidden=(128, 128)), Mlp(hidden=(1280, 1280)), STEADY, "raw", 0.0, 128, 6, 0.02
    ),
    "residual": Kit(
        Residual(width=24, limit=2),
        Residual(width=12, limit=2, condition="projection"),
        Residual(width=120, limit=2, condition="projection"),
        STEADY,
        batch=80,
    ),
    "bare": Kit(
        Dcgan(width=12, kernel=3),
        Dcgan(width=12, kernel=3, normalise=False),
        Dcgan(width=120, kernel=3, normalise=False),
        {"lr": 1e-3, "betas": (0.0, 0.99)},
        classify=0.0,
        batch=96,
    ),
    "flat": Kit(
        Mlp(hidden=(256, 256)),
        Mlp(hidden=(256, 256)),
        Mlp(hidden=(2560, 2560)),
        {"lr": 1e-3, "betas": (0.0, 0.99)},
        classify=0.0,
        batch=48,
    ),
    "narrow": Kit(
        Mlp(hidden=(64, 64, 64)), Mlp(hidden=(64, 64, 64)), Mlp(hidden=(640, 640, 640)), STEADY, "raw", 0.0, 96, 6, 0.02
    ),
    "broad": Kit(
        Residual(width=20),
        Dcgan(width=18, kernel=4, normalise=False, condition="projection"),
        Dcgan(width=180, kernel=4, normalise=False, condition="projection"),
        STEADY,
        batch=72,
    ),
    "five": Kit(
        Dcgan(width=20, kernel=5, condition="concat"),
        Dcgan(width=12, kernel=5, condition="concat"),
        Dcgan(width=120, kernel=5, condition="concat"),
        {"lr": 5e-4, "betas": (0.5, 0.99)},
        classify=0.0,
        batch=56,
    ),
    "crossed": Kit(
        Dcgan(width=24, kernel=3, condition="concat"),
        Residual(width=12, limit=2, condition="projection"),
        Residual(width=120, limit=2, condition="projection"),
        {"lr": 1e-3, "betas": (0.0, 0.99)},
        batch=64,
    ),
    "relu": Kit(
        Mlp(hidden=(160, 160), activation="relu"),
        Mlp(hidden=(160, 160), activation="relu"),
        Mlp(hidden=(1600, 1600), activation="relu"),
        {"lr": 1e-3, "betas": (0.0, 0.99)},
        "raw",
        0.0,
        112,
        6,
        0.02,
    ),
}


class Staging(NamedTuple):
    """What is done to a run, and the verdicts that fit it.

    rules, g, d   settings of the stage and of the players
    wide          whether D is ten times wider; it then sees half as many examples
    noise         numbers of z, 0: as usual
    pictures      how many there are, of which `held_out` are not trained on; `copies`: how often each is there
    altered       how many times more those trained on are altered than fakes are, so that G has to draw altered ones
    filled        share of those trained on that hold a number which stands for none, as tables have it
    longer        times the examples seen
    """

    fits: tuple[str, ...]
    rules: Mapping[str, Any] = {}
    g: Mapping[str, Any] = {}
    d: Mapping[str, Any] = {}
    wide: bool = False
    noise: int = 0
    pictures: int = 3_000
    held_out: float = 0.1
    copies: int = 1
    altered: int = 0
    filled: float = 0.0
    longer: int = 1


FILL = 9.96921e36  # of NetCDF, where a number is missing; its square is none in float32
PLAIN = {"optimiser": "sgd", "lr": 1.0}
NONE = {"r1": 0.0, "r2": 0.0}
BROKEN = ("mode collapse", "within-class collapse", "oscillation", "D too strong", "non-finite values masked")
STAGINGS = {
    "healthy": Staging(BENIGN),
    "healthy-hinge": Staging(BENIGN, {"objective": "hinge"}),
    "healthy-relativistic": Staging(BENIGN, {"objective": "relativistic"}),
    "healthy-augmented": Staging(BENIGN, {"augment": "adaptive"}),
    "rate-too-high": Staging(BROKEN, NONE, {"lr": 0.05}, {"lr": 0.05}),
    "d-ten-times-wider": Staging(("D too strong", "mode collapse"), NONE | {"objective": "minimax"}, wide=True),
    "d-frozen": Staging(("D too weak", "mode collapse"), d={"lr": 1e-9}),
    "g-slow": Staging(("D too strong",), NONE, {"lr": 1e-6}),
    "50-pictures": Staging(("D overfits", "memorising"), NONE, pictures=90, held_out=0.45, longer=3),
    "20-pictures": Staging(("D overfits", "memorising"), pictures=40, held_out=0.5, longer=3),
    "duplicated": Staging(("D overfits", "memorising"), NONE, pictures=150, held_out=0.4, copies=20),
    "one-number-of-noise": Staging(("within-class collapse", "mode collapse"), noise=1),
    "unregularised-relativistic": Staging(
        (*BROKEN, "D overfits"), NONE | {"objective": "relativistic"}, {"lr": 2e-2}, {"lr": 2e-2}
    ),
    "g-hurried": Staging(BROKEN, NONE, {"lr": 2e-2}, {"lr": 2e-4}),
    "altered-before": Staging(("augmentation leak",), {"augment": "diff"}, copies=4, altered=2),
    "overflow": Staging(("non-finite values masked",), NONE | {"objective": "wasserstein"}, PLAIN, PLAIN),
    "fill-values": Staging(("non-finite values masked",), filled=0.005),
}


def configured(staging: Staging, kit: Kit, seed: int, images: int) -> Config:
    """A small game, with what is staged."""
    images = images * kit.longer * staging.longer // (1 + staging.wide)
    rules = {"images": images, "r1": kit.r1, "penalty_every": 8, "classify": kit.classify} | dict(staging.rules)
    return Config(
        seed=seed,
        batch=kit.batch,
        range=kit.scale,
        prior=Noise(size=staging.noise or (64 if kit.scale == "signed" else 8)),
        g=GeneratorPace(network=kit.g, **dict(kit.rates) | dict(staging.g)),
        d=CriticPace(network=kit.wide if staging.wide else kit.d, **dict(kit.rates) | dict(staging.d)),
        stages=(Rules(**rules),),
        averages=(2_000, 500),
        checkpoint_images=images,
    )


def prepared(whole: Source, staging: Staging, seed: int) -> tuple[Source, tuple[int, ...]]:
    """Some of the examples, those trained on as often and as spoilt as is staged; and the places of those held out."""
    rng = Randomness(seed)
    source = whole.take(torch.randperm(whole.size, generator=rng.stream("benchmark"))[: staging.pictures])
    parts = split(source, staging.held_out, rng)
    if not (staging.copies > 1 or staging.altered or staging.filled):
        return source, tuple(parts.held_out.tolist())
    source = source.take(torch.cat([parts.held_out, parts.train.repeat(staging.copies)]))
    if staging.altered:
        source, stream = source._replace(x=as_stored(source.x)), rng.stream("altered")
        for _ in range(staging.altered):
            source.x[len(parts.held_out) :] = altered(source.x[len(parts.held_out) :], stream)
    if staging.filled:
        source = source._replace(x=scaled(source.x, "raw" if source.x.ndim == 2 else "unit"))
        chosen = torch.randperm(len(parts.train), generator=rng.stream("filled"))
        places = len(parts.held_out) + chosen[: round(staging.filled * len(parts.train))]
        source.x[places] = FILL
    return source, tuple(range(len(parts.held_out)))


def altered(x: Tensor, rng: torch.Generator) -> Tensor:
    """Each picture as an augmentation that is always on shows it to D."""
    return ((diff_augment(scaled(x, "signed"), rng, 1.0).clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)


def halved(name: str, x: Tensor, labels: Tensor | None = None) -> Source:
    """Pictures at half their size, of ten classes or none."""
    small = avg_pool2d(x.float(), 2).round().to(torch.uint8)
    return Source(name, small, labels, () if labels is None else tuple(map(str, range(10))))


def digits14(_: Path | None = None) -> Source:
    whole = digits()
    return halved("digits14", whole.x, whole.c)


def cifar(folder: Path) -> Source:
    """`x_train`, `y_train` of cifar10_small/cifar10_small.npz, at half their size."""
    with np.load(folder / "cifar10_small" / "cifar10_small.npz") as arrays:
        x, y = torch.from_numpy(arrays["x_train"]), torch.from_numpy(arrays["y_train"]).long()
    return halved("cifar", x.permute(0, 3, 1, 2), y)


def maps(folder: Path) -> Source:
    """The aerial photographs of maps/maps_train_300.zip, a quarter of their size, cut into 16 x 16: 4,800 pieces."""
    return halves("maps", folder, 0)


def drawn(folder: Path) -> Source:
    """The maps beside them, likewise."""
    return halves("drawn", folder, 256)


def halves(name: str, folder: Path, left: int) -> Source:
    found = []
    with ZipFile(folder / "maps" / "maps_train_300.zip") as archive:
        for name in sorted(archive.namelist()):
            if not name.endswith(".jpg"):
                continue
            with Image.open(BytesIO(archive.read(name))) as picture:
                found.append(pieces(picture.crop((left, 0, left + 256, 256)), 4, SIDE, SIDE))
    return Source(name, torch.cat(found))


def pieces(picture: Image.Image, times: int, height: int, width: int) -> Tensor:
    """A picture that many times smaller, cut into pieces that do not overlap: [N, C, height, width]."""
    small = picture.resize((picture.width // times, picture.height // times), Image.Resampling.BOX)
    x = torch.from_numpy(np.array(small)).reshape(small.height, small.width, -1).permute(2, 0, 1)
    return x.unfold(1, height, height).unfold(2, width, width).permute(1, 2, 0, 3, 4).flatten(0, 1)


def cut(name: str, files: Path, mode: str, times: int, height: int, width: int) -> Source:
    """The pictures of a folder, in pieces."""
    found = []
    for path in sorted(files.iterdir()):
        with Image.open(path) as picture:
            found.append(pieces(picture.convert(mode), times, height, width))
    return Source(name, torch.cat(found))


def speech(folder: Path) -> Source:
    """3,000 spoken digits of speech/fsdd_8k_8192.npz: the first half second as 16 bands by 16 moments of 32 ms, in grey
    from 60 dB below its loudest to that.
    """
    with np.load(folder / "speech" / "fsdd_8k_8192.npz") as arrays:
        x, digit = torch.from_numpy(arrays["x"][:, :4096]).float(), torch.from_numpy(arrays["digit"]).long()
    power = torch.stft(x, 256, 128, window=torch.hann_window(256), return_complex=True).abs().square()
    loud = 10 * avg_pool2d(power[:, None, :128, :32], (8, 2)).clamp(min=1).log10()
    grey = (1 + (loud - loud.amax((2, 3), keepdim=True)) / 60).clamp(min=0)
    return Source("speech", (255 * grey).round().to(torch.uint8), digit, tuple(map(str, range(10))))


def waves(_: Path) -> Source:
    """6,000 pictures of 16 bits: a plane wave of any direction, phase, and of one to three periods."""
    rng = torch.Generator().manual_seed(0)
    angle, phase, periods = torch.rand(3, 6_000, 1, 1, generator=rng)
    row, column = torch.arange(SIDE)[:, None] / SIDE, torch.arange(SIDE) / SIDE
    along = (2 * torch.pi * angle).cos() * row + (2 * torch.pi * angle).sin() * column
    x = 0.5 + 0.4 * (2 * torch.pi * ((1 + 2 * periods) * along + phase)).sin()
    return Source("waves", (x[:, None] * 65535).round().to(torch.int32).to(torch.uint16))


def letters(_: Path) -> Source:
    """6,000 pictures of the letters A to J: light on dark, of any place, size, tilt and brightness."""
    rng = np.random.default_rng(0)
    label = rng.integers(10, size=6_000)
    x = np.stack([letter("ABCDEFGHIJ"[which], rng) for which in label])
    return Source("letters", torch.from_numpy(x)[:, None], torch.from_numpy(label), tuple("ABCDEFGHIJ"))


def letter(which: str, rng: np.random.Generator) -> np.ndarray:
    """[SIDE, SIDE] uint8, drawn at four times the size."""
    picture, middle = Image.new("L", (4 * SIDE, 4 * SIDE), int(rng.uniform(0, 50))), 2 * SIDE
    place = tuple(middle + rng.uniform(-6, 6, 2))
    font = ImageFont.load_default(rng.uniform(44, 58))
    ImageDraw.Draw(picture).text(place, which, int(rng.uniform(150, 255)), font, anchor="mm")
    turned = picture.rotate(rng.uniform(-15, 15), Image.Resampling.BILINEAR, fillcolor=picture.getpixel((0, 0)))
    return np.array(turned.resize((SIDE, SIDE), Image.Resampling.BOX))


def garden(_: Path) -> Source:
    """The two photographs that scikit-learn carries, a roof and a flower, in grey: 3,000 pieces of 16 x 12."""
    shots = [Image.fromarray(shot).convert("L") for shot in load_sample_images().images]
    return Source("garden", torch.cat([pieces(shot, 1, SIDE, 12) for shot in shots])[:3_000])


def points(name: str, x: np.ndarray) -> Source:
    return Source(name, torch.from_numpy(x))


DATA: dict[str, Callable[[Path], Source]] = {
    "digits": digits14,
    "cifar": cifar,
    "maps": maps,
    "waves": waves,
    "moons": lambda _: world_source("moons", 6_000),
    "ring8-wide": lambda _: world_source("ring8-wide", 6_000),
    "pinwheel": lambda _: world_source("pinwheel", 6_000),
    "speech": speech,
    "bsds": lambda folder: cut("bsds", folder / "super_resolution" / "BSDS500_train", "RGB", 4, SIDE, SIDE),
    "t91": lambda folder: cut("t91", folder / "super_resolution" / "T91", "L", 2, 12, 20),
    "swiss-roll": lambda _: world_source("swiss-roll", 6_000),
    "checkerboard": lambda _: world_source("checkerboard", 6_000),
    "letters": letters,
    "drawn": drawn,
    "garden": garden,
    "s-curve": lambda _: points("s-curve", make_s_curve(6_000, noise=0.05, random_state=0)[0]),
    "blobs": lambda _: points("blobs", make_blobs(6_000, 5, centers=4, cluster_std=1.5, random_state=0)[0] / 5),
}
