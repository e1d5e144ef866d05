"""Parts of a user's own in one of our systems: networks, objective, terms and measures that lie in memory.

A run with such parts is of a system of its own, whose name says so: `gan+G+objective+1a2b3c4d` is `gan` with another G
and another objective, and ends in a digest of what these are made of. Whoever opens it gives the same parts again.
"""

import hashlib
import inspect
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import partial
from types import ModuleType
from typing import Any, Literal, NamedTuple

from pydantic import create_model
from torch import nn

from saddlepoint.data.facts import Facts
from saddlepoint.errors import SaddlepointError
from saddlepoint.game.plain import second_place
from saddlepoint.game.rules import Game, Term
from saddlepoint.judging.card import Card, Measure, code_version
from saddlepoint.objectives import Objective
from saddlepoint.settings.run import Pace, Run
from saddlepoint.systems import catalog, theirs
from saddlepoint.systems.system import Measures, Model, Networks, Scene, System, View, unprepared

Maker = nn.Module | Callable[[Facts], nn.Module]
"""A network with the weights it begins with, or (facts) -> one with fresh weights, drawn by the run's seed."""

MAKES = "give a module, or facts -> module"

Own = Callable[[View], Mapping[str, Measure | float]]
"""(view) -> numbers by name; a plain one is its own interval."""


class Parts(NamedTuple):
    """Parts that replace a recipe's own, or are added to them.

    G, D       the networks of these names: G(z) or G(z, c), D(x) or D(x, c) with logits. A module is copied as it is
               now; (facts) -> module is asked for one, facts["x"].shape being the shape of one example
    objective  what the two players minimise, in every stage that has a critic
    terms      further costs, in every stage that their owner plays in
    measures   further judges: (view) -> numbers by name
    """

    G: Maker | None = None
    D: Maker | None = None
    objective: Objective | None = None
    terms: tuple[Term, ...] = ()
    measures: tuple[Own, ...] = ()


def use(parts: Parts) -> str:
    """Make these parts known for as long as this process lives: runs and generators made of them can be opened. Returns
    how the names of their systems end.
    """
    require_parts(parts)
    kept = parts._replace(**{name: deepcopy(maker) for name, maker in makers(parts).items()})
    said = [name for name, part in parts._asdict().items() if part]
    if not said:
        raise SaddlepointError("no part is given", "parts", "give G, D, objective, terms or measures")
    sha256 = hashlib.sha256("\n".join(words(kept)).encode()).hexdigest()
    ending = "".join(f"+{each}" for each in (*said, sha256[:8]))

    def known(name: str) -> theirs.Theirs | None:
        base = name.removesuffix(ending)
        if base == name:
            return None
        module = ModuleType(name)
        vars(module).update(Config=settings(base, name), SYSTEM=composed(catalog.system(base), kept))
        both = hashlib.sha256(f"{catalog.digest(base)} {sha256}".encode()).hexdigest()
        return theirs.Theirs(name, "parts of your own", both, module)

    theirs.GIVEN[ending] = known
    return ending


def taken(parts: Parts, config: Run, told: Mapping[str, Any]) -> Run:
    """This configuration, with these parts in the place of its system's own. Of settings that were `told`, those of a
    network that is not played are refused.
    """
    for name in makers(parts):
        place = name.lower()
        for setting in told:
            if setting.startswith(f"{place}.") and setting.split(".")[1] not in Pace.model_fields:
                hint = f"of {name} there are {', '.join(f'{place}.{field}' for field in Pace.model_fields)}"
                raise SaddlepointError(f"{name} is your own, and has no such setting", setting, hint)
    name = config.system + use(parts)
    return settings(config.system, name).model_validate(config.model_dump() | {"system": name})


def require_parts(parts: Parts) -> None:
    """Refuse what is of another kind than it should be, before anything is made of it."""
    if parts.objective is not None and not isinstance(parts.objective, Objective):
        what = f"objective is a {type(parts.objective).__name__}"
        raise SaddlepointError(what, "parts", "give a saddlepoint.Objective, such as saddlepoint.hinge")
    if not several(parts.terms) or not all(isinstance(each, Term) for each in parts.terms):
        raise SaddlepointError("terms is not a tuple of terms", "parts", "give (term,) of saddlepoint.Term")
    if not several(parts.measures) or not all(map(callable, parts.measures)):
        raise SaddlepointError("measures is not a tuple of measures", "parts", "give (measure,)")


def several(given: object) -> bool:
    """Whether it is a row of things. A lone Term is one, of its own fields, which are no terms."""
    return isinstance(given, tuple | list)


def makers(parts: Parts) -> dict[str, Maker]:
    """The networks among them, by name. What can be no network is refused."""
    given = {name: maker for name, maker in (("G", parts.G), ("D", parts.D)) if maker is not None}
    for name, maker in given.items():
        if isinstance(maker, type) or not callable(maker):
            what = maker.__name__ if isinstance(maker, type) else f"a {type(maker).__name__}"
            hint = f"give a module, as {what}(), or facts -> module" if isinstance(maker, type) else MAKES
            raise SaddlepointError(f"{name} is {what}, no network", "parts", hint)
    return given


