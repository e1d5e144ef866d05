"""What config.json says of an exported model: the settings it was made with, the data's facts, what it can do.

Format 2 is written. Format 1, from before there were several systems, is read for ever: G, its prior and range, the
shape of x and what c is.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import SerializeAsAny, field_validator

from saddlepoint.data.facts import About, disagreement
from saddlepoint.data.scaling import TYPES
from saddlepoint.media.catalog import MEDIA
from saddlepoint.settings.run import Frozen, Run
from saddlepoint.systems import catalog


class Description(Frozen):
    """facts are those that its networks were built from; c is among them only where it makes a difference."""

    format: int = 2
    config: SerializeAsAny[Run]
    facts: dict[str, About]
    can: tuple[str, ...]
    run: str = ""
    data: str = ""
    licence: str = "unstated"
    images: int = 0
    average: str = ""
    version: str = ""
    system_sha256: str = ""
    """Of the code of a system that is not ours."""
    sha256: str = ""
    """Of the weights."""

    @field_validator("config", mode="before")
    @classmethod
    def of_its_system(cls, value: object) -> object:
        return catalog.read(value)

    @field_validator("facts")
    @classmethod
    def known(cls, facts: dict[str, About]) -> dict[str, About]:
        """Refuse what could not be sampled later: an x of no medium, a type that nothing is stored in."""
        if "x" not in facts or facts["x"].kind not in MEDIA:
            raise ValueError(f"x is one of {', '.join(MEDIA)}")
        for name, about in facts.items():
            if about.kind in MEDIA and about.dtype not in TYPES:
                raise ValueError(f"{name} is stored as one of {', '.join(TYPES)}")
            if why := disagreement(about):
                raise ValueError(f"{name}: {why}")
        return facts


TURNED = ("format", "g", "prior", "range", "recipe", "shape", "dtype", "classes", "fields", "examples")
"""Fields of format 1 that format 2 has elsewhere."""


def upgraded(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a config.json of format 1 says, as format 2 would have said it; format 2 as it is."""
    if content.get("format") != 1:
        return content
    old, shape = dict(content), tuple(content["shape"])
    kind = {1: "points", 3: "pictures"}[len(shape)]
    dtype = str(old.get("dtype", "uint8"))
    facts = {"x": About(kind, shape, dtype, 0.0, {"uint8": 255.0, "uint16": 65535.0}.get(dtype, 1.0))}  # pyright: ignore
    if old.get("classes"):
        facts["c"] = About("labels", dtype="int64", names=tuple(old["classes"]))
    elif fields := old.get("fields"):
        size = sum(field[2] for field in fields)
        facts["c"] = About("code", (size,), fields=tuple(fields), examples=tuple(map(tuple, old.get("examples", ()))))
    played = {name: old[name] for name in ("prior", "range", "g") if name in old}
    config = {"system": catalog.FIRST, "recipe": old.get("recipe", ""), "d": {"network": {"kind": "mlp"}}} | played
    kept = {name: value for name, value in old.items() if name not in TURNED}  # what is unknown is refused, as ever
    return {"format": 2, "config": config, "facts": facts, "can": ("sample", "walk"), **kept}
