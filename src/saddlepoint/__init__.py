"""saddlepoint: generative adversarial networks, played as one game.

    import saddlepoint as sp

    run = sp.train("digits", budget="2m")            # the high road: data in, run folder out
    run.sample(64).save("grid.png")
    sp.load("runs/digits-modern-1/generator").sample(10, label=7)

    game = sp.Game(G=sp.Player.of(G, Adam(...)), D=sp.Player.of(D, Adam(...)), prior=..., objective=sp.non_saturating)
    for round in sp.play(game, batches):             # the low road: your modules, your loop
        print(round.d_real, round.d_fake)

Names are loaded when first used, so that importing this takes no time. Type checkers read the same names below
`TYPE_CHECKING`.
"""

from importlib import import_module

__version__ = "0.1.0"

TYPE_CHECKING = False  # type checkers take it for true; the module `typing` would take nine tenths of an import's time

if TYPE_CHECKING:
    from saddlepoint import objectives as objectives
    from saddlepoint import penalties as penalties
    from saddlepoint.artefact.artefact import Artefact as Artefact
    from saddlepoint.artefact.folder import load as load
    from saddlepoint.artefact.samples import Samples as Samples
    from saddlepoint.data.facts import Facts as Facts
    from saddlepoint.errors import SaddlepointError as SaddlepointError
    from saddlepoint.front import compare as compare
    from saddlepoint.front import doctor as doctor
    from saddlepoint.front import judge as judge
    from saddlepoint.front import look as look
    from saddlepoint.front import probe as probe
    from saddlepoint.front import quiet as quiet
    from saddlepoint.front import resume as resume
    from saddlepoint.front import score as score
    from saddlepoint.front import train as train
    from saddlepoint.front import use as use
    from saddlepoint.game.algorithm import algorithm_1 as algorithm_1
    from saddlepoint.game.algorithm import play as play
    from saddlepoint.game.averaging import Average as Average
    from saddlepoint.game.players import Player as Player
    from saddlepoint.game.rules import Dials as Dials
    from saddlepoint.game.rules import Game as Game
    from saddlepoint.game.rules import State as State
    from saddlepoint.game.rules import Term as Term
    from saddlepoint.judging.card import Measure as Measure
    from saddlepoint.objectives import Objective as Objective
    from saddlepoint.objectives import hinge as hinge
    from saddlepoint.objectives import least_squares as least_squares
    from saddlepoint.objectives import minimax as minimax
    from saddlepoint.objectives import non_saturating as non_saturating
    from saddlepoint.objectives import relativistic as relativistic
    from saddlepoint.objectives import wasserstein as wasserstein
    from saddlepoint.penalties import gradient_penalty as gradient_penalty
    from saddlepoint.penalties import r1 as r1
    from saddlepoint.penalties import r2 as r2
    from saddlepoint.priors import Prior as Prior
    from saddlepoint.records import Answer as Answer
    from saddlepoint.records import Batch as Batch
    from saddlepoint.records import Round as Round
    from saddlepoint.records import Turn as Turn
    from saddlepoint.run import Run as Run
    from saddlepoint.running.calls import StopTraining as StopTraining
    from saddlepoint.systems.given import Parts as Parts
    from saddlepoint.systems.system import View as View

EXPORTS = {
    "train": "saddlepoint.front",
    "resume": "saddlepoint.front",
    "look": "saddlepoint.front",
    "judge": "saddlepoint.front",
    "compare": "saddlepoint.front",
    "doctor": "saddlepoint.front",
    "score": "saddlepoint.front",
    "probe": "saddlepoint.front",
    "quiet": "saddlepoint.front",
    "Run": "saddlepoint.run",
    "StopTraining": "saddlepoint.running.calls",
    "load": "saddlepoint.artefact.folder",
    "Artefact": "saddlepoint.artefact.artefact",
    "Samples": "saddlepoint.artefact.samples",
    "use": "saddlepoint.front",
    "Parts": "saddlepoint.systems.given",
    "Facts": "saddlepoint.data.facts",
    "View": "saddlepoint.systems.system",
    "Measure": "saddlepoint.judging.card",
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
    "objectives": "saddlepoint.objectives",
    "Objective": "saddlepoint.objectives",
    "minimax": "saddlepoint.objectives",
    "non_saturating": "saddlepoint.objectives",
    "least_squares": "saddlepoint.objectives",
    "hinge": "saddlepoint.objectives",
    "wasserstein": "saddlepoint.objectives",
    "relativistic": "saddlepoint.objectives",
    "penalties": "saddlepoint.penalties",
    "r1": "saddlepoint.penalties",
    "r2": "saddlepoint.penalties",
    "gradient_penalty": "saddlepoint.penalties",
    "Prior": "saddlepoint.priors",
    "SaddlepointError": "saddlepoint.errors",
}
"""Where each public name is defined; a module is defined in itself."""

__all__ = list(EXPORTS)


if not TYPE_CHECKING:  # to which every name would be known

    def __getattr__(name: str) -> object:
        if name not in EXPORTS:
            raise AttributeError(f"module 'saddlepoint' has no attribute '{name}'")
        module = import_module(EXPORTS[name])
        return module if EXPORTS[name] == f"{__name__}.{name}" else vars(module)[name]


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
