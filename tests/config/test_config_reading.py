from pathlib import Path

import pytest

from bot.config import Config, Section, load_config, setting
from bot.errors import ConfigError


class Watch(Section):
    threshold: float = setting(0.5, "Score from which something is flagged.", ge=0, le=1)
    names: tuple[str, ...] = setting((), "Names that are watched.")


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path, **models) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_config(path, (lambda _: models) if models else None)
    first, *problems = str(caught.value).splitlines()
    assert str(path) in first
    return [problem.strip() for problem in problems]


def test_an_empty_file_gives_the_defaults(write):
    config = load_config(write(""))
    assert config.core == Config().core
    assert config.commands.prefix == "!"
    assert config.communities == ()


def test_values_are_read_where_they_stand(write):
    config = load_config(
        write("""
        [commands]
        prefix = "?"
        [[community]]
        id = "assembly"
        rooms = ["console:square"]
        review_room = "console:review"
        zone = "Europe/Berlin"
        [[community.rules]]
        id = "respect"
        text = "Argue with the claim."
        [[community.stewards]]
        name = "Noor"
        accounts = ["console:noor", "discord:17"]
        """)
    )
    (community,) = config.communities
    assert config.commands.prefix == "?"
    assert community.rooms == ("console:square",)
    assert community.rules[0].text == "Argue with the claim."
    assert community.stewards[0].standing == "moderator"


def test_relative_paths_start_at_the_file(write):
    path = write('[store]\npath = "data/bot.sqlite"')
    config = load_config(path)
    assert config.beside(config.store.path) == path.parent / "data/bot.sqlite"
    assert config.beside(Path("/var/lib/x")) == Path("/var/lib/x")


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="folkmoot init"):
        load_config(tmp_path / "none.toml")


def test_what_is_no_file_or_no_text_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)
    (tmp_path / "latin.toml").write_bytes(b'[store]\npath = "\xe9"')
    with pytest.raises(ConfigError, match="UTF-8"):
        load_config(tmp_path / "latin.toml")


def test_broken_toml_names_the_line(write):
    with pytest.raises(ConfigError, match="line 2"):
        load_config(write("[commands]\nprefix = !"))


def test_every_problem_is_said_at_once_with_its_line(write):
    path = write("""\
[commands]
prefx = "!"
[models]
threads = 0
deadline = "soon"
[log]
format = "xml"
[[community]]
id = "a b"
rooms = ["console:square", "square"]
zone = "Europe/Nowhere"
[[community.rules]]
id = "x"
[civilty]
threshold = 1
[watch]
threshhold = 1
""")
    assert sorted(refusal(path, watch=Watch, civility=Section)) == sorted(
        [
            "line 2: [commands] prefx: there is no such setting; did you mean 'prefix'?",
            "line 4: [models] threads: 0 must be at least 1",
            "line 5: [models] deadline: 'soon' must be a number",
            "line 7: [log] format: 'xml' must be 'console' or 'json'",
            "line 9: [community #1] id: 'a b' must be lower-case letters, digits and hyphens, 40 at most",
            "line 10: [community #1] rooms #2: 'square' must be written platform:id, as in 'console:square'",
            (
                "line 11: [community #1] zone: 'Europe/Nowhere' is no IANA time zone; "
                "write one such as 'Europe/Berlin' or 'UTC'"
            ),
            "line 12: [community.rules #1.1] text: is missing",
            "line 14: [civilty]: there is no such section; did you mean 'civility'?",
            "line 17: [watch] threshhold: there is no such setting; did you mean 'threshold'?",
        ]
    )


def test_problems_come_in_the_order_of_the_file(write):
    lines = [line.partition(":")[0] for line in refusal(write('[models]\nbatch = 0\n[log]\nlevel = "x"\n'))]
    assert lines == ["line 2", "line 4"]


def test_a_setting_above_every_section_is_told_where_it_belongs(write):
    assert refusal(write('prefix = "!"'), watch=Watch) == [
        "line 1: prefix stands above every [section]; did you mean 'prefix' under [commands]?"
    ]


def test_a_long_value_is_cut(write):
    (problem,) = refusal(write(f'[models]\nthreads = "{"a" * 60_000}"'))
    assert len(problem) < 200


def test_a_room_belongs_to_one_community(write):
    (problem,) = refusal(
        write("""
        [[community]]
        id = "one"
        rooms = ["console:square"]
        [[community]]
        id = "two"
        rooms = ["console:square"]
        """)
    )
    assert "'console:square' is named twice" in problem


def test_the_review_room_is_no_room_of_the_members(write):
    (problem,) = refusal(write('[[community]]\nid = "one"\nrooms = ["console:a"]\nreview_room = "console:a"'))
    assert "console:a is both" in problem
    assert problem.startswith("line 1: [community #1]")


def test_a_cog_reads_its_own_section(write):
    config = load_config(write('[watch]\nthreshold = 0.25\nnames = ["a"]'))
    assert config.section("watch", Watch) == Watch(threshold=0.25, names=("a",))
    assert config.section("other", Watch) == Watch()


def test_a_cogs_bad_section_is_refused_with_its_line(write):
    config = load_config(write("[watch]\n\nthreshold = 3"))
    with pytest.raises(ConfigError, match=r"line 3: \[watch\] threshold: 3 must be at most 1"):
        config.section("watch", Watch)


def test_sections_of_cogs_that_are_not_loaded_may_stay(write):
    path = write("[asleep]\nanything = 1")
    assert load_config(path, lambda _: {"asleep": None}).cog_tables == {"asleep": {"anything": 1}}


def test_a_section_of_the_wrong_shape_is_refused(write):
    assert refusal(write("[[commands]]\nprefix = '!'")) == ["line 1: [commands]: must be a section of its own"]
