"""Custom ids: there and back, whatever labels hold, and never longer than Discord allows."""

import pytest

from bot.platforms.discord.interactions.custom_ids import (
    LONGEST,
    STEPS,
    Pressed,
    choice_id,
    letter_id,
    menu_id,
    read_choice,
    read_letter,
    read_menu,
)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("label", ["case 17", "a:b:c", "50%", "", "ümlaut", "x\n\u200b"])
def test_a_press_finds_back_to_its_prompt(step, label):
    made = choice_id(step, "review", label, "hide")
    assert len(made) <= LONGEST
    assert read_choice(made) == Pressed(step, "review", label, "hide")


def test_what_does_not_fit_is_named_by_its_message():
    made = choice_id("choice", "review", "l" * 200, "uphold")
    assert len(made) <= LONGEST
    assert read_choice(made) == Pressed("choice", "", "", "uphold")


@pytest.mark.parametrize("foreign", ["", "fm", "fm:choice", "fm:other:a:b:c", "xx:choice:a:b:c", "fm:choice:a:b:c:d"])
def test_foreign_ids_are_nobodys(foreign):
    assert read_choice(foreign) is None
    assert read_letter(foreign) is None


def test_letters_have_their_own():
    assert read_letter(letter_id("abc")) == "abc"
    assert read_letter("fm:read:") is None
    assert read_choice(letter_id("abc")) is None


def test_a_second_step_that_does_not_fit_names_the_message():
    made = choice_id("yes", "", "18446744073709551615/18446744073709551615", "uphold-timeout")
    assert len(made) <= LONGEST
    assert read_choice(made) == Pressed("yes", "", "18446744073709551615/18446744073709551615", "uphold-timeout")


def test_the_form_of_a_menu_knows_command_and_message():
    assert read_menu(menu_id("report", "300/900")) == ("report", "300/900")
    assert read_menu("fm:menu:report") is None
    assert read_menu("fm:menu::300/900") is None
