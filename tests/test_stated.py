"""Numbers by which something is decided, as docs and papers state them. Figures that were published rest on these: a
change of one is a decision, made here as well, and never a slip.
"""

import inspect
from importlib import import_module

import pytest

from saddlepoint.networks import classifier, dcgan, mlp, patch, residual, unet, upscaler
from saddlepoint.networks.blocks import widths
from saddlepoint.networks.conditions import Condition
from saddlepoint.statistics.intervals import NORMAL_95, wilson_of
from saddlepoint.statistics.manifold import manifold
from saddlepoint.statistics.parzen import SIGMAS

STATED: dict[str, dict[str, object]] = {
    "augment": {"SHIFT": 8, "HOLE": 2, "START": 0.5, "TARGET": 0.3, "SPEED": 25_000},
    "data.archive": {"RATIO": 1_000, "SMALL": 2**20, "MOST": 5_000_000},
    "data.arrow": {"MOST_ROWS": 5_000_000, "KEPT": 4},
    "data.axes": {"NORMAL": 1.4826, "FAR": 20.0, "CROWD": 0.02, "FINE": 1e-4},
    "data.cache": {"FORMAT": 3, "SMALL": 2**25, "MARGIN": 2**28, "LARGEST": 2**30},
    "data.cond": {"KNOTS": 11, "TURN": tuple(30.0 * i for i in range(12)), "MOST_CLASSES": 10_000, "FEW": 20},
    "data.duplicates": {"SIDE": 32, "LOWEST": 8, "CLOSE": 0.02, "SHARE": 0.05, "BRIGHTER": 0.1, "MOST": 40_000},
    "data.facts": {"EXAMPLES": 64, "KINDS": {1: "points", 2: "sound", 3: "pictures"}},
    "data.gather": {"EVERY": 3.0},
    "data.guards": {"FREE": 2**28, "TIMES": 200},
    "data.idx": {"LIMIT": 2**30},
    "data.mapped": {"HEADER": 128},
    "data.npy": {"LIMIT": 2**36, "LONGEST": 10_000, "DIMENSIONS": 8},
    "data.pairs": {"WIDER": 1.2},
    "data.pictures": {"BYTES": 2**28, "PIXELS": 64_000_000, "DECODED": 25_000_000, "LARGE": 4_000_000, "LEAST": 4},
    "data.points": {"EACH": 5, "OFFERED": 10},
    "data.reading": {"NAMED": 20, "A_FEW": 12},
    "data.sides": {"PROBE": 500, "LOOKED_AT": 2**29},
    "data.split": {"MOST": 2_000, "LEAST": 20, "FEWEST": 100},
    "data.tables": {"MOST_ROWS": 5_000_000, "MOST_COLUMNS": 10_000, "MOST_BYTES": 2**30, "LACKING": 1_000_000},
    "judging.case": {
        "BAD": 0.1,
        "BETTER": 0.9,
        "YOUNG": 0.25,
        "OVER": 0.95,
        "RESTED": 600,
        "LEAST": 2e-4,
        "MOST": 2e-3,
        "UNSCALED": 50,
    },
    "judging.diversity": {"MOST": 1_000, "PAIRS": 100, "EACH_CLASS": 3},
    "judging.doctor": {
        "OVERFIT": 0.5,
        "APART": 4.0,
        "AHEAD": 3.0,
        "TOGETHER": 0.2,
        "SEES": 1.0,
        "COPIES": 2.0,
        "SURE": 0.001,
        "SWING": 1.25,
        "LOST": 3.0,
        "LEAK": 0.8,
        "UNEVEN": 30.0,
    },
    "judging.standing": {
        "COLLAPSED": 50.0,
        "COLLAPSED_WITHIN": 30.0,
        "FAR": 20.0,
        "FAR_POINTS": 15.0,
        "NEAR": 10.0,
        "ILL_NAMED": 0.5,
        "WELL_NAMED": 0.7,
        "MOSTLY": 0.5,
        "FEW": 0.3,
        "WOVEN": 1.3,
        "LAST": 4,
        "FEWEST": 100,
    },
    "judging.group": {"LEAST": 20},
    "judging.headline": {"FEWEST": 100, "MOST": 5_000},
    "judging.digits": {"CLASSES": 10},
    "judging.judgement": {"NEIGHBOURS": 5, "MOST": 2_000, "DIRECTIONS": 128, "ENOUGH": 5, "DRAWS": 8, "WIDE": 512},
    "judging.memory": {"QUERIES": 1_000, "RERANKED": 100},
    "judging.mixture": {"MOST": 10, "STARTS": 3, "STEPS": 200, "CONVERGED": 1e-6, "FLOOR": 1e-3},
    "judging.path": {"EPSILON": 1e-3},
    "networks.autoencoder": {"LOG_VAR_LIMIT": 12.0},
    "networks.blocks": {"SMALLEST": 4, "SLOPE": 0.2},
    "planning.allotment": {"AIM": 0.97},
    "planning.budget": {"WARM_UP": 3, "SHARE": 1 / 40, "SMALLEST_BATCH": 4, "OVERHEAD": 0.05, "BYTES": 4},
    "planning.judgements": {"SIZES": ((1_000, 8), (500, 4), (250, 2)), "MOST_JUDGEMENTS": 24, "LEARNING": 0.1},
    "planning.size": {"ENOUGH": 600, "PROBE": 32, "EXAMPLES": 256, "PLAYED": 0.7},
    "planning.rehearsal": {"SMALL": 100, "MANY": 500, "QUICK": 1.0, "SHARE": 0.25, "SIZES": (1_000, 500, 250, 100)},
    "running.base": {"SHOWN": 6, "LEAST": 0.1},
    "running.course": {"PLACES": (0.1, 0.25, 0.5, 0.75, 0.9, 0.97), "MOST": 4.0, "ALIKE": 0.01},
    "running.gauge": {"WINDOW": 10.0, "MEMORY": 0.95, "QUANTILES": (0.05, 0.25, 0.5, 0.75, 0.95)},
    "running.finish": {"PROTOCOL": 10_000, "EACH": 10, "POINTS": 2_000},
    "running.live": {"FEWER": 256, "LEARNT_FROM": 5_000, "SHOWN": 2_000, "UNSEEN": 500, "FEW": 16, "ROOM": 2**27},
    "running.judging": {"SAMPLES": 1_000},
    "running.moments": {"ADAPT": 2_000, "LINES": 100},
    "running.opinions": {"NEIGHBOURS": 200, "MOST_LOOKS": 20_000},
    "running.replan": {"TOLD": 0.2, "SLOWER": 4.0},
    "running.work": {"PATIENCE": 20, "SECOND_CHANCES": 3},
    "statistics.both": {"PARTS": 10, "LEAST": 0.6},
    "statistics.classes": {"PARTS": 50},
    "statistics.copies": {"SHUFFLES": 9_999, "CLOSE": 1 / 3},
    "statistics.influence": {"SMALL": 1e-3, "PAIRS": 500, "MOST": 2_000},
    "statistics.pattern": {
        "PLACE": 8,
        "SQUARE": 4,
        "GAPS": (1, 2),
        "LEVELS": 255,
        "SMOOTH": 16,
        "STRATA": 9,
        "NEAR": 2,
    },
    "statistics.pictures": {"CAP": 100.0, "LUMA": (65.481, 128.553, 24.966), "BLACK": 16.0},
    "statistics.similarity": {"WEIGHTS": (0.0448, 0.2856, 0.3001, 0.2363, 0.1333), "WINDOW": 11, "SPREAD": 1.5},
    "storage.checkpoint": {"LARGEST": 2**26},
    "storage.journal": {"LARGEST": 2**26, "LONGEST": 2**20},
    "storage.lock": {"LARGEST": 20, "PATIENCE": 0.3},
    "storage.manifest": {"SCHEMA": 1, "LARGEST": 2**20},
    "storage.places": {"LARGEST_FRAME": 2**26},
    "storage.remembered": {"FORMAT": 1, "LARGEST": 2**31, "HEADER": 2**20},
    "storage.spelling": {"MOST": 2**18},
}


