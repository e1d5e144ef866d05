"""Judging by pairs: how far what a model makes of each c is from the x that belongs to it."""

from pathlib import Path

import torch
from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.court.bench import Bench, Evidence, Judged, Measures
from saddlepoint.data.feed import source_of, target_of
from saddlepoint.data.scaling import ENDLESS, unit
from saddlepoint.errors import SaddlepointError
from saddlepoint.judging.card import Card, Measure, plain_card
from saddlepoint.judging.extractors.vgg import lpips_parts
from saddlepoint.media.catalog import medium_of
from saddlepoint.statistics.intervals import mean_interval
from saddlepoint.statistics.perceptual import lpips
from saddlepoint.statistics.pictures import absolute_error, psnr, ssim
from saddlepoint.statistics.similarity import WINDOW

ON_THE_WAY = 64  # pairs of a judgement on the way
AT_ONCE = 16


def by_pairs(evidence: Evidence) -> Bench:
    """Each pair once, in the data's own order: L1, PSNR and, of pictures that are large enough, SSIM; LPIPS where its
    weights are given. What is chosen by the first pairs is measured at last by the others.
    """
    if len(target_of(evidence.unseen)) < 2:
        raise SaddlepointError("fewer than two pairs to judge by", "judge", "hold more out: --data.held-out")

    def quick(model: Artefact, n: int, seed: int) -> Measures:
        return figures(model, evidence, seed, slice(min(n, ON_THE_WAY)))

    def full(model: Artefact, n: int, seed: int) -> Judged:
        return Judged(figures(model, evidence, seed, others(evidence, ON_THE_WAY)))

    return Bench(quick, full)


def others(evidence: Evidence, chose: int) -> slice:
    """The examples after those that averages are chosen by: as many at least, or else all."""
    return slice(chose if len(target_of(evidence.unseen)) >= 2 * chose else 0, None)


def figures(model: Artefact, evidence: Evidence, seed: int, which: slice) -> Measures:
    """Means over pairs with their intervals; shares of the whole range, black to white."""
    to = model.model.apply
    if to is None:
        raise model.refuse("be judged by pairs: it translates nothing")
    given, wanted = source_of(evidence.unseen)[which], target_of(evidence.unseen)[which].cpu()
    made = torch.cat([to.call(part, seed) for part in given.split(AT_ONCE)])
    scale = evidence.record.config.range
    x, y = (unit(t.double(), scale) for t in (made, wanted))
    card = card_of(evidence, wanted, seed)
    found = {"l1": measured("mean absolute error / range", absolute_error(x, y), card)}
    if medium_of(evidence.facts["x"]).copies and scale not in ENDLESS:
        found["psnr"] = measured("PSNR, dB", psnr(x.clamp(0, 1), y, peak=1.0), card)
        if min(y.shape[2:]) >= WINDOW:
            found["ssim"] = measured("SSIM", ssim(x.clamp(0, 1), y, peak=1.0), card)
        if evidence.lpips is not None:
            found["lpips"] = by_lpips(evidence.lpips, x.clamp(0, 1).float(), y.float(), card)
    elif evidence.lpips is not None:
        raise SaddlepointError("compares pictures in a range, and these are not", "--lpips", "leave it out")
    return found


@torch.no_grad()
def by_lpips(file: Path, x: Tensor, y: Tensor, card: Card) -> Measure:
    """What people would say of how unlike they are, as a network has learned it; pictures [N, 1 or 3, H, W] in [0, 1]
    of 16 pixels a side or more.
    """
    network, heads = lpips_parts(file)
    parts = [lpips(network(a, heads), network(b, heads), heads) for a, b in zip(x.split(AT_ONCE), y.split(AT_ONCE))]
    card = card._replace(extractor="VGG16", extractor_digest=network.digest)
    return measured("LPIPS", torch.cat(parts).double(), card)


def measured(metric: str, values: Tensor, card: Card) -> Measure:
    return Measure(*mean_interval(values), card._replace(metric=metric))


def card_of(evidence: Evidence, some: Tensor, seed: int, what: str = "pairs") -> Card:
    """The protocol: which pairs, or examples, and how many."""
    which = f"{len(some):,} {evidence.whose} {what} {evidence.stated}".rstrip()
    return plain_card(f"{evidence.record.data.name}, {which}", some, seed)
