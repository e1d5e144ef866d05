"""saddlepoint: generative adversarial networks, played as one game.

    import saddlepoint as sp

    run = sp.train("digits", budget="2m")            # the high road: data in, run folder out
    run.sample(64).save("grid.png")
    sp.load("runs/digits-modern-1/generator").sample(10, label=7)

    game = sp.Game(G=sp.Player.of(G, Adam(...)), D=sp.Player.of(D, Adam(...)), prior=..., objective=sp.non_saturating)
    for round in sp.play(game, batches):             # the low road: your modules, your loop
        print(round.d_real, round.d_fake)

Names are loaded when first used, so that importing this takes no time.
"""

from importlib import import_module

__version__ = "0.1.0"

EXPORTS = {
    "train": "saddlepoint.api",
    "resume": "saddlepoint.api",
    "Run": "saddlepoint.api",
    "load": "saddlepoint.artefact.folder",
    "Artefact": "saddlepoint.artefact.artefact",
    "use": "saddlepoint.systems.theirs",
    "Game": "saddlepoint.game.rules",
    "Term": "saddlepoint.game.rules",
    "Dials": "saddlepoint.game.rules",
    "State": "saddlepoint.game.rules",
    "Player": "saddlepoint.game.players",
    "play": "saddlepoint.game.algorithm",
    "algorithm_1": "saddlepoint.game.algorithm",
    "Average": "saddlepoint.game.averaging",
    "Answer": "saddlepoint.records",
    "Batch": "saddlepoint.records",
    "Round": "saddlepoint.records",
    "Turn": "saddlepoint.records",
    "Objective": "saddlepoint.objectives",
    "minimax": "saddlepoint.objectives",
    "non_saturating": "saddlepoint.objectives",
    "least_squares": "saddlepoint.objectives",
    "hinge": "saddlepoint.objectives",
    "wasserstein": "saddlepoint.objectives",
    "relativistic": "saddlepoint.objectives",
    "r1": "saddlepoint.penalties",
    "r2": "saddlepoint.penalties",
    "gradient_penalty": "saddlepoint.penalties",
    "Prior": "saddlepoint.priors",
    "SaddlepointError": "saddlepoint.errors",
}

__all__ = list(EXPORTS)


def __getattr__(name: str) -> object:
    if name not in EXPORTS:
        raise AttributeError(f"module 'saddlepoint' has no attribute '{name}'")
    return vars(import_module(EXPORTS[name]))[name]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
