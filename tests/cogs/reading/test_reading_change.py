import pytest

from bot.api import UserError
from cogs.reading.change import Change


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("off", Change("")),
        ("mon 18:00", Change("mon 18:00")),
        ("mon, thu 18:00", Change("mon, thu 18:00")),
        ("mon 18:00 Europe/Berlin", Change("mon 18:00", "Europe/Berlin")),
        ("mon 18:00 #politics", Change("mon 18:00", "", "politics")),
        ("mon 18:00 Europe/Berlin #book club", Change("mon 18:00", "Europe/Berlin", "book club")),
        ("mon 18:00 <#123456>", Change("mon 18:00", "", "123456")),
        ("mon 18:00 UTC discord:123", Change("mon 18:00", "UTC", "discord:123")),
        ("mon 18:00 discord:123 UTC", Change("mon 18:00", "UTC", "discord:123")),
        ("mon 18:00 UTC politics", Change("mon 18:00", "UTC", "politics")),
        ("monthly last fri 18:00 UTC", Change("monthly last fri 18:00", "UTC")),
        ("0 18 * * mon Europe/Berlin #politics", Change("0 18 * * mon", "Europe/Berlin", "politics")),
        ("sometimes maybe", Change("sometimes maybe")),
    ],
)
def test_a_change_is_a_rule_a_zone_and_a_room(text, expected):
    assert Change.parse(text) == expected


@pytest.mark.parametrize("text", ["", "#politics", "mon 18:00 Europe / Berlin", "mon 18:00 UTC UTC #politics"])
def test_more_or_less_than_that_is_refused_with_an_example(text):
    with pytest.raises(UserError, match="mon 18:00 Europe/Berlin #politics"):
        Change.parse(text)
