"""How fast what is seen of a generator's samples changes along ways through its latent space."""

import torch
from torch import Tensor

from saddlepoint.artefact.artefact import Artefact
from saddlepoint.data.scaling import ENDLESS, unit
from saddlepoint.judging.extractors.extractor import Extractor
from saddlepoint.judging.path import path_length
from saddlepoint.latent.walk import way
from saddlepoint.randomness import Randomness
from saddlepoint.statistics.intervals import Interval

WAYS = 200


def path_lengths(model: Artefact, extractor: Extractor, seed: int) -> Interval:
    """The perceptual path length in the extractor's features, over 200 ways, as a walk goes them; each with the
    condition of one sample, each class in turn.
    """
    c, scale = model.condition(WAYS), model.description.config.range

    @torch.no_grad()
    def draw(z: Tensor) -> Tensor:
        x = model.decode(z, c)
        grey = x if scale in ENDLESS else 255 * unit(x, scale)
        return torch.cat([extractor.see(part).features.double().cpu() for part in grey.split(extractor.chunk)])

    return path_length(draw, way(model.prior), model.noise(2 * WAYS, seed), Randomness(seed).stream("paths"))