@pytest.mark.parametrize("name", STATED)
def test_each_is_what_is_stated(name: str):
    module = import_module(f"saddlepoint.{name}")
    assert {word: getattr(module, word) for word in STATED[name]} == STATED[name]


def test_the_window_of_the_first_paper_is_one_of_ten_widths():
    assert pytest.approx([10 ** (i / 9 - 1) for i in range(10)]) == SIGMAS


def usual(of: object) -> dict[str, object]:
    """What is taken where nothing is said."""
    found = inspect.signature(of).parameters.values()  # pyright: ignore[reportArgumentType]
    return {each.name: each.default for each in found if each.default is not inspect.Parameter.empty}


PLAIN, SMALL = Condition(), residual.Tower(32, 1, "bottleneck", 4)
USUAL: dict[object, dict[str, object]] = {
    mlp.MLPGenerator: {
        "latent": 100,
        "hidden": mlp.Layers((1200, 1200), "relu", irange=0.05),
        "output": "sigmoid",
        "branches": None,
        "condition": PLAIN,
    },
    mlp.MLPCritic: {
        "hidden": mlp.Layers((240, 240), "maxout", 5, 0.5, 0.2, 0.005),
        "branches": None,
        "condition": PLAIN,
        "auxiliary": False,
        "spectral": False,
    },
    mlp.Layers: {
        "activation": "relu",
        "pieces": 5,
        "dropout": 0.0,
        "input_dropout": 0.0,
        "irange": None,
        "normalise": False,
    },
    dcgan.DCGANGenerator: {"latent": 100, "width": 64, "kernel": 5, "normalise": True, "condition": PLAIN},
    dcgan.DCGANCritic: {
        "width": 64,
        "kernel": 5,
        "normalise": True,
        "condition": PLAIN,
        "auxiliary": False,
        "spectral": False,
    },
    classifier.Classifier: {"features": 96, "widths": (32, 64, 96), "depth": 1},
    patch.PatchCritic: {"conditions": 0, "width": 64, "layers": 3, "normalise": True, "spectral": False},
    residual.Tower: {"width": 32, "blocks": 1, "branch": "bottleneck", "limit": 4},
    residual.ResidualGenerator: {
        "latent": 64,
        "tower": SMALL,
        "resize": "nearest",
        "last": "cells",
        "condition": PLAIN,
    },
    residual.ResidualCritic: {"tower": SMALL, "condition": PLAIN, "auxiliary": False, "spectral": False},
    unet.UNet: {"width": 64, "halvings": 7, "dropout": 0.5, "normalise": True, "output": "tanh"},
    upscaler.Upscaler: {"width": 64, "blocks": 16, "factor": 4, "normalise": False},
    Condition: {"mode": "none", "classes": None, "size": None, "width": 64},
}


@pytest.mark.parametrize("of", USUAL, ids=lambda of: of.__name__)
def test_where_nothing_is_said_networks_are_those_of_their_papers(of: object):
    assert usual(of) == USUAL[of]


def test_where_nothing_is_said_measures_are_those_of_their_papers():
    assert usual(manifold)["k"] == 5
    assert usual(wilson_of)["z"] == NORMAL_95 == pytest.approx(1.959964, abs=5e-7)
    assert usual(mlp.MLPGenerator.start_at)["margin"] == 1e-3
    assert usual(widths)["limit"] == 8
