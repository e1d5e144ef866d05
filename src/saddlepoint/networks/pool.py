"""A memory of fakes, so that a critic does not forget what a generator has left behind.

fake  [B, *shape]
"""

import torch
from torch import Tensor, nn

from saddlepoint.errors import SaddlepointError


class Pool(nn.Module):
    """Earlier fakes beside new ones (Zhu et al. 2017, section 4; Shrivastava et al. 2017, section 2.3).

    The first `size` fakes are given out as they are, and kept as well. Of those that follow, one after another, each is
    with probability 1/2 exchanged for one that is kept, any as likely as another: the earlier one is given out, and the
    new one takes its place.

    kept  [size, *shape] what is kept; zeros in the places that no fake has taken yet
    seen  how many fakes have come by

    Both are buffers, written in place. A fake that is not finite is exchanged for none: the step that is given it is
    refused, and its game restores the pool. Chance is drawn from the generator given, on the CPU, and equally much for
    each fake, whatever is kept.
    """

    kept: Tensor
    seen: Tensor

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        if size < 1:
            raise SaddlepointError(f"a pool of {size} fakes", "pool", "1 is the least; for none, leave the pool out")
        self.register_buffer("kept", torch.zeros(size, *shape))
        self.register_buffer("seen", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def forward(self, fake: Tensor, rng: torch.Generator) -> Tensor:
        n, size, seen = len(fake), len(self.kept), int(self.seen)
        places = torch.randint(size, (n,), generator=rng)
        exchanged = torch.rand(n, generator=rng) < 0.5
        exchanged &= fake.flatten(1).isfinite().all(1).cpu()
        first = min(max(size - seen, 0), n)
        exchanged[:first] = False
        self.kept[seen : seen + first] = fake[:first]
        given = fake.clone()
        # One by one: what one fake has put into a place, the next may be exchanged for.
        for i in exchanged.nonzero()[:, 0].tolist():
            place = int(places[i])
            given[i] = self.kept[place]
            self.kept[place] = fake[i]
        self.seen += n
        return given
