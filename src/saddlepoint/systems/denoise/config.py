"""Zhang et al. 2017, Beyond a Gaussian Denoiser: Residual Learning of Deep CNN for Image Denoising. No torch."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from saddlepoint.settings.networks import PatchPace
from saddlepoint.settings.restoring import Restoring
from saddlepoint.settings.run import Only, Pace, Positive, Run

NUMBER = r"\d{1,3}(\.\d+)?"


class DenoiserPace(Pace):
    """The generator, from a noisy picture to a clean one: its size, and how it is updated."""

    width: Positive = 32
    """Channels."""
    blocks: Annotated[int, Field(ge=1, le=64)] = 4
    """Residual blocks."""
    cell: Literal[1, 2, 4] = 2
    """Side of the cells, in pixels, that the blocks work on: 1 takes the most time."""


class Config(Run):
    """A run of a denoiser: by squared error and, if a stage says so, against a critic."""

    system: Literal["denoise"] = "denoise"
    """What is played: a noisy picture to a clean one."""
    sigma: Annotated[str, Field(pattern=f"^{NUMBER}(-{NUMBER})?$")] = "25"
    """Standard deviation of the noise, in grey levels of 255: 25, or 5-50 to give each picture its own."""
    g: DenoiserPace
    d: Annotated[PatchPace, Only("adversarial")]
    stages: Annotated[tuple[Restoring, ...], Field(min_length=1)] = (Restoring(),)
    """Played in turn, with the same networks."""

    @property
    def sigmas(self) -> tuple[float, float]:
        """The least and the greatest, of 255."""
        least, _, most = self.sigma.partition("-")
        return float(least), float(most or least)

    @field_validator("sigma", mode="before")
    @classmethod
    def written(cls, sigma: object) -> object:
        """A number is as good as its digits."""
        return f"{sigma:g}" if isinstance(sigma, int | float) and not isinstance(sigma, bool) else sigma

    @field_validator("sigma")
    @classmethod
    def ordered(cls, sigma: str) -> str:
        least, _, most = sigma.partition("-")
        if float(most or least) <= 0 or float(most or least) > 255 or float(least) > float(most or least):
            raise ValueError(f"'{sigma}' is not above 0 and at most 255, the lesser first")
        return sigma
