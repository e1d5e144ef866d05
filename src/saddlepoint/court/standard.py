"""What samples are held against: real examples seen, their Gaussian fitted, features learned from them.

All of it depends on the real data alone, and is kept on the disk (`storage.remembered`). Pixels are not: to read them
takes longer than to look at them.
"""

from functools import partial

import torch
from torch import Tensor

from saddlepoint.data.densities import Mixture
from saddlepoint.data.duplicates import groups as alike
from saddlepoint.data.source import Source
from saddlepoint.data.split import together
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import code_version
from saddlepoint.judging.extractors.extractor import Extractor, Seen, as_stored, look
from saddlepoint.judging.extractors.learned import LEAST, STEPS, built, learned, seconds, taught
from saddlepoint.judging.group import Group, group
from saddlepoint.judging.judgement import Standard
from saddlepoint.judging.mixture import fitted
from saddlepoint.randomness import Randomness
from saddlepoint.statistics.gaussian import Gaussian, fit
from saddlepoint.statistics.influence import Reference
from saddlepoint.statistics.influence import some as drawn
from saddlepoint.storage.remembered import Of, Tensors, kept, key_of, remember

SEED = 0  # of learned features
SOME = 128  # examples by which is known how long learning takes
FAILED = "failed"  # in the place of weights: why there are none


def standard(extractor: Extractor, real: Source, training: Source | None, labelled: bool) -> Standard:
    """The standard that these real examples are, with their labels where classes are judged."""
    groups = [
        group(extractor, source.x, source.c if labelled else None, partial(seen, source))
        for source in (real, training)
        if source is not None
    ]
    others = groups[1] if training is not None else None
    return Standard.of(groups[0], others, reference(extractor, real, groups[0]), real.classes if labelled else ())


def seen(source: Source, extractor: Extractor, x: Tensor) -> Seen:
    """What the extractor sees in x, the source's examples, now or before."""
    if extractor.digest == "none":
        return look(extractor, x)

    def make() -> Tensors:
        found = look(extractor, x)
        return {"features": found.features} | ({} if found.logits is None else {"logits": found.logits})

    def fits(tensors: Tensors) -> bool:
        rows = all(tensor.ndim == 2 and len(tensor) == len(x) for tensor in tensors.values())
        return rows and {"features"} <= set(tensors) <= {"features", "logits"}

    found = remember(key(source, extractor, "seen"), Of(f"{source.name}, seen by {extractor.name}", len(x)), fits, make)
    return Seen(found["features"], found.get("logits"))


def reference(extractor: Extractor, source: Source, some: Group) -> Reference:
    """The Gaussian of the group's features, and the root of its covariance."""
    features = some.seen.features
    if extractor.digest == "none":
        return Reference.of(fit(features), features)
    f = features.shape[1]

    def make() -> Tensors:
        found = Reference.of(fit(features))
        return {"mean": found.moments.mean, "covariance": found.moments.covariance, "root": found.root}

    def fits(tensors: Tensors) -> bool:
        shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        return shapes == {"mean": (f,), "covariance": (f, f), "root": (f, f)}

    found = remember(
        key(source, extractor, "fitted"), Of(f"{source.name}, a Gaussian of {extractor.name}", some.size), fits, make
    )
    moments = Gaussian(found["mean"], found["covariance"], len(features))
    return Reference(moments, found["root"], features[drawn(len(features))])


def halves(source: Source) -> tuple[Source, Source]:
    """Two random halves, near-duplicates on one side: one to teach features, the other to be judged against by them. To
    what they were taught on, samples would seem further away than they are. SaddlepointError where they are too few.
    """
    order = torch.randperm(source.size, generator=Randomness(SEED).stream("halves"))
    near = alike(source.x, source.low, source.high)
    taught = together(order, torch.arange(source.size) if near is None else near, source.size // 2)
    if int(taught.sum()) < 2 * LEAST:
        what, hint = f"{source.size:,} examples, half of them to learn from", f"{4 * LEAST} are the least"
        raise SaddlepointError(what, "learned features", f"{hint}, each different: add some, or use pixels")
    return source.take(taught.nonzero().flatten()), source.take((~taught).nonzero().flatten())


def learned_from(source: Source, labels: Tensor | None) -> Extractor:
    """The features that these examples teach, learned once for each set of data; SaddlepointError where they fail,
    which is remembered as well.
    """
    x = as_stored(source.x)
    names = source.classes if labels is not None else ()

    def make() -> Tensors:
        try:
            return dict(taught(x, labels, names, SEED).state_dict())
        except SaddlepointError as error:
            return {FAILED: torch.tensor(list(f"{error.what}\n{error.hint}".encode()), dtype=torch.uint8)}

    def fits(tensors: Tensors) -> bool:
        if set(tensors) == {FAILED}:
            return tensors[FAILED].dtype == torch.uint8 and tensors[FAILED].ndim == 1
        wanted = built(tuple(x.shape[1:]), len(names)).state_dict()
        return {n: t.shape for n, t in tensors.items()} == {n: t.shape for n, t in wanted.items()}

    about = Of(f"{source.name}, what it teaches", source.size)
    tensors = remember(lesson(source, labels), about, fits, make)
    if set(tensors) == {FAILED}:
        what, _, hint = bytes(tensors[FAILED].tolist()).decode(errors="replace").partition("\n")
        raise SaddlepointError(what, "learned features", hint)
    network = built(tuple(x.shape[1:]), len(names))
    network.load_state_dict(dict(tensors))
    return learned(network.requires_grad_(False).eval(), names)


def lesson(source: Source, labels: Tensor | None) -> str:
    """The key of what these examples teach."""
    classes = len(source.classes) if labels is not None else 0
    words = ("taught", source.digest(), classes, SEED, STEPS, torch.__version__, torch.get_num_threads())
    return key_of(code_version(), *words)


def to_learn(source: Source, labels: Tensor | None) -> float:
    """Seconds that learning from these examples will take: none where it has been done. SaddlepointError where nothing
    can be learned.
    """
    if kept(lesson(source, labels)):
        return 0.0
    some = source.take(drawn(source.size, SOME))
    few = None if labels is None else labels[drawn(source.size, SOME)]
    return seconds(as_stored(some.x), few, len(source.classes))


def mixture_of(source: Source) -> Mixture:
    """The mixture of Gaussians that fits these points, found once for each set of data."""
    d = source.x.shape[1]

    def make() -> Tensors:
        found = fitted(source.x, Randomness(SEED).stream("mixture"))
        return {"weights": found.weights, "means": found.means, "roots": found.roots}

    def fits(tensors: Tensors) -> bool:
        shapes = {name: tuple(tensor.shape) for name, tensor in tensors.items()}
        k = len(tensors.get("weights", ()))
        return shapes == {"weights": (k,), "means": (k, d), "roots": (k, d, d)} and k > 0

    words = ("mixture", source.digest(), SEED, torch.__version__, torch.get_num_threads())
    found = remember(key_of(code_version(), *words), Of(f"{source.name}, Gaussians", source.size), fits, make)
    return Mixture(found["weights"], found["means"], found["roots"])


def key(source: Source, extractor: Extractor, what: str) -> str:
    """Of the data, the features, and what else decides the last digits."""
    features = (extractor.name, extractor.digest, extractor.resizer)
    return key_of(what, code_version(), source.digest(), *features, torch.__version__, torch.get_num_threads())
