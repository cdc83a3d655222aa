"""The manifest's numbers make a probability, and a manifest without them is refused in clear words."""

import pytest

from models.attacks.calibration import Calibration
from models.runtime import BundleError

SETTINGS: dict[str, object] = {
    "platt_slope": 2.0,
    "platt_intercept": -1.0,
    "threshold": 0.5,
    "max_tokens": 96,
    "sieve_bias": -3.0,
    "sieve_border": -4.0,
    "sieve_floor": 0.25,
}


def test_probability_rises_with_the_logit_and_stays_within_bounds() -> None:
    calibration = Calibration.from_settings(SETTINGS)
    found = [calibration.probability(logit) for logit in (-1e9, -1.0, 0.5, 3.0, 1e9)]
    assert found == sorted(found)
    assert found[2] == 0.5
    assert 0 <= found[0] <= found[-1] <= 1


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": None},
        {"threshold": "0.5"},
        {"threshold": 1.5},
        {"platt_slope": -1},
        {"platt_intercept": float("nan")},
        {"max_tokens": True},
        {"sieve_border": None},
    ],
)
def test_senseless_settings_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(BundleError, match="manifest"):
        Calibration.from_settings(SETTINGS | change)
