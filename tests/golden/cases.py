"""What is played for the golden digests: short runs of tiny networks.

A case is what a user would write: data, and the settings in a file for --config. Each has more than one of the things
that a run can be told, and all of them together have nearly all.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from golden.data import colours, deep, described, few, oblong, shades, table, uneven

MISSING = "no-such-weights.safetensors"


class Case(NamedTuple):
    """A run: its data, by name or by what writes them into a folder; its settings; the case it is based on."""

    data: str | Callable[[Path], Path]
    settings: dict[str, Any]
    base: str | None = None


def mlp(*hidden: int, **more: Any) -> dict[str, Any]:
    return {"kind": "mlp", "hidden": hidden, **more}


def settings(recipe: str, g: dict[str, Any], d: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The recipe with these players, in batches of 8, one frame of the film, and no judgement for lack of features."""
    common = {
        "recipe": recipe,
        "seed": 3,
        "batch": 8,
        "prior": {"size": 6},
        "averages": [100, 3],
        "snapshots": 2,
        "judge": {"share": 0, "features": "inception", "weights": MISSING},
        "engine": {"device": "cpu", "precision": "float32", "threads": 1},
    }
    return {**common, "g": g, "d": d, **more}


NARROW = {"network": {"width": 4}}
CELLS = {**NARROW, "last": "cells"}  # the last layer of G that there was when the digests were made
DIFFERENT = {"hinge": 24, "wasserstein": 16, "minimax": 16, "least-squares": 16, "relativistic": 16}

