"""From the network's logit to a probability, with the numbers that the manifest of the weights carries."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

from models.runtime import BundleError

_FARTHEST: Final = 60.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt scaling, fitted on held-out posts, and the threshold chosen with it."""

    slope: float
    intercept: float
    threshold: float
    max_tokens: int

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
