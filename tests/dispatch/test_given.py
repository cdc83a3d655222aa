"""Mentions in a command stand for accounts, however a client writes them."""

import pytest

from bot.dispatch.given import given_in
from bot.domain.event import CommandInvoked
from bot.testing import factories as make

ADA = make.member("ada").id
ACCOUNTS = {"Ada": make.member("other").id, "Ada Lovelace": ADA, "C++ (x)": make.member("cx").id}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("!history Ada Lovelace", f"{ADA}"),
        ("!history @Ada Lovelace:", f"{ADA}"),
        ("!history Ada Lovelace since then", f"{ADA} since then"),
        ("!history C++ (x)", f"{ACCOUNTS['C++ (x)']}"),
        ("!history Adalbert", "Adalbert"),
        ("!history", ""),
    ],
)
def test_a_mentioned_name_becomes_the_account(typed, meant):
    given = given_in(make.posted(typed), "!")
    assert given.with_accounts(ACCOUNTS).arguments == meant


def test_named_arguments_stay_as_the_platform_gave_them():
    message = make.posted("x").message
    event = CommandInvoked(
        message.id, "history", {"member": "Ada"}, message.author, make.posted("x").standing, message.conversation,
        message.sent_at,
    )  # fmt: skip
    assert given_in(event, "!").with_accounts(ACCOUNTS).arguments == {"member": "Ada"}