def settings(base: str, name: str) -> type[Run]:
    """The settings of a system, under another name."""
    kind = catalog.config_type(base)
    only: Any = Literal[name]  # pyright: ignore[reportInvalidTypeForm]
    return create_model(kind.__name__, __base__=kind, __doc__=kind.__doc__, system=(only, name))


def composed(base: System, parts: Parts) -> System:
    """The system with these parts in it."""
    own = makers(parts)

    def networks(config: Any, facts: Facts) -> Networks:
        made = {name: made_by(maker, name, facts) for name, maker in own.items()}
        if set(made) >= {"G", "D"}:
            return made
        theirs = base.networks(config, facts)
        if unknown := set(made) - set(theirs):
            what = f"`{config.recipe}` has no {' and no '.join(sorted(unknown))}"
            raise SaddlepointError(what, "parts", f"its networks are {', '.join(theirs)}")
        return {**theirs, **made}

    def scene(config: Any, stage: int, networks: Networks, facts: Facts) -> Scene:
        if not stage:
            require_players(parts, [base.scene(config, i, networks, facts).game for i in range(len(config.stages))])
        found = base.scene(config, stage, networks, facts)
        return found._replace(game=with_costs(found.game, parts))

    def model(config: Any, facts: Facts, networks: Networks) -> Model:
        found = base.model(config, facts, networks)
        return found._replace(told=second_place(networks["G"]) != "none") if "G" in own else found

    judges = tuple(judge(measures) for measures in parts.measures)
    prepare = unprepared if "G" in own else base.prepare
    return base._replace(networks=networks, scene=scene, model=model, prepare=prepare, judges=base.judges + judges)


def made_by(maker: Maker, name: str, facts: Facts) -> nn.Module:
    """A network of one's own, each time another with the same weights, or fresh ones."""
    made = deepcopy(maker) if isinstance(maker, nn.Module) else maker(facts)
    if not isinstance(made, nn.Module):
        raise SaddlepointError(f"{name} made a {type(made).__name__}, no module", "parts", "return a torch.nn.Module")
    return made


def require_players(parts: Parts, stages: list[Game]) -> None:
    """Refuse what no stage would have a use for."""
    owners = {term.owner for term in parts.terms} | ({"D"} if parts.objective else set())
    players = {name for game in stages for name in game.players}
    if unknown := owners - players - {"D"}:
        what = f"no player '{min(map(str, unknown))}' for a term"
        raise SaddlepointError(what, "parts", f"the players are {' and '.join(sorted(players))}")
    if "D" in owners and all(game.D is None for game in stages):
        hint = "take a recipe with a critic, or give terms of G alone"
        raise SaddlepointError("no critic plays: an objective and terms of D have no use", "parts", hint)


def with_costs(game: Game, parts: Parts) -> Game:
    """The game with another objective, where it has a critic, and with further terms of those who play."""
    if parts.objective is not None and game.objective is not None:
        game = replace(game, objective=parts.objective)
    terms = tuple(term for term in parts.terms if term.owner in game.players)
    return replace(game, terms=game.terms + terms) if terms else game


def judge(own: Own) -> Callable[[View], Measures]:
    """A judge of one's own whose plain numbers become measures."""

    def measured(view: View) -> Measures:
        found = own(view)
        if not isinstance(found, Mapping):
            what = f"a measure returned a {type(found).__name__}: return numbers by name"
            raise TypeError(what + ', as {"brightness": 0.5}')  # ends the run: what judges refuse is only noted
        return {name: as_measure(name, value, view) for name, value in found.items()}

    return measured


def as_measure(name: str, value: Measure | float, view: View) -> Measure:
    if isinstance(value, Measure):
        return value
    card = Card(f"{name}, a measure of your own", "none", "", 0, 0, "your own", "none", view.seed, code_version())
    return Measure(float(value), float(value), float(value), card)


def words(part: object) -> Iterator[str]:
    """What a part is made of, as texts: of a network its layers, the names and shapes of its weights, and the code of
    its class; of a function its code and the plain values it closes over. Not its weights: a checkpoint has them.
    """
    if isinstance(part, nn.Module):
        yield repr(part)
        yield from (f"{name} {list(t.shape)} {t.dtype}" for name, t in part.state_dict().items())
        yield from map(source, dict.fromkeys(type(module) for module in part.modules()))
    elif inspect.isfunction(part):
        yield source(part)
        for cell in part.__closure__ or ():
            yield from words(cell.cell_contents)
    elif isinstance(part, partial):
        yield from words((part.func, part.args, tuple(sorted(part.keywords.items()))))
    elif isinstance(part, tuple):
        for each in part:
            yield type(each).__name__
            yield from words(each)
    elif part is None or isinstance(part, int | float | str | bytes):
        yield repr(part)
    else:
        yield source(type(part))


def source(thing: Any) -> str:
    """Its text; its name where it is torch's or ours, whose versions are recorded, or where it has no text, as in a
    plain interactive session.
    """
    name = f"{thing.__module__}.{thing.__qualname__}"
    try:
        return name if name.split(".")[0] in ("torch", "saddlepoint") else inspect.getsource(thing)
    except (OSError, TypeError):
        return name
