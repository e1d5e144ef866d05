"""The settings that variational autoencoders share: the layers of both networks, the bound. No torch."""

from saddlepoint.settings.networks import Mlp
from saddlepoint.settings.run import Pace, Stage, Weight


class BothPace(Pace):
    """Encoder and decoder, which are one player: their layers, and how they are updated."""

    network: Mlp = Mlp(hidden=(400, 400), activation="relu")


class Bound(Stage):
    """A stage of the variational bound."""

    beta: Weight = 1.0
    """Weight of KL(q(z | x) || p(z)): 1 is the bound itself."""
