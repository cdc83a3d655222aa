"""From the network's logit to a probability, with the numbers that the manifest of the weights carries."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from models.runtime import BundleError

_FARTHEST: Final = 60.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling, fitted on held-out posts, and what was chosen with it.

    Attributes:
        slope: of the logistic curve over the network's logit.
        intercept: likewise.
        threshold: recommended.
        max_tokens: of one window.
        sieve_bias: of the first stage's estimate.
        sieve_border: estimates below it are cleared by the first stage.
        sieve_floor: the lowest score that somebody may ask for with the first stage on; measured from there up.
    """

    slope: float
    intercept: float
    threshold: float
    max_tokens: int
    sieve_bias: float
    sieve_border: float
    sieve_floor: float

    @classmethod
    def from_settings(cls, settings: Mapping[str, object]) -> Self:
        """Read the manifest's settings.

        Raises:
            BundleError: if a number is missing or senseless.
        """
        calibration = cls(
            slope=_number(settings, "platt_slope"),
            intercept=_number(settings, "platt_intercept"),
            threshold=_number(settings, "threshold"),
            max_tokens=int(_number(settings, "max_tokens")),
            sieve_bias=_number(settings, "sieve_bias"),
            sieve_border=_number(settings, "sieve_border"),
            sieve_floor=_number(settings, "sieve_floor"),
        )
        if calibration.slope <= 0 or not 0 < calibration.threshold < 1 or calibration.max_tokens < 8:  # noqa: PLR2004
            raise BundleError(f"The classifier's manifest holds senseless settings: {calibration}. {_REMEDY}")
        return calibration

    def probability(self, logit: float) -> float:
        exponent = self.slope * logit + self.intercept
        return 1.0 / (1.0 + math.exp(-min(max(exponent, -_FARTHEST), _FARTHEST)))


_REMEDY: Final = "Reinstall the package, or fetch the weights again."


def _number(settings: Mapping[str, object], name: str) -> float:
    value = settings.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BundleError(f"The classifier's manifest has no number {name!r} in its settings. {_REMEDY}")
    return float(value)