CASES: dict[str, Case] = {
    # The recipes, narrow.
    "modern": Case(shades, settings("modern", CELLS, NARROW, images=240)),
    "modern-on-an-oblong": Case(oblong, settings("modern", CELLS, NARROW, images=160, augment="diff", r2=0.1)),
    "gan": Case(
        shades, settings("gan", {"network": {"hidden": [16, 16]}}, {"network": {"hidden": [12, 12]}}, images=240)
    ),
    "cgan": Case(
        shades,
        settings(
            "cgan",
            {"network": {"hidden": [16], "branches": [6, 10]}},
            {"network": {"hidden": [8], "branches": [8, 5]}},
            images=240,
        ),
    ),
    "dcgan": Case(shades, settings("dcgan", NARROW, NARROW, images=240)),
    "acgan": Case(shades, settings("acgan", CELLS, NARROW, images=240)),
    "points": Case(
        "ring8",
        settings("points", {"network": {"hidden": [16, 16]}}, {"network": {"hidden": [16]}}, images=400, moments=0),
    ),
    # Stages.
    "stages-that-inherit-networks": Case(
        shades,
        settings(
            "modern",
            {**NARROW, "last": "cells"},
            {"network": mlp(16, dropout=0.3, input_dropout=0.1, condition="projection"), "decay": "cosine"},
            stages=[
                {"images": 160, "k": 2, "r1": 0.1, "penalty_every": 3},
                {"images": 96, "inherit": "networks", "objective": "relativistic", "gp": 1.0},
            ],
        ),
    ),
    "stages-of-every-objective": Case(
        shades,
        settings(
            "dcgan",
            {"network": {"width": 4, "condition": "embedding"}},
            {"network": {"width": 4, "condition": "projection"}, "decay": "exponential"},
            stages=[{"images": 4 * n, "inherit": "all", "objective": name} for name, n in DIFFERENT.items()],
        ),
    ),
    "stages-that-are-resumed": Case(
        shades,
        settings(
            "modern",
            {"network": {"width": 4}, "decay": "linear", "last": "cells"},
            {"network": mlp(16, dropout=0.3)},
            checkpoint_images=64,
            stages=[
                {"images": 80, "objective": "hinge", "r1": 0.1, "penalty_every": 4},
                {"images": 120, "inherit": "networks", "augment": "diff", "classify": 0.5},
            ],
        ),
    ),
    # Augmentation: looked at four times, its strength falls once, rises, and reaches the most it may.
    "adaptive": Case(
        few,
        settings(
            "gan",
            {"network": {"hidden": [16]}, "lr": 3e-2},
            {"network": {"hidden": [96], "pieces": 2}, "lr": 1e-2},
            batch=200,
            averages=[400, 100],
            data={"held_out": 0.49},
            stages=[{"images": 8_400, "augment": "adaptive", "augment_most": 0.6}],
        ),
    ),
    # Conditions.
    "numbers": Case(
        table,
        settings(
            "points",
            {"network": mlp(16, condition="embedding")},
            {"network": mlp(16, condition="projection")},
            range="raw",  # of which the bits of old are known, as of moments that cost nothing
            moments=0,
            data={"cond": "size:number,angle:angle,kind:class"},
            images=240,
        ),
    ),
    "a-vector": Case(
        described,
        settings(
            "modern",
            {"network": {"kind": "residual", "width": 4, "condition": "concat"}, "last": "cells"},
            {"network": {"kind": "dcgan", "width": 4, "condition": "projection"}},
            data={"cond": "v"},
            images=160,
        ),
    ),
    "tags": Case(
        described,
        settings(
            "dcgan",
            {"network": {"width": 4, "condition": "add"}},
            {"network": {"kind": "residual", "width": 4, "condition": "add"}},
            data={"cond": "tags:labels"},
            images=160,
        ),
    ),
    # How players are moved, and which rounds are played.
    "simultaneous": Case(
        "ring8",
        settings(
            "points",
            {"network": mlp(16, activation="relu"), "optimiser": "sgd", "lr": 0.02},
            {"network": mlp(16, activation="tanh"), "spectral": True, "weight_decay": 0.01},
            schedule="simultaneous",
            moments=0,
            images=400,
        ),
    ),
    "momentum": Case(
        shades,
        settings(
            "gan",
            {"network": mlp(16, irange=0.05), "optimiser": "momentum", "lr": 0.1, "decay": "exponential"},
            {
                "network": mlp(12, activation="maxout", pieces=3, irange=0.005, dropout=0.5, input_dropout=0.2),
                "optimiser": "rmsprop",
                "lr": 1e-3,
                "momentum_end": 0.7,
                "max_norm": 0.05,
            },
            r1=0.0,
            objective="minimax",
            images=240,
        ),
    ),
    "maximum-norm": Case(
        colours,
        settings(
            "dcgan",
            {"network": {"width": 4, "normalise": True, "kernel": 3}, "optimiser": "adamw", "weight_decay": 0.3},
            {"network": {"width": 4, "normalise": True}, "optimiser": "momentum", "momentum_end": 0.9, "max_norm": 0.2},
            images=160,
        ),
    ),
    "lazy-penalties": Case(
        colours,
        settings(
            "modern",
            {"network": {"width": 4, "condition": "concat"}, "last": "cells"},
            {"network": {"kind": "residual", "width": 4, "limit": 2, "condition": "embedding"}, "spectral": True},
            stages=[{"images": 240, "r1": 0.2, "r2": 0.1, "gp": 2.0, "penalty_every": 4, "objective": "least-squares"}],
        ),
    ),
    # What is shown, and in which form it is stored.
    "balance-and-mirror": Case(
        uneven,
        settings(
            "cgan",
            {"network": mlp(16), "start": "mean"},
            {"network": mlp(16), "lr": 1e-3},
            data={"balance": 0.7, "mirror": True},
            k=2,
            images=240,
        ),
    ),
    "sixteen-bits": Case(
        deep,
        settings(
            "modern",
            {"network": {"width": 4, "branch": "plain", "blocks": 2}, "last": "cells"},
            {"network": {"kind": "residual", "width": 4, "blocks": 0}},
            data={"unconditional": True, "mirror": True},
            averages=[400, 5, 2],
            images=160,
        ),
    ),
    "based-on-another": Case(
        shades,
        settings("modern", CELLS, {"network": {"width": 4, "kernel": 3}}, seed=4, averages=[60], images=80),
        base="modern",
    ),
}
