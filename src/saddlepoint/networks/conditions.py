"""How a condition c enters a network. c is [B] labels out of K classes, or [B, E] vectors; 'code' is c as a vector.

v   what c is brought into: z [B, N], flattened points [B, N], or pictures [B, N, H, W]
"""

from typing import Literal, NamedTuple

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError
from saddlepoint.records import Answer

Mode = Literal["none", "concat", "embedding", "add", "projection"]


class Condition(NamedTuple):
    """What c is, and how it enters.

    mode     none        c is not read (an auxiliary head may still classify)
             concat      the one-hot vector of the label, or the vector itself, appended to v (Mirza & Osindero 2014)
             embedding   a learned vector of `width` numbers appended to v
             add         a learned vector of v's own size added to v
             projection  critics only: logit += <embed(c), phi(x)> (Miyato & Koyama 2018)
    classes  K, when c is labels 0..K-1
    size     E, when c is vectors; a linear map then takes the embedding's place
    width    length of the learned vector of 'embedding'
    """

    mode: Mode = "none"
    classes: int | None = None
    size: int | None = None
    width: int = 64

    @property
    def length(self) -> int:
        """Numbers in the plain code: K or E. Raises SaddlepointError unless exactly one of them is given."""
        match self.classes, self.size:
            case (int(length), None) | (None, int(length)) if length > 0:
                return length
        what = f"condition '{self.mode}' needs either a number of classes or a vector size"
        raise SaddlepointError(what, "condition", "give exactly one of the two")


UNCONDITIONAL = Condition()


class Code(nn.Module):
    """c as a vector: the one-hot row of a label or c itself (width None), or a learned linear map of these.

    The learned map of a label is a row of a table [K, width], that of a vector is W c, without bias: for one-hot c the
    two are the same function. Raises SaddlepointError where c is missing or has another form than was announced.
    """

    def __init__(self, condition: Condition, width: int | None = None) -> None:
        super().__init__()
        self.condition = condition
        self.size = condition.length if width is None else width
        if width is not None:
            labels = condition.classes is not None
            maps = nn.Embedding(condition.length, width) if labels else nn.Linear(condition.length, width, bias=False)
        else:
            maps = OneHot(condition.length) if condition.classes is not None else nn.Identity()
        self.map: nn.Module = maps

    def forward(self, c: Tensor | None) -> Tensor:
        labels = self.condition.classes is not None
        form = "[B] labels" if labels else f"[B, {self.condition.length}] vectors"
        if c is None:
            raise SaddlepointError(f"this network needs a condition c, {form}", "condition")
        fits = c.dim() == 1 and not c.is_floating_point() if labels else c.shape[1:] == (self.condition.length,)
        if not fits:
            raise SaddlepointError(f"c has shape {tuple(c.shape)} and type {c.dtype}, not {form}", "condition")
        return self.map(c)


class OneHot(nn.Module):
    """Row c of the identity matrix. A buffer, so that it follows the network's device and type."""

    eye: Tensor

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.register_buffer("eye", torch.eye(classes), persistent=False)

    def forward(self, c: Tensor) -> Tensor:
        return self.eye[c]


class Pass(nn.Module):
    """v' = v."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, v: Tensor, c: Tensor | None) -> Tensor:
        return v


class Concat(nn.Module):
    """v' = [v; code(c)] along dimension 1; over a picture the code is constant planes. `path` maps c to [B, width]."""

    def __init__(self, size: int, path: nn.Module, width: int) -> None:
        super().__init__()
        self.path, self.size = path, size + width

    def forward(self, v: Tensor, c: Tensor | None) -> Tensor:
        code = spread(self.path(c), v)
        return torch.cat([v, code.expand(-1, -1, *v.shape[2:])], dim=1)


class Add(nn.Module):
    """v' = v + code(c)."""

    def __init__(self, size: int, path: nn.Module) -> None:
        super().__init__()
        self.path, self.size = path, size

    def forward(self, v: Tensor, c: Tensor | None) -> Tensor:
        return v + spread(self.path(c), v)


Entrance = Pass | Concat | Add


def spread(code: Tensor, v: Tensor) -> Tensor:
    """code [B, E] in v's type, as [B, E, 1, ...] with as many dimensions as v."""
    return code.to(v.dtype).reshape(*code.shape, *(1,) * (v.dim() - 2))


def entrance(condition: Condition, size: int) -> Entrance:
    """The module `(v, c) -> v'` through which c is brought into v [B, size, ...]; its `.size` is the size of v'."""
    match condition.mode:
        case "concat":
            return Concat(size, Code(condition), condition.length)
        case "embedding":
            return Concat(size, Code(condition, condition.width), condition.width)
        case "add":
            return Add(size, Code(condition, size))
        case _:
            return Pass(size)


def refuse_projection(condition: Condition) -> None:
    """Raise SaddlepointError where a generator is asked for a projection, which reads phi(x)."""
    if condition.mode == "projection":
        raise SaddlepointError("a generator has no projection", "condition", "use 'embedding' for G")


class Head(nn.Module):
    """A critic's last layer, on features phi(x) [B, F].

    logit   = w . phi + b,  plus <e_c, phi> with condition 'projection' (Miyato & Koyama 2018, equation 3)
    classes = V phi + a, with an auxiliary head (Odena et al. 2016); independent of c

    The projection's rows e_c start on the scale of w, U(-1/sqrt(F), 1/sqrt(F)): a table of unit normals would let c
    outweigh x a thousandfold at the start.
    """

    def __init__(self, condition: Condition, size: int, auxiliary: bool = False) -> None:
        super().__init__()
        self.logit = nn.Linear(size, 1)
        self.embed = Code(condition, size) if condition.mode == "projection" else None
        if self.embed is not None:
            nn.init.uniform_(next(self.embed.parameters()), -(size**-0.5), size**-0.5)
        if auxiliary and condition.classes is None:
            raise SaddlepointError("an auxiliary head needs a number of classes", "condition")
        self.classes = nn.Linear(size, condition.classes) if auxiliary and condition.classes else None

    def forward(self, phi: Tensor, c: Tensor | None, features: tuple[Tensor, ...] = ()) -> Answer:
        logit = self.logit(phi).squeeze(1)
        if self.embed is not None:
            logit = logit + (self.embed(c) * phi).sum(1)
        return Answer(logit, None if self.classes is None else self.classes(phi), features)
