"""How many refusals there may be: too few room, shut out, and the way back."""

import pytest

from bot.errors import RateLimited
from bot.platforms.discord.connection.budget import MOST, WINDOW, Budget
from bot.testing.clock import FakeClock

VIA = {"Via": "1.1 google"}


def waits(budget: Budget) -> float:
    """Seconds; 0 where it may go on."""
    try:
        budget.check()
    except RateLimited as error:
        return error.retry_after
    return 0.0


def test_refusals_fill_the_budget_and_time_empties_it() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    for number in range(MOST):
        assert not waits(budget)
        budget.note((401, 403, 429)[number % 3], VIA)
        clock.advance(0.5)
    first_is_forgotten_in = WINDOW - MOST * 0.5
    assert waits(budget) == pytest.approx(first_is_forgotten_in)
    clock.advance(first_is_forgotten_in - 1)
    assert waits(budget) == pytest.approx(1.0)
    clock.advance(1.0)
    assert not waits(budget)


@pytest.mark.parametrize("status", [200, 204, 404, 400, 500, 503])
def test_other_answers_cost_nothing(status: int) -> None:
    budget = Budget(FakeClock())
    for _ in range(MOST * 2):
        budget.note(status, VIA)
    assert not waits(budget)


def test_a_limit_that_others_share_costs_nothing() -> None:
    budget = Budget(FakeClock())
    for _ in range(MOST * 2):
        budget.note(429, VIA | {"X-RateLimit-Scope": "shared"})
    assert not waits(budget)


def test_who_is_shut_out_waits_longer_each_time_and_not_for_ever() -> None:
    clock = FakeClock()
    budget = Budget(clock)
    pauses = []
    for _ in range(10):
        budget.note(429, {})
        pauses.append(waits(budget))
        clock.advance(pauses[-1])
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800, 1800, 1800]
    budget.note(200, {})
    budget.note(429, {})
    assert waits(budget) == 30


def test_requests_that_were_under_way_do_not_lengthen_the_pause() -> None:
    budget = Budget(FakeClock())
    for _ in range(5):
        budget.note(429, {})
    assert waits(budget) == 30


@pytest.mark.parametrize(
    ("header", "pause"), [("90", 90), ("5", 30), ("9" * 50, 1800), ("soon", 30), ("-1", 30), ("²", 30)]
)
def test_cloudflare_may_ask_for_more(header: str, pause: float) -> None:
    budget = Budget(FakeClock())
    budget.note(429, {"Retry-After": header})
    assert waits(budget) == pause
