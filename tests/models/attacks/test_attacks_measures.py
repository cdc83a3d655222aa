"""The measures agree with values worked out by hand."""

import pytest

from models.evaluation.measures import area_under_curve, average_precision, calibration_error


def test_a_perfect_ranking() -> None:
    assert average_precision([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]) == 1
    assert area_under_curve([1, 1, 0, 0], [0.9, 0.8, 0.2, 0.1]) == 1


def test_a_mixed_ranking() -> None:
    assert average_precision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == pytest.approx((1 + 2 / 3) / 2)
    assert area_under_curve([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]) == 0.75


def test_ties_count_half() -> None:
    assert area_under_curve([1, 0], [0.5, 0.5]) == 0.5
    assert average_precision([1, 0, 0, 0], [0.5] * 4) == 0.25


def test_calibration_error_is_the_gap_between_promise_and_outcome() -> None:
    assert calibration_error([1, 1, 0, 0], [0.5] * 4) == 0
    assert calibration_error([0, 0], [0.9, 0.9]) == pytest.approx(0.9)
