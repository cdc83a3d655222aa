from datetime import timedelta

import pytest

from bot.api import UserError
from cogs.summaries.span import Span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("200", Span(messages=200)),
        ("24h", Span(time=timedelta(hours=24))),
        ("3 D", Span(time=timedelta(days=3))),
        ("90m", Span(time=timedelta(minutes=90))),
        ("1w", Span(time=timedelta(weeks=1))),
    ],
)
def test_a_span_is_a_number_or_a_time(text, expected):
    assert Span.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "0", "-5", "0h", "999w", "yesterday", "1.5h", "1" * 60_000, "\u0662\u0664h", "24h\u202e"]
)
def test_anything_else_is_refused_with_an_example(text):
    with pytest.raises(UserError, match="24h"):
        Span.parse(text)
