from pathlib import Path

import bot
from bot.loading.packages import foreign_packages, refuse_foreign_packages

HOME = Path(bot.__file__).parents[1]
OURS = {name: [str(HOME / name)] for name in ("bot", "cogs", "models")}


def test_this_installation_is_ours():
    refuse_foreign_packages()


def test_a_package_from_elsewhere_is_named():
    (problem,) = foreign_packages({**OURS, "models": ["/elsewhere/models"]}, {})
    assert "'models' from /elsewhere/models" in problem


def test_a_distribution_that_brings_the_same_package_is_named():
    (problem,) = foreign_packages(OURS, {"bot": ["folkmoot", "chatty"], "rich": ["rich"]})
    assert "'bot' was also installed by: chatty" in problem
