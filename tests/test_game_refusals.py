"""The games that are refused before they begin, in the words a user sees."""

import pytest
from torch import nn
from toys import Critic, Generator, adam, linear, mlp, normal, points, sgd

from saddlepoint.errors import SaddlepointError
from saddlepoint.game.algorithm import play
from saddlepoint.game.rules import Game, Term, real_against_fake
from saddlepoint.objectives import wasserstein
from saddlepoint.records import Batch

TERM = Term("a", "G", lambda turn: turn.fake)
WHOLE = {"G": adam(Generator(mlp(2, 2))), "D": adam(Critic(linear(1.0, 1.0))), "objective": wasserstein}


@pytest.mark.parametrize(
    ("parts", "complaint"),
    [
        ({"k": 0}, "1 critics with k = 0"),
        ({"k": -1}, "k = -1"),
        ({"objective": None}, "no objective"),
        ({"D": None}, "0 critics with k = 1 and an objective"),
        ({"D": None, "k": 0, "objective": None}, "nothing to learn from"),
        ({"D": None, "k": 0, "objective": None, "terms": (TERM._replace(every=2),)}, "nothing to learn from"),
        ({"D": None, "k": 0, "objective": None, "terms": (TERM._replace(owner="D"),)}, "without critic"),
        ({"D": None, "k": -1, "objective": None, "terms": (TERM,)}, "k = -1"),
        ({"pairings": {"net": real_against_fake, "other": real_against_fake}}, "do not play: other"),
        ({"recall": {"other": nn.Identity()}}, "recalls for critics that do not play: other"),
        ({"unconditional": frozenset({"net", "other"})}, "no condition for critics that do not play: other"),
        ({"terms": (TERM._replace(owner="d"),)}, "owned by 'd'"),
        ({"terms": (TERM._replace(every=0),)}, "every 0 rounds"),
        ({"terms": (TERM, TERM._replace(weight=2.0))}, "one name"),
    ],
)
def test_ill_formed_games_are_refused(parts: dict, complaint: str) -> None:
    Game(**WHOLE)
    with pytest.raises(SaddlepointError, match=complaint):
        Game(**(WHOLE | parts))


def test_a_parameter_with_two_owners_is_refused() -> None:
    shared = linear(1.0, 1.0)
    G, D = sgd(Generator(shared), rate=1.0), sgd(Critic(shared), rate=1.0)
    with pytest.raises(SaddlepointError, match="two owners"):
        Game(G=G, D=D, objective=wasserstein)


def test_records_of_tensors_without_pairings_and_absent_players_are_told() -> None:
    game = Game(prior=normal, **WHOLE)
    with pytest.raises(SaddlepointError, match="no pairing"):
        next(play(game, [Batch({"a": next(points()).x})]))
    assert game.player("D") is game.D
    with pytest.raises(SaddlepointError, match="no critic"):
        Game(G=WHOLE["G"], k=0, terms=(TERM,)).player("D")
